"""One tool call that an agent's model decided on: right, ledger, call; what comes of it is kept."""

import asyncio
from dataclasses import dataclass

from activities.agent_tools import contract_of
from activities.asking import before
from activities.passing_on import passing_on
from activities.run_tool import (
    effect_of,
    ended_event,
    finish_stop,
    read_now,
    settle,
    started_event,
    tell,
)
from activities.scene import NUMBERED, load_step
from activities.steps import announced, load_record, log_of_node, log_writer
from shared.contracts.activities import StepResult
from shared.contracts.agent_activities import MARKS_A_CALL, UseToolRequest
from shared.contracts.agent_steps import AgentResult, AgentStep, MadeWith, StepToolCall
from shared.contracts.agents import AgentCall
from shared.contracts.effects import Effect
from shared.contracts.events import ToolEvent
from shared.contracts.outcomes import outcome_of
from shared.contracts.plan import ToolCall
from shared.contracts.runs import RunRecord, ToolOutcome
from shared.contracts.tools import ToolContract
from shared.contracts.wording import say
from shared.errors import DeadlineError
from shared.ports import Dependencies
from shared.streams.writing import LogWriter

NO_PLACE = -1
"""Of a call that changes nothing, and so has none in the ledger."""


@dataclass(frozen=True, slots=True)
class _Use:
    """One execution of the step."""

    request: UseToolRequest
    record: RunRecord
    step: AgentStep
    call: StepToolCall
    contract: ToolContract | None
    deps: Dependencies


async def use_tool(request: UseToolRequest, deps: Dependencies) -> StepResult:
    """Raises StoreError, and RunStoppedError once what was begun has come to an end and is told."""
    run = request.run
    record, step, kept = await asyncio.gather(
        load_record(request, deps),
        load_step(request, request.number, deps),
        deps.agent_steps.result(run.tenant_id, run.run_id, request.number, request.call),
    )
    call = step.calls[request.call]
    pack = deps.packs.get(record.pack_version)
    contract = contract_of(call, pack, deps)
    if step.made_with is not None:
        record, contract = _made_as(step.made_with, record, contract)
    if contract and contract.effect and request.place is None and request.refused is None:
        # A read when it was decided, and by now none: it has no place in the ledger.
        contract = None
    use = _Use(request, record, step, call, contract, deps)
    writer = _writer(request, step, deps)
    if call.problem is None and request.refused is None and use.contract is not None:
        return await _make(use, use.contract, kept, writer)
    effect, outcome = await _not_made(use)
    outcome = await _keep(use, kept.outcome if kept else outcome)
    await writer.append("ended", [*announced(request, deps), _ended(use, outcome)])
    if effect is not None:
        await finish_stop(effect, request, deps)
    return StepResult(after=writer.after)


def _writer(request: UseToolRequest, step: AgentStep, deps: Dependencies) -> LogWriter:
    name = f"use_tool-{request.number}-{request.call}"
    if step.made_with is None:
        return log_writer(request, name, deps)
    return log_of_node(request, name, step.speaker, deps)


def _made_as(
    made: MadeWith, record: RunRecord, contract: ToolContract | None
) -> tuple[RunRecord, ToolContract | None]:
    """A flow's call has credentials and a time of its own."""
    session = record.flow.session_id if record.flow else ""
    call = AgentCall(
        session_id=session,
        profile="normal",
        credential_profile=made.profile,
        credentials=made.credentials,
    )
    if contract is not None and made.timeout_ms is not None:
        contract = contract.model_copy(update={"timeout_ms": made.timeout_ms})
    return record.model_copy(update={"call": call}), contract


async def _make(
    use: _Use, contract: ToolContract, kept: AgentResult | None, writer: LogWriter
) -> StepResult:
    planned = ToolCall(tool=use.call.tool, args=use.call.args)
    started = started_event(planned, use.call.call_id, contract, use.request.language, use.deps)
    (effect, outcome), stopped_before = await asyncio.gather(
        _made(use, contract, kept),
        tell(writer, "started", [*announced(use.request, use.deps), started]),
    )
    outcome = await _keep(use, outcome)
    stopped = await tell(writer, "ended", [_ended(use, outcome)], next_ms=0) or stopped_before
    if stopped is not None:
        raise stopped
    if effect is not None:
        await finish_stop(effect, use.request, use.deps)
    return StepResult(after=writer.after)


