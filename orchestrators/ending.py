"""What every run ends with: its effects in the audit, its one end, and what nobody waits for."""

from datetime import timedelta

from orchestrators.progress import Progress, Steps
from shared.contracts.activities import (
    FINISH,
    FOLD,
    RECORD,
    REMEMBER,
    FinishRequest,
    FoldRequest,
    RecordRequest,
)
from shared.contracts.problems import Failure
from shared.contracts.runs import FinishReason, Memory, RunState, StateChange
from shared.durable import StepFailedError, call_activity

REMEMBER_AFTER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480))
"""When Cerebro is asked again to take the event of a run that is over."""


def honest(progress: Progress, failure: Failure) -> Failure:
    """Once a tool has run, the same message again could do the same thing twice."""
    if not progress.tools:
        return failure
    stopped = {"message": "cancelled_behind_tools"} if failure.code == "CANCELLED" else {}
    return failure.model_copy(update={"retryable": False, **stopped})


def record_request(progress: Progress, broken_off: bool) -> RecordRequest:
    return RecordRequest(
        **progress.peek(),
        flow_type=progress.flow_type or "Other",
        steps=len(progress.tools),
        used=progress.used,
        language=progress.language or "es",
        usage=progress.usage,
        broken_off=broken_off,
    )


def record_what_was_done(progress: Progress, anyway: bool = False) -> Steps[Memory]:
    """A run that failed behind a tool leaves its effects in the audit all the same; `anyway`: also
    one that has done nothing."""
    if progress.recording or not (progress.tools or anyway):
        return "none"
    progress.recording = True
    try:
        request = record_request(progress, broken_off=True)
        recorded = yield from call_activity(progress.context, RECORD, request)
    except StepFailedError:
        # The store is away for the audit too; the effects themselves are in the ledger.
        return "none"
    progress.done(recorded)
    return recorded.memory


def fold(progress: Progress) -> Steps[None]:
    """Fold what is old in a long conversation, for the messages to come. The run is over."""
    if not progress.folds:
        return
    request = FoldRequest(**progress.peek(), language=progress.language or "es")
    try:
        yield from call_activity(progress.context, FOLD, request)
    except StepFailedError:
        # The next turn finds the conversation as long and folds it.
        return


def remember(progress: Progress) -> Steps[None]:
    """Cerebro was away. The run is over for everybody; the orchestration lives on for this."""
    for pause in REMEMBER_AFTER:
        context = progress.context
        yield context.create_timer(context.current_utc_datetime + pause)
        try:
            request = record_request(progress, broken_off=True)
            remembered = yield from call_activity(context, REMEMBER, request)
        except StepFailedError:
            continue
        if remembered.memory != "pending":
            return


def finish(
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
        recorded=progress.recording,
        basis=progress.basis,
        retrieval=progress.retrieval,
    )
    progress.done((yield from call_activity(progress.context, FINISH, request)))
    progress.enter(last)
