"""Whether the numbers and days of a sentence are those of the text it is said to be from.

A number is one with its whole writing: the 200 of 1.200 is none, neither is the 30 of 30 June or
the 5 of T-5. What stands behind it counts where both say it: 30 euros are not 30 days.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from shared.tools.date_words import MONTHS, one_of
from shared.tools.dates import DateFound, find_dates
from shared.tools.folding import folded, folded_in_place, holds, words_of
from shared.tools.numbers import find_numbers

UNITS: Mapping[str, str] = {
    word: words
    for words in (
        "% por_ciento por_cien percent per_cent",
        "€ euro euros eur",
        "$ dolar dolares dollar dollars usd",
        "£ libra libras pound pounds gbp",
        "dia dias day days",
        "semana semanas week weeks",
        "mes meses month months",
        "ano anos year years",
        "h hora horas hour hours",
        "min minuto minutos minute minutes",
        "segundo segundos second seconds",
        "mil thousand",
        "millon millones million millions",
        "m metro metros meter meters metre metres",
        "km kilometro kilometros kilometre kilometres",
        "kg kilo kilos",
    )
    for word in words.split()
}
"""What is counted, to what is the same in other words."""
_UNIT = re.compile(
    r"[\s_]?(?P<unit>[%€$£]|(?:"
    + "|".join(re.escape(word).replace("_", r"\s") for word in UNITS if word[0].isalpha())
    + r")(?!\w))"
)
_WRITTEN = re.compile(r"[^\W\d_]*-?\d\w*(?:[.,:/–-]\w*\d\w*)*")
"""A number, a code, a moment, a range: everything that hangs together around a digit."""
_NUMBER = re.compile(r"-?(\d[\d.,]*)[^\W\d_]{0,4}")
_RANGE = re.compile(r"(\d[\d.,]*)[-–](\d[\d.,]*)")
_WORD_OR_SIGN = re.compile(r"\w+|[^\w\s]")
_PARTS = re.compile(r"[^\W\d_]+|\d+")
_CURRENCY_BEFORE = re.compile(r"([€$£])\s?$")
_DAY_BEFORE = re.compile(r"\b(?:dia|day)\s$")
_ONE = Decimal(1)
_MONTH_ALONE = re.compile(
    r"\b(?:en|de|desde|hasta|durante|in|of|since|until|by|during)\s"
    rf"(?P<month>{one_of(MONTHS)})\b"
)
_ANY_DAY = date(2000, 1, 1)
"""Of dates without a year only day and month are compared; it was a leap year."""
_YEAR = re.compile(r"\b\d{4}\b|(?:\d+[-/.]){2}\d")


@dataclass(frozen=True, slots=True)
class Figure:
    """One writing with a digit: `value` if it is a number that stands for itself, `unit` if what
    it counts is known, `parts` of what it is made of."""

    parts: tuple[str, ...]
    value: Decimal | None
    unit: str | None
    behind: str = ""
    is_day: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    month: int
    day: int
    year: int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """All of a text; `words` are the numbers in words, `broken` dates that do not exist."""

    text: str
    figures: tuple[Figure, ...]
    words: tuple[Figure, ...]
    days: tuple[Day, ...]
    broken: tuple[str, ...]
    months: frozenset[int]
    """Named without a day."""


def has_figures_of(claim: str, said: str) -> bool:
    """Whether each number, day and month of the claim is said."""
    wanted = _read(claim)
    if not (wanted.figures or wanted.words or wanted.days or wanted.broken or wanted.months):
        return True
    given = figures_of(said)
    return (
        all(_is_given(each, given) for each in wanted.figures)
        and all(_is_counted(each, given) for each in wanted.words)
        and all(_is_dated(each, given) for each in wanted.days)
        and all(holds(given.text, each) for each in wanted.broken)
        and all(_is_month(each, given) for each in wanted.months)
    )


@lru_cache(maxsize=32)
def figures_of(text: str) -> Figures:
    """Remembered: a document is asked once for each sentence that cites it."""
    return _read(text)


def _read(text: str) -> Figures:
    plain = " ".join(folded_in_place(text).split())
    dates = [each for each in find_dates(plain, _ANY_DAY) if _is_a_day(each)]
    without = plain
    for each in reversed(dates):
        without = f"{without[: each.start]};{without[each.end :]}"
    return Figures(
        text=folded(plain),
        figures=tuple(_figures(without)),
        words=tuple(_in_words(without)),
        days=tuple(_day(each.day, each.words) for each in dates if each.day is not None),
        broken=tuple(folded(each.words) for each in dates if each.day is None),
        months=frozenset(MONTHS[found["month"]] for found in _MONTH_ALONE.finditer(without)),
    )


def _is_a_day(found: DateFound) -> bool:
    return not found.relative and any(sign.isdecimal() for sign in found.words)


def _day(day: date, words: str) -> Day:
    has_year = _YEAR.search(words) is not None
    return Day(day.month, day.day, day.year if has_year else None)


def _figures(text: str) -> Iterator[Figure]:
    for found in _WRITTEN.finditer(text):
        written, behind = found.group(), text[found.end() :]
        unit = _unit_of(text[: found.start()], behind, written)
        apart = _RANGE.fullmatch(written)
        pieces = apart.groups() if apart else (written,)
        for piece in pieces:
            yield Figure(
                parts=_parts(piece),
                value=_value(piece),
                unit=unit,
                behind=next(iter(re.findall(r"^\s(\w+)", behind)), ""),
                is_day=_DAY_BEFORE.search(text[: found.start()]) is not None,
            )


def _in_words(text: str) -> Iterator[Figure]:
    run: list[re.Match[str]] = []
    for found in _WORD_OR_SIGN.finditer(f"{text};"):
        if _is_number_word(found.group()) or (run and found.group() in ("y", "and")):
            run.append(found)
            continue
        while run and not _is_number_word(run[-1].group()):
            run.pop()
        if run:
            words = [each.group() for each in run]
            behind = text[run[-1].end() :]
            for value in find_numbers(" ".join(words)):
                yield Figure(tuple(words), value, _unit_of("", behind, ""))
        run = []


@lru_cache(maxsize=4096)
def _is_number_word(word: str) -> bool:
    return word.isalpha() and bool(find_numbers(word))


def _unit_of(before: str, behind: str, written: str) -> str | None:
    glued = _PARTS.findall(written)[-1:]
    if glued and glued[0] in UNITS:
        return UNITS[glued[0]]
    if found := _UNIT.match(behind):
        return UNITS[re.sub(r"\s", "_", found["unit"])]
    currency = _CURRENCY_BEFORE.search(before)
    return UNITS[currency[1]] if currency else None


def _value(written: str) -> Decimal | None:
    """A dot or comma before three digits groups them, as in both languages; behind a zero it
    cannot."""
    number = _NUMBER.fullmatch(written)
    if number is None:
        return None
    readings = find_numbers(number[1])
    if not readings:
        return None
    return min(readings) if number[1].startswith("0") else max(readings)


def _parts(written: str) -> tuple[str, ...]:
    return tuple(each.lstrip("0") or "0" for each in _PARTS.findall(written))


# --- the comparison ------------------------------------------------------------------------------


def _is_given(wanted: Figure, given: Figures) -> bool:
    if any(_is_same(wanted, each) for each in given.figures):
        return True
    if wanted.is_day and any(wanted.parts == (str(each.day),) for each in given.days):
        return True
    if wanted.unit is None and any(wanted.parts == (str(each.year),) for each in given.days):
        return True
    if wanted.value == _ONE:
        return bool(wanted.behind) and _counts_one(wanted.behind, given.text)
    return any(_is_same(wanted, each) for each in given.words)


def _is_same(wanted: Figure, given: Figure) -> bool:
    if wanted.unit and given.unit and wanted.unit != given.unit:
        return False
    if wanted.value is not None and given.value is not None:
        return wanted.value == given.value
    if wanted.value is not None and wanted.unit is not None:
        # What is counted is a number, and no part of a name.
        return False
    ours, theirs = wanted.parts, given.parts
    return ours == theirs or _bare(ours) == theirs or ours == _bare(theirs)


def _bare(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Without the letters in front: "v2.10" is called 2.10, "T-1042" 1042."""
    return parts[1:] if parts[0].isalpha() else parts


