"""A circuit breaker: a host that does not answer is left alone for a while.

    closed --5 failures in a row--> open --10 s--> half open --an answer--> closed
                                      ^----------- a failure -----|

After Nygard, "Release It!". A failure is a call that was not answered; an answer of any status
shows that the host is there. Half open lets one call through, whose end decides for all others.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from shared.errors import ErpError

FAILURES = 5
PAUSE_SECONDS = 10.0


class NotAnsweredError(ErpError):
    """The host could not be reached, or broke off, or took too long."""


class CircuitBreaker:
    """Of one host, for one event loop; `now` is in seconds and never goes back."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._failures = 0
        self._opened_at: float | None = None
        self._trying = False

    @contextmanager
    def call(self) -> Iterator[None]:
        """Around one call. Raises ErpError (nothing was sent) when the circuit is open."""
        trial = self._admit()
        try:
            yield
        except NotAnsweredError:
            self._failures += 1
            if trial or self._failures >= FAILURES:
                self._opened_at = self._now()
            raise
        except ErpError:
            # An answer that is no good is one all the same.
            self._close()
            raise
        else:
            self._close()
        finally:
            # Also of a call that was cancelled, which tells nothing: the next one is the trial.
            if trial:
                self._trying = False

    def _close(self) -> None:
        self._failures = 0
        self._opened_at = None

    def _admit(self) -> bool:
        """Whether this call is the trial of a half-open circuit."""
        if self._opened_at is None:
            return False
        if self._trying or self._now() - self._opened_at < PAUSE_SECONDS:
            raise ErpError("the ERP has not answered for a while; not asked", sent=False)
        self._trying = True
        return True