async def _made(
    use: _Use, contract: ToolContract, kept: AgentResult | None
) -> tuple[Effect | None, ToolOutcome]:
    """The effect in the ledger, if it is one, and what came of the call."""
    request, language = use.request, use.request.language
    planned = ToolCall(tool=use.call.tool, args=use.call.args)
    if request.place is None:
        if kept is not None:
            return None, kept.outcome
        effect = effect_of(use.record, NO_PLACE, planned, contract, use.deps)
        outcome = outcome_of(await _read(effect, contract, use), planned, contract, language)
        return None, _numbered(_named(outcome, use), request.marks)
    # Also of what was kept before: the ledger knows whether a stop has forbidden it.
    effect = effect_of(use.record, request.place, planned, contract, use.deps)
    async with passing_on(request, use.step, use.deps) as listens:
        ended = await settle(effect, contract, use.record, language, use.deps, listens)
    outcome = _named(outcome_of(ended, planned, contract, language), use)
    return ended, kept.outcome if kept is not None else outcome


async def _read(effect: Effect, contract: ToolContract, use: _Use) -> Effect:
    """Given up when the run's time is over: it changes nothing. An effect comes to its own end."""
    try:
        async with (
            before(use.request.until, use.deps),
            passing_on(use.request, use.step, use.deps) as listens,
        ):
            language, deps = use.request.language, use.deps
            return await read_now(effect, contract, use.record, language, deps, listens)
    except DeadlineError:
        return effect.model_copy(update={"state": "failed", "error": "deadline_exceeded"})


async def _not_made(use: _Use) -> tuple[Effect | None, ToolOutcome]:
    """What is in the ledger of it, and why not: what is wrong with the call, or who did not want
    it."""
    request, language = use.request, use.request.language
    if request.refused is not None and use.contract is not None:
        planned = ToolCall(tool=use.call.tool, args=use.call.args)
        place = NO_PLACE if request.place is None else request.place
        effect = effect_of(use.record, place, planned, use.contract, use.deps)
        ended = effect.model_copy(update={"state": "failed", "error": request.refused})
        there = None
        if request.place is not None:
            there = ended = await use.deps.effects.reserve(ended)
        return there, _named(outcome_of(ended, planned, use.contract, language), use)
    key, _, where = (use.call.problem or "call_unknown_tool").partition(":")
    why = say(key, language)
    return None, ToolOutcome(
        call_id=use.call.call_id,
        tool=use.call.tool,
        status="failed",
        error=f"{why} ({where})" if where else why,
    )


def _named(outcome: ToolOutcome, use: _Use) -> ToolOutcome:
    return outcome.model_copy(update={"call_id": use.call.call_id})


def _numbered(outcome: ToolOutcome, first: int | None) -> ToolOutcome:
    """What a search has found, each with the number that it may be cited by."""
    found = (outcome.result or {}).get("citations")
    if first is None or not isinstance(found, list):
        return outcome
    numbered = [{NUMBERED: first + nth, **each} for nth, each in enumerate(found[:MARKS_A_CALL])]
    result = {**(outcome.result or {}), "citations": [*numbered, *found[MARKS_A_CALL:]]}
    return outcome.model_copy(update={"result": result})


async def _keep(use: _Use, outcome: ToolOutcome) -> ToolOutcome:
    """What is kept: another execution of a read may have found something else, and was faster."""
    request, run = use.request, use.request.run
    kept = await use.deps.agent_steps.put_result(
        AgentResult(
            run_id=run.run_id,
            tenant_id=run.tenant_id,
            number=request.number,
            call=request.call,
            speaker=use.step.speaker,
            outcome=outcome,
            place=request.place,
            marks=request.marks,
        )
    )
    return kept.outcome


def _ended(use: _Use, outcome: ToolOutcome) -> ToolEvent:
    return ended_event(outcome, use.contract, use.record, use.request.language, use.deps)
