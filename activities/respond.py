"""Streaming response: write the answer, piece by piece, into the run's event log."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from activities.citing import citations_of
from activities.prompts import (
    Briefing,
    evidence_section,
    results_section,
    understood_section,
)
from activities.steps import (
    announced,
    answer_writer,
    load_evidence,
    load_outcomes,
    load_plan,
    load_record,
    load_turns,
)
from shared.contracts.activities import Responded, RespondRequest
from shared.contracts.conversations import Turn
from shared.contracts.events import CitationsEvent, QuestionEvent, RunEvent, TextEvent
from shared.contracts.evidence import SEARCH_FAILED, Citation, ContextPack
from shared.contracts.plan import Plan
from shared.contracts.runs import FinishReason, RunRecord, ToolOutcome, Usage
from shared.contracts.wording import say
from shared.errors import AppError, ModelError
from shared.ports import Dependencies, ModelMessage, ModelRequest, StreamEnd
from shared.streams.joining import TextJoiner
from shared.streams.showing import shown_text
from shared.streams.writing import AnswerWriter

STEP = "respond"
MAX_TOKENS = 1_200


@dataclass(frozen=True, slots=True)
class Material:
    """Everything an answer is made from."""

    record: RunRecord
    turns: tuple[Turn, ...]
    evidence: ContextPack
    plan: Plan | None
    outcomes: tuple[ToolOutcome, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    text: str
    finish_reason: FinishReason
    usage: Usage
    citations: tuple[Citation, ...] = ()


class AnsweredError(AppError):
    """An earlier execution has stored its answer."""

    def __init__(self, turn: Turn) -> None:
        super().__init__(f"run {turn.run_id} has its answer")
        self.turn = turn


async def respond(request: RespondRequest, deps: Dependencies) -> Responded:
    material = await _material(request, deps)
    writer = answer_writer(request, STEP, deps)
    try:
        answer = await _answer(request, material, writer, deps)
    except AnsweredError as earlier:
        await _show(earlier.turn, request, deps)
        return Responded(after=request.after, finish_reason=earlier.turn.finish_reason)
    kept = await _keep(request, material, answer, deps)
    if kept.text != answer.text:
        await _show(kept, request, deps)
    return Responded(
        after=writer.after,
        usage=answer.usage,
        model_calls=1,
        finish_reason=kept.finish_reason,
    )


async def _answer(
    request: RespondRequest, material: Material, writer: AnswerWriter, deps: Dependencies
) -> Answer:
    if material.plan is not None and material.plan.question is not None:
        await _claim(request, writer, deps)
        return await _ask_for_missing(material.plan, writer)
    if _found_nothing_for_a_failure(request, material):
        await _claim(request, writer, deps)
        return await _tell_that_search_is_away(request, writer)
    return await _write_once_more(request, material, writer, deps)


async def _claim(request: RespondRequest, writer: AnswerWriter, deps: Dependencies) -> None:
    """Claim an attempt. Only where there was one before can there be an answer already.

    Raises AnsweredError.
    """
    if await writer.begin(announced(request)):
        return
    run = request.run
    stored = await deps.conversations.get_turn(run.tenant_id, run.conversation_id, run.run_id)
    if stored is not None:
        raise AnsweredError(stored)
    await writer.begin_again()


async def _show(turn: Turn, request: RespondRequest, deps: Dependencies) -> None:
    """Make the log's answer the stored one: two executions may have written at the same time."""
    if shown_text(await deps.log.all(turn.run_id)) == turn.text:
        return
    writer = answer_writer(request, STEP, deps)
    await writer.begin_again()
    text = TextEvent(text=turn.text, attempt=writer.attempt)
    cited = [CitationsEvent(citations=turn.citations)] if turn.citations else []
    await writer.write([text, *cited])


async def _material(request: RespondRequest, deps: Dependencies) -> Material:
    record, turns, evidence, plan, outcomes = await asyncio.gather(
        load_record(request, deps),
        load_turns(request, deps),
        load_evidence(request, request.indexes, deps),
        _plan(request, deps),
        load_outcomes(request, request.steps, request.language, deps),
    )
    return Material(record, turns, evidence, plan, outcomes)


async def _plan(request: RespondRequest, deps: Dependencies) -> Plan | None:
    return await load_plan(request, deps) if request.planned else None


async def _ask_for_missing(plan: Plan, writer: AnswerWriter) -> Answer:
    text = plan.question or ""
    await writer.write(
        [
            TextEvent(text=text, attempt=writer.attempt),
            QuestionEvent(text=text, missing=plan.missing),
        ]
    )
    return Answer(text, "question", Usage())


def _found_nothing_for_a_failure(request: RespondRequest, material: Material) -> bool:
    """Whether the documents are silent only because nobody could look into them."""
    failed = any(warning.startswith(SEARCH_FAILED) for warning in material.evidence.warnings)
    return bool(request.indexes) and failed and not material.evidence.snippets


async def _tell_that_search_is_away(request: RespondRequest, writer: AnswerWriter) -> Answer:
    """Without the model, which would say that the documentation does not have it."""
    text = say("search_unavailable", request.language)
    await writer.write([TextEvent(text=text, attempt=writer.attempt)])
    return Answer(text, "stop", Usage())


