"""The first step of an agent call: what was asked is taken in, and the answer's language told."""

import asyncio

from activities.languages import answered_in, spoken_in
from activities.steps import load_record
from shared.contracts.agent_activities import CallOpened, OpenCallRequest
from shared.ports import Dependencies


async def open_call(request: OpenCallRequest, deps: Dependencies) -> CallOpened:
    """Raises StoreError."""
    run = request.run
    record, outcome = await asyncio.gather(
        load_record(request, deps), deps.runs.outcome(run.tenant_id, run.run_id)
    )
    return CallOpened(
        after=request.after,
        ended=outcome is not None,
        language=answered_in(spoken_in(record.message), record.language),
    )
