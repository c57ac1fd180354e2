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
"""

from datetime import timedelta
from itertools import batched
from typing import Any

from orchestrators.progress import Progress, Steps
from orchestrators.tools import run_tools
from shared.contracts.activities import (
    AWAIT_TURN,
    FINISH,
    FOLD,
    PLAN,
    PREPARE,
    RECORD,
    REMEMBER,
    RESPOND,
    RETRIEVE,
    AwaitTurnRequest,
    FinishRequest,
    FoldRequest,
    Planned,
    PlanRequest,
    Prepared,
    PrepareRequest,
    Recorded,
    RecordRequest,
    Responded,
    RespondRequest,
    RetrieveRequest,
    TurnRequest,
)
from shared.contracts.approvals import STOP_EVENT
from shared.contracts.problems import STOPPED, Failure
from shared.contracts.runs import FinishReason, Memory, RunState, StateChange
from shared.durable import (
    OrchestrationContext,
    StepFailedError,
    call_activity,
    call_all,
    wait_for_event,
)

LONGEST_LOOK = timedelta(seconds=15)
LONGEST_QUEUE = timedelta(minutes=30)
REMEMBER_AFTER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480))
"""When Cerebro is asked again to take the event of a run that is over."""


def turn(context: OrchestrationContext) -> Steps[Any]:
    start = TurnRequest.model_validate(context.get_input())
    progress = Progress(context, start.run, start.after, start.limits)
    progress.enter("RECEIVED", quietly=True)
    memory: Memory = "none"
    try:
        if start.waits_for:
            yield from _await_turn(progress, start.waits_for)
        prepared = yield from call_activity(context, PREPARE, PrepareRequest(**progress.peek()))
        if prepared.ended:
            return None
        progress.done(prepared)
        progress.route = prepared.route
        progress.language = prepared.language
        progress.enter("TRIAGED")
        planned = None
        if prepared.route == "FLOW_EXECUTION":
            if prepared.looks_later:
                progress.check_limits()
            else:
                yield from _retrieve(progress, prepared)
            planned = yield from _plan(progress, prepared)
            if prepared.looks_later and not planned.calls and not planned.missing:
                yield from _retrieve(progress, prepared)
            yield from _run_tools(progress, prepared, planned)
        reason, memory = yield from _respond(progress, prepared, planned)
    except StepFailedError as error:
        memory = yield from _record_what_was_done(progress)
        yield from _finish(progress, "error", memory, _honest(progress, error.failure))
    else:
        yield from _finish(progress, reason, memory, None)
        yield from _fold(progress)
    if memory == "pending":
        yield from _remember(progress)
    return None


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


def _honest(progress: Progress, failure: Failure) -> Failure:
    """Once a tool has run, the same message again could do the same thing twice."""
    if not progress.tools:
        return failure
    stopped = {"message": "cancelled_behind_tools"} if failure.code == "CANCELLED" else {}
    return failure.model_copy(update={"retryable": False, **stopped})


def _retrieve(progress: Progress, prepared: Prepared) -> Steps[None]:
    progress.check_limits()
    if not prepared.indexes:
        return
    requests = [
        RetrieveRequest(**progress.peek(), index=index, mentioned=prepared.mentioned)
        for index in prepared.indexes
    ]
    at_once = progress.limits.fan_out or max(len(requests), 1)
    for wave in batched(requests, at_once, strict=False):
        calls = [(RETRIEVE, each) for each in wave]
        for found in (yield from call_all(progress.context, calls)):
            progress.done(found)
    progress.enter("RETRIEVED_CONTEXT")


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
    respond = RespondRequest(
        **progress.take(),
        route=prepared.route,
        language=prepared.language,
        indexes=_looked_up(prepared, planned),
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
    record = _record_request(progress, broken_off=False)
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


def _record_request(progress: Progress, broken_off: bool) -> RecordRequest:
    return RecordRequest(
        **progress.peek(),
        flow_type=progress.flow_type or "Other",
        steps=len(progress.tools),
        language=progress.language or "es",
        usage=progress.usage,
        broken_off=broken_off,
    )


def _record_what_was_done(progress: Progress) -> Steps[Memory]:
    """A run that failed behind a tool leaves its effects in the audit all the same."""
    if not progress.tools or progress.recording:
        return "none"
    try:
        request = _record_request(progress, broken_off=True)
        recorded = yield from call_activity(progress.context, RECORD, request)
    except StepFailedError:
        # The store is away for the audit too; the effects themselves are in the ledger.
        return "none"
    progress.done(recorded)
    return recorded.memory


def _fold(progress: Progress) -> Steps[None]:
    """Fold what is old in a long conversation, for the messages to come. The run is over."""
    if not progress.folds:
        return
    request = FoldRequest(**progress.peek(), language=progress.language or "es")
    try:
        yield from call_activity(progress.context, FOLD, request)
    except StepFailedError:
        # The next turn finds the conversation as long and folds it.
        return


def _remember(progress: Progress) -> Steps[None]:
    """Cerebro was away. The run is over for everybody; the orchestration lives on for this."""
    for pause in REMEMBER_AFTER:
        context = progress.context
        yield context.create_timer(context.current_utc_datetime + pause)
        try:
            request = _record_request(progress, broken_off=True)
            remembered = yield from call_activity(context, REMEMBER, request)
        except StepFailedError:
            continue
        if remembered.memory != "pending":
            return


def _typed(results: list[Any]) -> tuple[Responded, Recorded]:
    answered, recorded = results
    return answered, recorded


def _finish(
    progress: Progress, reason: FinishReason, memory: Memory, failure: Failure | None
) -> Steps[None]:
    """DONE and FAILED are announced by the step that makes them true."""
    ended = progress.context.current_utc_datetime
    last: RunState = "DONE"
    if failure is not None:
        last = "CANCELLED" if failure.code == "CANCELLED" else "FAILED"
        reason = "cancelled" if last == "CANCELLED" else reason
    states = (*progress.states, StateChange(state=last, since=ended))
    common = progress.take()
    common["announce"] = (*common["announce"], last)
    request = FinishRequest(
        **common,
        language=progress.language,
        states=states,
        usage=progress.usage,
        memory=memory,
        finish_reason=reason,
        failure=failure,
        ended_at=ended,
        warnings=progress.warnings,
    )
    progress.done((yield from call_activity(progress.context, FINISH, request)))
    progress.enter(last)
