"""Arguments with provenance: a value is accepted only with a source that holds it."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from shared.contracts.base import Contract
from shared.contracts.identity import Language
from shared.contracts.plan import ArgumentSource, Choice, MissingField, Provenance, ToolCall
from shared.contracts.tools import FlowContract, JsonSchema, ToolContract


class Proposed(Contract):
    """One argument as the model proposes it."""

    value: Any = None
    source: ArgumentSource = "user"
    quote: str | None = None


@dataclass(frozen=True, slots=True)
class Sources:
    """What values may come from; texts are compared without case, accents and extra blanks."""

    said: str
    """Everything the person wrote in this conversation."""
    documents: str
    session: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    call: ToolCall
    missing: tuple[MissingField, ...]


def plan_schema(tools: Mapping[str, ToolContract], flow_types: list[str]) -> JsonSchema:
    """The strict schema of a plan: per tool, every argument with value, source and quote."""
    calls = [
        _closed({"tool": {"type": "string", "enum": [tool.name]}, "args": _arguments(tool)})
        for tool in tools.values()
    ]
    return _closed(
        {
            "flow_type": {"type": "string", "enum": [*flow_types, "Other"]},
            "calls": {"type": "array", "items": {"anyOf": calls}},
            "reason": {"type": "string"},
        }
    )


def check(
    contract: ToolContract,
    required: tuple[str, ...],
    proposed: Mapping[str, Proposed],
    sources: Sources,
    language: Language,
) -> Checked:
    """Keep what has a source and fits its schema; name what is required and was not kept."""
    args: dict[str, Any] = {}
    provenance: dict[str, Provenance] = {}
    reasons: dict[str, str] = {}
    for field, schema in contract.arguments["properties"].items():
        offer = proposed.get(field, Proposed())
        if offer.value is None:
            continue
        if not _has_source(offer, schema, sources):
            reasons[field] = "missing_no_source"
        elif not _fits(offer.value, schema):
            reasons[field] = "missing_invalid"
        else:
            args[field] = offer.value
            provenance[field] = Provenance(source=offer.source, quote=offer.quote)
    for field, value in _defaults(contract, args):
        args[field] = value
        provenance[field] = Provenance(source="default")
    wanted = (*required, *contract.arguments.get("required", ()))
    missing = tuple(
        _missing(contract, field, reasons.get(field, "missing_required"), language)
        for field in dict.fromkeys(wanted)
        if field not in args
    )
    return Checked(ToolCall(tool=contract.name, args=args, provenance=provenance), missing)


def required_of(flow: FlowContract | None, tool: str) -> tuple[str, ...]:
    return flow.required.get(tool, ()) if flow else ()


def label(contract: ToolContract, field: str, language: Language) -> str:
    """What people call a field."""
    schema = contract.arguments["properties"][field]
    return str(schema.get("x-label", {}).get(language) or schema.get("title") or field)


def _missing(contract: ToolContract, field: str, reason: str, language: Language) -> MissingField:
    schema = contract.arguments["properties"][field]
    names = schema.get("x-choices", {})
    choices = tuple(
        Choice(value=value, label=names.get(value, {}).get(language, value))
        for value in schema.get("enum", ())
    )
    return MissingField(tool=contract.name, field=field, reason=reason, choices=choices)


def _defaults(contract: ToolContract, args: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for field, schema in contract.arguments["properties"].items():
        if field not in args and "default" in schema:
            yield field, schema["default"]


def _has_source(offer: Proposed, schema: JsonSchema, sources: Sources) -> bool:
    match offer.source:
        case "default":
            return "default" in schema and offer.value == schema["default"]
        case "session":
            return folded(str(offer.value)) in map(folded, sources.session)
        case "user":
            return _quoted_in(offer.quote, sources.said)
        case "cerebro" | "erp":
            return _quoted_in(offer.quote, sources.documents)


def _quoted_in(quote: str | None, text: str) -> bool:
    return bool(quote and folded(quote)) and folded(quote or "") in folded(text)


def folded(text: str) -> str:
    """Without case, accents and runs of blanks, for comparing what people write."""
    decomposed = unicodedata.normalize("NFD", text.casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return re.sub(r"\s+", " ", bare).strip()


def _fits(value: Any, schema: JsonSchema) -> bool:
    return bool(Draft202012Validator(schema, format_checker=FormatChecker()).is_valid(value))


STRICT_KEYWORDS = frozenset({"type", "enum", "description", "items"})
"""What a strict schema may carry with every provider: Azure OpenAI refuses `format`, `pattern` and
lengths (learn.microsoft.com, "Structured outputs"). They are in the prompt and checked in code."""


def _arguments(tool: ToolContract) -> JsonSchema:
    return _closed(
        {field: _argument(schema) for field, schema in tool.arguments["properties"].items()}
    )


def _argument(schema: JsonSchema) -> JsonSchema:
    value = {key: schema[key] for key in schema if key in STRICT_KEYWORDS}
    return _closed(
        {
            "value": {"anyOf": [value, {"type": "null"}]},
            "source": {"type": "string", "enum": ["user", "session", "erp", "cerebro", "default"]},
            "quote": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        }
    )


def _closed(properties: dict[str, Any]) -> JsonSchema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
