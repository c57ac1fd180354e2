"""
Reads the dates in what people write, in Spanish and English, seen from a given day.

A weekday is the next one to come; a day and month without a year is its next occurrence;
`03/04/2026` has the day first, unless only the other order is a date. What is vague ("soon", "in
December") is no date at all; what looks like a date and is none (31 February, a Friday that is a
Saturday) is found with the reason.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from shared.tools.date_words import COUNTS, FEASTS, MONTHS, WEEKDAYS, one_of
from shared.tools.folding import folded_in_place

type Match = re.Match[str]
type Resolve = Callable[[Match, date], date]
type Impossible = Literal["no_such_day", "other_weekday"]


@dataclass(frozen=True, slots=True)
class DateFound:
    """A date's words in a text, and its day; `problem` says why there is none.

    `relative`: which day it is depends on when it was said.
    """

    words: str
    start: int
    end: int
    day: date | None
    problem: Impossible | None = None
    relative: bool = False


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: re.Pattern[str]
    resolve: Resolve
    relative: bool


class _OtherWeekdayError(ValueError):
    """The day is not the weekday it is called."""


def find_dates(text: str, today: date) -> Sequence[DateFound]:
    """All dates in `text` in order; where two readings overlap, the longer one."""
    folded = folded_in_place(text)
    found = [
        _read(text, match, rule, today) for rule in RULES for match in rule.pattern.finditer(folded)
    ]
    found.sort(key=lambda each: (each.start - each.end, each.start))
    chosen: list[DateFound] = []
    for each in found:
        if all(each.end <= one.start or each.start >= one.end for one in chosen):
            chosen.append(each)
    return sorted(chosen, key=lambda each: each.start)


def _read(text: str, match: Match, rule: _Rule, today: date) -> DateFound:
    start, end = match.span()
    problem: Impossible
    try:
        day = rule.resolve(match, today)
        return DateFound(text[start:end], start, end, day, relative=rule.relative)
    except _OtherWeekdayError:
        problem = "other_weekday"
    except (ValueError, OverflowError):
        problem = "no_such_day"
    return DateFound(text[start:end], start, end, None, problem)


# --- reckoning -----------------------------------------------------------------------------------

SATURDAY, FRIDAY = 5, 4


def _first_of(year: int, month: int) -> date:
    """`month` may run past 12 into the next years."""
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def _last_of(year: int, month: int) -> date:
    return _first_of(year, month + 1) - timedelta(days=1)


def _monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _next_weekday(today: date, weekday: int) -> date:
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _coming(month: int, day: int, today: date) -> date:
    """The next such day, today included; 29 February waits for a leap year."""
    for year in range(today.year, today.year + 9):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found >= today:
            return found
    raise ValueError("no year has this day")


def _day_first(match: Match) -> tuple[int, int]:
    first, second = int(match["day"]), int(match["month"])
    return (second, first) if second > 12 >= first else (first, second)


def _plus_months(today: date, months: int) -> date:
    last = _last_of(today.year, today.month + months)
    return last.replace(day=min(today.day, last.day))


def _plus_working_days(today: date, count: int) -> date:
    day = today
    while count > 0:
        day += timedelta(days=1)
        count -= day.weekday() < SATURDAY
    return day


def _as_called(match: Match, day: date) -> date:
    called = match["called"]
    if called is not None and WEEKDAYS[called] != day.weekday():
        raise _OtherWeekdayError
    return day


# --- what each form of words means ---------------------------------------------------------------


def _iso(match: Match, _: date) -> date:
    return date(int(match["year"]), int(match["month"]), int(match["day"]))


def _numeric(match: Match, today: date) -> date:
    day, month = _day_first(match)
    year = match["year"]
    if not year:
        return _as_called(match, _coming(month, day, today))
    return _as_called(match, date(int(year) + (2000 if len(year) == 2 else 0), month, day))


def _with_month(match: Match, today: date) -> date:
    day = int(match["day"]) if match["day"].isdecimal() else 1
    month, year = MONTHS[match["month"]], match["year"]
    meant = date(int(year), month, day) if year else _coming(month, day, today)
    return _as_called(match, meant)


def _start_of_range(match: Match, today: date) -> date:
    day, month, year = int(match["day"]), MONTHS[match["month"]], match["year"]
    return date(int(year), month, day) if year else _coming(month, day, today)


def _day_alone(match: Match, today: date) -> date:
    day = int(match["day"])
    if match["next"]:
        return _first_of(today.year, today.month + 1).replace(day=day)
    for ahead in range(13):
        try:
            found = _first_of(today.year, today.month + ahead).replace(day=day)
        except ValueError:
            continue
        if found >= today:
            return _as_called(match, found)
    raise ValueError("no month has this day")


def _away(days: int) -> Resolve:
    return lambda _, today: today + timedelta(days=days)


def _weekday(match: Match, today: date) -> date:
    weekday = WEEKDAYS[match["weekday"]]
    if match["last"] or match["last2"]:
        return today - timedelta(days=(today.weekday() - weekday - 1) % 7 + 1)
    if match["week"] or match["week2"]:
        return _monday_of(today) + timedelta(days=7 + weekday)
    return _next_weekday(today, weekday)


def _span(match: Match, today: date, sign: int) -> date:
    said, unit = match["count"], match["unit"]
    count = int(said) if said.isdecimal() else COUNTS[said]
    if match["working"] or match.groupdict().get("working2"):
        return _plus_working_days(today, count)
    if unit.startswith("d"):
        return today + timedelta(days=sign * count)
    if unit.startswith(("sem", "week")):
        return today + timedelta(weeks=sign * count)
    return _plus_months(today, sign * count * (12 if unit.startswith(("an", "year")) else 1))


def _ahead(match: Match, today: date) -> date:
    return _span(match, today, 1)


def _ago(match: Match, today: date) -> date:
    return _span(match, today, -1)


def _end_of_period(match: Match, today: date) -> date:
    later = bool(match["next"] or match["next2"])
    match match["unit"]:
        case "semana" | "week":
            friday = _monday_of(today) + timedelta(days=FRIDAY + 7 * later)
            return friday if friday >= today else friday + timedelta(days=7)
        case "mes" | "month":
            return _last_of(today.year, today.month + later)
        case "ano" | "year":
            return date(today.year + later, 12, 31)
        case unit:
            months = 6 if unit.startswith("sem") else 3
            last = (today.month - 1) // months * months + months
            return _last_of(today.year, last + months * later)


def _part_of_month(match: Match, today: date) -> date:
    month, said = MONTHS[match["month"]], match["year"]
    if match["end"]:
        year = int(said) if said else today.year + (month < today.month)
        return _last_of(year, month)
    day = 15 if match["middle"] else 1
    return date(int(said), month, day) if said else _coming(month, day, today)


def _next_period(match: Match, today: date) -> date:
    match match["unit"] or match["unit2"]:
        case "semana" | "week":
            return _monday_of(today) + timedelta(days=7)
        case "mes" | "month":
            return _first_of(today.year, today.month + 1)
        case _:
            return date(today.year + 1, 1, 1)


def _feast(match: Match, today: date) -> date:
    return _coming(*FEASTS[match.group().replace("’", "'")], today)


# --- the forms -----------------------------------------------------------------------------------

_MONTH, _WEEKDAY = one_of(MONTHS), one_of(WEEKDAYS)
_COUNT = rf"(?P<count>\d{{1,3}}|{one_of(COUNTS)})"
_YEAR = r"(?:,?\s*(?:del? |del ano )?(?P<year>(?:19|20)\d\d))?"
_CALLED = rf"(?:(?P<called>{_WEEKDAY}),?\s+(?:(?:dia|the)\s+)?)?"
_TH = r"(?:st|nd|rd|th|[ºo°])?"
_COMING = r"(?:que viene|proxim[oa]|siguiente|entrante)"
_UNITS = r"(?P<unit>dias?|semanas?|meses|mes|anos?|days?|weeks?|months?|years?)"
_WORKING = r"(?P<working>(?:business|working)\s+)?"
# A number alone is a day only where the sentence goes on like this.
_SENTENCE_GOES_ON = (
    r"(?=\s*(?:$|[,;.!?)»”\"\n]|(?:y|e|o|and|or|con|with|at|por(?! ciento)|para|as|como|que"
    r"|prioridad|priority|mejor)\b|a las?\b))"
)


def _rule(pattern: str, resolve: Resolve, *, relative: bool = False) -> _Rule:
    return _Rule(re.compile(pattern), resolve, relative)


RULES: Sequence[_Rule] = (
    _rule(
        r"(?<![\d/.-])(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?![\d/-])", _iso
    ),
    _rule(
        rf"{_CALLED}(?<![\d/.-])(?P<day>\d{{1,2}})(?P<mark>[-/.])(?P<month>\d{{1,2}})(?P=mark)"
        r"(?P<year>\d{4}|\d{2})(?![\d/-])",
        _numeric,
    ),
    _rule(
        rf"{_CALLED}(?<![\d/.,-])(?P<day>[0-3]?\d)/(?P<month>[0-3]?\d)(?P<year>)?(?![\d/-])",
        _numeric,
    ),
    _rule(
        rf"\b{_CALLED}(?P<day>\d{{1,2}}|primero|uno|first){_TH}\s+"
        rf"(?:de |del mes de |day of |of )?\s*(?P<month>{_MONTH})\b{_YEAR}",
        _with_month,
    ),
    _rule(
        rf"\b{_CALLED}(?P<month>{_MONTH})\.?\s+(?:the\s+)?(?P<day>\d{{1,2}}){_TH}"
        rf"(?![\d:]|\s*%){_YEAR}(?!\w)",
        _with_month,
    ),
    # "del 1 al 15 de enero": the month of the first number stands behind the second.
    _rule(
        rf"(?<![\d/.,-])(?P<day>\d{{1,2}}){_TH}(?=\s*(?:al?|to|-|hasta el|until)\s+(?:the\s+)?"
        rf"\d{{1,2}}{_TH}\s+(?:de |of )?(?P<month>{_MONTH})\b{_YEAR})",
        _start_of_range,
    ),
    _rule(
        rf"(?:(?<=\bel )|(?<=\bal )|(?<=\bdel )|(?<=\bthe )|\bdia |\b(?P<called>{_WEEKDAY}) "
        rf"(?:dia )?)(?:dia )?(?P<day>\d{{1,2}}){_TH}(?:\s+(?:de este mes|of this month)\b"
        rf"|(?P<next>\s+(?:del (?:mes {_COMING}|proximo mes)|of next month)\b)"
        rf"|{_SENTENCE_GOES_ON})",
        _day_alone,
        relative=True,
    ),
    _rule(
        r"\b(?:hoy(?! en dia)(?: mismo)?|today|tonight|esta (?:tarde|noche)|eod)\b",
        _away(0),
        relative=True,
    ),
    _rule(
        r"(?<!la )(?<!las )(?<!una )(?<!esta )(?<!\sde )\bmanana\b(?: mismo)?"
        r"(?: por la (?:manana|tarde|noche))?|\btomorrow\b(?: (?:morning|afternoon|evening))?",
        _away(1),
        relative=True,
    ),
    _rule(r"\bpasado manana\b|\b(?:the )?day after tomorrow\b", _away(2), relative=True),
    _rule(r"\bayer\b|\byesterday\b", _away(-1), relative=True),
    _rule(
        r"\banteayer\b|\bantes de ayer\b|\b(?:the )?day before yesterday\b",
        _away(-2),
        relative=True,
    ),
    _rule(
        r"(?<!los )(?<!todos )\b(?:(?:proximo|este|siguiente|next|this|coming|(?P<last>last|past))"
        r"\s+)?(?P<week>(?:next week|la semana que viene|la proxima semana)(?: el| on)? )?"
        rf"(?P<weekday>{_WEEKDAY})\b(?!['’]s)"
        rf"(?:\s+(?:(?P<week2>(?:de la|la) (?:semana {_COMING}|proxima semana)|(?:of )?next week)"
        rf"|{_COMING}|(?P<last2>pasado)\b(?! manana)|de esta semana|(?:of )?this week))?",
        _weekday,
        relative=True,
    ),
    _rule(
        rf"\b(?:en(?: un plazo de)?|dentro de|de aqui a|in|within)\s+{_COUNT}\s+{_WORKING}"
        rf"{_UNITS}\b(?P<working2>\s+(?:habiles|laborables))?",
        _ahead,
        relative=True,
    ),
    _rule(rf"\b{_COUNT}\s+{_WORKING}{_UNITS} from (?:now|today)\b", _ahead, relative=True),
    _rule(rf"\bhace\s+{_COUNT}\s+(?P<working>)?{_UNITS}\b", _ago, relative=True),
    _rule(rf"\b{_COUNT}\s+(?P<working>)?{_UNITS} ago\b", _ago, relative=True),
    _rule(
        r"\b(?:fin|final|finales|ultimo dia|cierre|the end|end|the last day|last day)\s+"
        r"(?:de|del|of)\s+(?:el |este |the |this |presente )?(?P<next>(?:proximo|next)\s+)?"
        r"(?P<unit>mes|ano|trimestre|semestre|month|year|quarter|semester|week)\b"
        rf"(?P<next2>\s+{_COMING})?",
        _end_of_period,
        relative=True,
    ),
    _rule(
        r"\bfinal(?:es)? de (?:la |esta )?(?P<unit>semana)\b(?P<next>)?(?P<next2> que viene)?",
        _end_of_period,
        relative=True,
    ),
    _rule(
        r"\b(?:(?P<end>finales|fin|final|(?:the )?end|late)|(?P<middle>mediados|mid|the middle)"
        r"|principios?|primeros?|comienzos?|inicios?|(?:the )?(?:beginning|start)|early)"
        rf"(?:\s+(?:de|del mes de|of)\s+|[\s-])(?P<month>{_MONTH})\b{_YEAR}",
        _part_of_month,
    ),
    _rule(
        r"\b(?:proxim[oa] |next )(?P<unit>semana|mes|ano|week|month|year)\b"
        rf"|\b(?P<unit2>semana|mes|ano) {_COMING}\b",
        _next_period,
        relative=True,
    ),
    _rule(rf"\b{one_of(FEASTS)}\b", _feast),
)
