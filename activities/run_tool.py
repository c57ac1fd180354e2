"""Tool execution: right, schema, ledger, call; what comes of it is a value."""

import asyncio
from collections.abc import Sequence
from uuid import uuid4

from activities.steps import announced, load_effects, load_plan, load_record, log_writer
from shared.contracts.activities import RunToolRequest, StepRequest, ToolRun
from shared.contracts.effects import Effect, effect_id
from shared.contracts.events import RunEvent, ToolEvent
from shared.contracts.identity import Language
from shared.contracts.masking import masked
from shared.contracts.outcomes import outcome_of, shown
from shared.contracts.plan import Reference, ToolCall
from shared.contracts.runs import RunRecord, ToolOutcome
from shared.contracts.shown import label_of, labels_of
from shared.contracts.tools import ToolContract
from shared.contracts.wording import say
from shared.errors import ErpError, RunStoppedError
from shared.ports import Dependencies, Listens, ToolAnswered, ToolInvocation, ToolRefused
from shared.streams.stopping import ask_to_stop, is_forbidden
from shared.streams.writing import LogWriter
from shared.tools.backing_off import back_off, is_soon
from shared.tools.ledger import Ledger, first_state, is_good, silent, why_not
from shared.tools.schemas import is_valid


async def run_tool(request: RunToolRequest, deps: Dependencies) -> ToolRun:
    """Raises RunStoppedError once what was begun has come to an end and is told."""
    record, stored = await asyncio.gather(load_record(request, deps), load_plan(request, deps))
    planned = stored.calls[request.step]
    contract = deps.packs.get(record.pack_version).tools[planned.tool]
    writer = log_writer(request, f"run_tool-{request.step}", deps)
    call, broken = await resolved_call(request, planned, contract, deps)
    refused = broken or request.refused
    effect = effect_of(record, request.step, call, contract, deps)

    def told(outcome: ToolOutcome) -> RunEvent:
        return ended_event(outcome, contract, record, request.language, deps)

    if refused is not None:
        skipped = effect.model_copy(update={"state": "failed", "error": refused})
        settled = await deps.effects.reserve(skipped)
        outcome = outcome_of(settled, call, contract, request.language)
        await writer.append("ended", [*announced(request, deps), told(outcome)])
        await finish_stop(settled, request, deps)
        return ToolRun(after=writer.after, ok=False)
    started = started_event(call, f"c{request.step}", contract, request.language, deps)
    settled, stopped_before = await asyncio.gather(
        settle(effect, contract, record, request.language, deps),
        tell(writer, "started", [*announced(request, deps), started]),
    )
    outcome = outcome_of(settled, call, contract, request.language)
    stopped = await tell(writer, "ended", [told(outcome)], next_ms=0) or stopped_before
    if stopped is not None:
        raise stopped
    await finish_stop(settled, request, deps)
    return ToolRun(after=writer.after, ok=outcome.status == "ok")


async def finish_stop(settled: Effect, request: StepRequest, deps: Dependencies) -> None:
    """Raises RunStoppedError when somebody has forbidden the call: a stop, perhaps half done."""
    if is_forbidden(settled):
        await ask_to_stop(request.run.log_id, "EXECUTING_TOOLS", deps.log, deps.now())
        raise RunStoppedError(settled.run_id)


async def tell(
    writer: LogWriter, part: str, events: list[RunEvent], next_ms: int | None = None
) -> RunStoppedError | None:
    """Write what happened, also when the run is being stopped; that is answered then."""
    try:
        await writer.append(part, events, next_ms)
    except RunStoppedError as stopped:
        await writer.append(part, events, next_ms)
        return stopped
    return None


async def resolved_call(
    request: StepRequest, call: ToolCall, contract: ToolContract, deps: Dependencies
) -> tuple[ToolCall, str | None]:
    """The call with its references read, and by key of the wording why it is not to be made."""
    if not call.needs:
        return call, None
    earlier = await load_effects(request, max(call.needs) + 1, deps)
    if any(earlier[step].state != "done" for step in call.needs):
        return call, "needs_failed"
    args = {name: _read_from(earlier, value) for name, value in call.args.items()}
    if not is_valid(args, contract.arguments):
        return call, "needs_failed"
    return call.model_copy(update={"args": args}), None


