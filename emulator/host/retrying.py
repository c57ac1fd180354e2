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


async def run_with_retries(
    function: str, policy: RetryPolicy | None, attempt: Attempt, sleep: Sleep = asyncio.sleep
) -> Outcome:
    """Run `attempt` until it succeeds or the retries are used up; how the last one ended."""
    if policy is None:
        return await attempt(None)
    outcome = await attempt(RetryState(0, policy.retries, _NO_FAILURE))
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
        await sleep(delay.total_seconds())
        outcome = await attempt(RetryState(count, policy.retries, outcome))
    return outcome
