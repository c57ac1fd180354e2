"""The end of a run: stored first, then said. Whoever comes second finds it written."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched

from shared.contracts.approvals import approval_id
from shared.contracts.audit import (
    Actor,
    AuditEvent,
    called_of,
    done_event_id,
    turn_event_id,
)
from shared.contracts.conversations import Exchange, Mentioned, Turn, TurnEffect
from shared.contracts.events import DoneEvent, ErrorEvent, NodeEvent, RunEvent
from shared.contracts.evidence import LookUp
from shared.contracts.flows.runs import Begun
from shared.contracts.identity import Language
from shared.contracts.plan import MAX_CALLS
from shared.contracts.problems import ASKED_IN_VAIN
from shared.contracts.quotas import allowances, day_of
from shared.contracts.runs import RunOutcome, RunRecord
from shared.contracts.wording import say
from shared.errors import DependencyError
from shared.ports import Dependencies
from shared.streams.fitting import TEXT_BYTES, fitting_turn, shortened
from shared.streams.showing import said_by_flow, shown_text
from shared.streams.writing import LogWriter, RunEndedError

log = logging.getLogger("eira.runs")

TERMINAL_PART = "terminal"
STOPPED_PART = "stopped"
EVENTS_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """What a run has done that failed or was stopped: `told` in lines for people, `entities` for
    later messages, `effects` for who reads this one again. `acted`: an effect was made, or nobody
    knows that it was not."""

    told: str = ""
    why: str = ""
    """Of a flow, which node failed and why."""
    entities: tuple[Mentioned, ...] = ()
    effects: tuple[TurnEffect, ...] = ()
    acted: bool = False


NOTHING = LeftBehind()


async def close_run(
    record: RunRecord,
    outcome: RunOutcome,
    language: Language,
    announced: Sequence[RunEvent],
    writer: LogWriter,
    deps: Dependencies,
    left: LeftBehind = NOTHING,
) -> RunOutcome:
    """Store outcome and audit event; of a failed run keep the message and what is left of it, and
    withdraw what it still asks for. Then write the terminal entry. Answers the outcome that is
    stored, which may be an earlier one. Raises StoreError."""
    outcome = _with_what_was_done(outcome, left, language)
    stored, *_ = await asyncio.gather(
        deps.runs.end(outcome),
        deps.audit.record(_turn_completed(record, outcome, deps)),
        _keep_unanswered(record, outcome, left, deps),
        _withdraw_approvals(record, outcome, deps),
        _leave_quotas(record, outcome, deps),
    )
    if record.part_of is None:
        # Of an agent call of a flow, the flow goes on.
        terminal = _terminal_event(stored, record, language)
        if await _tell_stopped(record, stored, writer, deps):
            await writer.append(TERMINAL_PART, [*announced, terminal])
    return stored


async def _tell_stopped(
    record: RunRecord, outcome: RunOutcome, writer: LogWriter, deps: Dependencies
) -> bool:
    """The nodes of a flow that were under way when it failed or was stopped. False when the end is
    told already: by an earlier execution, which a replica that was behind showed fewer of them."""
    if record.flow is None or outcome.failure is None:
        return True
    progress = await deps.flow_runs.progress(record.tenant_id, record.run_id, anew=True)
    began = progress.began if progress else {}
    told = [_stopped(key, each, outcome.ended_at) for key, each in began.items()]
    try:
        for place, some in enumerate(batched(told, EVENTS_AT_ONCE, strict=False)):
            await writer.append(f"{STOPPED_PART}-{place}", some)
    except RunEndedError:
        return False
    return True


def _stopped(key: str, begun: Begun, at: datetime) -> NodeEvent:
    took = max(0, int((at - begun.at).total_seconds() * 1000))
    node, _, _ = key.partition("[")
    return NodeEvent(
        node_id=node, key=key, kind=begun.kind, status="stopped", duration_ms=took, at=at
    )


async def seal_run(
    record: RunRecord, deps: Dependencies, *, recorded: bool, begins: bool = False
) -> None:
    """Link the run's audit events into the chain of its conversation; `recorded`: also that of what
    it has done, `begins`: it is probably the first. The run is over, so nobody is told when that
    fails: the next anchor finds what was left."""
    done = done_event_id(record.run_id, of_call=record.call is not None)
    events = [*([done] if recorded else []), turn_event_id(record.run_id)]
    try:
        await deps.audit.seal(
            record.tenant_id, record.conversation_id, events, deps.now(), begins=begins
        )
    except DependencyError as error:
        log.warning("run=%s could not be sealed: %s", record.run_id, error)


def duration_ms(record: RunRecord, outcome: RunOutcome) -> int:
    return int((outcome.ended_at - record.received_at).total_seconds() * 1000)


def _with_what_was_done(outcome: RunOutcome, left: LeftBehind, language: Language) -> RunOutcome:
    if outcome.failure is None or not (left.told or left.why):
        return outcome
    sentences = [say(outcome.failure.message, language)]
    if left.why:
        sentences.append(left.why)
    if left.told and outcome.state != "CANCELLED":
        # Such a sentence may invite people to try again.
        sentences.append(say("failed_behind_tools", language))
    told = [" ".join(sentences), *([left.told] if left.told else [])]
    return outcome.model_copy(update={"told": shortened("\n".join(told), TEXT_BYTES)})


def _terminal_event(
    outcome: RunOutcome, record: RunRecord, language: Language
) -> DoneEvent | ErrorEvent:
    """How the run ended, as its outcome is stored."""
    if outcome.failure is not None:
        return ErrorEvent(
            code=outcome.failure.code,
            message=outcome.told or say(outcome.failure.message, language),
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
        warnings=warned(outcome.warnings, language) or None,
        retrieval=worded(outcome.retrieval, language),
    )


def warned(keys: Sequence[str], language: Language) -> tuple[str, ...]:
    """What people are told of an answer's warnings."""
    return tuple(say(f"warning_{key}", language) for key in keys)


