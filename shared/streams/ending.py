"""The end of a run: stored first, then said. Whoever comes second finds it written."""

import asyncio
from collections.abc import Sequence

from shared.contracts.audit import Actor, AuditEvent
from shared.contracts.conversations import Turn
from shared.contracts.events import DoneEvent, ErrorEvent, RunEvent
from shared.contracts.identity import Language
from shared.contracts.runs import RunOutcome, RunRecord
from shared.contracts.wording import say
from shared.ports import Dependencies
from shared.streams.showing import shown_text
from shared.streams.writing import LogWriter

TERMINAL_PART = "terminal"


async def close_run(
    record: RunRecord,
    outcome: RunOutcome,
    language: Language,
    announced: Sequence[RunEvent],
    writer: LogWriter,
    deps: Dependencies,
) -> RunOutcome:
    """Store outcome and audit event, keep the message of a failed run, then write the terminal
    entry. Answers the outcome that is stored, which may be an earlier one. Raises StoreError."""
    stored, _, _ = await asyncio.gather(
        deps.runs.end(outcome),
        deps.audit.record(_turn_completed(record, outcome)),
        _keep_unanswered(record, outcome, deps),
    )
    terminal = _terminal_event(stored, record, language)
    await writer.append(TERMINAL_PART, [*announced, terminal])
    return stored


def duration_ms(record: RunRecord, outcome: RunOutcome) -> int:
    return int((outcome.ended_at - record.received_at).total_seconds() * 1000)


def _terminal_event(
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


def _turn_completed(record: RunRecord, outcome: RunOutcome) -> AuditEvent:
    return AuditEvent(
        event_id=f"{record.run_id}-2-turn",
        tenant_id=record.tenant_id,
        conversation_id=record.conversation_id,
        run_id=record.run_id,
        actor=Actor(user_id=record.caller.user_id, roles=record.caller.roles),
        at=outcome.ended_at,
        kind="turn.completed",
        pack_version=record.pack_version,
        usage=outcome.usage,
        finish_reason=outcome.finish_reason,
        duration_ms=duration_ms(record, outcome),
        correlation_id=record.correlation_id,
    )


async def _keep_unanswered(record: RunRecord, outcome: RunOutcome, deps: Dependencies) -> None:
    """The message of a run that failed before it had an answer stays in the conversation.

    What a stopped run had said so far stays, too: the person has read it.
    """
    if outcome.failure is None:
        return
    stopped = outcome.state == "CANCELLED"
    text = shown_text(await deps.log.all(record.run_id)) if stopped else ""
    await deps.conversations.add_turn(
        Turn(
            run_id=record.run_id,
            conversation_id=record.conversation_id,
            tenant_id=record.tenant_id,
            asked_at=record.received_at,
            message=record.message,
            text=text,
            finish_reason=outcome.finish_reason,
        )
    )
