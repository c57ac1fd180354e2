"""Arguments with provenance: a value is accepted only with a source that holds it."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from shared.contracts.base import Contract
from shared.contracts.identity import Language
from shared.contracts.plan import ArgumentSource, Choice, MissingField, Provenance, ToolCall
from shared.contracts.tools import FlowContract, JsonSchema, ToolContract
from shared.tools.schemas import is_valid


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


def check(
    contract: ToolContract,
    required: tuple[str, ...],
    offers: Mapping[str, Proposed],
    sources: Sources,
    language: Language,
) -> Checked:
    """Keep what has a source and fits its schema; name what is required and was not kept."""
    args: dict[str, Any] = {}
    provenance: dict[str, Provenance] = {}
    reasons: dict[str, str] = {}
    for field, schema in contract.arguments["properties"].items():
        offer = offers.get(field, Proposed())
        if offer.value is None:
            continue
        if not _has_source(offer, schema, sources):
            reasons[field] = "missing_no_source"
        elif not is_valid(offer.value, schema):
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
            text = sources.said
        case "cerebro" | "erp":
            text = sources.documents
        case None:
            return False
    quote = folded(offer.quote or "")
    return _holds(folded(text), quote) and _says(quote, offer.value, schema)


def _holds(text: str, words: str) -> bool:
    """Whether `words` stand in `text` whole: "ana" is not said by "mariana". Both are folded."""
    if not words:
        return False
    before = r"(?<!\w)" if _WORD.match(words[0]) else ""
    after = r"(?!\w)" if _WORD.match(words[-1]) else ""
    return re.search(before + re.escape(words) + after, text) is not None


def _says(quote: str, value: Any, schema: JsonSchema) -> bool:
    """Whether a folded quote says the value; dates and choices are said in other words."""
    if not isinstance(value, str) or schema.get("type") != "string" or "enum" in schema:
        return True
    wanted = folded(value)
    match schema.get("format"):
        case "email":
            # "ana@x.es" is said neither by "eva.ana@x.es" nor by "ana@x.es.org".
            address = rf"(?<![\w.+%-]){re.escape(wanted)}(?![\w-]|\.\w)"
            return bool(wanted) and re.search(address, quote) is not None
        case None:
            words = _WORD.findall(wanted)
            return set(words) <= set(_WORD.findall(quote)) if words else wanted in quote
        case _:
            return True


_WORD = re.compile(r"\w+")


def folded(text: str) -> str:
    """Without case, accents and runs of blanks, for comparing what people write."""
    decomposed = unicodedata.normalize("NFD", text.casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return re.sub(r"\s+", " ", bare).strip()


STRICT_KEYWORDS = frozenset({"type", "enum", "description"})
"""What a strict schema may carry with every provider: Azure OpenAI refuses `format`, `pattern` and
lengths (learn.microsoft.com, "Structured outputs"). They are in the prompt and checked in code."""


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
