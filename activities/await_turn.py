"""A message that queues: are the runs before it over, and what did they leave open?"""

import asyncio

from shared.contracts.activities import AwaitTurnRequest, TurnAwaited
from shared.ports import Dependencies


async def await_turn(request: AwaitTurnRequest, deps: Dependencies) -> TurnAwaited:
    """Over is what has an outcome; the sweeper gives one to runs that died."""
    run = request.run
    outcomes = await asyncio.gather(
        *(deps.runs.outcome(run.tenant_id, each) for each in request.earlier)
    )
    if any(outcome is None for outcome in outcomes):
        return TurnAwaited(after=request.after, free=False)
    conversation = await deps.conversations.get(run.tenant_id, run.conversation_id)
    if conversation is not None and conversation.open_plan is not None:
        await deps.runs.put_opened(run.tenant_id, run.run_id, conversation.open_plan)
    return TurnAwaited(after=request.after, free=True)
