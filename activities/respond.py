"""Streaming response: write the answer, piece by piece, into the run's event log."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from activities.citation_styles import MarkFilter, kept
from activities.entities import effects_of, entities_of
from activities.listening import must_be_heard
from activities.looking_up import look_up_of
from activities.material import (
    Answer,
    Material,
    citations_in,
    closing_of,
    hides_marks,
    load_material,
    model_request,
    plain_answer,
    wrong_in,
)
from activities.producing import Produced, produce
from activities.remembering import overflows
from activities.steps import announced, answer_writer, has_ended, load_record, warnings_of
from shared.contracts.activities import Responded, RespondRequest
from shared.contracts.conversations import Turn
from shared.contracts.events import CitationsEvent, QuestionEvent, RunEvent, TextEvent
from shared.contracts.evidence import SEARCH_FAILED
from shared.contracts.plan import Plan
from shared.contracts.runs import FinishReason, Question, RunRecord, Usage
from shared.contracts.search import SearchMode
from shared.contracts.wording import say
from shared.errors import AppError, ModelError
from shared.ports import Dependencies, StreamEnd
from shared.streams.joining import TextJoiner
from shared.streams.showing import shown_text
from shared.streams.writing import AnswerWriter

STEP = "respond"


class WrongAnswerError(AppError):
    """The model has said what its data do not hold; `problems` are told to it."""

    def __init__(self, text: str, problems: tuple[str, ...], usage: Usage) -> None:
        # The text is the person's matter: not in the message of an error.
        super().__init__(f"{len(problems)} problems in an answer")
        self.text = text
        self.problems = problems
        self.usage = usage


class AnsweredError(AppError):
    """An earlier execution has stored its answer."""

    def __init__(self, turn: Turn) -> None:
        super().__init__(f"run {turn.run_id} has its answer")
        self.turn = turn


async def respond(request: RespondRequest, deps: Dependencies) -> Responded:
    if request.again is not None and await has_ended(request, deps):
        return Responded(after=request.after, finish_reason="stop")
    material, record = await asyncio.gather(
        load_material(request, deps), load_record(request, deps)
    )
    await must_be_heard(record, deps)
    writer = answer_writer(request, STEP, deps)
    try:
        answer = await _answer(request, material, writer, deps)
    except AnsweredError as earlier:
        await deps.conversations.replace_turn(earlier.turn)
        await _show(earlier.turn, request, deps)
        return Responded(
            after=request.after,
            finish_reason=earlier.turn.finish_reason,
            warnings=earlier.turn.warnings,
            retrieval=earlier.turn.retrieval,
        )
    kept = await _keep(request, material, answer, record, deps)
    if kept.text != answer.text:
        await _show(kept, request, deps)
    return Responded(
        after=writer.after,
        usage=answer.usage,
        model_calls=answer.model_calls,
        finish_reason=kept.finish_reason,
        warnings=kept.warnings,
        retrieval=kept.retrieval,
        folds=material.history.cut
        or overflows(
            (*material.history.turns, kept), deps.policy.history_tokens, deps.policy.history_turns
        ),
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
    return await _write_rightly(request, material, writer, deps)


async def _claim(
    request: RespondRequest, writer: AnswerWriter, deps: Dependencies, reason: str = "interrupted"
) -> None:
    """Claim an attempt. Only where there was one before can there be an answer already.

    Raises AnsweredError.
    """
    if await writer.begin(announced(request, deps)):
        return
    run = request.run
    stored = await deps.conversations.get_turn(run.tenant_id, run.conversation_id, run.run_id)
    if stored is not None:
        raise AnsweredError(stored)
    await writer.begin_again(reason)


async def _show(turn: Turn, request: RespondRequest, deps: Dependencies) -> None:
    """Make the log's answer the stored one: two executions may have written at the same time."""
    if shown_text(await deps.log.all(turn.run_id)) == turn.text:
        return
    writer = answer_writer(request, STEP, deps)
    await writer.begin_again()
    text = TextEvent(text=turn.text, attempt=writer.attempt)
    cited = [CitationsEvent(citations=turn.citations)] if turn.citations else []
    await writer.write([text, *cited])


async def _ask_for_missing(plan: Plan, writer: AnswerWriter) -> Answer:
    text = plan.question or ""
    await writer.write(
        [
            TextEvent(text=text, attempt=writer.attempt),
            QuestionEvent(text=text, missing=plan.missing),
        ]
    )
    return Answer(text, "question")


def _found_nothing_for_a_failure(request: RespondRequest, material: Material) -> bool:
    """Whether the documents are silent only because nobody could look into them."""
    failed = any(warning.startswith(SEARCH_FAILED) for warning in material.evidence.warnings)
    return bool(request.indexes) and failed and not material.evidence.snippets


async def _tell_that_search_is_away(request: RespondRequest, writer: AnswerWriter) -> Answer:
    """Without the model, which would say that the documentation does not have it."""
    text = say("search_unavailable", request.language)
    await writer.write([TextEvent(text=text, attempt=writer.attempt)])
    return Answer(text, "stop")


