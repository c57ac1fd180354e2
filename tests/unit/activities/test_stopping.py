"""Model calls of which nobody sees anything, in runs that are asked to stop."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from activities import stopping
from activities.speak import speak
from activities.stopping import unless_stopped
from shared.contracts.agents import AgentCall
from shared.contracts.events import StateEvent
from shared.errors import ModelError, RunStoppedError
from shared.ports import LogItem, ModelRequest, StreamEnd
from shared.streams.stopping import ask_to_stop
from tests.fakes.calls import begin_call
from tests.fakes.services import FakeModel
from tests.fakes.stores import FakeLogItems
from tests.fakes.world import World
from tests.unit.activities.test_speak import asked


class SilentModel(FakeModel):
    """Begins to answer, and never goes on; `closed` when its connection is."""

    def __init__(self) -> None:
        super().__init__()
        self.began, self.closed = asyncio.Event(), False

    async def stream(self, request: ModelRequest) -> AsyncGenerator[str | StreamEnd]:
        self.began.set()
        try:
            yield "Para"
            await asyncio.Event().wait()
        finally:
            self.closed = True


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stopping, "LOOK_SECONDS", 0.01)


@pytest.mark.parametrize(
    ("moderation", "answers"), [("strict", True), ("default", False)], ids=["strict", "to others"]
)
async def test_a_silent_model_call_is_given_up_when_its_run_is_stopped(
    moderation: str, answers: bool
) -> None:
    model = SilentModel()
    world = World(model=model)
    call = AgentCall.model_validate(
        {"session_id": "s1", "profile": "normal", "moderation": moderation}
    )
    run = await begin_call(world, "Hola", call)
    others = LogItem(1, (StateEvent(state="STREAMING_RESPONSE"),), "speak-2/said", "w")
    await world.log.create(run.run_id, others)
    speaking = asyncio.create_task(speak(asked(run, answers=answers), world.deps()))
    await model.began.wait()
    await ask_to_stop(run.run_id, "STREAMING_RESPONSE", world.log)
    with pytest.raises(RunStoppedError):
        await speaking
    assert model.closed
    assert world.agent_steps.steps == {}


async def test_what_comes_of_work_is_what_comes_of_it() -> None:
    world = World()
    run = await begin_call(world, "Hola", AgentCall(session_id="s1", profile="normal"))

    async def works() -> int:
        await asyncio.sleep(0)
        return 7

    async def fails() -> int:
        raise ModelError("away")

    assert await unless_stopped(works(), asked(run), world.deps()) == 7
    with pytest.raises(ModelError):
        await unless_stopped(fails(), asked(run), world.deps())


async def test_work_ends_with_who_waits_for_it() -> None:
    world, ended = World(), asyncio.Event()
    run = await begin_call(world, "Hola", AgentCall(session_id="s1", profile="normal"))

    async def works() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await unless_stopped(works(), asked(run), world.deps())
    assert ended.is_set()


class CountedLog(FakeLogItems):
    """`tried` are the numbers at which an entry was to begin."""

    def __init__(self) -> None:
        super().__init__()
        self.tried: list[int] = []

    async def create(self, run_id: str, item: LogItem) -> LogItem | None:
        self.tried.append(item.first)
        return await super().create(run_id, item)


@pytest.mark.parametrize("behind", [0, 2])
async def test_who_knows_the_log_asks_to_stop_where_it_ends(behind: int) -> None:
    """And once, also when others have written or asked meanwhile."""
    log = CountedLog()
    for number in range(1, 101):
        said = (StateEvent(state="EXECUTING_TOOLS"),)
        await log.create("r", LogItem(number, said, f"flow-{number}/0", "w"))
    log.tried.clear()
    await ask_to_stop("r", "EXECUTING_TOOLS", log, after=100 - behind)
    assert log.tried == list(range(101 - behind, 102))
    await ask_to_stop("r", "EXECUTING_TOOLS", log, after=100 - behind)
    await ask_to_stop("r", "EXECUTING_TOOLS", log)
    assert [each.key for each in await log.all("r")].count("stop/requested") == 1
    assert len(await log.all("r")) == 101