def _read_from(effects: Sequence[Effect], value: object) -> object:
    reference = Reference.read(value)
    if reference is None:
        return value
    return (effects[reference.call].result or {}).get(reference.field)


async def settle(
    effect: Effect,
    contract: ToolContract,
    record: RunRecord,
    language: Language,
    deps: Dependencies,
    listens: Listens | None = None,
) -> Effect:
    """Raises StoreError and RaceLostError; the ERP's failures are in the effect."""
    if not contract.effect or contract.right not in record.caller.rights:
        read = await read_now(effect, contract, record, language, deps)
        return await deps.effects.reserve(read)
    invocation = _invocation(effect, contract, record, language, listens)
    return await Ledger(deps.effects, deps.tools, deps.now).settle(effect, invocation)


async def read_now(
    effect: Effect,
    contract: ToolContract,
    record: RunRecord,
    language: Language,
    deps: Dependencies,
    listens: Listens | None = None,
) -> Effect:
    """What came of a call that changes nothing, stored nowhere yet."""
    if contract.right not in record.caller.rights:
        refused = say("no_right", language, right=contract.right)
        return effect.model_copy(update={"state": "failed", "error": refused})
    read = await _read(effect, _invocation(effect, contract, record, language, listens), deps)
    return read.model_copy(update={"updated_at": deps.now()})


def _invocation(
    effect: Effect,
    contract: ToolContract,
    record: RunRecord,
    language: Language,
    listens: Listens | None = None,
) -> ToolInvocation:
    return ToolInvocation(
        contract=contract,
        args=effect.args,
        caller=record.caller,
        correlation_id=record.correlation_id,
        language=language,
        key=effect.effect_id,
        pack_version=record.pack_version,
        scope=record.scope,
        any_status=record.flow is not None,
        listens=listens,
    )


async def _read(effect: Effect, invocation: ToolInvocation, deps: Dependencies) -> Effect:
    """A call that changes nothing: it may be repeated freely, so it needs no reservation."""
    contract, attempt = invocation.contract, 1
    while True:
        try:
            answer = await deps.tools.call(invocation)
        except ErpError as error:
            if attempt == contract.retry.attempts or not is_soon(contract, error):
                return effect.model_copy(update={"state": "failed", "error": why_not(error)})
            await back_off(contract, attempt, error)
            attempt += 1
            continue
        match answer:
            case ToolAnswered(result) if is_good(result, contract):
                return effect.model_copy(update={"state": "done", "result": result})
            case ToolAnswered(result):
                nonsense = {"state": "unknown", "result": result, "error": silent(contract)}
                return effect.model_copy(update=nonsense)
            case ToolRefused(_, reason):
                return effect.model_copy(update={"state": "failed", "error": reason})


def effect_of(
    record: RunRecord, step: int, call: ToolCall, contract: ToolContract, deps: Dependencies
) -> Effect:
    now = deps.now()
    return Effect(
        effect_id=effect_id(record.tenant_id, record.run_id, step, call),
        tenant_id=record.tenant_id,
        run_id=record.run_id,
        step=step,
        tool=call.tool,
        holder=uuid4().hex,
        state=first_state(contract),
        args=call.args,
        updated_at=now,
        started_at=now,
    )


def started_event(
    call: ToolCall, call_id: str, contract: ToolContract, language: Language, deps: Dependencies
) -> ToolEvent:
    args = masked(call.args, contract)
    return ToolEvent(
        name=call.tool,
        args=args,
        status="started",
        call_id=call_id,
        at=deps.now(),
        label=label_of(contract, language),
        labels=labels_of(contract, args, language),
    )


def ended_event(
    outcome: ToolOutcome,
    contract: ToolContract | None,
    record: RunRecord,
    language: Language,
    deps: Dependencies,
) -> ToolEvent:
    base = deps.policy.erp_web_url
    view = shown(outcome, contract, language, base, record.tenant_id)
    return ToolEvent(
        name=view.tool,
        args=view.args,
        status=view.status,
        call_id=view.call_id,
        result=view.result,
        error=view.error,
        at=deps.now(),
        label=view.label,
        labels=view.labels,
        record_url=view.record_url,
    )