async def _write_rightly(
    request: RespondRequest, material: Material, writer: AnswerWriter, deps: Dependencies
) -> Answer:
    """The model's answer, if it says no more than its data do.

    One that breaks off, or is wrong, is void behind a `restart`; the model is asked once more, and
    told what was wrong. After that the answer is made in code.
    """
    wrong: WrongAnswerError | None = None
    try:
        return await _write(request, material, writer, None, deps)
    except ModelError:
        if not writer.has_written or not request.may_repeat:
            raise
    except WrongAnswerError as error:
        wrong = error
        if not request.may_repeat:
            return await _write_plainly(request, material, error, 1, deps)
    again = answer_writer(request, STEP, deps)
    spent = wrong.usage if wrong else Usage()
    try:
        answer = await _write(request, material, again, wrong, deps)
    except ModelError:
        if wrong is None:
            raise
        return await _write_plainly(request, material, wrong, 2, deps)
    except WrongAnswerError as error:
        error.usage += spent
        return await _write_plainly(request, material, error, 2, deps)
    return replace(answer, usage=answer.usage + spent, model_calls=2)


async def _write_plainly(
    request: RespondRequest,
    material: Material,
    wrong: WrongAnswerError,
    model_calls: int,
    deps: Dependencies,
) -> Answer:
    answer = plain_answer(request, material, wrong.text)
    writer = answer_writer(request, STEP, deps)
    await _claim(request, writer, deps, "corrected")
    await writer.write(_last(answer.text, answer, request, writer.attempt))
    return replace(answer, usage=wrong.usage, model_calls=model_calls)


async def _write(
    request: RespondRequest,
    material: Material,
    writer: AnswerWriter,
    wrong: WrongAnswerError | None,
    deps: Dependencies,
) -> Answer:
    """Raises ModelError, WrongAnswerError and AnsweredError."""
    # The model is asked while the attempt is being claimed; text waits for the claim.
    reason = "corrected" if wrong else "interrupted"
    claim = asyncio.create_task(_claim(request, writer, deps, reason))

    async def write_text(text: str, next_ms: int) -> None:
        # Shielded: a stream that breaks off cancels this, and the claim has to come to its end.
        await asyncio.shield(claim)
        await writer.write([TextEvent(text=text, attempt=writer.attempt)], next_ms)

    joiner = TextJoiner(write_text, deps.policy.longest_join_ms)
    asked = model_request(request, material, wrong.problems if wrong else (), deps)
    try:
        marks = MarkFilter() if hides_marks(request, material) else None
        produced = await produce(deps.model.stream(asked), joiner, marks)
        await claim
    except ModelError:
        await claim
        raise
    finally:
        claim.cancel()
    answer = _judged(produced, request, material)
    unwritten = joiner.rest() + answer.text[len(produced.shown) :]
    await writer.write(_last(unwritten, answer, request, writer.attempt))
    return answer


def _judged(produced: Produced, request: RespondRequest, material: Material) -> Answer:
    """The answer, with what stands below its text. Raises WrongAnswerError."""
    text, end = produced.text, produced.end
    if problems := wrong_in(text, request, material):
        raise WrongAnswerError(text, problems, end.usage)
    cited = citations_in(text, material)
    return Answer(
        text=produced.shown + closing_of(text, cited, request, material),
        finish_reason=_finish_reason(request, end),
        usage=end.usage,
        citations=kept(cited, material.grounding),
        model_calls=1,
    )


def _finish_reason(request: RespondRequest, end: StreamEnd) -> FinishReason:
    if _asks(request):
        return "question"
    return "length" if end.finish_reason == "length" else "stop"


def _last(rest: str, answer: Answer, request: RespondRequest, attempt: int) -> Sequence[RunEvent]:
    """What follows the last text in one entry with it."""
    events: list[RunEvent] = []
    if rest:
        events.append(TextEvent(text=rest, attempt=attempt))
    if answer.citations:
        events.append(CitationsEvent(citations=answer.citations))
    if _asks(request):
        events.append(QuestionEvent(text=answer.text))
    return events


def _asks(request: RespondRequest) -> bool:
    return request.route in ("NEED_MORE_CONTEXT", "UNKNOWN")


async def _keep(
    request: RespondRequest,
    material: Material,
    answer: Answer,
    own: RunRecord,
    deps: Dependencies,
) -> Turn:
    """Store the turn; answers the stored one, which another execution may have written.

    The open plan comes first: a second execution that finds the turn has nothing left to do. Who
    answers again leaves it as it is. `own` is this run's record, `material` may be of another.
    """
    run, record = request.run, material.record
    if request.again is None:
        await _keep_open(request, material, deps)
    kept = await deps.conversations.add_turn(
        Turn(
            run_id=run.run_id,
            conversation_id=run.conversation_id,
            tenant_id=run.tenant_id,
            asked_at=record.received_at,
            message=record.message,
            text=answer.text,
            citations=answer.citations,
            warnings=(*record.warnings, *warnings_of(material.evidence)),
            entities=entities_of(material.outcomes, material.pack.tools),
            finish_reason=answer.finish_reason,
            answered_at=deps.now(),
            effects=effects_of(
                [each for each in material.outcomes if each.effect_id], material.pack.tools
            ),
            question=_question(request, material, answer),
            correlation_id=own.correlation_id,
            replaces=own.again.replaces if own.again else None,
            retrieval=look_up_of(request, material, answer.citations, _mode(deps)),
        )
    )
    await deps.conversations.replace_turn(kept)
    return kept


def _mode(deps: Dependencies) -> SearchMode:
    intent = deps.policy.retrieval.intent
    return intent.mode if intent else "hybrid"


def _question(request: RespondRequest, material: Material, answer: Answer) -> Question | None:
    """As its event tells it."""
    plan = material.plan
    if plan is not None and plan.question is not None:
        return Question(text=answer.text, missing=plan.missing)
    return Question(text=answer.text) if _asks(request) else None


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
