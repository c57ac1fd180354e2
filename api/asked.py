"""What a flow's run asks its user and waits with."""

import asyncio

from api.edge import Call
from shared.contracts.flows.running import Ask
from shared.contracts.flows.runs import FlowProgress, Pending
from shared.contracts.runs import RunRecord, WaitingQuestion


def asked_in(progress: FlowProgress) -> Pending | None:
    """The first, if several branches ask."""
    pending = progress.pending.values()
    return next((each for each in pending if isinstance(each.action, Ask)), None)


async def asked_by(call: Call, record: RunRecord) -> Pending | None:
    """Nothing of a run that is over or is to stop. Raises StoreError."""
    tenant_id, run_id = record.tenant_id, record.run_id
    if record.flow is None:
        return None
    progress, over = await asyncio.gather(
        call.deps.flow_runs.progress(tenant_id, run_id, anew=True),
        call.deps.runs.outcome(tenant_id, run_id),
    )
    if progress is None or progress.stopped or over is not None:
        return None
    return asked_in(progress)


async def question_by(call: Call, record: RunRecord) -> WaitingQuestion | None:
    """As it is told to who may answer it. Raises StoreError."""
    asked = await asked_by(call, record)
    if asked is None or not isinstance(asked.action, Ask):
        return None
    return WaitingQuestion(text=asked.action.text, key=asked.action.key)
