"""How much may be asked for, counted exactly, whichever worker is asked."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from api.edge import Call
from api.queueing import is_over
from shared.contracts.conversations import Conversation
from shared.contracts.quotas import (
    Allowance,
    Counted,
    allowances,
    day_of,
    hour_of,
    session_subject,
    tenant_subject,
    until_next_day,
    until_next_hour,
    user_subject,
)
from shared.errors import DependencyError, QuotaExceededError, StoreError

log = logging.getLogger("eira.http")

ANOTHER_RUN_SECONDS = 10
"""When to try again where as many runs as may be are under way: nobody knows when one ends."""


@dataclass(frozen=True, slots=True)
class Quota:
    """What is left of `limit` until the window ends, in `resets_in` seconds."""

    limit: int
    left: int
    resets_in: int

    @property
    def headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.left),
            "X-RateLimit-Reset": str(self.resets_in),
        }


@dataclass(frozen=True, slots=True)
class _Hourly:
    counted: Counted
    subject: str
    limit: int
    window: str
    resets_in: int
    begins: bool = False
    """Nobody can have counted by this subject yet."""


async def take_quota(call: Call, conversation: Conversation, run_id: str) -> Quota | None:
    """Count a run that is about to start: by its session, its user and its tenant. Answers what is
    left where least is; None where nothing is counted by the hour. What one of them refuses is not
    counted by the others. Raises QuotaExceededError, DependencyError."""
    taken: list[_Hourly] = []
    least: Quota | None = None
    try:
        for each in _hourly(call, conversation):
            quota = await _take(call, each)
            taken.append(each)
            least = quota if least is None or quota.left < least.left else least
        await _enter_all(call, run_id)
    except DependencyError:
        await _give_back(call, taken)
        raise
    return least


async def release_quota(call: Call, run_id: str) -> None:
    """A run that was counted, and could not be started, is not under way."""
    day = day_of(call.deps.now())
    for _, subject, _ in _daily(call):
        await call.deps.quotas.leave(subject, run_id, day, 0)


def _hourly(call: Call, conversation: Conversation) -> list[_Hourly]:
    limits, tenant, user = call.deps.policy.quotas, call.caller.tenant_id, call.caller.user_id
    now = call.deps.now()
    hour, resets_in = hour_of(now), until_next_hour(now)
    session = session_subject(tenant, user, conversation.session_id, conversation.conversation_id)
    counted: tuple[tuple[Counted, str, int | None], ...] = (
        ("session", session, limits.session_per_hour),
        ("user", user_subject(tenant, user), limits.user_per_hour),
        ("tenant", tenant_subject(tenant), limits.tenant_per_hour),
    )
    new = conversation.session_id is None and conversation.active_run_id is None
    return [
        _Hourly(who, subject, limit, hour, resets_in, begins=new and who == "session")
        for who, subject, limit in counted
        if limit is not None
    ]


async def _take(call: Call, each: _Hourly) -> Quota:
    quotas = call.deps.quotas
    left = await quotas.take(each.subject, each.window, each.limit, begins=each.begins)
    if left is None:
        raise QuotaExceededError(each.resets_in, f"quota_exceeded_{each.counted}")
    return Quota(each.limit, left, each.resets_in)


async def _give_back(call: Call, taken: Sequence[_Hourly]) -> None:
    quotas = call.deps.quotas
    try:
        await asyncio.gather(*(quotas.give_back(each.subject, each.window) for each in taken))
    except StoreError as error:
        log.warning("correlation=%s a use was not given back: %s", call.correlation_id, error)


async def _enter_all(call: Call, run_id: str) -> None:
    entered: list[str] = []
    day = day_of(call.deps.now())
    try:
        for counted, subject, allowance in _daily(call):
            await _enter(call, run_id, counted, subject, allowance)
            entered.append(subject)
    except DependencyError:
        for subject in entered:
            await call.deps.quotas.leave(subject, run_id, day, 0)
        raise


def _daily(call: Call) -> tuple[tuple[Counted, str, Allowance], ...]:
    return allowances(call.deps.policy.quotas, call.caller.tenant_id, call.caller.user_id)


async def _enter(
    call: Call, run_id: str, counted: Counted, subject: str, allowance: Allowance
) -> None:
    now = call.deps.now()
    day, quotas = day_of(now), call.deps.quotas
    if await quotas.enter(subject, run_id, day, allowance):
        return
    use = await quotas.use(subject, day)
    if allowance.tokens is not None and use.tokens >= allowance.tokens:
        raise QuotaExceededError(until_next_day(now), f"tokens_exceeded_{counted}")
    over = await asyncio.gather(*(_leave_if_over(call, subject, day, each) for each in use.runs))
    if not any(over) or not await quotas.enter(subject, run_id, day, allowance):
        raise QuotaExceededError(ANOTHER_RUN_SECONDS, f"runs_exceeded_{counted}")


async def _leave_if_over(call: Call, subject: str, day: str, run_id: str) -> bool:
    """A run whose process died at its start, or whose end is not counted yet, is under way for
    nobody but the counter. Who ends it may come later, and then finds nothing to count: so its
    tokens are counted here."""
    if not await is_over(call, run_id):
        return False
    outcome = await call.deps.runs.outcome(call.caller.tenant_id, run_id)
    tokens = outcome.usage.total_tokens if outcome else 0
    await call.deps.quotas.leave(subject, run_id, day, tokens)
    return True
