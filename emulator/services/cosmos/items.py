"""Reads and writes of single documents, inside one transaction of the storage."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from . import charges
from .answers import (
    bad_request,
    conflict,
    not_found,
    precondition_failed,
    too_large,
)
from .catalog import Container, expiry_of
from .jsonvalues import Json, JsonObject, dump_json, parse_json
from .storage import Storage

DOCUMENT_BYTES = 2 * 1024 * 1024
ID_BYTES = 1023
PARTITION_KEY_MISMATCH = 1001

_SYSTEM = ("_rid", "_self", "_etag", "_attachments", "_ts")
_SELECT = """
SELECT seq, etag, leaves, body FROM items
WHERE container = ? AND epk = ? AND id = ? AND (expires IS NULL OR expires > ?)
"""
_INSERT = "INSERT INTO items VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_UPDATE = """
UPDATE items SET lsn = ?, ts = ?, etag = ?, expires = ?, leaves = ?, body = ? WHERE seq = ?
"""
_FORBIDDEN_IN_ID = frozenset("/\\?#")

type Change = Callable[[JsonObject], JsonObject]


@dataclass(frozen=True, slots=True)
class Conditions:
    """The ETags a request insists on, as its headers If-Match and If-None-Match say them."""

    if_match: str | None = None
    if_none_match: str | None = None


ANYHOW = Conditions()


@dataclass(frozen=True, slots=True)
class StoredItem:
    """A row; `body` is the document as it is sent."""

    sequence: int
    etag: str
    leaves: int
    body: bytes

    def document(self) -> JsonObject:
        return cast(JsonObject, parse_json(self.body))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an operation on one document answers; no body after a delete and for a 304."""

    status: int
    charge: float
    body: bytes = b""
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Items:
    """The documents of one container in one logical partition.

    `epk` is its effective partition key. `db` decides what is seen: the reader's connection, or
    the writer's inside a transaction.
    Every method raises `CosmosError` before it changes anything.
    """

    container: Container
    epk: str
    db: sqlite3.Connection
    storage: Storage
    now: float

    def find(self, item_id: str) -> StoredItem | None:
        key = (self.container.number, self.epk, item_id, self.now)
        row = self.db.execute(_SELECT, key).fetchone()
        return None if row is None else StoredItem(*row)

    def read(self, item_id: str, conditions: Conditions = ANYHOW) -> Outcome:
        found = self.find(item_id)
        if found is None:
            raise not_found(charge=charges.NOT_FOUND_READ)
        if conditions.if_none_match == found.etag:
            return Outcome(304, charges.POINT_READ, etag=found.etag)
        return Outcome(200, charges.read(len(found.body)), found.body, found.etag)

    def create(self, document: JsonObject) -> Outcome:
        item_id = self._checked(document)
        if self.find(item_id) is not None:
            raise conflict(charges.REFUSED_WRITE)
        return self._insert(item_id, document)

    def upsert(self, document: JsonObject, conditions: Conditions = ANYHOW) -> Outcome:
        item_id = self._checked(document)
        found = self.find(item_id)
        _check_conditions(found, conditions)
        if found is None:
            return self._insert(item_id, document)
        return self._update(found, document)

    def replace(
        self, item_id: str, document: JsonObject, conditions: Conditions = ANYHOW
    ) -> Outcome:
        found = self._existing(item_id, conditions)
        if self._checked(document) != item_id:
            raise bad_request("The id of a document cannot be changed by a replace.")
        return self._update(found, document)

    def change(self, item_id: str, change: Change, conditions: Conditions = ANYHOW) -> Outcome:
        """A patch: `change` makes the new document of the old one."""
        found = self._existing(item_id, conditions)
        changed = change(found.document())
        if self._checked(changed) != item_id:
            raise bad_request("The id of a document cannot be patched.")
        return self._update(found, changed)

    def delete(self, item_id: str, conditions: Conditions = ANYHOW) -> Outcome:
        found = self._existing(item_id, conditions)
        self.storage.next_lsn()
        self.db.execute("DELETE FROM items WHERE seq = ?", (found.sequence,))
        return Outcome(204, charges.delete(len(found.body), found.leaves))

    def delete_all(self) -> None:
        """All of the logical partition."""
        self.storage.next_lsn()
        key = (self.container.number, self.epk)
        self.db.execute("DELETE FROM items WHERE container = ? AND epk = ?", key)

    def _existing(self, item_id: str, conditions: Conditions) -> StoredItem:
        found = self.find(item_id)
        if found is None:
            raise not_found(charge=charges.REFUSED_WRITE)
        _check_conditions(found, conditions)
        return found

    def _checked(self, document: JsonObject) -> str:
        """The id of a document that may be stored here; raises a 400."""
        key = self.container.partition_key
        # Hashes are compared, for Python holds 1 and True to be equal.
        if key.effective(key.of_document(document)) != self.epk:
            raise bad_request(
                "PartitionKey extracted from document doesn't match the one specified in the "
                "header.",
                PARTITION_KEY_MISMATCH,
            )
        _check_ttl(document.get("ttl"))
        return _checked_id(document.get("id"))

    def _insert(self, item_id: str, document: JsonObject) -> Outcome:
        lsn = self.storage.next_lsn()
        body, etag, leaves = self._stored_form(document, lsn, lsn)
        place = (self.container.number, self.epk, item_id)
        # An expired item of this id may still lie here.
        self.db.execute("DELETE FROM items WHERE container = ? AND epk = ? AND id = ?", place)
        expires = expiry_of(self.container, document, self.now)
        row = (lsn, *place, lsn, int(self.now), etag, expires, leaves, body)
        self.db.execute(_INSERT, row)
        return Outcome(201, charges.create(len(body), leaves), body, etag)

    def _update(self, found: StoredItem, document: JsonObject) -> Outcome:
        lsn = self.storage.next_lsn()
        body, etag, leaves = self._stored_form(document, found.sequence, lsn)
        expires = expiry_of(self.container, document, self.now)
        row = (lsn, int(self.now), etag, expires, leaves, body, found.sequence)
        self.db.execute(_UPDATE, row)
        return Outcome(200, charges.replace(len(body), leaves), body, etag)

    def _stored_form(self, document: JsonObject, sequence: int, lsn: int) -> tuple[bytes, str, int]:
        """The body with its system properties, its ETag, and how many values are indexed."""
        rid = self.container.item_rid(sequence)
        etag = f'"{lsn:08x}-0000-0100-0000-{int(self.now):08x}0000"'
        stored = {name: value for name, value in document.items() if name not in _SYSTEM}
        stored["_rid"] = rid
        stored["_self"] = f"{self.container.self_link}docs/{rid}/"
        stored["_etag"] = etag
        stored["_attachments"] = "attachments/"
        stored["_ts"] = int(self.now)
        body = dump_json(stored)
        if len(body) > DOCUMENT_BYTES:
            raise too_large("The document is larger than 2 MB.")
        return body, etag, self.container.indexing.indexed_leaves(stored)


