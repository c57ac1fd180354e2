"""Stopping a run: what was not begun never will be, and its steps meet an entry that says so."""

import asyncio
from datetime import datetime

from shared.contracts.effects import Effect
from shared.contracts.events import StateEvent
from shared.contracts.flows.runs import Pending
from shared.contracts.plan import MAX_CALLS
from shared.contracts.runs import RunRecord, RunState
from shared.errors import StoreError
from shared.ports import Dependencies, LogItems
from shared.streams.writing import STOP_STEP, LogWriter

STOP_PART = "requested"
FORBIDDEN = "cancelled"
"""The error of an effect that was forbidden; a key of the wording."""
TRIES = 50
"""Each is lost only to a step that the flow takes meanwhile."""


async def stop_run(record: RunRecord, state: RunState, deps: Dependencies) -> None:
    """Forbid the effects that were not begun, then ask the run's steps to give up.

    Doing it again changes nothing. `state` is the run's present one: the entry repeats it, so that
    a reader is told nothing that is not so, should the run end by itself meanwhile. Raises
    StoreError, and RunEndedError when the run is over.
    """
    ledgers = [(record.run_id, step) for step in range(MAX_CALLS)]
    if record.flow is not None:
        ledgers = await _stopped_flow(record, deps)
    await asyncio.gather(*(_forbid(record.tenant_id, *each, deps) for each in ledgers))
    await ask_to_stop(record.run_id, state, deps.log, deps.now())


async def ask_to_stop(
    run_id: str, state: RunState, log: LogItems, at: datetime | None = None, *, after: int = 0
) -> None:
    """The entry that the run's steps meet, once, whoever writes it. `after`: of a step, how many
    events the log is known to have; none of them is such an entry, since no step goes on behind
    one. Raises as `stop_run`."""
    writer = LogWriter(log, run_id, STOP_STEP, run_id, after)
    await writer.append(STOP_PART, [StateEvent(state=state, at=at)])


def is_forbidden(effect: Effect) -> bool:
    """Whether a stop has begun, and this call was not made because of it.

    Whoever stops a run may die between forbidding and asking, so who finds this asks again.
    """
    return effect.state == "failed" and effect.error == FORBIDDEN


async def _stopped_flow(record: RunRecord, deps: Dependencies) -> list[tuple[str, int]]:
    """Let nothing more begin in it. Answers runs and places of what may be about to change
    something: all that is under way. Raises StoreError."""
    for _ in range(TRIES):
        found = await deps.flow_runs.progress(record.tenant_id, record.run_id, anew=True)
        if found is None:
            return []
        if found.stopped or (
            found := await deps.flow_runs.advance(found.model_copy(update={"stopped": True}))
        ):
            return [place for each in found.pending.values() for place in _places(record, each)]
    raise StoreError(f"run {record.run_id} goes on faster than it can be stopped")


def _places(record: RunRecord, under_way: Pending) -> list[tuple[str, int]]:
    if under_way.child is not None:
        return [(under_way.child, step) for step in range(MAX_CALLS)]
    return [] if under_way.place is None else [(record.run_id, under_way.place)]


async def _forbid(tenant_id: str, run_id: str, step: int, deps: Dependencies) -> None:
    """Take the effect's place in the ledger: its call meets this one and is not made.

    So nothing has to look for a flag before each call, and no call slips in between.
    """
    forbidden = Effect(
        effect_id=f"cancelled-{step}",
        tenant_id=tenant_id,
        run_id=run_id,
        step=step,
        tool="",
        state="failed",
        error=FORBIDDEN,
        updated_at=deps.now(),
    )
    there = await deps.effects.reserve(forbidden)
    if there.state == "reserved":
        # Not sent yet. Whoever changes it first has its way.
        await deps.effects.advance(there.model_copy(update={"state": "failed", "error": FORBIDDEN}))
