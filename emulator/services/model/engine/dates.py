"""Finds the dates that a text speaks of, in Spanish and English, seen from a given day.

A weekday is the next one after today; a day and month without a year is its next occurrence;
`03/04/2026` is read with the day first, unless only the other way gives a date. What is vague
("in December", "soon") or impossible (31 February) is no date.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from .calendar_words import FEASTS, MONTHS, NUMBERS, WEEKDAYS, alternatives
from .folding import fold

type Resolve = Callable[[re.Match[str], date], date | None]

_SATURDAY = 5
_FRIDAY = 4
_MONTH = alternatives(MONTHS)
_WEEKDAY = alternatives(WEEKDAYS)
_COUNT = r"(?P<count>\d{1,3}|" + alternatives(NUMBERS) + ")"
_YEAR = r"(?:,?\s*(?:del? |del ano )?(?P<year>(?:19|20)\d\d))?"
_NAMED = rf"(?:(?:{_WEEKDAY}),?\s+(?:(?:dia|the)\s+)?)?"
_ENDS = (
    r"(?=\s*(?:$|[,;.!?)\n]|(?:y|e|o|and|or|con|with|at|por(?! ciento)|para|as|como|que|prioridad"
    r"|priority|mejor)\b|a las?\b))"
)
_COMING = r"(?:que viene|proxim[oa]|siguiente|entrante)"


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date and the place of its words in the text; articles and prepositions stay outside.

    `day` is None for words that look like a date and are none.
    """

    start: int
    end: int
    day: date | None


def find_dates(text: str, today: date, *, impossible: bool = False) -> Sequence[DateMention]:
    """All dates in `text`, in order, without overlaps (the longest reading wins).

    With `impossible`, those that no calendar has are among them.
    """
    folded = fold(text)
    found = [
        DateMention(match.start(), match.end(), day)
        for pattern, resolve in _RULES
        for match in pattern.finditer(folded)
        if (day := _resolved(resolve, match, today)) is not None or impossible
    ]
    found.sort(key=lambda mention: (mention.start - mention.end, mention.start))
    chosen: list[DateMention] = []
    for mention in found:
        if all(mention.end <= one.start or mention.start >= one.end for one in chosen):
            chosen.append(mention)
    return sorted(chosen, key=lambda mention: mention.start)


