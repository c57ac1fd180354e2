"""The states of a run as people are told them: of a flow, also whether what it calls waits for
somebody."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from api.doings import Doing
from api.edge import Call
from shared.contracts.runs import RunOutcome, RunRecord, RunState, RunStatus, StateChange

WAITS: RunState = "WAITING_APPROVAL"
WORKS: RunState = "EXECUTING_TOOLS"
ENDS: frozenset[RunState] = frozenset({"DONE", "FAILED", "CANCELLED"})


async def state_now(
    call: Call, record: RunRecord, outcome: RunOutcome | None, status: RunStatus | None
) -> RunState:
    """That of its end, if it has come to one. Raises StoreError."""
    if outcome is not None:
        return outcome.state
    if status is None:
        return "RECEIVED"
    if record.flow is not None and status.state == WORKS:
        return WAITS if await _call_waits(call, record) else status.state
    return status.state


async def _call_waits(call: Call, record: RunRecord) -> bool:
    """Whether an agent of the flow waits for an approval: its state is its own run's."""
    progress = await call.deps.flow_runs.progress(record.tenant_id, record.run_id, anew=True)
    pending = progress.pending.values() if progress else ()
    under_way = [each.child for each in pending if each.child is not None]
    found = await asyncio.gather(*(call.orchestrations.state(each) for each in under_way))
    statuses = [each.status for each in found if each is not None and not each.is_over]
    return any(each is not None and each.state == WAITS for each in statuses)


async def states_with(
    call: Call, states: Sequence[StateChange], doings: Sequence[Doing]
) -> tuple[StateChange, ...]:
    """Those of a run; of a flow also when its agents waited for approvals. Raises StoreError."""
    asked = [each.record for each in doings if each.part is not None and each.approvals]
    theirs = await asyncio.gather(*(_states(call, each) for each in asked))
    return with_waits(states, theirs)


async def _states(call: Call, record: RunRecord) -> Sequence[StateChange]:
    if outcome := await call.deps.runs.outcome(record.tenant_id, record.run_id):
        return outcome.states
    found = await call.orchestrations.state(record.run_id)
    return found.status.states if found and found.status else ()


def with_waits(
    states: Sequence[StateChange], agents: Sequence[Sequence[StateChange]]
) -> tuple[StateChange, ...]:
    """The states of a flow with those times at which at least one of its agents waited. Agents are
    at work only while the flow is, so each such time is within one of its states."""
    moments = sorted(moment for each in agents for moment in _waits(each))
    told, waiting = list(states), 0
    ended = states[-1].since if states and states[-1].state in ENDS else None
    for at, change in moments:
        before, waiting = waiting, waiting + change
        if (before > 0) != (waiting > 0) and (ended is None or at < ended):
            told.append(StateChange(state=WAITS if waiting else WORKS, since=at))
    # Sorting keeps the order of what happened in the same moment.
    return tuple(sorted(told, key=lambda each: each.since))


def _waits(states: Sequence[StateChange]) -> Iterator[tuple[datetime, int]]:
    """When an agent began to wait, and when it did not any more."""
    for one, following in pairwise(states):
        if one.state == WAITS:
            yield one.since, 1
            yield following.since, -1
    if states and states[-1].state == WAITS:
        yield states[-1].since, 1
