"""Runs: their state, their events, their answer."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, nullcontext

from azurefunctions.extensions.http.fastapi import Response, StreamingResponse

from api import problems
from api.answers import json_answer
from api.asked import question_by
from api.bodies import whole_number
from api.doings import doings_of, doings_to_decide
from api.edge import Call
from api.listening import FOR_LATER, Listener, ReaderGoneError, listen
from api.live_states import state_now, states_with
from api.waiting import (
    asked_last,
    asked_together,
    asking_answer,
    question_of,
    waiting_answer,
)
from shared.contracts.agent_steps import trace_of
from shared.contracts.chat import ChatAnswer
from shared.contracts.conversations import Turn
from shared.contracts.events import QuestionEvent, RunEvent, is_terminal
from shared.contracts.identity import Language
from shared.contracts.problems import Failure
from shared.contracts.runs import (
    Memory,
    Question,
    RunAnswer,
    RunOutcome,
    RunRecord,
    RunStarted,
    RunView,
    Usage,
)
from shared.contracts.wording import say
from shared.errors import NotFoundError, StoreError
from shared.ports import LogItems
from shared.streams.ending import warned, worded
from shared.streams.sse import HEARTBEAT, encode
from shared.streams.tailing import Numbered, tail

PATIENCE_SECONDS = 200.0
"""Azure's load balancer cuts an answer that is silent for 230 s: say 202 before that."""
STREAM_SECONDS = 540.0
"""A stream ends before the host's `functionTimeout` (host.json), which would restart the worker and
with it every other stream; a client goes on with Last-Event-ID."""
STREAM_HEADERS = {
    "Cache-Control": "no-cache, no-transform",
    "Connection": "keep-alive",
    "X-Accel-Buffering": "no",
}
MAX_EVENT_NUMBER = 10**9
OPERATE = "runs:operate"
"""The right to stop other people's runs."""
OPERATORS = frozenset({"runs:read", OPERATE})
"""Rights of which one lets people see how other people's runs are doing."""


async def read(call: Call) -> Response:
    """For who started it, who operates runs, and who may approve one of its calls, who of a flow
    sees those only; what was said in the conversation is for the first of them only."""
    record = await any_run(call)
    run_id, tenant_id = record.run_id, record.tenant_id
    mine = is_own(call, record)
    whole = mine or not OPERATORS.isdisjoint(call.caller.rights)
    doings = await (doings_of(call, record) if whole else doings_to_decide(call, record))
    if not whole and not doings:
        raise NotFoundError("run_not_found")
    outcome, turn, state, feedback = await asyncio.gather(
        call.deps.runs.outcome(tenant_id, run_id),
        call.deps.conversations.get_turn(tenant_id, record.conversation_id, run_id),
        call.orchestrations.state(run_id),
        call.deps.runs.feedback(tenant_id, run_id, call.caller.user_id),
    )
    status = state.status if state else None
    states = outcome.states if outcome else status.states if status else ()
    return json_answer(
        RunView(
            run_id=run_id,
            conversation_id=record.conversation_id,
            user_id=record.caller.user_id,
            user_name=record.caller.name,
            state=await state_now(call, record, outcome, status),
            states=await states_with(call, states, doings),
            received_at=record.received_at,
            ended_at=outcome.ended_at if outcome else None,
            finish_reason=outcome.finish_reason if outcome else None,
            warnings=warned(turn.warnings, call.language) if turn else (),
            text=turn.text if turn and mine else None,
            citations=turn.citations if turn and mine else (),
            retrieval=worded(outcome.retrieval, call.language) if outcome else None,
            usage=outcome.usage if outcome else Usage(),
            effects=tuple(told for each in doings for told in each.effects(call)),
            approvals=tuple(told for each in doings for told in each.views(call)),
            memory=await _memory(call, outcome),
            rating=feedback.rating if feedback else None,
            error=_told(outcome, call.language, whole or not record.flow) if outcome else None,
            correlation_id=record.correlation_id,
            trace_id=record.trace_id,
            flow=record.flow,
            part_of=record.part_of,
            replaces=record.again.replaces if record.again else None,
            question=await question_by(call, record) if mine else None,
        ),
        headers={"x-run-id": run_id},
    )


