"""The state that a run is in now: of a flow, also whether what it calls waits for somebody."""

import asyncio

from api.edge import Call
from shared.contracts.runs import RunOutcome, RunRecord, RunState, RunStatus

WAITS: RunState = "WAITING_APPROVAL"


async def state_now(
    call: Call, record: RunRecord, outcome: RunOutcome | None, status: RunStatus | None
) -> RunState:
    """That of its end, if it has come to one. Raises StoreError."""
    if outcome is not None:
        return outcome.state
    if status is None:
        return "RECEIVED"
    if record.flow is not None and status.state == "EXECUTING_TOOLS":
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
