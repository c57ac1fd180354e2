"""The end of a flow that came to one: what it has said is the conversation's turn."""

import asyncio

from activities.entities import effects_of
from activities.flow_agents import all_agents_of
from activities.steps import announced, load_record, log_writer
from shared.contracts.activities import StepResult
from shared.contracts.agent_steps import AgentResult
from shared.contracts.conversations import Turn, TurnEffect
from shared.contracts.flows.runs import CloseFlowRequest
from shared.contracts.runs import RunRecord
from shared.ports import Dependencies
from shared.streams.fitting import fitting_turn
from shared.streams.showing import said_by_flow


async def close_flow(request: CloseFlowRequest, deps: Dependencies) -> StepResult:
    """Doing it again changes nothing. Raises StoreError."""
    run = request.run
    record, items = await asyncio.gather(load_record(request, deps), deps.log.all(run.run_id))
    said = said_by_flow(record.message, items)
    turn = Turn(
        run_id=record.run_id,
        conversation_id=record.conversation_id,
        tenant_id=record.tenant_id,
        asked_at=record.received_at,
        message=record.message,
        text=said.text,
        citations=said.citations,
        exchanges=said.exchanges,
        finish_reason="stop",
        answered_at=deps.now(),
        warnings=record.warnings,
        effects=await _effects(record, deps),
        correlation_id=record.correlation_id,
    )
    writer = log_writer(request, "close_flow", deps)
    await asyncio.gather(
        deps.conversations.add_turn(fitting_turn(turn)),
        writer.append("closed", announced(request, deps)),
    )
    return StepResult(after=writer.after)


async def _effects(record: RunRecord, deps: Dependencies) -> tuple[TurnEffect, ...]:
    """Of its own calls and those of its agents, in the order in which they were begun."""
    results, agents = await asyncio.gather(
        deps.agent_steps.results(record.tenant_id, record.run_id),
        all_agents_of(record, deps),
    )
    made: dict[int, tuple[RunRecord, tuple[AgentResult, ...]]] = {}
    made |= {each.number: (record, (each,)) for each in results}
    made |= {each.part_of.number: (each.record, each.results) for each in agents}
    return tuple(
        effect
        for _, (of, theirs) in sorted(made.items(), key=lambda each: each[0])
        for effect in effects_of(
            [each.outcome for each in theirs if each.place is not None],
            deps.packs.get(of.pack_version).tools,
        )
    )
