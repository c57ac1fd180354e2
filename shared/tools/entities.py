"""The normaliser `entity`: which record of the ERP a person names, by its id or one of its names.

An argument's schema declares where its candidates are: `x-entity` (see `EntityRule`).
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.contracts.identity import Caller, Language
from shared.contracts.plan import Choice
from shared.contracts.tools import EntityRule, JsonSchema, ToolContract
from shared.errors import ErpError
from shared.ports import ToolAnswered, ToolInvocation, Tools
from shared.tools.backing_off import back_off, is_soon
from shared.tools.folding import folded, words_of
from shared.tools.normalising import Derived, Refused, derived_text

MAX_LOOKUPS = 4
"""Requests to the ERP for one plan; what would need more is asked for instead."""

type Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Lookup:
    """One question to the ERP: records that hold these words, or those that a rule offers."""

    tool: str
    query: str
    words: str
    offer: tuple[tuple[str, str | int], ...] = ()


@dataclass(frozen=True, slots=True)
class Directory:
    """What was looked up. `hidden` are the tools whose records the caller may not be shown;
    `kinds`, which type of record a tool finds."""

    found: Mapping[Lookup, Sequence[Item]] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    kinds: Mapping[str, str] = field(default_factory=dict)


def rule_of(schema: JsonSchema) -> EntityRule | None:
    declared = schema.get("x-entity")
    return EntityRule.model_validate(declared) if declared else None


def lookup_for(rule: EntityRule, value: object, quote: str) -> Lookup:
    """By the value, where the person wrote it; else by what they wrote instead."""
    return Lookup(rule.tool, rule.query, _said(value, quote))


def lookup_to_offer(rule: EntityRule) -> Lookup | None:
    """For what a question offers, when nobody has said which record is meant."""
    return Lookup(rule.tool, "", "", tuple(rule.offer.items())) if rule.offer else None


def offered_in(rule: EntityRule, directory: Directory) -> tuple[Choice, ...]:
    """None of those that the caller may not be shown."""
    lookup = lookup_to_offer(rule)
    if lookup is None or rule.tool in directory.hidden:
        return ()
    items = directory.found.get(lookup, ())
    usable = [item for item in items if not _is_barred(rule, item) and rule.value in item]
    return _choices(rule, {str(item[rule.value]): item for item in usable})


def derived_entity(
    value: object, quote: str, schema: JsonSchema, rule: EntityRule, directory: Directory
) -> Derived | Refused:
    """The record that the quote names, if it is one and no more.

    Who may not be shown such records is not told which there are, nor whether there are any.
    """
    said = _said(value, quote)
    items = directory.found.get(lookup_for(rule, value, quote))
    if items is None:
        return Refused("missing_unchecked", said)
    named = _named(rule, items, said)
    usable = [item for item in named if not _is_barred(rule, item)]
    by_value = {str(item[rule.value]): item for item in usable if rule.value in item}
    if len(by_value) == 1:
        ((found, item),) = by_value.items()
        return Derived(found, "entity", record=str(item.get(rule.id, "")) or None, field=rule.value)
    if rule.tool in directory.hidden:
        return derived_text(value, quote, schema) if rule.open else Refused("missing_hidden", said)
    if by_value:
        return Refused("missing_several", said, _choices(rule, by_value))
    if named:
        return Refused("missing_closed", said)
    return derived_text(value, quote, schema) if rule.open else Refused("missing_no_record", said)


def _said(value: object, quote: str) -> str:
    wrote = isinstance(value, str) and set(words_of(value)) <= set(words_of(quote))
    return str(value) if wrote and words_of(str(value)) else quote


def _named(rule: EntityRule, items: Sequence[Item], said: str) -> Sequence[Item]:
    """Those that are called exactly so; if there are none, those whose name holds all words."""
    exact = [item for item in items if folded(said) in map(folded, _names(rule, item))]
    words = set(words_of(said))
    return exact or [
        item for item in items if any(words <= set(words_of(name)) for name in _names(rule, item))
    ]


def _names(rule: EntityRule, item: Item) -> Iterable[str]:
    return (str(item[name]) for name in (rule.id, *rule.names) if name in item)


def _is_barred(rule: EntityRule, item: Item) -> bool:
    return any(item.get(name) in values for name, values in rule.unless.items())


def _choices(rule: EntityRule, by_value: Mapping[str, Item]) -> tuple[Choice, ...]:
    return tuple(
        Choice(value=value, label=_label(rule, value, item)) for value, item in by_value.items()
    )


def _label(rule: EntityRule, value: str, item: Item) -> str:
    """By its first name, and the others in brackets to tell it from those called alike; with the
    id, where that is what was asked for."""
    names = [str(item[name]) for name in rule.names if item.get(name)]
    first, *others = [*names, value] if rule.offer or not names else names
    return f"{first} ({', '.join(others)})" if others else first


# --- asking the ERP ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asker:
    """On whose behalf the ERP is asked."""

    caller: Caller
    correlation_id: str
    language: Language


async def look_up(
    lookups: Iterable[Lookup], contracts: Mapping[str, ToolContract], tools: Tools, asker: Asker
) -> Directory:
    """Raises ErpError when the ERP does not answer.

    Whether the caller may see the records is no matter here: who may assign a task may say to whom.
    """
    wanted = list(dict.fromkeys(lookups))[:MAX_LOOKUPS]
    hidden = frozenset(
        each.tool for each in wanted if contracts[each.tool].right not in asker.caller.rights
    )
    answers = await asyncio.gather(
        *(_ask(each, contracts[each.tool], tools, asker) for each in wanted)
    )
    kinds = {name: contract.entity_type for name, contract in contracts.items()}
    return Directory(dict(zip(wanted, answers, strict=True)), hidden, kinds)


async def _ask(
    lookup: Lookup, contract: ToolContract, tools: Tools, asker: Asker
) -> Sequence[Item]:
    invocation = ToolInvocation(
        contract=contract,
        args=dict(lookup.offer) if lookup.offer else {lookup.query: lookup.words},
        caller=asker.caller,
        correlation_id=asker.correlation_id,
        language=asker.language,
    )
    for attempt in range(1, contract.retry.attempts + 1):
        try:
            answer = await tools.call(invocation)
        except ErpError as error:
            if attempt == contract.retry.attempts or not is_soon(contract, error):
                raise
            await back_off(contract, attempt, error)
            continue
        items = answer.result.get("items") if isinstance(answer, ToolAnswered) else ()
        return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else ()
    return ()