def parse_document(body: bytes) -> JsonObject:
    """Raises a 400."""
    try:
        document = parse_json(body)
    except ValueError as error:
        raise bad_request(f"The body is not JSON: {error}") from None
    if not isinstance(document, dict):
        raise bad_request("The body must be a JSON object.")
    return document


def _check_conditions(found: StoredItem | None, conditions: Conditions) -> None:
    wanted, unwanted = conditions.if_match, conditions.if_none_match
    etag = None if found is None else found.etag
    if wanted is not None and (etag is None or wanted not in ("*", etag)):
        raise precondition_failed(charges.REFUSED_WRITE)
    if unwanted is not None and etag is not None and unwanted in ("*", etag):
        raise precondition_failed(charges.REFUSED_WRITE)


def _check_ttl(ttl: Json) -> None:
    valid = ttl is None or (isinstance(ttl, int) and not isinstance(ttl, bool))
    if not valid or (isinstance(ttl, int) and ttl < 1 and ttl != -1):
        raise bad_request(
            f"The input ttl '{ttl}' is invalid. Ensure to provide a nonzero positive integer "
            "less than or equal to '2147483647', or -1."
        )


def _checked_id(item_id: Json) -> str:
    if not isinstance(item_id, str) or not item_id:
        raise bad_request(
            "The input content is invalid because the required properties - 'id; ' - are missing"
        )
    if _FORBIDDEN_IN_ID & set(item_id) or len(item_id.encode("utf-8", "replace")) > ID_BYTES:
        raise bad_request("Id contains illegal chars (/ \\ ? #) or is longer than 1023 bytes.")
    return item_id