def next_weekday(today: date, weekday: int) -> date:
    """The next such day after today; 0 is Monday."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def month_end(year: int, month: int) -> date:
    """The last day of the month; `month` may run past 12 into the next years."""
    return _month_start(year, month + 1) - timedelta(days=1)


def _month_start(year: int, month: int) -> date:
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def _resolved(resolve: Resolve, match: re.Match[str], today: date) -> date | None:
    try:
        return resolve(match, today)
    except (ValueError, OverflowError):
        # The numbers looked like a date, but the calendar has no such day.
        return None


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else NUMBERS[text]


def _coming(month: int, day: int, today: date) -> date:
    """The next occurrence, today included; 29 February waits for a leap year."""
    for year in range(today.year, today.year + 9):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found >= today:
            return found
    raise ValueError("There is no such day.")


def _iso(match: re.Match[str], _: date) -> date:
    return date(int(match["year"]), int(match["month"]), int(match["day"]))


def _numeric(match: re.Match[str], today: date) -> date | None:
    first, second = int(match["day"]), int(match["month"])
    day, month = (second, first) if second > 12 >= first else (first, second)
    year = match["year"]
    if year is None:
        return _coming(month, day, today)
    return date(int(year) + (2000 if len(year) == 2 else 0), month, day)


def _day_and_month(match: re.Match[str], today: date) -> date:
    said = match["day"]
    day = int(said) if said.isdecimal() else 1
    month = MONTHS[match["month"]]
    if match["year"] is not None:
        return date(int(match["year"]), month, day)
    return _coming(month, day, today)


def _day_alone(match: re.Match[str], today: date) -> date:
    day = int(match["day"])
    if match["next"] is not None:
        start = _month_start(today.year, today.month + 1)
        return start.replace(day=day)
    for ahead in range(13):
        start = _month_start(today.year, today.month + ahead)
        try:
            found = start.replace(day=day)
        except ValueError:
            continue
        if found >= today:
            return found
    raise ValueError("There is no such day.")


def _in_days(days: int) -> Resolve:
    return lambda _, today: today + timedelta(days=days)


def _weekday(match: re.Match[str], today: date) -> date:
    weekday = WEEKDAYS[match["weekday"]]
    if match["week"] is not None or match["before"] is not None:
        monday = today + timedelta(days=7 - today.weekday())
        return monday + timedelta(days=weekday)
    return next_weekday(today, weekday)


def _last_weekday(match: re.Match[str], today: date) -> date:
    weekday = WEEKDAYS[match["weekday"] or match["weekday2"]]
    return next_weekday(today, weekday) - timedelta(days=7 + 7 * (weekday == today.weekday()))


def _after(match: re.Match[str], today: date) -> date:
    count, unit = _number(match["count"]), match["unit"]
    if match["working"]:
        return _working_days(today, count)
    if unit.startswith("d"):
        return today + timedelta(days=count)
    if unit.startswith(("sem", "week")):
        return today + timedelta(weeks=count)
    months = count * 12 if unit.startswith(("an", "year")) else count
    last = month_end(today.year, today.month + months)
    return last.replace(day=min(today.day, last.day))


def _working_days(today: date, count: int) -> date:
    day = today
    while count > 0:
        day += timedelta(days=1)
        count -= day.weekday() < _SATURDAY
    return day


def _period_end(match: re.Match[str], today: date) -> date:
    later = match["next"] is not None or match["before"] is not None
    unit = match["unit"]
    if unit in ("semana", "week"):
        monday = today - timedelta(days=today.weekday())
        friday = monday + timedelta(days=_FRIDAY + 7 * later)
        return friday if friday >= today else friday + timedelta(days=7)
    if unit in ("mes", "month"):
        return month_end(today.year, today.month + later)
    if unit in ("ano", "year"):
        return date(today.year + later, 12, 31)
    length = 6 if unit in ("semestre", "semester") else 3
    last = (today.month - 1) // length * length + length
    return month_end(today.year, last + length * later)


def _month_part(match: re.Match[str], today: date) -> date:
    month = MONTHS[match["month"]]
    year = int(match["year"]) if match["year"] is not None else None
    if match["end"] is not None:
        if year is None:
            year = today.year + (month < today.month)
        return month_end(year, month)
    day = 15 if match["middle"] is not None else 1
    return _coming(month, day, today) if year is None else date(year, month, day)


def _next_period(match: re.Match[str], today: date) -> date:
    unit = match["unit"] or match["unit2"]
    if unit in ("semana", "week"):
        return today + timedelta(days=7 - today.weekday())
    if unit in ("mes", "month"):
        return _month_start(today.year, today.month + 1)
    return date(today.year + 1, 1, 1)


def _feast(match: re.Match[str], today: date) -> date:
    month, day = FEASTS[match.group()]
    return _coming(month, day, today)


def _rule(pattern: str, resolve: Resolve) -> tuple[re.Pattern[str], Resolve]:
    return re.compile(pattern), resolve


_PERIOD = r"(?P<unit>mes|ano|trimestre|semestre|month|year|quarter|semester)"
_RULES: Sequence[tuple[re.Pattern[str], Resolve]] = (
    _rule(
        r"(?<![\d/.-])(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?![\d/-])", _iso
    ),
    _rule(
        rf"{_NAMED}(?<![\d/.-])(?P<day>\d{{1,2}})(?P<sep>[-/.])(?P<month>\d{{1,2}})(?P=sep)"
        r"(?P<year>\d{4}|\d{2})(?![\d/-])",
        _numeric,
    ),
    _rule(
        rf"{_NAMED}(?<![\d/.,-])(?P<day>[0-3]?\d)/(?P<month>[0-3]?\d)(?P<year>)?(?![\d/-])",
        lambda match, today: _coming_numeric(match, today),
    ),
    _rule(
        rf"\b{_NAMED}(?P<day>\d{{1,2}}|primero|uno|first)(?:st|nd|rd|th|[ºo°])?\s+"
        rf"(?:de |del mes de |day of |of )?\s*(?P<month>{_MONTH})\b{_YEAR}",
        _day_and_month,
    ),
    _rule(
        rf"\b{_NAMED}(?P<month>{_MONTH})\.?\s+(?:the\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?"
        rf"(?![\d:]|\s*%){_YEAR}(?!\w)",
        _day_and_month,
    ),
    # "del 1 al 15 de enero": the first number has its month behind the second.
    _rule(
        rf"(?<![\d/.,-])(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?=\s*(?:al?|to|-|hasta el|until)\s+"
        rf"(?:the\s+)?\d{{1,2}}(?:st|nd|rd|th)?\s+(?:de |of )?(?P<month>{_MONTH})\b{_YEAR})",
        _day_and_month,
    ),
    _rule(
        rf"(?:(?<=\bel )|(?<=\bal )|(?<=\bdel )|(?<=\bthe )|\bdia |\b(?:{_WEEKDAY}) (?:dia )?)"
        r"(?:dia )?(?P<day>\d{1,2})(?:st|nd|rd|th)?"
        r"(?:(?:\s+(?:de este mes|of this month)\b)|"
        rf"(?P<next>\s+(?:del (?:mes {_COMING}|proximo mes)|of next month)\b)|{_ENDS})",
        _day_alone,
    ),
    _rule(r"\b(?:hoy(?! en dia)(?: mismo)?|today|tonight|esta (?:tarde|noche)|eod)\b", _in_days(0)),
    _rule(
        r"(?<!la )(?<!las )(?<!una )(?<!esta )(?<!\sde )\bmanana\b(?: mismo)?"
        r"(?: por la (?:manana|tarde|noche))?|\btomorrow\b(?: (?:morning|afternoon|evening))?",
        _in_days(1),
    ),
    _rule(r"\b(?:ayer|yesterday)\b", _in_days(-1)),
    _rule(
        rf"\b(?:last\s+(?P<weekday>{_WEEKDAY})|(?P<weekday2>{_WEEKDAY})\s+pasado)\b(?! manana)",
        lambda match, today: _last_weekday(match, today),
    ),
    _rule(r"\bpasado manana\b|\b(?:the )?day after tomorrow\b", _in_days(2)),
    _rule(
        r"(?<!los )(?<!todos )\b(?:(?:proximo|este|siguiente|next|this|coming)\s+)?"
        r"(?P<before>(?:next week|la semana que viene|la proxima semana)(?: el| on)? )?"
        rf"(?P<weekday>{_WEEKDAY})\b(?!['’]s)"
        rf"(?:\s+(?:(?P<week>(?:de la|la) (?:semana {_COMING}|proxima semana)|(?:of )?next week)"
        rf"|{_COMING}|de esta semana|(?:of )?this week))?",
        _weekday,
    ),
    _rule(
        rf"\b(?:en(?: un plazo de)?|dentro de|de aqui a|in|within)\s+{_COUNT}\s+"
        r"(?P<working>(?:business|working)\s+)?"
        r"(?P<unit>dias?|semanas?|meses|mes|anos?|days?|weeks?|months?|years?)\b"
        r"(?(working)|(?P<working2>\s+(?:habiles|laborables))?)",
        lambda match, today: _after_stated(match, today),
    ),
    _rule(
        rf"\b{_COUNT}\s+(?P<working>(?:business|working)\s+)?"
        r"(?P<unit>days?|weeks?|months?|years?) from (?:now|today)\b",
        _after,
    ),
    _rule(
        r"\b(?:el )?(?:fin|final|finales|ultimo dia|cierre|the end|end|the last day|last day)\s+"
        r"(?:de|del|of)\s+(?:el |este |the |this |presente )?(?P<before>(?:proximo|next)\s+)?"
        rf"{_PERIOD}\b(?P<next>\s+{_COMING})?",
        _period_end,
    ),
    _rule(
        r"\b(?:finales de (?:la |esta )?(?P<unit>semana)(?P<next> que viene)?"
        r"|final de (?:la|esta) semana)\b(?P<before>)?",
        lambda match, today: _week_end(match["next"] is not None, today),
    ),
    _rule(
        r"\b(?:the )?end of (?:the |this )?(?P<later>next )?week\b",
        lambda match, today: _week_end(match["later"] is not None, today),
    ),
    _rule(
        r"\b(?:(?P<end>finales|fin|final|(?:the )?end|late)|(?P<middle>mediados|mid|the middle)|"
        r"principios?|primeros?|comienzos?|inicios?|(?:the )?(?:beginning|start)|early)"
        rf"(?:\s+(?:de|del mes de|of)\s+|[\s-])(?P<month>{_MONTH})\b{_YEAR}",
        _month_part,
    ),
    _rule(
        r"\b(?:proxim[oa] |next )(?P<unit>semana|mes|ano|week|month|year)\b|"
        rf"\b(?P<unit2>semana|mes|ano) {_COMING}\b",
        _next_period,
    ),
    _rule(rf"\b{alternatives(FEASTS)}\b", _feast),
)


def _coming_numeric(match: re.Match[str], today: date) -> date | None:
    first, second = int(match["day"]), int(match["month"])
    day, month = (second, first) if second > 12 >= first else (first, second)
    return _coming(month, day, today)


def _after_stated(match: re.Match[str], today: date) -> date:
    if match["working2"]:
        return _working_days(today, _number(match["count"]))
    return _after(match, today)


def _week_end(later: bool, today: date) -> date:
    friday = today - timedelta(days=today.weekday()) + timedelta(days=_FRIDAY + 7 * later)
    return friday if friday >= today else friday + timedelta(days=7)
