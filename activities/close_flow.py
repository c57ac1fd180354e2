"""The end of a flow that came to one: what it has said is the conversation's turn."""

import asyncio

from activities.entities import effects_of
from activities.steps import announced, load_record, log_writer
from shared.contracts.activities import StepResult
from shared.contracts.conversations import Turn
from shared.contracts.flows.runs import CloseFlowRequest
from shared.ports import Dependencies
from shared.streams.showing import cited_by_flow, said_by_flow


async def close_flow(request: CloseFlowRequest, deps: Dependencies) -> StepResult:
    """Doing it again changes nothing. Raises StoreError."""
    run = request.run
    record, items, results = await asyncio.gather(
        load_record(request, deps),
        deps.log.all(run.run_id),
        deps.agent_steps.results(run.tenant_id, run.run_id),
    )
    changing = [each.outcome for each in results if each.place is not None]
    turn = Turn(
        run_id=record.run_id,
        conversation_id=record.conversation_id,
        tenant_id=record.tenant_id,
        asked_at=record.received_at,
        message=record.message,
        text="\n\n".join(said_by_flow(items)),
        citations=cited_by_flow(items),
        finish_reason="stop",
        answered_at=deps.now(),
        warnings=record.warnings,
        effects=effects_of(changing, deps.packs.get(record.pack_version).tools),
        correlation_id=record.correlation_id,
    )
    writer = log_writer(request, "close_flow", deps)
    await asyncio.gather(
        deps.conversations.add_turn(turn), writer.append("closed", announced(request, deps))
    )
    return StepResult(after=writer.after)
