"""Makes values fit a JSON schema: repairs drafts, and invents nothing where nothing is said."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from jsonschema import Draft202012Validator
from pydantic import JsonValue

from .folding import stem, words_of

type Schema = Mapping[str, JsonValue]

_DEEPEST = 24
_LONGEST = 300
"""Characters that are told again where a schema sets no limit: an answer that its request's
`max_tokens` cuts off would be no JSON."""
_EMAIL = "nobody@example.com"
_DATE = "1970-01-01"
_FORMATS = {
    "email": _EMAIL,
    "date": _DATE,
    "date-time": f"{_DATE}T00:00:00Z",
    "time": "00:00:00Z",
    "uri": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "ipv4": "127.0.0.1",
    "ipv6": "::1",
    "hostname": "example.com",
    "duration": "P0D",
}


@dataclass(frozen=True, slots=True)
class Fitting:
    """One schema document, and the text that free strings are taken from."""

    root: Schema
    text: str

    def fit(self, draft: JsonValue) -> JsonValue:
        """`draft` where it is valid, changed as little as possible where it is not."""
        return self._fit(self.root, draft, 0)

    def minimal(self) -> JsonValue:
        """The smallest valid value: the text where a string is asked for, else empty or zero."""
        return self._minimal(self.root, 0)

    def _fit(self, schema: Schema, draft: JsonValue, depth: int) -> JsonValue:
        schema = self._resolved(schema)
        if self._valid(schema, draft):
            return draft
        if depth > _DEEPEST:
            return self._minimal(schema, depth)
        branches = _branches(schema)
        if branches:
            return self._fit(self._closest(branches, draft), draft, depth + 1)
        if isinstance(draft, dict) and "object" in _types(schema):
            return self._fit_object(schema, draft, depth)
        if isinstance(draft, list) and "array" in _types(schema):
            items = _mapping(schema.get("items"))
            fitted: list[JsonValue] = [self._fit(items, item, depth + 1) for item in draft]
            if self._valid(schema, fitted):
                return fitted
        return self._minimal(schema, depth)

    def _fit_object(self, schema: Schema, draft: Mapping[str, JsonValue], depth: int) -> JsonValue:
        properties = _mapping(schema.get("properties"))
        required = _strings(schema.get("required"))
        fitted: dict[str, JsonValue] = {}
        for name, inner in properties.items():
            if name in draft:
                fitted[name] = self._fit(_mapping(inner), draft[name], depth + 1)
            elif name in required:
                fitted[name] = self._minimal(_mapping(inner), depth + 1)
        return fitted if self._valid(schema, fitted) else self._minimal(schema, depth)

    def _closest(self, branches: Sequence[Schema], draft: JsonValue) -> Schema:
        """The branch whose constants and property names the draft shares most."""
        return max(branches, key=lambda branch: self._likeness(self._resolved(branch), draft))

    def _likeness(self, schema: Schema, draft: JsonValue) -> float:
        if not isinstance(draft, dict):
            return 1.0 if self._valid(schema, draft) else 0.0
        properties = _mapping(schema.get("properties"))
        score = 0.0
        for name, inner in properties.items():
            if name in draft:
                resolved = self._resolved(_mapping(inner))
                fixed = "const" in resolved or "enum" in resolved
                valid = self._valid(resolved, draft[name])
                score += 1.0 + (10.0 if fixed and valid else 0.0)
        return score

    def _minimal(self, schema: Schema, depth: int) -> JsonValue:
        schema = self._resolved(schema)
        if "const" in schema:
            return schema["const"]
        if "default" in schema and self._valid(schema, schema["default"]):
            return schema["default"]
        options = schema.get("enum")
        if isinstance(options, list) and options:
            return self._best_option(options)
        branches = _branches(schema)
        if branches:
            # Null says "not said", which is truer than any invented value.
            empty = [b for b in branches if "null" in _types(self._resolved(b))]
            return self._minimal((empty or branches)[0], depth + 1)
        return self._minimal_of_type(schema, depth)

    def _minimal_of_type(self, schema: Schema, depth: int) -> JsonValue:
        types = _types(schema)
        if "null" in types:
            return None
        match types[0] if types else "object":
            case "string":
                return self._string(schema)
            case "integer" | "number":
                return _number(schema)
            case "boolean":
                return False
            case "array":
                return self._array(schema, depth)
            case _:
                return self._object(schema, depth)

    def _object(self, schema: Schema, depth: int) -> JsonValue:
        if depth > _DEEPEST:
            return {}
        properties = _mapping(schema.get("properties"))
        return {
            name: self._minimal(_mapping(properties.get(name)), depth + 1)
            for name in _strings(schema.get("required"))
        }

    def _array(self, schema: Schema, depth: int) -> JsonValue:
        count = schema.get("minItems")
        wanted = count if isinstance(count, int) and depth <= _DEEPEST else 0
        return [self._minimal(_mapping(schema.get("items")), depth + 1) for _ in range(wanted)]

    def _string(self, schema: Schema) -> str:
        known = _FORMATS.get(str(schema.get("format")))
        if known is not None:
            return known
        longest = schema.get("maxLength")
        text = self.text[: longest if isinstance(longest, int) else _LONGEST]
        shortest = schema.get("minLength")
        if isinstance(shortest, int):
            text = text.ljust(shortest, "-")
        return text

    def _best_option(self, options: Sequence[JsonValue]) -> JsonValue:
        said = {stem(word.text, "es") for word in words_of(self.text)}

        def overlap(option: JsonValue) -> int:
            return len({stem(word.text, "es") for word in words_of(str(option))} & said)

        if None in options and not any(map(overlap, options)):
            return None
        return max(options, key=overlap)

    def _resolved(self, schema: Schema) -> Schema:
        return resolve(schema, self.root)

    def _valid(self, schema: Schema, value: JsonValue) -> bool:
        merged = {**schema, "$defs": self.root.get("$defs", {})}
        return is_valid(merged, value)


def resolve(schema: Schema, root: Schema) -> Schema:
    """Follows local `$ref`s (`#/$defs/…`), keeping what stands beside them."""
    for _ in range(_DEEPEST):
        reference = schema.get("$ref")
        if not isinstance(reference, str) or not reference.startswith("#"):
            return schema
        target: JsonValue = dict(root)
        for part in reference.removeprefix("#").strip("/").split("/"):
            if part:
                target = _mapping(target).get(part.replace("~1", "/").replace("~0", "~"))
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        schema = {**_mapping(target), **beside}
    return {}


def is_valid(schema: Schema, value: JsonValue) -> bool:
    return _validator(json.dumps(schema, sort_keys=True)).is_valid(value)


@lru_cache(maxsize=2048)
def _validator(document: str) -> Draft202012Validator:
    return Draft202012Validator(
        json.loads(document), format_checker=Draft202012Validator.FORMAT_CHECKER
    )


def _branches(schema: Schema) -> Sequence[Schema]:
    found = schema.get("anyOf") or schema.get("oneOf")
    return [_mapping(branch) for branch in found] if isinstance(found, list) else ()


def _types(schema: Schema) -> Sequence[str]:
    declared = schema.get("type")
    if isinstance(declared, list):
        return [str(one) for one in declared]
    if isinstance(declared, str):
        return [declared]
    return ["object"] if "properties" in schema else []


def _number(schema: Schema) -> JsonValue:
    least = schema.get("minimum", schema.get("exclusiveMinimum"))
    most = schema.get("maximum")
    number = 0
    if isinstance(least, int | float) and least > number:
        number = int(least) + (0 if "minimum" in schema and least == int(least) else 1)
    if isinstance(most, int | float) and most < number:
        number = int(most) - (1 if most != int(most) else 0)
    return number


def _mapping(value: JsonValue | Schema) -> Mapping[str, JsonValue]:
    return value if isinstance(value, dict) else {}


def _strings(value: JsonValue) -> Sequence[str]:
    return [str(item) for item in value] if isinstance(value, list) else ()