async def _write_once_more(
    request: RespondRequest, material: Material, writer: AnswerWriter, deps: Dependencies
) -> Answer:
    """A model that breaks off in its answer is asked once more, behind a `restart`."""
    try:
        return await _write(request, material, writer, deps)
    except ModelError:
        if not writer.has_written:
            raise
        return await _write(request, material, answer_writer(request, STEP, deps), deps)


async def _write(
    request: RespondRequest, material: Material, writer: AnswerWriter, deps: Dependencies
) -> Answer:
    # The model is asked while the attempt is being claimed; text waits for the claim.
    claim = asyncio.create_task(_claim(request, writer, deps))

    async def write_text(text: str, next_ms: int) -> None:
        await claim
        await writer.write([TextEvent(text=text, attempt=writer.attempt)], next_ms)

    joiner = TextJoiner(write_text, deps.policy.longest_join_ms)
    try:
        text, end = await _produce(deps.model.stream(_request(request, material, deps)), joiner)
        await claim
    except ModelError:
        await claim
        raise
    finally:
        claim.cancel()
    citations = citations_of(text, material.evidence)
    await writer.write(_last(joiner.rest(), text, citations, request, writer.attempt))
    asked = request.route in ("NEED_MORE_CONTEXT", "UNKNOWN")
    return Answer(text, "question" if asked else end.finish_reason, end.usage, citations)


async def _produce(
    stream: AsyncGenerator[str | StreamEnd], joiner: TextJoiner
) -> tuple[str, StreamEnd]:
    """Hand over the model's text as it comes. Raises ModelError, also when there was none."""
    pieces: list[str] = []
    end = StreamEnd("stop", Usage())
    async with joiner, aclosing(stream):
        async for piece in stream:
            if isinstance(piece, StreamEnd):
                end = piece
            else:
                pieces.append(piece)
                joiner.add(piece)
    if not any(piece.strip() for piece in pieces):
        raise ModelError("the model answered nothing")
    return "".join(pieces), end


def _last(
    rest: str, text: str, citations: tuple[Citation, ...], request: RespondRequest, attempt: int
) -> Sequence[RunEvent]:
    """What follows the last text in one entry with it."""
    events: list[RunEvent] = []
    if rest:
        events.append(TextEvent(text=rest, attempt=attempt))
    if citations:
        events.append(CitationsEvent(citations=citations))
    if request.route in ("NEED_MORE_CONTEXT", "UNKNOWN"):
        events.append(QuestionEvent(text=text))
    return events


def _request(request: RespondRequest, material: Material, deps: Dependencies) -> ModelRequest:
    pack = deps.packs.get(material.record.pack_version)
    briefing = Briefing(pack, material.record, request.language, deps.now())
    return ModelRequest(messages=_messages(briefing, request, material), max_tokens=MAX_TOKENS)


def _messages(
    briefing: Briefing, request: RespondRequest, material: Material
) -> tuple[ModelMessage, ...]:
    match request.route:
        case "SMALL_TALK":
            return briefing.messages("small_talk", [], material.turns)
        case "NEED_MORE_CONTEXT" | "UNKNOWN":
            return briefing.messages("clarify", ["<ask/>"], material.turns)
        case "FLOW_EXECUTION" if material.outcomes:
            sections = [results_section(material.outcomes), *_understood(briefing, material)]
            return briefing.messages("respond", sections, material.turns)
        case "FLOW_EXECUTION":
            evidence = evidence_section(material.evidence)
            return briefing.messages("respond", [evidence], material.turns)


def _understood(briefing: Briefing, material: Material) -> list[str]:
    if material.plan is None:
        return []
    return understood_section(material.plan, briefing.pack.tools, briefing.language)


async def _keep(
    request: RespondRequest, material: Material, answer: Answer, deps: Dependencies
) -> Turn:
    """Store the turn; answers the stored one, which another execution may have written.

    The open plan comes first: a second execution that finds the turn has nothing left to do.
    """
    run, record = request.run, material.record
    await _keep_open(request, material, deps)
    return await deps.conversations.add_turn(
        Turn(
            run_id=run.run_id,
            conversation_id=run.conversation_id,
            tenant_id=run.tenant_id,
            asked_at=record.received_at,
            message=record.message,
            text=answer.text,
            citations=answer.citations,
            warnings=(
                *record.warnings,
                *(key.partition(":")[0] for key in material.evidence.warnings),
            ),
            finish_reason=answer.finish_reason,
        )
    )


async def _keep_open(request: RespondRequest, material: Material, deps: Dependencies) -> None:
    """Store the plan that now waits for an answer, or that none does any more."""
    run, plan = request.run, material.plan
    lacking = plan is not None and bool(plan.missing)
    # Small talk leaves an open plan as it is, unless the person gives it up in so many words.
    over = request.drops or (request.opened and plan is not None and not lacking)
    if not lacking and not over:
        return
    conversation = await deps.conversations.get(run.tenant_id, run.conversation_id)
    if conversation is None:
        return
    if plan is not None and lacking:
        await deps.conversations.set_open_plan(conversation, run.run_id, plan)
    else:
        await deps.conversations.clear_open_plan(conversation)
