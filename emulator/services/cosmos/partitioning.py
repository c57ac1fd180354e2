"""Partition keys: where a document lives, as the effective partition key the SDK computes too."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from .answers import bad_request
from .jsonvalues import Json, JsonObject, NotJson, parse_json
from .murmur import murmur3_128

PATHS_AT_MOST = 3
END = "FF"
"""The end of all effective partition keys, exclusive."""


class Missing(Enum):
    """A document has no value at the path; on the wire `{}`."""

    MISSING = "missing"


type Component = bool | int | float | str | Missing | None

MISSING = Missing.MISSING


@dataclass(frozen=True, slots=True)
class Range:
    """Effective partition keys from `start` up to `end`; a single one when `end` is None."""

    start: str
    end: str | None


EVERYTHING = Range("", END)


@dataclass(frozen=True, slots=True)
class PartitionKey:
    """A container's partition key definition; several paths make it hierarchical."""

    paths: tuple[tuple[str, ...], ...]

    @staticmethod
    def parse(definition: Json) -> "PartitionKey":
        """From a container's `partitionKey`; raises a 400."""
        if not isinstance(definition, dict):
            raise bad_request("A container needs a partitionKey with its paths.")
        paths = definition.get("paths")
        if not isinstance(paths, list) or not 1 <= len(paths) <= PATHS_AT_MOST:
            raise bad_request(f"partitionKey.paths takes 1 to {PATHS_AT_MOST} paths.")
        if definition.get("version", 2) != 2:
            raise bad_request("Only partition keys of version 2 are emulated; say version 2.")
        return PartitionKey(tuple(_split(path) for path in paths))

    def definition(self) -> JsonObject:
        paths: list[Json] = ["/" + "/".join(path) for path in self.paths]
        return {
            "paths": paths,
            "kind": "Hash" if len(paths) == 1 else "MultiHash",
            "version": 2,
        }

    def of_document(self, document: JsonObject) -> tuple[Component, ...]:
        return tuple(_component(_at(document, path)) for path in self.paths)

    def effective(self, components: Sequence[Component]) -> str:
        """The effective key, hexadecimal: each level of a hierarchy is hashed by itself."""
        return "".join([_hashed(_encoded(component)) for component in components])

    def range_of(self, components: Sequence[Component]) -> Range:
        """All of one logical partition, or of a prefix of a hierarchical one."""
        if not components:
            return EVERYTHING
        start = self.effective(components)
        return Range(start, None if len(components) == len(self.paths) else start + END)


@lru_cache(4096)
def parse_components(header: str) -> tuple[Component, ...]:
    """The header x-ms-documentdb-partitionkey, a JSON array; raises a 400."""
    try:
        parsed = parse_json(header)
    except NotJson:
        parsed = None
    if not isinstance(parsed, list):
        raise bad_request(f"The partition key {header} is not a JSON array.")
    return tuple(_component(value) for value in parsed)


@lru_cache(65536)
def _hashed(encoded: bytes) -> str:
    digest = murmur3_128(encoded)
    # The two highest bits are cleared so that everything sorts before "FF".
    return f"{digest & ~(3 << 126):032X}"


def _encoded(component: Component) -> bytes:
    """Type marker and value, as the SDKs write them for hashing (version 2)."""
    match component:
        case Missing():
            return b"\x00"
        case None:
            return b"\x01"
        case bool():
            return b"\x03" if component else b"\x02"
        case int() | float():
            return b"\x05" + struct.pack("<d", component)
        case str():
            return b"\x08" + component.encode("utf-8", "surrogatepass") + b"\xff"


def _component(value: object) -> Component:
    """Only scalars can be partition keys; everything else counts as no value."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return MISSING


def _at(document: JsonObject, path: tuple[str, ...]) -> object:
    value: object = document
    for name in path:
        if not isinstance(value, Mapping) or name not in value:
            return MISSING
        value = value[name]
    return value


def _split(path: Json) -> tuple[str, ...]:
    if not isinstance(path, str) or not path.startswith("/") or len(path) < 2:
        raise bad_request(f"The partition key path {path!r} must look like /tenantId.")
    return tuple(part.strip('"') for part in path[1:].split("/"))
