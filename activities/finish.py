"""The run's last step: store how it ended, then say so. The only writer of the end."""

import asyncio
import logging

from activities.steps import load_record, log_writer
from shared.contracts.activities import FinishRequest, StepResult
from shared.contracts.audit import Actor, AuditEvent
from shared.contracts.conversations import Turn
from shared.contracts.events import RunEvent, StateEvent
from shared.contracts.runs import RunOutcome, RunRecord
from shared.ports import Dependencies
from shared.streams.ending import TERMINAL_PART, TERMINAL_STEP, terminal_event

log = logging.getLogger("eira.runs")


async def finish(request: FinishRequest, deps: Dependencies) -> StepResult:
    record = await load_record(request, deps)
    outcome = RunOutcome(
        run_id=record.run_id,
        tenant_id=record.tenant_id,
        state="FAILED" if request.failure else "DONE",
        finish_reason=request.finish_reason,
        ended_at=request.ended_at,
        states=request.states,
        usage=request.usage,
        memory=request.memory,
        failure=request.failure,
    )
    stored, _, _ = await asyncio.gather(
        deps.runs.end(outcome),
        deps.audit.record(_event(request, record)),
        _keep_unanswered(request, record, deps),
    )
    writer = log_writer(request, TERMINAL_STEP, deps)
    await writer.append(
        TERMINAL_PART,
        [*_states(request), terminal_event(stored, record, request.language or record.language)],
    )
    log.info(
        "run=%s correlation=%s ended %s after %d ms",
        record.run_id,
        record.correlation_id,
        stored.state,
        _duration_ms(request, record),
    )
    return StepResult(after=writer.after)


def _duration_ms(request: FinishRequest, record: RunRecord) -> int:
    return int((request.ended_at - record.received_at).total_seconds() * 1000)


def _states(request: FinishRequest) -> list[RunEvent]:
    return [StateEvent(state=state) for state in request.announce]


def _event(request: FinishRequest, record: RunRecord) -> AuditEvent:
    return AuditEvent(
        event_id=f"{record.run_id}-2-turn",
        tenant_id=record.tenant_id,
        conversation_id=record.conversation_id,
        run_id=record.run_id,
        actor=Actor(user_id=record.caller.user_id, roles=record.caller.roles),
        at=request.ended_at,
        kind="turn.completed",
        pack_version=record.pack_version,
        usage=request.usage,
        finish_reason=request.finish_reason,
        duration_ms=_duration_ms(request, record),
        correlation_id=record.correlation_id,
    )


async def _keep_unanswered(request: FinishRequest, record: RunRecord, deps: Dependencies) -> None:
    """A failed run's message is kept; it has no answer."""
    if request.failure is None:
        return
    await deps.conversations.add_turn(
        Turn(
            run_id=record.run_id,
            conversation_id=record.conversation_id,
            tenant_id=record.tenant_id,
            asked_at=record.received_at,
            message=record.message,
            text="",
            finish_reason="error",
        )
    )
