"""The answer of an agent call, as it is kept: with its citations, and what stands below it."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from activities.answer_checks import Checks
from activities.bearing_out import shown_before
from activities.entities import effects_of
from activities.looking_up import looked_up
from activities.moderating import NOT_MODERATED, judged
from activities.remembering import overflows
from activities.scene import call_of, documents_told, grounding_of, load_step
from activities.steps import (
    announced,
    load_evidence,
    load_history,
    load_record,
    load_results,
    log_writer,
    warnings_of,
)
from shared.contracts.activities import Responded
from shared.contracts.agent_activities import CloseCallRequest
from shared.contracts.agent_steps import AgentResult, AgentStep
from shared.contracts.agents import AgentCall
from shared.contracts.conversations import History, Turn, TurnEffect
from shared.contracts.events import CitationsEvent, RunEvent, TextEvent
from shared.contracts.evidence import SEARCH_FAILED, Citation, ContextPack, LookUp, Snippet
from shared.contracts.runs import FinishReason, RunRecord
from shared.contracts.wording import say
from shared.errors import SearchError
from shared.ports import Dependencies

SOMEBODY_MISSING = "participant_missing"
EFFECT_UNKNOWN = "effect_unknown"
"""What an answer warns of, like `NOT_MODERATED`."""


@dataclass(frozen=True, slots=True)
class Closing:
    """`rest` is what the person has not read yet. `unknown`: of a call that changes something
    nobody knows what became of it."""

    text: str
    rest: str
    citations: tuple[Citation, ...]
    finish_reason: FinishReason = "stop"
    unknown: bool = False
    effects: tuple[TurnEffect, ...] = ()
    searched: tuple[Snippet, ...] | None = None
    """What whoever wrote it was told of the documents; None if nobody looked into them."""


async def close_call(request: CloseCallRequest, deps: Dependencies) -> Responded:
    """Raises StoreError; SearchError when the answer was to be the evidence and nobody could look
    for any; ContentBlockedError and ModerationError as what an agent says. That has been judged."""
    record, history, evidence = await asyncio.gather(
        load_record(request, deps),
        load_history(request, deps),
        _evidence(request, deps),
    )
    if request.number is None:
        closing = _evidence_itself(evidence, request)
        known = await judged([closing.rest], call_of(record), request, deps)
    else:
        step = await load_step(request, request.number, deps)
        closing, known = await _of_step(step, record, history, request, deps), True
    also = {
        NOT_MODERATED: request.unjudged or not known,
        SOMEBODY_MISSING: request.missing,
        EFFECT_UNKNOWN: closing.unknown,
    }
    warnings = [*warnings_of(evidence), *(key for key, holds in also.items() if holds)]
    look_up = _look_up(closing, evidence, request, call_of(record))
    turn = _turn(record, closing, warnings, look_up, deps)
    writer = log_writer(request, "close_call", deps)
    _, kept = await asyncio.gather(
        writer.append("answer", _events(closing, request, deps)), deps.conversations.add_turn(turn)
    )
    policy = deps.policy
    told = (*history.turns, kept)
    return Responded(
        after=writer.after,
        finish_reason=kept.finish_reason,
        warnings=kept.warnings,
        retrieval=kept.retrieval,
        folds=history.cut or overflows(told, policy.history_tokens, policy.history_turns),
    )


async def _evidence(request: CloseCallRequest, deps: Dependencies) -> ContextPack:
    record = await load_record(request, deps)
    return await load_evidence(request, request.indexes, deps, call_of(record).search)


async def _results(
    request: CloseCallRequest, call: AgentCall, deps: Dependencies
) -> Sequence[AgentResult]:
    if not call.tools:
        return ()
    return await load_results(request, request.used, deps)


def _known(
    record: RunRecord, call: AgentCall, history: History, results: Sequence[AgentResult]
) -> Iterator[str]:
    """What an answer may state without a document of Cerebro: what tools said, what was shown
    before, and what the application that calls has told of itself."""
    yield from (json.dumps(each.outcome.result, ensure_ascii=False) for each in results)
    yield from shown_before(history, record.context)
    yield from (each.content for each in call.history if each.role == "assistant")
    if call.system_prompt:
        yield call.system_prompt


async def _of_step(
    step: AgentStep,
    record: RunRecord,
    history: History,
    request: CloseCallRequest,
    deps: Dependencies,
) -> Closing:
    call = call_of(record)
    documents = await documents_told(request, request.indexes, request.used, call, deps)
    checks = Checks(call.model.response_format == "json", grounding_of(call, deps), documents)
    results = await _results(request, call, deps)
    known = tuple(_known(record, call, history, results)) if request.indexes else None
    changing = [each.outcome for each in results if each.place is not None]
    shown, below = checks.shown(step.text), checks.below(step.text, request.language, known)
    return Closing(
        text=shown + below,
        rest=below if step.shown else shown + below,
        citations=checks.citations(step.text),
        finish_reason="length" if step.finish_reason == "length" else "stop",
        unknown=any(each.status == "unknown" for each in changing),
        effects=effects_of(changing, deps.packs.get(record.pack_version).tools),
        searched=None if documents is None else tuple(documents.values()),
    )


def _evidence_itself(evidence: ContextPack, request: CloseCallRequest) -> Closing:
    """No model is asked: the passages themselves, each with the number it is cited by."""
    failed = [each for each in evidence.warnings if each.startswith(SEARCH_FAILED)]
    if failed and not evidence.snippets:
        raise SearchError("no index could be asked")
    citations = tuple(
        Citation(
            number=number,
            source=each.source,
            title=each.title,
            url=each.url,
            snippet=each.caption.text if each.caption else each.content,
            score=each.score,
            index=each.index,
            document_id=each.document_id,
            verified=True,
        )
        for number, each in enumerate(evidence.snippets, start=1)
    )
    passages = [
        f"[{number}] {each.title}\n{each.content}"
        for number, each in enumerate(evidence.snippets, start=1)
    ]
    text = "\n\n".join(passages) or say("told_nothing_known", request.language)
    return Closing(text=text, rest=text, citations=citations, searched=evidence.snippets)


def _events(closing: Closing, request: CloseCallRequest, deps: Dependencies) -> Sequence[RunEvent]:
    events: list[RunEvent] = announced(request, deps)
    if closing.rest:
        events.append(TextEvent(text=closing.rest, attempt=request.attempt))
    if closing.citations:
        events.append(CitationsEvent(citations=closing.citations))
    return events


def _look_up(
    closing: Closing, evidence: ContextPack, request: CloseCallRequest, call: AgentCall
) -> LookUp:
    if closing.searched is None:
        return LookUp(used=False, reason="not_asked")
    told = evidence.model_copy(update={"snippets": closing.searched})
    mode = call.search.mode if call.search else "hybrid"
    indexes = request.indexes or dict.fromkeys(each.index for each in closing.searched)
    return looked_up(told, tuple(indexes), closing.citations, mode)


def _turn(
    record: RunRecord,
    closing: Closing,
    warnings: Sequence[str],
    look_up: LookUp,
    deps: Dependencies,
) -> Turn:
    return Turn(
        run_id=record.run_id,
        conversation_id=record.conversation_id,
        tenant_id=record.tenant_id,
        asked_at=record.received_at,
        message=record.message,
        text=closing.text,
        citations=closing.citations,
        warnings=(*record.warnings, *warnings),
        finish_reason=closing.finish_reason,
        answered_at=deps.now(),
        effects=closing.effects,
        retrieval=look_up,
        correlation_id=record.correlation_id,
    )