def _counts_one(what: str, text: str) -> bool:
    """ "un", "una" and "one" are in every text: what they count has to be the same."""
    return re.search(rf"\b(?:un|uno|una|one|an?) {re.escape(what)}\b", text) is not None


def _is_counted(wanted: Figure, given: Figures) -> bool:
    """A number in words; "dos y tres" may be two of them, and one is no more than an article."""
    if wanted.value is None or wanted.value <= _ONE:
        return True
    known = (*given.words, *given.figures)
    if any(_is_same(wanted, each) for each in known):
        return True
    alone = {value for word in wanted.parts for value in find_numbers(word)}
    return wanted.value not in alone and alone <= {each.value for each in known}


def _is_dated(wanted: Day, given: Figures) -> bool:
    return any(
        (each.month, each.day) == (wanted.month, wanted.day) and _is_year(wanted.year, each, given)
        for each in given.days
    )


def _is_year(wanted: int | None, of: Day, given: Figures) -> bool:
    if wanted is None or wanted == of.year:
        return True
    if of.year is not None:
        return False
    told = (*(each.value for each in given.figures), *(each.year for each in given.days))
    return wanted in told


def _is_month(wanted: int, given: Figures) -> bool:
    if wanted in given.months or any(each.month == wanted for each in given.days):
        return True
    return any(MONTHS.get(word) == wanted for word in words_of(given.text))
