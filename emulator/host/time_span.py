"""Durations as .NET writes them (`TimeSpan.Parse`): `00:05:00`, `1.12:00:00`, `00:00:01.5`, `7`."""

import re
from datetime import timedelta

_CLOCK = re.compile(r"(?:(\d+)\.)?(\d+):(\d{1,2})(?::(\d{1,2})(\.\d{1,7})?)?")


def parse_time_span(text: str) -> timedelta | None:
    """The duration, negative with a leading minus; None when `text` is none.

    A bare number is days. As in .NET the first of three parts means days when it is no hour of a
    day: `24:00:00` is 24 days.
    """
    stripped = text.strip()
    sign = -1 if stripped.startswith("-") else 1
    stripped = stripped.removeprefix("-")
    try:
        if stripped.isdecimal():
            return sign * timedelta(days=int(stripped))
        found = _CLOCK.fullmatch(stripped)
        return None if found is None else sign * _of_clock(found)
    except (OverflowError, ValueError):
        return None


def time_span_text(span: timedelta) -> str:
    """As .NET prints it: `00:30:00`, `1.00:00:00`, `00:00:01.5000000`."""
    seconds = span.days * 86400 + span.seconds
    hours, rest = divmod(seconds, 3600)
    days, hours = divmod(hours, 24)
    text = f"{hours:02d}:{rest // 60:02d}:{rest % 60:02d}"
    fraction = f".{span.microseconds * 10:07d}" if span.microseconds else ""
    return (f"{days}." if days else "") + text + fraction


def _of_clock(found: re.Match[str]) -> timedelta:
    days, first, second, third, fraction = found.groups()
    hours, minutes, seconds = int(first), int(second), int(third or 0)
    whole_days = int(days or 0)
    if days is None and hours > 23 and third is not None and not fraction:
        whole_days, hours, minutes, seconds = hours, minutes, seconds, 0
    if hours > 23 or minutes > 59 or seconds > 59:
        raise ValueError(found[0])
    more = float(fraction or 0)
    return timedelta(days=whole_days, hours=hours, minutes=minutes, seconds=seconds + more)
