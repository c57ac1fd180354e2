"""
One user message, from RECEIVED to DONE:

0. await_turn, if it queues behind other runs of the conversation
1. prepare: intake and triage
2. for a flow: retrieve from every index in parallel, then plan; by setting retrieve after the
   plan, when it has no tool for the message, or never
3. run the tool calls of a complete plan, in waves; wait for approvals
4. respond, and at the same time record what the tools did
5. finish: the run's one end, also when a step failed or the run was stopped
6. fold, if the conversation has become long: nobody waits for that
7. remember, later, if Cerebro was away: nobody waits for that either

A run that answers again has 4 and 5 only: from what another run has found and done.
"""

from datetime import timedelta
from typing import Any

from orchestrators.ending import (
    finish,
    fold,
    honest,
    record_request,
    record_what_was_done,
    remember,
)
from orchestrators.progress import Progress, Steps
from orchestrators.retrieving import retrieve_all
from orchestrators.tools import run_tools
from shared.contracts.activities import (
    AWAIT_TURN,
    PLAN,
    PREPARE,
    RECORD,
    RESPOND,
    AwaitTurnRequest,
    Planned,
    PlanRequest,
    Prepared,
    PrepareRequest,
    Recorded,
    Responded,
    RespondRequest,
    TurnRequest,
)
from shared.contracts.approvals import STOP_EVENT
from shared.contracts.problems import STOPPED, Failure
from shared.contracts.runs import AnswerBasis, FinishReason, Memory
from shared.durable import (
    OrchestrationContext,
    StepFailedError,
    call_activity,
    call_all,
    wait_for_event,
)

LONGEST_LOOK = timedelta(seconds=15)
LONGEST_QUEUE = timedelta(minutes=30)


def turn(context: OrchestrationContext) -> Steps[Any]:
    start = TurnRequest.model_validate(context.get_input())
    progress = Progress(context, start.run, start.after, start.limits)
    progress.enter("RECEIVED", quietly=True)
    memory: Memory = "none"
    try:
        if start.again is not None:
            reason = yield from _answer_again(progress, start.again)
        else:
            prepared = yield from _prepare(progress, start.waits_for)
            if prepared.ended:
                return None
            planned = yield from _work(progress, prepared)
            reason, memory = yield from _respond(progress, prepared, planned)
    except StepFailedError as error:
        memory = yield from record_what_was_done(progress)
        yield from finish(progress, "error", memory, honest(progress, error.failure))
    else:
        yield from finish(progress, reason, memory, None)
        yield from fold(progress)
    if memory == "pending":
        yield from remember(progress)
    return None


def _prepare(progress: Progress, waits_for: tuple[str, ...]) -> Steps[Prepared]:
    if waits_for:
        yield from _await_turn(progress, waits_for)
    request = PrepareRequest(**progress.peek())
    prepared = yield from call_activity(progress.context, PREPARE, request)
    if not prepared.ended:
        progress.done(prepared)
        progress.route = prepared.route
        progress.language = prepared.language
        progress.enter("TRIAGED")
    return prepared


def _work(progress: Progress, prepared: Prepared) -> Steps[Planned | None]:
    """What a flow needs before its answer; None for what is no flow."""
    if prepared.route != "FLOW_EXECUTION":
        return None
    if prepared.looks_later:
        progress.check_limits()
    else:
        yield from retrieve_all(progress, prepared.indexes, prepared.mentioned)
    planned = yield from _plan(progress, prepared)
    if prepared.looks_later and not planned.calls and not planned.missing:
        yield from retrieve_all(progress, prepared.indexes, prepared.mentioned)
    yield from _run_tools(progress, prepared, planned)
    return planned


