"""Stopping a run: what was not begun never will be, and its steps meet an entry that says so."""

import asyncio

from shared.contracts.effects import Effect
from shared.contracts.events import StateEvent
from shared.contracts.plan import MAX_CALLS
from shared.contracts.runs import RunRecord, RunState
from shared.ports import Dependencies, LogItems
from shared.streams.writing import STOP_STEP, LogWriter

STOP_PART = "requested"
FORBIDDEN = "cancelled"
"""The error of an effect that was forbidden; a key of the wording."""


async def stop_run(record: RunRecord, state: RunState, deps: Dependencies) -> None:
    """Forbid the effects that were not begun, then ask the run's steps to give up.

    Doing it again changes nothing. `state` is the run's present one: the entry repeats it, so that
    a reader is told nothing that is not so, should the run end by itself meanwhile. Raises
    StoreError, and RunEndedError when the run is over.
    """
    await asyncio.gather(*(_forbid(record, step, deps) for step in range(MAX_CALLS)))
    await ask_to_stop(record.run_id, state, deps.log)


async def ask_to_stop(run_id: str, state: RunState, log: LogItems) -> None:
    """The entry that the run's steps meet, once, whoever writes it. Raises as `stop_run`."""
    writer = LogWriter(log, run_id, STOP_STEP, run_id, 0)
    await writer.append(STOP_PART, [StateEvent(state=state)])


def is_forbidden(effect: Effect) -> bool:
    """Whether a stop has begun, and this call was not made because of it.

    Whoever stops a run may die between forbidding and asking, so who finds this asks again.
    """
    return effect.state == "failed" and effect.error == FORBIDDEN


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
        error=FORBIDDEN,
        updated_at=deps.now(),
    )
    there = await deps.effects.reserve(forbidden)
    if there.state == "reserved":
        # Not sent yet. Whoever changes it first has its way.
        await deps.effects.advance(there.model_copy(update={"state": "failed", "error": FORBIDDEN}))
