"""Tool execution: right, schema, ledger, call; what comes of it is a value."""

import asyncio
from uuid import uuid4

from activities.steps import announced, load_plan, load_record, log_writer
from shared.contracts.activities import RunToolRequest, ToolRun
from shared.contracts.effects import Effect
from shared.contracts.events import RunEvent, ToolEvent
from shared.contracts.identity import Language
from shared.contracts.masking import masked
from shared.contracts.outcomes import outcome_of
from shared.contracts.plan import ToolCall
from shared.contracts.runs import RunRecord, ToolOutcome
from shared.contracts.tools import ToolContract
from shared.contracts.wording import say
from shared.errors import ErpError
from shared.ports import Dependencies, ToolAnswered, ToolInvocation, ToolRefused
from shared.tools.ledger import Ledger, effect_id, first_state, is_good


async def run_tool(request: RunToolRequest, deps: Dependencies) -> ToolRun:
    record, stored = await asyncio.gather(load_record(request, deps), load_plan(request, deps))
    call = stored.calls[request.step]
    contract = deps.packs.get(record.pack_version).tools[call.tool]
    writer = log_writer(request, f"run_tool-{request.step}", deps)
    started = ToolEvent(
        name=call.tool,
        args=masked(call.args, contract),
        status="started",
        call_id=f"c{request.step}",
    )
    reserved = _effect(record, request.step, call, contract, deps)
    effect, _ = await asyncio.gather(
        _settle(reserved, contract, record, request.language, deps),
        writer.append("started", [*announced(request), started]),
    )
    outcome = outcome_of(effect, contract, request.language)
    await writer.append("ended", [_ended(outcome)], next_ms=0)
    return ToolRun(after=writer.after, ok=outcome.status == "ok")


async def _settle(
    effect: Effect,
    contract: ToolContract,
    record: RunRecord,
    language: Language,
    deps: Dependencies,
) -> Effect:
    """Raises StoreError and RaceLostError; the ERP's failures are in the effect."""
    if contract.right not in record.caller.rights:
        refused = say("no_right", language, right=contract.right)
        ended = effect.model_copy(update={"state": "failed", "error": refused})
        return await deps.effects.reserve(ended)
    invocation = ToolInvocation(
        contract=contract,
        args=effect.args,
        caller=record.caller,
        correlation_id=record.correlation_id,
        language=language,
        key=effect.effect_id,
    )
    if not contract.effect:
        return await deps.effects.reserve(await _read(effect, invocation, deps))
    return await Ledger(deps.effects, deps.tools, deps.now).settle(effect, invocation)


async def _read(effect: Effect, invocation: ToolInvocation, deps: Dependencies) -> Effect:
    """A call that changes nothing: it may be repeated freely, so it needs no reservation."""
    attempts = invocation.contract.retry.attempts
    for attempt in range(1, attempts + 1):
        try:
            answer = await deps.tools.call(invocation)
        except ErpError as error:
            if attempt < attempts:
                await asyncio.sleep(
                    error.retry_after or invocation.contract.retry.backoff_ms / 1000 * 2**attempt
                )
            continue
        match answer:
            case ToolAnswered(result) if is_good(result, invocation.contract):
                return effect.model_copy(update={"state": "done", "result": result})
            case ToolAnswered(result):
                nonsense = {"state": "unknown", "result": result, "error": "no_answer"}
                return effect.model_copy(update=nonsense)
            case ToolRefused(_, reason):
                return effect.model_copy(update={"state": "failed", "error": reason})
    return effect.model_copy(update={"state": "failed", "error": "unreachable"})


def _effect(
    record: RunRecord, step: int, call: ToolCall, contract: ToolContract, deps: Dependencies
) -> Effect:
    return Effect(
        effect_id=effect_id(record.tenant_id, record.run_id, step, call),
        tenant_id=record.tenant_id,
        run_id=record.run_id,
        step=step,
        tool=call.tool,
        holder=uuid4().hex,
        state=first_state(contract),
        args=call.args,
        updated_at=deps.now(),
    )


def _ended(outcome: ToolOutcome) -> RunEvent:
    return ToolEvent(
        name=outcome.tool,
        args=outcome.args,
        status=outcome.status,
        call_id=outcome.call_id,
        result=outcome.result,
        error=outcome.error,
    )
