"""What came of a flow's actions, as its variables have it."""

import asyncio
from collections.abc import Mapping

from shared.awaiting import must_be_there
from shared.contracts.activities import StepRequest
from shared.contracts.agent_steps import trace_of
from shared.contracts.chat import ChatAnswer
from shared.contracts.flows.running import CallAgent, CallRest, Failed, FlowOutcome, Succeeded
from shared.contracts.flows.runs import Pending
from shared.contracts.identity import Language
from shared.contracts.runs import RunOutcome, RunRecord, ToolOutcome, Usage
from shared.contracts.wording import say
from shared.errors import StoreError
from shared.ports import Dependencies

CRASHED = "INTERNAL"
CODES: Mapping[str, str] = {
    "approval_rejected": "APPROVAL_REJECTED",
    "approval_expired": "APPROVAL_EXPIRED",
    "cancelled": "CANCELLED",
}
"""Of a call that was not made, by why not."""


async def outcome_of(
    pending: Pending,
    request: StepRequest,
    language: Language,
    deps: Dependencies,
    *,
    crashed: bool = False,
) -> tuple[FlowOutcome, Usage]:
    """With what it has cost. `crashed`: nothing may be stored of it. Raises StoreError."""
    run = request.run
    stored = await deps.flow_runs.outcome(run.tenant_id, run.run_id, pending.number)
    if stored is not None:
        return stored, Usage()
    match pending.action:
        case CallAgent() as action:
            found = await _of_agent(pending, action, request, language, deps)
        case CallRest():
            found = await _of_rest(pending, request, deps)
        case _:
            found = None
    if found is not None:
        return found
    if not crashed:
        raise StoreError(f"what came of action {pending.number} of {run.run_id} cannot be read")
    failed = Failed(code=CRASHED, message=say("internal", language), retryable=True)
    return failed, Usage()


async def _of_agent(
    pending: Pending,
    action: CallAgent,
    request: StepRequest,
    language: Language,
    deps: Dependencies,
) -> tuple[FlowOutcome, Usage] | None:
    """As `/api/chat` answers it."""
    tenant_id, child = request.run.tenant_id, str(pending.child)
    record, outcome = await asyncio.gather(
        deps.runs.get(tenant_id, child), deps.runs.outcome(tenant_id, child)
    )
    if record is None or outcome is None:
        return None
    if (failure := outcome.failure) is not None:
        message = outcome.told or say(failure.message, language)
        failed = Failed(code=failure.code, message=message, retryable=failure.retryable)
        return failed, outcome.usage
    answer = await _answer(record, outcome, bool(action.request.get("return_trace")), deps)
    return Succeeded(value=answer.wire()), outcome.usage


async def _answer(
    record: RunRecord, outcome: RunOutcome, traced: bool, deps: Dependencies
) -> ChatAnswer:
    tenant_id, thread_id = record.tenant_id, record.conversation_id
    turn = await must_be_there(
        lambda: deps.conversations.get_turn(tenant_id, thread_id, record.run_id),
        f"the turn of run {record.run_id}",
    )
    answer = ChatAnswer(
        text=turn.text,
        citations=turn.citations,
        usage=outcome.usage,
        thread_id=thread_id,
        run_id=record.run_id,
        state=outcome.state,
    )
    if not traced:
        return answer
    steps, handoffs = trace_of(await deps.agent_steps.of_run(tenant_id, record.run_id))
    return answer.model_copy(update={"steps": steps, "handoff_trace": handoffs})


async def _of_rest(
    pending: Pending, request: StepRequest, deps: Dependencies
) -> tuple[FlowOutcome, Usage] | None:
    run = request.run
    kept = await deps.agent_steps.result(run.tenant_id, run.run_id, pending.number, 0)
    if kept is None:
        return None
    return await _of_call(kept.outcome, pending, request, deps), Usage()


async def _of_call(
    outcome: ToolOutcome, pending: Pending, request: StepRequest, deps: Dependencies
) -> FlowOutcome:
    match outcome.status:
        case "ok":
            return Succeeded(value=outcome.result or {})
        case "unknown":
            return Failed(code="OUTCOME_UNKNOWN", message=outcome.error or "")
        case "failed" | "skipped":
            code = await _why_not(pending, request, deps)
            return Failed(code=code, message=outcome.error or "", retryable=code == "CALL_FAILED")


async def _why_not(pending: Pending, request: StepRequest, deps: Dependencies) -> str:
    if pending.place is None:
        return "CALL_FAILED"
    run = request.run
    begun = await deps.effects.of_run(run.tenant_id, run.run_id, pending.place + 1)
    mine = [each for each in begun if each.step == pending.place]
    return CODES.get(mine[0].error or "", "CALL_FAILED") if mine else "CALL_FAILED"