def _answer_again(progress: Progress, basis: AnswerBasis) -> Steps[FinishReason]:
    """No tool is called and nothing is recorded: whatever was done is done."""
    progress.route, progress.language, progress.basis = basis.route, basis.language, basis
    progress.check_limits()
    progress.enter("STREAMING_RESPONSE")
    respond = RespondRequest(
        **progress.take(),
        route=basis.route,
        language=basis.language,
        indexes=basis.indexes,
        steps=basis.steps,
        planned=basis.planned,
        may_repeat=progress.affords(2),
        again=basis.run_id,
    )
    responded = yield from call_activity(progress.context, RESPOND, respond)
    progress.answered(responded)
    return responded.finish_reason


def _await_turn(progress: Progress, earlier: tuple[str, ...]) -> Steps[None]:
    """Let the runs before this one end; look for that ever less often. Waiting is no work."""
    context = progress.context
    began = context.current_utc_datetime
    pause = timedelta(seconds=1)
    while True:
        request = AwaitTurnRequest(**progress.peek(), earlier=earlier)
        if (yield from call_activity(context, AWAIT_TURN, request)).free:
            break
        if context.current_utc_datetime - began > LONGEST_QUEUE:
            busy = Failure(code="CONVERSATION_BUSY", message="queued_too_long", retryable=True)
            raise StepFailedError(AWAIT_TURN.name, busy)
        until = context.current_utc_datetime + pause
        if (yield from wait_for_event(context, [STOP_EVENT], until, progress.awaited)):
            raise StepFailedError(STOP_EVENT, STOPPED)
        pause = min(pause * 2, LONGEST_LOOK)
    progress.waited += context.current_utc_datetime - began


def _plan(progress: Progress, prepared: Prepared) -> Steps[Planned]:
    request = PlanRequest(
        **progress.take(),
        indexes=() if prepared.looks_later else prepared.indexes,
        language=prepared.language,
        continues=prepared.continues,
    )
    planned = yield from call_activity(progress.context, PLAN, request)
    progress.done(planned)
    progress.flow_type = planned.flow_type
    progress.enter("PLANNED")
    return planned


def _run_tools(progress: Progress, prepared: Prepared, planned: Planned) -> Steps[None]:
    if planned.missing or not planned.calls:
        return
    progress.tools = planned.tools
    yield from run_tools(progress, planned.calls, prepared.language)


def _respond(
    progress: Progress, prepared: Prepared, planned: Planned | None
) -> Steps[tuple[FinishReason, Memory]]:
    """Answer, and when tools ran record what they did, in parallel."""
    steps = len(progress.tools)
    progress.check_limits()
    progress.enter("STREAMING_RESPONSE")
    indexes = _looked_up(prepared, planned)
    progress.basis = AnswerBasis(
        run_id=progress.run.run_id,
        route=prepared.route,
        language=prepared.language,
        indexes=indexes,
        steps=steps,
        planned=planned is not None,
    )
    respond = RespondRequest(
        **progress.take(),
        route=prepared.route,
        language=prepared.language,
        indexes=indexes,
        steps=steps,
        planned=planned is not None,
        opened=prepared.opened,
        drops=prepared.drops,
        may_repeat=progress.affords(2),
    )
    if planned is None or not steps:
        responded = yield from call_activity(progress.context, RESPOND, respond)
        progress.answered(responded)
        return responded.finish_reason, "none"
    record = record_request(progress, broken_off=False)
    progress.recording = True
    both = yield from call_all(progress.context, [(RESPOND, respond), (RECORD, record)])
    answered, recorded = _typed(both)
    progress.answered(answered)
    progress.done(recorded)
    progress.enter("PERSISTED_EVENT")
    return answered.finish_reason, recorded.memory


def _looked_up(prepared: Prepared, planned: Planned | None) -> tuple[str, ...]:
    """Where the documents are from that the answer is made of."""
    if planned is None or (planned.calls and not planned.missing):
        return ()
    return () if prepared.looks_later and planned.missing else prepared.indexes


def _typed(results: list[Any]) -> tuple[Responded, Recorded]:
    answered, recorded = results
    return answered, recorded
