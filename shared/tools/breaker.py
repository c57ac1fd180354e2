"""A circuit breaker: a host that is down is left alone for a while.

    closed --5 failures in a row--> open --10 s--> half open --an answer--> closed
                                      ^----------- a failure -----|

After Nygard, "Release It!". A failure is a call that was not answered, or answered 503: the host
itself says that it serves nobody now (RFC 9110, 15.6.4). Any other answer shows that it is there.
It is left alone for as long as a failure's `Retry-After` asks, if that is more than the pause.
Half open lets one call through, whose end decides for all others: they wait for it (`tried`).
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from shared.errors import ErpError

FAILURES = 5
PAUSE_SECONDS = 10.0
LONGEST_PAUSE_SECONDS = 300.0
"""However long a host asks to be left alone: one call in so many seconds is no burden to it."""


class HostDownError(ErpError):
    """The host could not be reached, broke off, took too long, or said that it is unavailable."""


class CircuitBreaker:
    """Of one host, for one event loop; `now` is in seconds and never goes back."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._failures = 0
        self._open_until: float | None = None
        self._trial: asyncio.Event | None = None
        """Set when the call that tries a half-open circuit has ended."""

    async def tried(self) -> None:
        """Wait while another call tries the host; no longer than that one may take."""
        while self._trial is not None:
            await self._trial.wait()

    @contextmanager
    def call(self) -> Iterator[None]:
        """Around one call. Raises ErpError (nothing was sent) when the circuit is open."""
        trial = self._admit()
        try:
            yield
        except HostDownError as error:
            self._failures += 1
            if trial is not None or self._failures >= FAILURES:
                self._open(error.retry_after or 0)
            raise
        except ErpError:
            # An answer that is no good is one all the same.
            self._close()
            raise
        else:
            self._close()
        finally:
            # Also of a call that was cancelled, which tells nothing: the next one is the trial.
            if trial is not None:
                self._trial = None
                trial.set()

    def _open(self, asked: float) -> None:
        """Calls that were under way together end one after the other: the longest pause holds."""
        until = self._now() + min(max(asked, PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)
        self._open_until = max(until, self._open_until or until)

    def _close(self) -> None:
        self._failures = 0
        self._open_until = None

    def _admit(self) -> asyncio.Event | None:
        """What this call has to set at its end, if it is the trial of a half-open circuit."""
        if self._open_until is None:
            return None
        if self._trial is not None or self._now() < self._open_until:
            raise ErpError("the ERP has been down for a while; not asked", sent=False)
        self._trial = asyncio.Event()
        return self._trial
