"""Schedules of timer triggers: NCRONTAB expressions of six fields, or a constant interval.

Source: "NCRONTAB expressions", Timer trigger for Azure Functions: second, minute, hour, day,
month, day of week (0 is Sunday); a day must match both day fields. Times are wall clock times
without a zone: `occurrences` knows of zones and daylight saving.
"""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from emulator.host.time_span import parse_time_span

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
# A leap day on a given weekday comes within 40 years; what does not come by then never does.
_HORIZON_YEARS = 41
_SIZES = (60, 24, 31, 12, 7)


class BadSchedule(ValueError):  # noqa: N818 - reads as what it is
    """The expression is none; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Cron:
    """The allowed values of each field, sorted."""

    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]

    @property
    def recurs_within_hours(self) -> bool:
        """Whether seconds, minutes or hours hold a span: such a schedule is an interval."""
        fields = (self.seconds, self.minutes, self.hours)
        return any(after - before == 1 for field in fields for before, after in pairwise(field))

    @property
    def is_frequent(self) -> bool:
        """Whether it recurs within each minute: the host keeps no status of such timers."""
        coarse = (self.minutes, self.hours, self.days, self.months, self.weekdays)
        unrestricted = all(len(field) == size for field, size in zip(coarse, _SIZES, strict=True))
        return unrestricted and len(self.seconds) > 1

    def after(self, moment: datetime) -> datetime | None:
        """The first occurrence later than `moment`; None when there is none."""
        start = moment.replace(microsecond=0) + timedelta(seconds=1)
        day, last_year = start, start.year + _HORIZON_YEARS
        while day.year <= last_year:
            if day.month not in self.months:
                day = _midnight(day.replace(day=1) + timedelta(days=32)).replace(day=1)
                continue
            if day.day in self.days and day.isoweekday() % 7 in self.weekdays:
                found = self._within(day)
                if found is not None:
                    return found
            day = _midnight(day) + timedelta(days=1)
        return None

    def _within(self, day: datetime) -> datetime | None:
        """The first occurrence on that day, not earlier than its time."""
        for hour in self.hours[bisect_left(self.hours, day.hour) :]:
            same_hour = hour == day.hour
            for minute in self.minutes:
                if same_hour and minute < day.minute:
                    continue
                least = day.second if same_hour and minute == day.minute else 0
                index = bisect_left(self.seconds, least)
                if index < len(self.seconds):
                    return day.replace(hour=hour, minute=minute, second=self.seconds[index])
        return None


@dataclass(frozen=True, slots=True)
class Every:
    """A constant interval, counted from the last run."""

    interval: timedelta

    @property
    def is_frequent(self) -> bool:
        """As of Cron."""
        return self.interval < timedelta(minutes=1)


type Schedule = Cron | Every


def parse_schedule(text: str) -> Schedule:
    """Read `0 */5 * * * *` (five fields mean second 0) or `hh:mm:ss`; raises BadSchedule."""
    fields = text.split()
    if len(fields) == 5:
        fields.insert(0, "0")
    if len(fields) == 6:
        return Cron(
            _values(fields[0], 0, 59),
            _values(fields[1], 0, 59),
            _values(fields[2], 0, 23),
            _values(fields[3], 1, 31),
            _values(fields[4], 1, 12, _MONTHS),
            _values(fields[5], 0, 6, _DAYS),
        )
    interval = parse_time_span(text)
    if interval is None or interval <= timedelta(0):
        raise BadSchedule(
            f"{text!r} is neither six fields, such as '0 */5 * * * *', nor an interval hh:mm:ss"
        )
    return Every(interval)


def _values(field: str, low: int, high: int, names: tuple[str, ...] = ()) -> tuple[int, ...]:
    found: set[int] = set()
    for part in field.split(","):
        span, slash, step = part.partition("/")
        first, dash, last = span.partition("-")
        if span == "*":
            start, end = low, high
        else:
            start = _value(first, low, high, names)
            end = _value(last, low, high, names) if dash else high if slash else start
        if slash and not (step.isdigit() and int(step)):
            raise BadSchedule(f"{part!r} has no step after the slash")
        if end < start:
            raise BadSchedule(f"{part!r} ends before it starts")
        found |= set(range(start, end + 1, int(step or 1)))
    return tuple(sorted(found))


def _value(text: str, low: int, high: int, names: tuple[str, ...]) -> int:
    name = text.lower()[:3]
    if name in names:
        return names.index(name) + low
    if not text.isdigit() or not low <= int(text) <= high:
        raise BadSchedule(f"{text!r} is not between {low} and {high}")
    return int(text)


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0)
