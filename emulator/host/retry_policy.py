"""Retry policies of functions: how often a failed run is repeated, and after which pause.

Source: "Azure Functions error handling and retries"; the back-off is that of
RandomizedExponentialBackoffStrategy in the WebJobs SDK.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from emulator.host.time_span import parse_time_span

UNLIMITED = -1
"""As a retry count: again and again until the function succeeds."""

_SPREAD = 0.2


@dataclass(frozen=True, slots=True)
class FixedDelay:
    """The same pause each time."""

    retries: int
    delay: timedelta

    def delays(self) -> Iterator[timedelta]:
        """The pauses before the first, second … retry, without end."""
        while True:
            yield self.delay


@dataclass(frozen=True, slots=True)
class ExponentialBackoff:
    """Pauses that about double, from `minimum` up to `maximum`."""

    retries: int
    minimum: timedelta
    maximum: timedelta

    def delays(self) -> Iterator[timedelta]:
        """The pauses before the first, second … retry, without end."""
        delay = min(self.minimum, self.maximum)
        exponent = 0
        while True:
            yield delay
            if delay < self.maximum:
                spread = random.uniform(1 - _SPREAD, 1 + _SPREAD)  # noqa: S311 - a pause
                factor = spread * 2**exponent
                delay = min(self.minimum + factor * self.minimum, self.maximum)
                exponent += 1


type RetryPolicy = FixedDelay | ExponentialBackoff


def retry_policy(section: Mapping[str, object]) -> RetryPolicy | None:
    """The `retry` object of host.json; None when it is empty. Raises ValueError."""
    if not section:
        return None
    count = section.get("maxRetryCount")
    if not isinstance(count, int) or isinstance(count, bool) or count < UNLIMITED:
        raise ValueError("retry.maxRetryCount must be a whole number, -1 for no limit")
    match str(section.get("strategy", "")).lower():
        case "fixeddelay":
            return FixedDelay(count, _span(section, "delayInterval"))
        case "exponentialbackoff":
            minimum = _span(section, "minimumInterval")
            maximum = _span(section, "maximumInterval")
            if minimum > maximum:
                raise ValueError("retry.minimumInterval must not exceed retry.maximumInterval")
            return ExponentialBackoff(count, minimum, maximum)
    raise ValueError("retry.strategy must be fixedDelay or exponentialBackoff")


def packed(policy: RetryPolicy | None) -> list[float] | None:
    """A policy as numbers: the retries, and one or two pauses in seconds."""
    match policy:
        case None:
            return None
        case FixedDelay(retries, delay):
            return [retries, delay.total_seconds()]
        case ExponentialBackoff(retries, minimum, maximum):
            return [retries, minimum.total_seconds(), maximum.total_seconds()]


def unpacked(numbers: list[float] | None) -> RetryPolicy | None:
    """The policy that was packed."""
    match numbers:
        case [retries, delay]:
            return FixedDelay(int(retries), timedelta(seconds=delay))
        case [retries, minimum, maximum]:
            spans = timedelta(seconds=minimum), timedelta(seconds=maximum)
            return ExponentialBackoff(int(retries), *spans)
    return None


def _span(section: Mapping[str, object], name: str) -> timedelta:
    span = parse_time_span(str(section.get(name, "")))
    if span is None or span < timedelta(0):
        raise ValueError(f"retry.{name} must be a duration such as 00:00:10")
    return span