def worded(look_up: LookUp | None, language: Language) -> LookUp | None:
    """With the reason in words."""
    if look_up is None:
        return None
    key = f"retrieval_{look_up.reason}"
    why = say(key, language, found=look_up.found, cited=look_up.cited)
    return look_up.model_copy(update={"why": why})


def _turn_completed(record: RunRecord, outcome: RunOutcome, deps: Dependencies) -> AuditEvent:
    return AuditEvent(
        event_id=turn_event_id(record.run_id),
        tenant_id=record.tenant_id,
        conversation_id=record.conversation_id,
        run_id=record.run_id,
        actor=Actor(user_id=record.caller.user_id, roles=record.caller.roles),
        at=outcome.ended_at,
        kind="turn.completed",
        call=called_of(record.call) if record.call else None,
        credential_profile=record.call.credential_profile if record.call else None,
        pack_version=record.pack_version,
        model=(record.call.model.name if record.call else None) or deps.policy.model or None,
        usage=outcome.usage,
        finish_reason=outcome.finish_reason,
        duration_ms=duration_ms(record, outcome),
        details={"replaces": record.again.replaces} if record.again else {},
        correlation_id=record.correlation_id,
    )


async def _keep_unanswered(
    record: RunRecord, outcome: RunOutcome, left: LeftBehind, deps: Dependencies
) -> None:
    """The message of a run that failed before it had an answer stays in the conversation.

    What a stopped run had said so far stays, too: the person has read it. And so does what was
    done, with its records: later messages may be about them. A message that moderation did not let
    through does not: a later turn would tell it to the model.
    """
    in_vain = outcome.failure is None or outcome.failure == ASKED_IN_VAIN
    if in_vain or record.again is not None:
        # Who answers again and fails leaves the answer that there is.
        return
    stopped = outcome.state == "CANCELLED"
    shown = await _shown(record, deps) if stopped else ""
    exchanges = await _exchanged(record, outcome.told, deps)
    turn = Turn(
        run_id=record.run_id,
        conversation_id=record.conversation_id,
        tenant_id=record.tenant_id,
        asked_at=record.received_at,
        message=record.message,
        text="\n\n".join(text for text in (shown, outcome.told) if text),
        entities=left.entities,
        finish_reason=outcome.finish_reason,
        answered_at=outcome.ended_at,
        effects=left.effects,
        exchanges=exchanges,
        error=outcome.failure,
        correlation_id=record.correlation_id,
    )
    await deps.conversations.add_turn(fitting_turn(turn))


async def _shown(record: RunRecord, deps: Dependencies) -> str:
    """What people have read of it."""
    items = await deps.log.all(record.log_id)
    if record.flow is not None:
        return said_by_flow(record.message, items).text
    return shown_text(items, record.part_of.node if record.part_of else None)


async def _exchanged(
    record: RunRecord, told: str | None, deps: Dependencies
) -> tuple[Exchange, ...]:
    """Of a flow that was answered before: that was read and said, however the run has ended."""
    if record.flow is None:
        return ()
    exchanges = said_by_flow(record.message, await deps.log.all(record.log_id)).exchanges
    if not exchanges:
        return ()
    *before, last = exchanges
    text = "\n\n".join(text for text in (last.text, told) if text)
    return (*before, last.model_copy(update={"text": text}))


async def _leave_quotas(record: RunRecord, outcome: RunOutcome, deps: Dependencies) -> None:
    """Before the end is told: whoever reads it may begin another run at once. What an agent call of
    a flow has used is counted with the flow."""
    if record.part_of is not None:
        return
    day, caller = day_of(outcome.ended_at), record.caller
    counted = allowances(deps.policy.quotas, caller.tenant_id, caller.user_id)
    for _, subject, _ in counted:
        await deps.quotas.leave(subject, record.run_id, day, outcome.usage.total_tokens)


async def _withdraw_approvals(record: RunRecord, outcome: RunOutcome, deps: Dependencies) -> None:
    """What a run that failed or was stopped still asks for will never be used."""
    if outcome.failure is None:
        return
    steps: Iterable[int] = range(MAX_CALLS)
    if record.flow is not None:
        found = await deps.flow_runs.progress(record.tenant_id, record.run_id, anew=True)
        under_way = found.pending.values() if found else ()
        steps = [each.place for each in under_way if each.place is not None]
    elif record.call is None:
        plan = await deps.runs.plan(record.tenant_id, record.run_id)
        steps = range(len(plan.calls) if plan else 0)
    await asyncio.gather(*(_withdraw(record, approval_id(step), deps) for step in steps))


async def _withdraw(record: RunRecord, asked: str, deps: Dependencies) -> None:
    """However often somebody decides at the same time: a decision is final soon."""
    while found := await deps.approvals.get(record.tenant_id, record.run_id, asked):
        if found.state not in ("open", "approved"):
            return
        if await deps.approvals.change(found.model_copy(update={"state": "withdrawn"})):
            return