async def _memory(call: Call, outcome: RunOutcome | None) -> Memory:
    """What could not be remembered at the run's end may be by now."""
    if outcome is None:
        return "none"
    if outcome.memory != "pending":
        return outcome.memory
    return await call.deps.runs.memory(outcome.tenant_id, outcome.run_id) or "pending"


def _told(outcome: RunOutcome, language: Language, whole: bool = True) -> Failure | None:
    """A failure is stored by its message's key; people get the sentence, and what was done if they
    may know the `whole`."""
    if outcome.failure is None:
        return None
    told = (whole and outcome.told) or say(outcome.failure.message, language)
    return outcome.failure.model_copy(update={"message": told})


async def events(call: Call) -> Response:
    """The run's event log from `Last-Event-ID` (or `?after=`), live until its end."""
    record = await own_run(call)
    # Each is read, also where the other one counts: what is wrong is told wherever it stands.
    header = call.request.headers.get("last-event-id") or None
    given = (call.request.query_params.get("after"), header)
    *_, after = [0, *(_event_number(call, each) for each in given if each is not None)]
    if after and await _is_told(call.deps.log, record.log_id, after):
        # A reader that reconnects by itself would ask again and again (HTML, section 9.2.3).
        return Response(status_code=204, headers={"x-run-id": record.run_id})
    listener = await listen(call, record.run_id, record.on_disconnect)
    return event_stream(call, record.log_id, after, listener=listener)


async def _is_told(log: LogItems, run_id: str, after: int) -> bool:
    """Whether nothing will ever be told behind this number."""
    items = await log.all(run_id)
    return bool(items) and items[-1].last <= after and is_terminal(items[-1].events[-1])


def _event_number(call: Call, given: str) -> int:
    return whole_number(given, "/after", 0, MAX_EVENT_NUMBER, call.language)


type Encode = Callable[[tuple[Numbered, ...]], bytes]
"""Events as they are sent; nothing for those that the protocol has no word for."""


def event_stream(
    call: Call,
    run_id: str,
    after: int,
    *,
    begun: bool = True,
    listener: Listener | None = None,
    told_as: Encode = encode,
) -> Response:
    return StreamingResponse(
        _frames(call.deps.log, run_id, after, begun, listener, told_as),
        media_type="text/event-stream",
        headers=STREAM_HEADERS | {"x-run-id": run_id},
    )


def look_later(run_id: str) -> Response:
    headers = {"Location": f"/api/runs/{run_id}", "x-run-id": run_id}
    return json_answer(RunStarted(run_id=run_id), 202, headers)


async def answer_when_ended(
    call: Call,
    run_id: str,
    conversation_id: str,
    *,
    trace: bool = False,
    listener: Listener | None = None,
) -> Response:
    """The run's answer as JSON, with its steps for a `trace`; its failure as a problem; 202 when it
    takes too long or waits for a person."""
    ended = await when_ended(call, run_id, conversation_id, listener)
    if isinstance(ended, Response):
        return ended
    answer = await _traced(call, ended) if trace else ended
    return json_answer(answer, headers={"x-run-id": run_id})


