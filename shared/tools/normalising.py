"""
The normalisers: how a value follows from the words it was read in.

Each is a rule that code can check, whoever proposes the value: `text` (its words are in the
quote), `date` (the quote, read by the person's calendar, is that day), `number`, `boolean`,
`enum` (the quote holds a name of the choice) and `entity` (see `shared.tools.entities`).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from shared.contracts.identity import Language
from shared.contracts.plan import Choice, Normaliser
from shared.contracts.tools import JsonSchema
from shared.tools.dates import DateFound, find_dates
from shared.tools.folding import folded, stems_of, words_of
from shared.tools.numbers import find_numbers, is_reckoned
from shared.tools.sources import Passage
from shared.tools.truths import is_condition, names_of, truths_in


@dataclass(frozen=True, slots=True)
class Derived:
    """A value that follows from its quote; `record` and `field` name an ERP record's field."""

    value: Any
    normaliser: Normaliser
    record: str | None = None
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a value was not taken: a key of the wording (or a sentence) about the words `said`.

    `said` is None when nobody said anything about it; `choices` are what it could be instead.
    """

    reason: str
    said: str | None = None
    choices: tuple[Choice, ...] = ()


def normaliser_of(schema: JsonSchema) -> Normaliser:
    """Of an argument, by its schema; the contract says the rest (`x-choices`, `x-synonyms`)."""
    if "x-entity" in schema:
        return "entity"
    if "enum" in schema:
        return "enum"
    match schema.get("type"), schema.get("format"):
        case (("integer" | "number"), _):
            return "number"
        case "boolean", _:
            return "boolean"
        case "string", "date":
            return "date"
        case _:
            return "text"


def derive(value: object, passage: Passage, schema: JsonSchema) -> Derived | Refused:
    """The value as it follows from the quote, by every normaliser but `entity`."""
    if isinstance(value, list) and schema.get("type") == "array":
        return _each(value, passage, schema.get("items", {}))
    match normaliser_of(schema):
        case "date":
            return _date(value, passage)
        case "number":
            return _number(value, passage)
        case "boolean":
            return _boolean(value, passage, schema)
        case "enum":
            return _enum(value, passage, schema)
        case "text" | "entity":
            return derived_text(value, passage.quote, schema)


def _each(values: Sequence[object], passage: Passage, items: JsonSchema) -> Derived | Refused:
    """A list follows when each of its values does; it is called by their normaliser."""
    parts = [derive(value, passage, items) for value in values]
    refused = next((part for part in parts if isinstance(part, Refused)), None)
    read = [part.value for part in parts if isinstance(part, Derived)]
    return refused or Derived(read, normaliser_of(items))


# --- text ----------------------------------------------------------------------------------------


def derived_text(value: object, quote: str, schema: JsonSchema) -> Derived | Refused:
    said = isinstance(value, str) and _says(folded(quote), folded(value), schema)
    return Derived(value, "text") if said else Refused("missing_not_in_quote", quote)


def _says(quote: str, value: str, schema: JsonSchema) -> bool:
    if schema.get("format") == "email":
        # "ana@x.es" is said neither by "eva.ana@x.es" nor by "ana@x.es.org".
        address = rf"(?<![\w.+%-]){re.escape(value)}(?![\w-]|\.\w)"
        return bool(value) and re.search(address, quote) is not None
    words = words_of(value)
    return set(words) <= set(words_of(quote)) if words else bool(value) and value in quote


# --- date ----------------------------------------------------------------------------------------


def _date(value: object, passage: Passage) -> Derived | Refused:
    """The value is the day in ISO form, or the words for it, which are read here."""
    quote = passage.quote
    found = dates_at(passage)
    days = list(dict.fromkeys(each.day for each in found if each.day))
    if isinstance(value, str) and _iso(value) is None:
        if not _says(folded(quote), folded(value), {}):
            return Refused("missing_not_in_quote", quote)
        if len(days) == 1:
            return Derived(days[0].isoformat(), "date")
    elif any(str(value) == day.isoformat() for day in days):
        return Derived(value, "date")
    problem = next((each for each in found if each.problem), None)
    if problem is not None and not days:
        return Refused(f"missing_{problem.problem}", problem.words)
    choices = tuple(Choice(value=day.isoformat(), label=day.isoformat()) for day in days)
    return Refused("missing_other_date" if days else "missing_no_date", quote, choices)


def dates_at(passage: Passage) -> Sequence[DateFound]:
    """The dates that the quote is (part of), in the sense they have in their sentence."""
    found = find_dates(passage.text.text, passage.text.day)
    return [each for each in found if each.start < passage.end and passage.start < each.end]


def _iso(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


# --- number --------------------------------------------------------------------------------------


def _number(value: object, passage: Passage) -> Derived | Refused:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Refused("missing_invalid", passage.quote)
    # "twice 500" says a number, but not this one; nobody has worked out which.
    reckoned = is_reckoned(passage.text.text[: passage.start], passage.quote)
    said = not reckoned and Decimal(str(value)) in find_numbers(passage.widened)
    return Derived(value, "number") if said else Refused("missing_not_in_quote", passage.quote)


# --- boolean -------------------------------------------------------------------------------------


def _boolean(value: object, passage: Passage, schema: JsonSchema) -> Derived | Refused:
    """Yes and no are said by the words for them, or by what the argument is called, or is called
    otherwise (`x-synonyms` of "true" and "false"), with or without a denial."""
    if not isinstance(value, bool):
        return Refused("missing_invalid", passage.quote)
    if is_condition(passage.quote, passage.text.text[passage.end :]):
        return Refused("missing_not_in_quote", passage.quote)
    said = truths_in(passage.clause, passage.quote, names_of(schema))
    if said == {value}:
        return Derived(value, "boolean")
    return Refused("missing_several" if len(said) > 1 else "missing_not_in_quote", passage.quote)


# --- enum ----------------------------------------------------------------------------------------


def _enum(value: object, passage: Passage, schema: JsonSchema) -> Derived | Refused:
    named = choices_named(passage.quote, schema)
    if named == [value]:
        return Derived(value, "enum")
    return Refused("missing_several" if len(named) > 1 else "missing_not_in_quote", passage.quote)


def choices_named(quote: str, schema: JsonSchema) -> Sequence[object]:
    """The values of a closed list that a quote names, each once.

    Longer names are looked for first, and what they took is gone: in "not urgent" nobody says
    "urgent". Endings of gender and number do not matter.
    """
    rest = f" {' '.join(stems_of(quote))} "
    named: list[object] = []
    for words, value in sorted(_names(schema), key=lambda pair: -len(pair[0])):
        if f" {words} " in rest:
            rest = rest.replace(f" {words} ", "  |  ")
            named += [value] if value not in named else []
    return named


def _names(schema: JsonSchema) -> Iterator[tuple[str, object]]:
    for value in schema["enum"]:
        labels = schema.get("x-choices", {}).get(value, {}).values()
        synonyms = schema.get("x-synonyms", {}).get(value, {}).values()
        phrases = [str(value).replace("_", " "), *labels, *(w for same in synonyms for w in same)]
        for phrase in phrases:
            if words := " ".join(stems_of(phrase)):
                yield words, value


def choices_of(schema: JsonSchema, language: Language) -> tuple[Choice, ...]:
    """The values of a closed list under the names people know them by."""
    names = schema.get("x-choices", {})
    return tuple(
        Choice(value=str(value), label=names.get(value, {}).get(language, str(value)))
        for value in schema.get("enum", ())
    )
