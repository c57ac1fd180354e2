"""The shape of a plan, read from the schema that the request sends for it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from ..requests import JsonObject
from .schema import resolve


@dataclass(frozen=True, slots=True)
class PlanShape:
    """What a plan may say. `tools` holds the schema of each tool's arguments, by the tool's name;
    it is empty for a schema whose calls are not told apart by tool."""

    flow_types: Sequence[str]
    tools: Mapping[str, JsonObject]


def read_shape(schema: JsonObject) -> PlanShape:
    """Reads `flow_type` and `calls`: an array of `anyOf`, each with `tool` and `args`."""
    calls = _property(schema, "calls", schema)
    found = (_tool(branch, schema) for branch in _branches(_mapping(calls.get("items")), schema))
    return PlanShape(
        flow_types=_names(_property(schema, "flow_type", schema)),
        tools={name: args for names, args in found for name in names},
    )


def _tool(call: JsonObject, root: JsonObject) -> tuple[Sequence[str], JsonObject]:
    return _names(_property(call, "tool", root)), _property(call, "args", root)


def _branches(items: JsonObject, root: JsonObject) -> Iterator[JsonObject]:
    items = dict(resolve(items, root))
    options = items.get("anyOf", [items])
    for option in options if isinstance(options, list) else ():
        yield dict(resolve(_mapping(option), root))


def _property(schema: JsonObject, name: str, root: JsonObject) -> JsonObject:
    return dict(resolve(_mapping(_mapping(schema.get("properties")).get(name)), root))


def _names(schema: JsonObject) -> Sequence[str]:
    options = schema.get("enum", [schema["const"]] if "const" in schema else [])
    return [str(option) for option in options] if isinstance(options, list) else ()


def _mapping(value: JsonValue) -> JsonObject:
    return value if isinstance(value, dict) else {}
