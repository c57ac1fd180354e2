"""Checks an answer against what it is made from: ids, quoted names, dates, claims, citations.

An answer made from results may hold only what the tools returned. A sentence that says that
something was done may name only what succeeded; any other sentence also what was asked for. What
was done may neither be told as not done nor be called into doubt, what was not done may not be
either, and what nobody knows has to be told so. Where no tool ran, ids must be from the
conversation or the documents, and marks from the documents.

What no sign sets apart (a name without quotation marks, a sum) is not checked: that would take
another model, whose word would be no better.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from activities.claiming import (
    claims,
    claims_to_have_done,
    denies,
    doubts,
    says_not_done,
    warns,
)
from activities.locating import QUOTED, quotes_in
from shared.contracts.evidence import marks_in
from shared.contracts.identity import Language
from shared.contracts.runs import ToolOutcome
from shared.contracts.tools import JsonSchema, ToolContract
from shared.tools.dates import find_dates
from shared.tools.folding import folded, holds, stems_of

MOST_TOLD = 5
NOT_DONE = frozenset({"failed", "skipped"})
"""What surely did not happen; of `unknown` nobody can say so."""
SENTENCE = re.compile(r"\S(?:.*?[.!?](?=\s|$)|.*$)", re.MULTILINE)
PLAIN_WORDS = ("1", "12", "2026", "tarea", "task")
"""A pattern that these fit tells no id from any other word."""
_DIGIT = re.compile(r"\d")
_DATED = re.compile(r"\d{4}-\d{2}-\d{2}(?:$|T)")
_DAY_AND_MONTH = re.compile(r"\d.*[^\W\d_]{3}|[^\W\d_]{3}.*\d|\d{4}")


@dataclass(frozen=True, slots=True)
class Said:
    """What some of the data hold, made comparable."""

    texts: tuple[str, ...]
    ids: frozenset[str]
    days: frozenset[date]

    def quotes(self, words: str) -> bool:
        """Whether one of the texts holds the words, whatever their endings."""
        stems = set(stems_of(words))
        wanted = folded(words).strip(" .…,;:")
        return any(holds(text, wanted) or stems <= set(stems_of(text)) for text in self.texts)

    def dates(self, day: date, with_year: bool) -> bool:
        if with_year:
            return day in self.days
        return any((each.month, each.day) == (day.month, day.day) for each in self.days)


NOTHING_SAID = Said((), frozenset(), frozenset())


@dataclass(frozen=True, slots=True)
class Facts:
    """What an answer may say. `known` is everything it was given; of that, `done` is about what
    succeeded, `undone` about what surely did not happen, `unsure` about what nobody knows.

    `documents` is how many may be cited, None when citing is not what the answer is about.
    """

    shapes: tuple[re.Pattern[str], ...]
    known: Said
    done: Said
    today: date
    outcomes: tuple[ToolOutcome, ...] = ()
    undone: Said = NOTHING_SAID
    unsure: Said = NOTHING_SAID
    documents: int | None = None
    remembered: bool = False
    """Earlier turns did something that the answer may speak of."""


def id_shapes(contracts: Iterable[ToolContract]) -> tuple[re.Pattern[str], ...]:
    """How ids look: the whole-value patterns that result schemas declare ("^T-[0-9]+$")."""
    declared = {p for each in contracts for p in _patterns(each.result)}
    whole = [p[1:-1] for p in sorted(declared) if p.startswith("^") and p.endswith("$")]
    return tuple(
        re.compile(rf"(?<![\w-])(?:{p})(?![\w-])", re.IGNORECASE)
        for p in whole
        if not any(re.fullmatch(p, word) for word in PLAIN_WORDS)
    )


def _patterns(schema: Any) -> Iterator[str]:
    if isinstance(schema, Mapping):
        if isinstance(schema.get("pattern"), str):
            yield schema["pattern"]
        schema = schema.values()
    elif not isinstance(schema, list):
        return
    for each in schema:
        yield from _patterns(each)


def said_in(
    values: Iterable[object], shapes: Sequence[re.Pattern[str]], now: datetime, zone: ZoneInfo
) -> Said:
    """Everything that the values hold, however nested. Moments count in both UTC and `zone`."""
    texts = tuple(text for value in values for text in _texts(value))
    moments = {text: moment for text in texts if (moment := _moment(text))}
    local = {each.astimezone(zone).date() for each in moments.values() if each.tzinfo}
    own = {each.date() for each in moments.values()} | local
    # Reading dates takes time, and most values are codes or words.
    prose = [text for text in texts if text not in moments and " " in text and _DIGIT.search(text)]
    read = {each.day for each in find_dates("\n".join(prose), now.astimezone(zone).date())}
    return Said(
        texts=tuple(map(folded, texts)),
        ids=frozenset(_ids("\n".join(texts), shapes)),
        days=frozenset({day for day in read if day} | own),
    )


def ids_in(values: Iterable[object], shapes: Sequence[re.Pattern[str]]) -> Said:
    """Only the ids that the values hold: all that is checked where no tool ran."""
    texts = "\n".join(text for value in values for text in _texts(value))
    return Said(texts=(), ids=frozenset(_ids(texts, shapes)), days=frozenset())


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for each in value.values():
                yield from _texts(each)
        case list() | tuple():
            for each in value:
                yield from _texts(each)
        case int() | float():
            yield str(value)
        case _:
            return


def _moment(text: str) -> datetime | None:
    """A date or a moment, as ERPs write them."""
    try:
        return datetime.fromisoformat(text) if _DATED.match(text) else None
    except ValueError:
        return None


def _ids(text: str, shapes: Sequence[re.Pattern[str]]) -> set[str]:
    return {found.group().casefold() for shape in shapes for found in shape.finditer(text)}


def given_by(outcome: ToolOutcome) -> list[object]:
    """What a call lets an answer say: what came back, else what was asked for."""
    result = outcome.result or {}
    asked = {name: value for name, value in outcome.args.items() if name not in result}
    return [result, asked, outcome.error]


def labels_of(contracts: Iterable[ToolContract], language: Language) -> Iterator[str]:
    """What people call the fields of these tools and their choices."""
    for contract in contracts:
        properties: Mapping[str, JsonSchema] = contract.arguments["properties"]
        for schema in properties.values():
            named = [schema.get("x-label", {}), *schema.get("x-choices", {}).values()]
            yield from (names[language] for names in named if language in names)


# --- the check -----------------------------------------------------------------------------------


def problems_of(text: str, facts: Facts) -> tuple[str, ...]:
    """What is wrong with an answer, for the model that has to write it again; a few at most."""
    found = dict.fromkeys([*_whole(text, facts), *_by_sentence(text, facts)])
    return tuple(islice(found, MOST_TOLD))


def _whole(text: str, facts: Facts) -> Iterator[str]:
    unquoted = _without_quotes(text)
    if facts.documents is not None:
        for mark in marks_in(unquoted):
            if not 1 <= mark <= facts.documents:
                yield f"[{mark}] is the number of no document"
    statuses = {each.status for each in facts.outcomes}
    if statuses & NOT_DONE and not denies(unquoted):
        yield "it does not say which of the calls did not succeed"
    if "unknown" in statuses and not warns(unquoted):
        yield "it does not say that nobody knows whether an unknown call was done"


def _by_sentence(text: str, facts: Facts) -> Iterator[str]:
    unquoted = _without_quotes(text)
    acted = any(each.effect_id is not None for each in facts.outcomes)
    succeeded = any(each.effect_id and each.status == "ok" for each in facts.outcomes)
    for place in SENTENCE.finditer(unquoted):
        sentence, bare = text[place.start() : place.end()], place.group()
        claimed = claims(bare) if acted else claims_to_have_done(bare)
        if claimed and not succeeded and not facts.remembered:
            yield f"nothing was done, but it says: {sentence}"
        if acted:
            yield from _untrue(sentence, bare, facts)
        yield from _named(sentence, bare, facts, facts.done if claimed and acted else facts.known)


def _untrue(sentence: str, bare: str, facts: Facts) -> Iterator[str]:
    """What it denies, or doubts, of which the ledger says otherwise."""
    statuses = {each.status for each in facts.outcomes}
    if doubts(bare):
        wrong = "unknown" not in statuses or _is_elsewhere(sentence, facts, facts.unsure)
        what = "it is known what became of that"
    elif says_not_done(bare):
        wrong = not statuses & NOT_DONE or _is_elsewhere(sentence, facts, facts.undone)
        what = "that is not known to have failed"
    else:
        return
    if wrong:
        yield f"{what}, but it says: {sentence}"


def _is_elsewhere(sentence: str, facts: Facts, about: Said) -> bool:
    """Whether it names something, and nothing of what it could be about."""
    ids, quotes = _ids(sentence, facts.shapes), quotes_in(sentence)
    if not ids and not quotes:
        return False
    return ids.isdisjoint(about.ids) and not any(map(about.quotes, quotes))


def _named(sentence: str, bare: str, facts: Facts, allowed: Said) -> Iterator[str]:
    for each in sorted(_ids(sentence, facts.shapes) - allowed.ids):
        yield f"{each.upper()} is not in the data for that"
    if not facts.outcomes:
        return
    for quote in quotes_in(sentence):
        if not allowed.quotes(quote):
            yield f"“{quote}” is not in the data for that"
    yield from _wrong_dates(bare, facts, allowed)


def _wrong_dates(bare: str, facts: Facts, allowed: Said) -> Iterator[str]:
    for found in find_dates(bare, facts.today):
        if found.relative or not _DAY_AND_MONTH.search(found.words):
            continue
        with_year = re.search(r"\d{4}", found.words) is not None
        day = found.day
        if day is None:
            # Without a year it is not sure which one is meant, and so which weekday it is.
            right = not with_year
        else:
            right = day == facts.today or allowed.dates(day, with_year)
        if not right:
            yield f"the date “{found.words}” is not in the data for that"


def _without_quotes(text: str) -> str:
    """The same length, so that places in it are places in `text`."""
    return QUOTED.sub(lambda found: f"«{'x' * (len(found.group()) - 2)}»", text)
