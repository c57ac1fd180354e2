"""Repeats a failed run of a function as its retry policy says."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from emulator.host.invocation import Failed, Outcome, RetryState
from emulator.host.retry_policy import UNLIMITED, RetryPolicy
from emulator.host.time_span import time_span_text

type Attempt = Callable[[RetryState | None], Awaitable[Outcome]]
type Sleep = Callable[[float], Awaitable[None]]

_NO_FAILURE = Failed("")

_log = logging.getLogger("host")


class Retries:
    """Runs functions as their retry policies say, and knows which runs are being repeated."""

    def __init__(self, sleep: Sleep = asyncio.sleep) -> None:
        self._sleep = sleep
        self.outstanding = 0
        """How many runs have failed and are not done with their retries, as the real host counts:
        from the first pause on until the last try has ended."""

    async def run(self, function: str, policy: RetryPolicy | None, attempt: Attempt) -> Outcome:
        """Run `attempt` until it succeeds or the retries are used up; how the last one ended."""
        if policy is None:
            return await attempt(None)
        outcome = await attempt(RetryState(0, policy.retries, _NO_FAILURE))
        if not isinstance(outcome, Failed) or not policy.retries:
            return outcome
        self.outstanding += 1
        try:
            return await self._repeat(function, policy, attempt, outcome)
        finally:
            self.outstanding -= 1

    async def _repeat(
        self, function: str, policy: RetryPolicy, attempt: Attempt, outcome: Outcome
    ) -> Outcome:
        for count, delay in enumerate(policy.delays(), 1):
            if not isinstance(outcome, Failed):
                return outcome
            if policy.retries != UNLIMITED and count > policy.retries:
                _log.error("Functions.%s failed after %d retries", function, policy.retries)
                return outcome
            limit = "no limit" if policy.retries == UNLIMITED else f"of {policy.retries}"
            _log.warning(
                "Functions.%s is run again in %s: retry %d, %s",
                function,
                time_span_text(delay),
                count,
                limit,
            )
            await self._sleep(delay.total_seconds())
            outcome = await attempt(RetryState(count, policy.retries, outcome))
        return outcome
