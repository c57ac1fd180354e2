"""Answers made in code from what is known, when the model does not get them right."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import assert_never

from activities.citing import keeping
from activities.entities import name_fields
from shared.contracts.evidence import ContextPack
from shared.contracts.identity import Language
from shared.contracts.runs import ToolOutcome
from shared.contracts.tools import JsonSchema, Pack, ToolContract
from shared.contracts.wording import say
from shared.tools.arguments import flow_of, label
from shared.tools.confirming import written
from shared.tools.schemas import is_valid

MOST_LISTED = 10
OUTSIDE = frozenset({"http", "mcp"})
"""Kinds of tools whose calls have no name of their own: their arguments say which one it is."""


def told_outcomes(outcomes: Sequence[ToolOutcome], pack: Pack, language: Language) -> str:
    """One line for each call: what was done, what was not, and what nobody knows."""
    return "\n".join(_line(each, pack, language) for each in outcomes)


def told_documents(evidence: ContextPack, language: Language) -> str:
    """That there is no answer that the documents bear out, and where to read instead."""
    titles = [f"- {s.title} [{number}]" for number, s in enumerate(evidence.snippets, start=1)]
    return "\n".join([say("told_read" if titles else "told_nothing_known", language), *titles])


def without_wrong_marks(text: str, documents: int) -> str:
    """The text without the marks that point to no document."""
    return keeping(text, lambda number: 1 <= number <= documents)


def _line(outcome: ToolOutcome, pack: Pack, language: Language) -> str:
    contract = pack.tools[outcome.tool]
    what = _what(contract, pack, language)
    match outcome.status:
        case "ok" if outcome.effect_id is None:
            return _found(outcome, contract, language)
        case "ok":
            identifier = str((outcome.result or {}).get("id", ""))
            named = f"{what} {identifier}".strip()
            details = "; ".join(_details(outcome, contract, language))
            return say("told_done", language, what=f"{named} ({details})" if details else named)
        case "failed" | "skipped":
            why = (outcome.error or "").rstrip(". ")
            named = _named(what, outcome, contract, language)
            return say("told_not_done", language, what=f"{named}: {why}" if why else named)
        case "unknown":
            named = _named(what, outcome, contract, language)
            key = "told_unknown_elsewhere" if contract.kind in OUTSIDE else "told_unknown"
            return say(key, language, what=named)
        case _:
            assert_never(outcome.status)


def _named(what: str, outcome: ToolOutcome, contract: ToolContract, language: Language) -> str:
    """Which one, by the name that was to be its own; it has no id that anybody knows."""
    if contract.kind in OUTSIDE:
        details = "; ".join(_details(outcome, contract, language))
        return f"{what} ({details})" if details else what
    names = [outcome.args[field] for field in name_fields(contract.result) if field in outcome.args]
    return say("told_named", language, what=what, name=names[0]) if names else what


def _what(contract: ToolContract, pack: Pack, language: Language) -> str:
    flow = flow_of(pack, contract.name, "")
    return flow.object[language] if flow else contract.name


def _details(outcome: ToolOutcome, contract: ToolContract, language: Language) -> Iterator[str]:
    """The fields of the call, as the ERP has them now."""
    values = {**outcome.args, **(outcome.result or {})}
    properties: Mapping[str, JsonSchema] = contract.arguments["properties"]
    for name, schema in properties.items():
        if values.get(name) not in (None, ""):
            value = values[name]
            plain = is_valid(value, schema) and not isinstance(value, dict | list)
            shown = written(value, schema, language) if plain else _as_json(value)
            yield f"{label(contract, name, language)}: {shown}"


def _as_json(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _found(outcome: ToolOutcome, contract: ToolContract, language: Language) -> str:
    result = outcome.result or {}
    items = result.get("items")
    if not isinstance(items, list):
        details = ", ".join(f"{name}: {value}" for name, value in result.items())
        return say("told_found", language, count=1) + f"\n- {details}"
    shown = [f"- {_item(item, contract)}" for item in items[:MOST_LISTED] if isinstance(item, dict)]
    total = result.get("total", len(items))
    return "\n".join([say("told_found", language, count=total), *shown])


def _item(item: Mapping[str, object], contract: ToolContract) -> str:
    """Id and name: the first fields that every record has."""
    schema = contract.result["properties"]["items"].get("items", {})
    first = [name for name in schema.get("required", ()) if name in item][:2]
    return ": ".join(str(item[name]) for name in first or item)
