"""What host.json says about each run of a function: how long it may take, and retries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from emulator.host.retry_policy import RetryPolicy, retry_policy
from emulator.host.time_span import parse_time_span

_DEFAULT_TIMEOUT = timedelta(minutes=30)
_SHORTEST_TIMEOUT = timedelta(seconds=1)
_NO_TIMEOUT = timedelta(days=-1)


@dataclass(frozen=True, slots=True)
class InvocationPolicy:
    """`timeout` None is no limit; `retry` is for functions that have no policy of their own."""

    timeout: timedelta | None = _DEFAULT_TIMEOUT
    retry: RetryPolicy | None = None

    @classmethod
    def from_host_json(cls, document: Mapping[str, object]) -> "InvocationPolicy":
        """Read `functionTimeout` and `retry`; raises ValueError for what they cannot be."""
        retry = document.get("retry")
        return cls(_timeout(document), retry_policy(retry if isinstance(retry, Mapping) else {}))


def _timeout(document: Mapping[str, object]) -> timedelta | None:
    given = document.get("functionTimeout")
    if given is None:
        return _DEFAULT_TIMEOUT
    span = parse_time_span(str(given))
    if span == _NO_TIMEOUT:
        return None
    if span is None or span < _SHORTEST_TIMEOUT:
        raise ValueError(
            f"functionTimeout is {given!r}: it must be a duration of at least a second, "
            "such as 00:10:00, or -1 for none"
        )
    return span