async def when_ended(
    call: Call, run_id: str, conversation_id: str, listener: Listener | None = None
) -> RunAnswer | Response:
    """The run's answer; or what is answered instead: its failure, or 202 for one that goes on."""
    try:
        # The listener outside: when the time is over, nobody has gone away.
        async with listener or nullcontext(), asyncio.timeout(PATIENCE_SECONDS):
            events = await _until_end(call, run_id, listener)
    except TimeoutError:
        await _excuse(listener)
        return look_later(run_id)
    except ReaderGoneError:
        return look_later(run_id)
    if asked := asked_last(events):
        await _excuse(listener)
        return waiting_answer(asked, run_id, conversation_id)
    if question := question_of(events):
        await _excuse(listener)
        return asking_answer(question, run_id, conversation_id)
    outcome, turn = await asyncio.gather(
        call.deps.runs.outcome(call.caller.tenant_id, run_id),
        call.deps.conversations.get_turn(call.caller.tenant_id, conversation_id, run_id),
    )
    # A run that the sweeper ended has an outcome but no turn.
    if outcome is not None and (failure := _told(outcome, call.language)) is not None:
        response = problems.failed(failure, call.language, call.correlation_id)
        response.headers["x-run-id"] = run_id
        return response
    if outcome is None or turn is None:
        raise StoreError(f"run {run_id} has ended without an outcome")
    return _answer(outcome, turn, events, call.language)


async def own_run(call: Call) -> RunRecord:
    """Somebody else's is as unknown as one that does not exist. Raises NotFoundError."""
    found = await _stored(call)
    if found is None or not is_own(call, found):
        raise NotFoundError("run_not_found")
    return found


def is_own(call: Call, record: RunRecord) -> bool:
    return record.caller.user_id == call.caller.user_id


async def any_run(call: Call) -> RunRecord:
    """A run of the caller's tenant, whoever started it. Raises NotFoundError."""
    found = await _stored(call)
    if found is None:
        raise NotFoundError("run_not_found")
    return found


async def _stored(call: Call) -> RunRecord | None:
    """Not what this process remembers of it: it may have been erased."""
    return await call.deps.runs.get(call.caller.tenant_id, call.path("runId"), anew=True)


async def _frames(
    log: LogItems,
    run_id: str,
    after: int,
    begun: bool,
    listener: Listener | None,
    told_as: Encode,
) -> AsyncGenerator[bytes]:
    clock = asyncio.get_running_loop().time
    until = clock() + STREAM_SECONDS
    async with (
        listener or nullcontext(),
        aclosing(tail(log, run_id, after, begun=begun)) as entries,
    ):
        async for batch in entries:
            yield told_as(batch) or HEARTBEAT
            if listener is not None:
                await listener.stay()
            if clock() > until:
                return


async def _until_end(call: Call, run_id: str, listener: Listener | None) -> list[RunEvent]:
    """All events; if the run waits for approvals, those up to the last that it asks for now.
    Raises ReaderGoneError when nobody waits for them."""
    events: list[RunEvent] = []
    async with aclosing(tail(call.deps.log, run_id, 0)) as entries:
        async for batch in entries:
            events += [entry.event for entry in batch]
            asked = {event.approval_id for event in asked_last(events)}
            if asked and await asked_together(call, run_id) <= asked:
                break
            if question_of(events):
                break
            if listener is not None:
                await listener.look()
                await listener.stay()
    return events


async def _excuse(listener: Listener | None) -> None:
    """Whoever is told to look later has not gone away."""
    if listener is not None:
        await listener.keep(FOR_LATER)


async def _traced(call: Call, answer: RunAnswer) -> ChatAnswer:
    """Who said what on the way, and who passed on to whom."""
    steps, handoffs = trace_of(
        await call.deps.agent_steps.of_run(call.caller.tenant_id, answer.run_id)
    )
    return ChatAnswer(**dict(answer), steps=steps, handoff_trace=handoffs)


def _answer(
    outcome: RunOutcome, turn: Turn, events: list[RunEvent], language: Language
) -> RunAnswer:
    # What a flow has asked on its way was answered.
    questions = (each for each in reversed(events) if isinstance(each, QuestionEvent))
    asked = next((each for each in questions if each.node is None), None)
    return RunAnswer(
        text=turn.text,
        citations=turn.citations,
        warnings=warned(turn.warnings, language),
        retrieval=worded(outcome.retrieval, language),
        usage=outcome.usage,
        thread_id=turn.conversation_id,
        run_id=turn.run_id,
        state=outcome.state,
        finish_reason=outcome.finish_reason,
        question=Question(text=asked.text, missing=asked.missing) if asked else None,
    )
