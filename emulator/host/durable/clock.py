"""Time as .NET writes it: ticks of 100 ns, printed with up to seven digits."""

import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache

SECOND = 10_000_000
"""Ticks in a second."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Clock:
    """Wall clock whose readings always grow, so that no two events share a timestamp."""

    def __init__(self) -> None:
        self._last = 0

    def now(self) -> int:
        """Ticks since 1970, larger than any reading before."""
        self._last = max(time.time_ns() // 100, self._last + 1)
        return self._last


@lru_cache(maxsize=256)
def _second_text(seconds: int) -> str:
    return (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")


def iso(ticks: int) -> str:
    """`2026-11-22T00:48:03.3178158Z`; trailing zeros of the fraction are cut as .NET cuts them."""
    seconds, fraction = divmod(ticks, SECOND)
    if not fraction:
        return _second_text(seconds) + "Z"
    return f"{_second_text(seconds)}.{fraction:07d}".rstrip("0") + "Z"


def iso_seconds(ticks: int) -> str:
    """The same without a fraction, as instance statuses show times."""
    return _second_text(ticks // SECOND) + "Z"


def iso_offset(ticks: int) -> str:
    """The same with `+00:00` instead of `Z`, as .NET prints a DateTimeOffset."""
    return iso(ticks)[:-1] + "+00:00"


def parse_iso(text: str) -> int:
    """Ticks of an ISO 8601 time; a time without zone is UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // _MICROSECOND * 10


def parse_ticks(text: str) -> int:
    """Ticks of what `iso` has printed, with all seven digits. Raises ValueError."""
    whole, _, fraction = text.removesuffix("Z").partition(".")
    # Python's datetime stops at microseconds.
    return parse_iso(whole) + int(fraction.ljust(7, "0") or 0)


def whole_second_delay(now: int, fire_at: int) -> int:
    """When a timer goes off: the Azure Storage backend cuts the delay to whole seconds."""
    return now + max(0, fire_at - now) // SECOND * SECOND
