"""Stopping a run: what was not begun never will be, and its steps meet an entry that says so."""

import asyncio

from shared.contracts.effects import Effect
from shared.contracts.events import StateEvent
from shared.contracts.plan import MAX_CALLS
from shared.contracts.runs import RunRecord, RunState
from shared.ports import Dependencies
from shared.streams.writing import STOP_STEP, LogWriter

STOP_PART = "requested"


async def stop_run(record: RunRecord, state: RunState, deps: Dependencies) -> None:
    """Forbid the effects that were not begun, then ask the run's steps to give up.

    Doing it again changes nothing. `state` is the run's present one: the entry repeats it, so that
    a reader is told nothing that is not so, should the run end by itself meanwhile. Raises
    StoreError, and RunEndedError when the run is over.
    """
    await asyncio.gather(*(_forbid(record, step, deps) for step in range(MAX_CALLS)))
    writer = LogWriter(deps.log, record.run_id, STOP_STEP, record.run_id, 0)
    await writer.append(STOP_PART, [StateEvent(state=state)])


async def _forbid(record: RunRecord, step: int, deps: Dependencies) -> None:
    """Take the effect's place in the ledger: its call meets this one and is not made.

    So nothing has to look for a flag before each call, and no call slips in between.
    """
    forbidden = Effect(
        effect_id=f"cancelled-{step}",
        tenant_id=record.tenant_id,
        run_id=record.run_id,
        step=step,
        tool="",
        state="failed",
        error="cancelled",
        updated_at=deps.now(),
    )
    there = await deps.effects.reserve(forbidden)
    if there.state == "reserved":
        # Not sent yet. Whoever changes it first has its way.
        await deps.effects.advance(
            there.model_copy(update={"state": "failed", "error": "cancelled"})
        )
