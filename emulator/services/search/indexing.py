"""The indexing actions of a request: checked, applied in order, answered one by one."""

import re
from dataclasses import dataclass, field

import numpy as np

from emulator.services.search.definitions import Field, IndexDefinition
from emulator.services.search.errors import SearchError, invalid
from emulator.services.search.index import SearchIndex
from emulator.services.search.json_types import Json, JsonObject
from emulator.services.search.parsing import objects
from emulator.services.search.store import StoredDocument
from emulator.services.search.values import checked, complete, unknown_document_property
from emulator.services.search.vectors import Vector

KEY = re.compile(r"[A-Za-z0-9_\-=]{1,1024}")
ACTIONS = ("upload", "merge", "mergeOrUpload", "delete")
MAX_ACTIONS = 32_000


@dataclass(slots=True)
class Batch:
    """What a request changes (None deletes) and the answer for each of its actions."""

    changes: dict[str, StoredDocument | None] = field(default_factory=dict)
    results: list[JsonObject] = field(default_factory=list)

    @property
    def status(self) -> int:
        """200 when every action succeeded, else 207."""
        return 200 if all(result["status"] for result in self.results) else 207


def apply_actions(index: SearchIndex, body: JsonObject) -> Batch:
    """The batch of a request; raises SearchError (400) for one that cannot be read at all.

    A document with unknown fields or values of a wrong type refuses the whole request; a bad key,
    a bad vector or a merge into nothing fails only its own action.
    """
    actions = objects(body, "value")
    if not actions:
        raise invalid("The request is invalid. Details: No indexing actions found in the request.")
    if len(actions) > MAX_ACTIONS:
        raise SearchError(413, "RequestEntityTooLarge", f"Send at most {MAX_ACTIONS} actions.")
    checked_actions = [_checked_action(index.definition, action) for action in actions]
    batch = Batch()
    for kind, document in checked_actions:
        key = document.get(index.definition.key)
        shown = key if isinstance(key, str) else ""
        try:
            created = _apply(index, batch, kind, _valid_key(index.definition, key), document)
        except SearchError as error:
            batch.results.append(_result(shown, error.status, error.message))
        else:
            batch.results.append(_result(shown, 201 if created else 200, None))
    return batch


def _result(key: str, status: int, message: str | None) -> JsonObject:
    return {"key": key, "status": message is None, "errorMessage": message, "statusCode": status}


def _checked_action(definition: IndexDefinition, action: JsonObject) -> tuple[str, JsonObject]:
    kind = action.get("@search.action", "upload")
    if not isinstance(kind, str) or kind not in ACTIONS:
        raise invalid(f"The request is invalid. Details: '{kind}' is not an indexing action.")
    fields = {one.name: one for one in definition.fields}
    document: JsonObject = {}
    for name, value in action.items():
        if name == "@search.action":
            continue
        known = fields.get(name)
        if known is None:
            raise unknown_document_property(name)
        if not known.is_vector and name != definition.key:
            value = checked(known, value)
        document[name] = value
    return kind, document


def _valid_key(definition: IndexDefinition, key: Json) -> str:
    if not isinstance(key, str) or not key:
        raise invalid(f"Document key '{definition.key}' is missing, empty or not a text.")
    if not KEY.fullmatch(key) or key.startswith("_"):
        raise invalid(
            f"Invalid document key: '{key}'. Keys can only contain letters, digits, underscore "
            "(_), dash (-), or equal sign (=), and cannot begin with an underscore."
        )
    return key


def _apply(index: SearchIndex, batch: Batch, kind: str, key: str, document: JsonObject) -> bool:
    existing = batch.changes[key] if key in batch.changes else index.get(key)
    if kind == "delete":
        batch.changes[key] = None
        return False
    if kind == "merge" and existing is None:
        raise SearchError(404, "NotFound", "Document not found.")
    base = existing if kind != "upload" else None
    batch.changes[key] = _stored(index.definition, document, base)
    return existing is None


def _stored(
    definition: IndexDefinition, document: JsonObject, base: StoredDocument | None
) -> StoredDocument:
    vectors = dict(base.vectors) if base else {}
    for one in definition.vectors:
        if one.name in document:
            vector = _vector(one, document[one.name])
            vectors.pop(one.name, None)
            if vector is not None:
                vectors[one.name] = vector
    values = {name: value for name, value in document.items() if name not in vectors}
    if base:
        values = _merged(base.values, values)
    return StoredDocument(complete(definition.fields, values), vectors)


def _merged(old: JsonObject, new: JsonObject) -> JsonObject:
    merged = dict(old)
    for name, value in new.items():
        before = merged.get(name)
        if isinstance(before, dict) and isinstance(value, dict) and "coordinates" not in value:
            value = _merged(before, {k: v for k, v in value.items() if v is not None})
        merged[name] = value
    return merged


def _vector(one: Field, value: Json) -> Vector | None:
    if value is None or value == []:
        return None
    if not isinstance(value, list) or len(value) != one.dimensions:
        length = len(value) if isinstance(value, list) else 0
        raise invalid(
            f"The vector field '{one.path}', with dimension of '{one.dimensions}', expects a "
            f"length of '{one.dimensions}'. However, the provided vector has a length of "
            f"'{length}'. Please ensure that the vector length matches the expected length."
        )
    if not all(isinstance(number, int | float) for number in value):
        raise invalid(f"The vector field '{one.path}' takes numbers only.")
    return np.array(value, dtype=np.float32)
