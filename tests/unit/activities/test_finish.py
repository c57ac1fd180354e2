"""The run's one end."""

import pytest

from activities.finish import finish
from shared.contracts.activities import FinishRequest, StepResult
from shared.contracts.events import DoneEvent, ErrorEvent, StateEvent, is_terminal
from shared.contracts.identity import Language
from shared.contracts.problems import Failure
from shared.contracts.runs import RunOutcome, StateChange, Usage
from shared.contracts.wording import say
from shared.errors import StoreError
from tests.fakes.samples import AT, past_turn
from tests.fakes.world import ANA, RUN_ID, World

USED = Usage(prompt_tokens=3, completion_tokens=2, total_tokens=5)
LIMITED = Failure(
    code="MODEL_RATE_LIMIT", message="model_rate_limit", retryable=True, retry_after=7
)


async def finished(world: World, failure: Failure | None = None) -> StepResult:
    run = await world.begin("Hola")
    request = FinishRequest(
        run=run,
        announce=("FAILED" if failure else "DONE",),
        states=(StateChange(state="RECEIVED", since=AT),),
        usage=USED,
        memory="none" if failure else "stored",
        finish_reason="error" if failure else "stop",
        failure=failure,
        ended_at=AT,
    )
    return await finish(request, world.deps())


async def test_done_is_said_once_everything_is_stored() -> None:
    world = World()
    await finished(world)
    (item,) = await world.log.all(RUN_ID)
    state, done = item.events
    assert isinstance(state, StateEvent)
    assert state.state == "DONE"
    assert state.at is not None
    assert isinstance(done, DoneEvent)
    assert (done.usage, done.thread_id, done.run_id) == (USED, "c1", RUN_ID)
    assert (done.finish_reason, done.memory) == ("stop", "stored")
    assert "warnings" not in done.wire()
    outcome = await world.runs.outcome(ANA.tenant_id, RUN_ID)
    assert outcome is not None
    assert outcome.state == "DONE"
    (event,) = world.audit.events.values()
    assert (event.kind, event.usage, event.finish_reason) == ("turn.completed", USED, "stop")


@pytest.mark.parametrize("language", ["es", "en"])
async def test_what_the_answer_had_to_do_without_is_said_in_the_turns_language(
    language: Language,
) -> None:
    world = World()
    run = await world.begin("Hola")
    await finish(
        FinishRequest(
            run=run, language=language, states=(), usage=USED, finish_reason="stop", ended_at=AT,
            warnings=("search_partial", "embedding_failed"),
        ),
        world.deps(),
    )  # fmt: skip
    done = (await world.log.all(RUN_ID))[0].events[-1]
    assert isinstance(done, DoneEvent)
    assert done.warnings == (
        say("warning_search_partial", language),
        say("warning_embedding_failed", language),
    )


async def test_a_failure_is_said_in_the_users_language_without_its_detail() -> None:
    world = World()
    await finished(world, LIMITED)
    error = (await world.log.all(RUN_ID))[0].events[-1]
    assert isinstance(error, ErrorEvent)
    assert error.message == "El modelo de lenguaje está saturado. Inténtalo de nuevo en un momento."
    assert (error.code, error.retryable, error.retry_after) == ("MODEL_RATE_LIMIT", True, 7)
    assert error.correlation_id == "corr-1"


async def test_the_message_of_a_failed_run_is_kept() -> None:
    world = World()
    await finished(world, LIMITED)
    turn = await world.conversations.get_turn(ANA.tenant_id, "c1", RUN_ID)
    assert turn is not None
    assert (turn.message, turn.text, turn.finish_reason) == ("Hola", "", "error")


async def test_an_answer_that_was_stored_survives_a_later_failure() -> None:
    world = World()
    await world.begin("Hola")
    await world.conversations.add_turn(past_turn(run_id=RUN_ID, text="Hola, Ana."))
    await finished(world, LIMITED)
    turn = await world.conversations.get_turn(ANA.tenant_id, "c1", RUN_ID)
    assert turn is not None
    assert turn.text == "Hola, Ana."


async def test_nothing_is_said_when_the_outcome_cannot_be_stored() -> None:
    world = World()

    async def away(outcome: RunOutcome) -> RunOutcome:
        raise StoreError("away")

    world.runs.end = away  # type: ignore[method-assign]
    with pytest.raises(StoreError):
        await finished(world)
    assert await world.log.all(RUN_ID) == ()


async def test_a_second_execution_says_the_same_once() -> None:
    world = World()
    await finished(world)
    await finished(world)
    items = await world.log.all(RUN_ID)
    assert sum(is_terminal(event) for item in items for event in item.events) == 1
    assert len(world.audit.events) == 1


async def test_a_run_that_the_sweeper_ended_stays_ended_as_it_was() -> None:
    world = World()
    await world.begin("Hola")
    stopped = RunOutcome(
        run_id=RUN_ID, tenant_id=ANA.tenant_id, state="CANCELLED", finish_reason="cancelled",
        ended_at=AT, failure=Failure(code="CANCELLED", message="cancelled"),
    )  # fmt: skip
    await world.runs.end(stopped)
    await finished(world)
    error = (await world.log.all(RUN_ID))[-1].events[-1]
    assert isinstance(error, ErrorEvent)
    assert error.code == "CANCELLED"


async def test_a_run_that_is_over_is_sealed() -> None:
    world = World()
    await finished(world)
    await finished(world)
    (link,) = world.audit.links.values()
    assert [each.event_id for each in link.entries] == [f"{RUN_ID}-2-turn"]


async def test_a_run_is_over_also_when_it_cannot_be_sealed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = World()
    world.audit.failure = StoreError("away")
    await finished(world)
    assert is_terminal((await world.log.all(RUN_ID))[-1].events[-1])
    assert "could not be sealed" in caplog.text
