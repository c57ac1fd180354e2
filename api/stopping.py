"""Asking a run to stop, for people and for those who listen no longer."""

from api.edge import Call
from shared.contracts.approvals import STOP_EVENT
from shared.contracts.runs import RunRecord
from shared.ports import Dependencies
from shared.streams.stopping import stop_run
from shared.streams.writing import RunEndedError


async def stop(call: Call, record: RunRecord) -> bool:
    """Ask a run to stop; False when it is over."""
    deps = call.deps
    if await deps.runs.outcome(record.tenant_id, record.run_id) is not None:
        return False
    state = await call.orchestrations.state(record.run_id)
    status = state.status if state else None
    try:
        await stop_run(record, status.state if status else "RECEIVED", deps)
    except RunEndedError:
        return False
    for each in (record.run_id, *await _agents(record, deps)):
        await call.orchestrations.raise_event(each, STOP_EVENT)
    return True


async def _agents(record: RunRecord, deps: Dependencies) -> tuple[str, ...]:
    """The agents of a flow that are under way: each may wait for somebody."""
    if record.flow is None:
        return ()
    progress = await deps.flow_runs.progress(record.tenant_id, record.run_id, anew=True)
    pending = progress.pending.values() if progress else ()
    return tuple(each.child for each in pending if each.child is not None)
