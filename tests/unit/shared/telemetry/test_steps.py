"""Steps and runs as spans, by their bindings, with an activity in memory."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
from ulid import ULID

from shared.contracts.activities import (
    FINISH,
    PREPARE,
    RESPOND,
    FinishRequest,
    Prepared,
    PrepareRequest,
    Responded,
    RespondRequest,
    RunRef,
    StepResult,
)
from shared.contracts.events import TextEvent
from shared.contracts.problems import Failure
from shared.contracts.runs import StateChange, Usage
from shared.errors import ModelError
from shared.ports import LogItem
from shared.telemetry import names
from shared.telemetry.context import run_span_id
from shared.telemetry.steps import Ending, TracedLog, run_at_work, run_ended, traced_step
from tests.fakes.stores import FakeLogItems
from tests.fakes.telemetry import telling

TRACE = "0af7651916cd43dd8448eb211c80319c"
REQUEST_SPAN = "b7ad6b7169203331"
RUN = RunRef(
    run_id=str(ULID()),
    tenant_id="tenant-a",
    conversation_id="c1",
    correlation_id="corr-1",
    traceparent=f"00-{TRACE}-{REQUEST_SPAN}-01",
)
PREPARING = PrepareRequest(run=RUN)
ANSWERING = RespondRequest(run=RUN, route="SMALL_TALK", language="es")


async def prepared(request: PrepareRequest, deps: None) -> Prepared:
    return Prepared()


def finishing(failure: Failure | None = None) -> FinishRequest:
    return FinishRequest(
        run=RUN,
        states=(StateChange(state="FAILED" if failure else "DONE", since=datetime.now(UTC)),),
        usage=Usage(prompt_tokens=20, completion_tokens=5, total_tokens=25),
        finish_reason="error" if failure else "stop",
        failure=failure,
        ended_at=datetime.now(UTC),
    )


async def finished(request: FinishRequest, deps: None) -> StepResult:
    return StepResult()


async def test_a_step_is_a_span_with_its_name_and_its_run() -> None:
    with telling() as told:
        await traced_step(PREPARE, prepared)(PREPARING, None)
    assert told.about("prepare") == {
        names.STEP: "prepare",
        names.RUN: RUN.run_id,
        names.CONVERSATION: "c1",
    }


async def test_the_run_is_a_span_between_its_request_and_its_steps_made_once_it_is_over() -> None:
    with telling() as told:
        await traced_step(PREPARE, prepared)(PREPARING, None)
        await traced_step(FINISH, finished)(finishing(), None)
    run = told.span("invoke_agent eira")
    assert run.context.span_id == run_span_id(RUN.run_id)
    assert run.parent is not None
    assert f"{run.parent.span_id:016x}" == REQUEST_SPAN
    assert [told.parent(step) for step in ("prepare", "finish")] == ["invoke_agent eira"] * 2
    assert {f"{each.context.trace_id:032x}" for each in told.spans} == {TRACE}
    about = told.about("invoke_agent eira")
    assert about[names.INPUT_TOKENS] == 20
    assert about[names.RUN_STATE] == "DONE"
    assert told.points("gen_ai.invoke_agent.duration")


async def test_a_step_that_is_run_again_is_a_span_each_time_and_replays_are_none() -> None:
    with telling() as told:
        for _ in range(2):
            await traced_step(PREPARE, prepared)(PREPARING, None)
    assert [each.name for each in told.spans] == ["prepare", "prepare"]


async def test_a_step_fails_by_its_code_and_says_nothing_of_the_error() -> None:
    async def failing(request: PrepareRequest, deps: None) -> Prepared:
        raise ModelError("canary-in-an-error", retry_after=2)

    with telling() as told:
        with pytest.raises(ModelError):
            await traced_step(PREPARE, failing)(PREPARING, None)
        step = told.span("prepare")
        assert told.about("prepare")[names.ERROR_TYPE] == "MODEL_UNAVAILABLE"
    assert not step.status.is_ok
    assert step.status.description is None
    assert step.events == ()
    assert "canary" not in step.to_json()


async def test_a_run_that_failed_is_counted_by_its_code() -> None:
    failure = Failure(code="SEARCH_UNAVAILABLE", message="search_unavailable")
    with telling() as told:
        await traced_step(FINISH, finished)(finishing(failure), None)
        assert told.points("eira.errors") == [
            ({names.ERROR_CODE: "SEARCH_UNAVAILABLE", names.ERROR_SOURCE: "run"}, 1)
        ]
        assert not told.span("invoke_agent eira").status.is_ok


async def test_how_long_a_run_waited_for_its_first_step_is_measured_there_alone() -> None:
    async def responded(request: RespondRequest, deps: None) -> Responded:
        return Responded(finish_reason="stop")

    with telling() as told:
        await traced_step(PREPARE, prepared)(PREPARING, None)
        await traced_step(RESPOND, responded)(ANSWERING, None)
        assert [about for about, _ in told.points("eira.run.queue.duration")] == [
            {names.STEP: "prepare"}
        ]


def writing(*attempts: int) -> Callable[[RespondRequest, None], Awaitable[Responded]]:
    """An answer of one text for each attempt."""

    async def answer(request: RespondRequest, deps: None) -> Responded:
        log = TracedLog(FakeLogItems())
        for number, attempt in enumerate(attempts, start=1):
            text = TextEvent(text="canary-in-a-text", attempt=attempt)
            await log.create(RUN.run_id, LogItem(number, (text,), f"respond/{number}", "w"))
        return Responded(finish_reason="stop")

    return answer


async def test_the_first_text_of_a_run_is_measured_once() -> None:
    with telling() as told:
        await traced_step(RESPOND, writing(1, 1, 1))(ANSWERING, None)
        ((_, seconds),) = told.points("eira.run.time_to_first_token")
        assert told.about("respond")[names.FIRST_TEXT] == seconds


async def test_the_text_of_a_second_attempt_is_not_the_first() -> None:
    with telling() as told:
        await traced_step(RESPOND, writing(2))(ANSWERING, None)
        assert told.points("eira.run.time_to_first_token") == []


async def test_a_run_that_was_swept_has_its_span_too() -> None:
    with telling() as told:
        run_ended(RUN, Ending("FAILED", "error", Usage(), Failure(code="INTERNAL", message="x")))
    assert told.about("invoke_agent eira")[names.ERROR_TYPE] == "INTERNAL"


async def test_where_nothing_is_told_a_step_is_what_it_was() -> None:
    seen: list[RunRef | None] = []

    async def looking(request: PrepareRequest, deps: None) -> Prepared:
        seen.append(run_at_work())
        return Prepared(route="SMALL_TALK")

    answer = await traced_step(PREPARE, looking)(PREPARING, None)
    assert answer.route == "SMALL_TALK"
    assert seen == [None]


async def test_steps_side_by_side_know_each_their_own_run() -> None:
    other = RUN.model_copy(update={"run_id": str(ULID())})
    both = asyncio.Barrier(2)
    seen: list[tuple[str, str | None]] = []

    async def looking(request: PrepareRequest, deps: None) -> Prepared:
        await both.wait()
        at_work = run_at_work()
        seen.append((request.run.run_id, at_work.run_id if at_work else None))
        return Prepared()

    with telling():
        step = traced_step(PREPARE, looking)
        await asyncio.gather(*(step(PrepareRequest(run=run), None) for run in (RUN, other)))
    assert {asked for asked, _ in seen} == {RUN.run_id, other.run_id}
    assert all(asked == known for asked, known in seen)
