"""The one terminal entry of a run's log; whoever comes second finds it written, by its key."""

from shared.contracts.events import DoneEvent, ErrorEvent
from shared.contracts.identity import Language
from shared.contracts.runs import RunOutcome, RunRecord
from shared.contracts.wording import say

TERMINAL_STEP = "end"
TERMINAL_PART = "terminal"


def terminal_event(
    outcome: RunOutcome, record: RunRecord, language: Language
) -> DoneEvent | ErrorEvent:
    """How the run ended, as its outcome is stored."""
    if outcome.failure is not None:
        return ErrorEvent(
            code=outcome.failure.code,
            message=say(outcome.failure.message, language),
            retryable=outcome.failure.retryable,
            retry_after=outcome.failure.retry_after,
            correlation_id=record.correlation_id,
        )
    return DoneEvent(
        usage=outcome.usage,
        thread_id=record.conversation_id,
        run_id=record.run_id,
        finish_reason=outcome.finish_reason,
        memory=outcome.memory,
    )
