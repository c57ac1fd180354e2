"""The strict schema of a plan, and the values the model proposes in it."""

from collections.abc import Iterable, Mapping
from typing import Any, get_args

from shared.contracts.base import Contract
from shared.contracts.plan import ArgumentSource
from shared.contracts.tools import JsonSchema, ToolContract

STRICT_KEYWORDS = frozenset({"type", "enum", "description"})
"""What a strict schema may carry with every provider: Azure OpenAI refuses `format`, `pattern` and
lengths (learn.microsoft.com, "Structured outputs"). They are in the prompt and checked in code."""


class SourceEntry(Contract):
    """Where the model says it read the value of one argument."""

    field: str
    source: ArgumentSource
    quote: str | None = None


class Proposed(Contract):
    """One argument as the model proposes it; without a source it counts as not said."""

    value: Any = None
    source: ArgumentSource | None = None
    quote: str | None = None


def plan_schema(tools: Mapping[str, ToolContract], flow_types: list[str]) -> JsonSchema:
    """The strict schema of a plan: per tool, every argument or null, and where values came from.

    Sources stand beside the arguments, not around each: Azure OpenAI takes 100 properties and five
    levels in one schema (learn.microsoft.com, "Structured outputs").
    """
    return _closed(
        {
            "flow_type": {"type": "string", "enum": [*flow_types, "Other"]},
            "calls": {"type": "array", "items": {"anyOf": [_call(t) for t in tools.values()]}},
            "reason": {"type": "string"},
        }
    )


def proposed(args: Mapping[str, Any], sources: Iterable[SourceEntry]) -> dict[str, Proposed]:
    """Each argument with its source; of two entries for one field the first counts."""
    first: dict[str, SourceEntry] = {}
    for entry in sources:
        first.setdefault(entry.field, entry)
    return {field: _offer(value, first.get(field)) for field, value in args.items()}


def _offer(value: Any, entry: SourceEntry | None) -> Proposed:
    if entry is None:
        return Proposed(value=value)
    return Proposed(value=value, source=entry.source, quote=entry.quote)


def _call(tool: ToolContract) -> JsonSchema:
    arguments: dict[str, JsonSchema] = tool.arguments["properties"]
    args = {
        field: {"anyOf": [_supported(schema), {"type": "null"}]}
        for field, schema in arguments.items()
    }
    source = _closed(
        {
            "field": {"type": "string", "enum": list(arguments)},
            "source": {"type": "string", "enum": list(get_args(ArgumentSource.__value__))},
            "quote": {"type": ["string", "null"]},
        }
    )
    return _closed(
        {
            "tool": {"type": "string", "enum": [tool.name]},
            "args": _closed(args),
            "sources": {"type": "array", "items": source},
        }
    )


def _supported(schema: JsonSchema) -> JsonSchema:
    kept = {key: schema[key] for key in schema if key in STRICT_KEYWORDS}
    return kept | ({"items": _supported(schema["items"])} if "items" in schema else {})


def _closed(properties: dict[str, Any]) -> JsonSchema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
