"""Stopping a run: what is not begun never will be, and no step writes past the request."""

import pytest

from activities.run_tool import run_tool
from shared.contracts.activities import RunToolRequest
from shared.contracts.events import StateEvent, TextEvent, ToolEvent
from shared.contracts.runs import RunRecord
from shared.errors import RunStoppedError
from shared.streams.stopping import stop_run
from shared.streams.writing import TERMINAL_STEP, AnswerWriter, LogWriter, RunEndedError
from tests.fakes.samples import task_plan
from tests.fakes.world import ANA, RUN_ID, World


async def begun(world: World) -> RunRecord:
    run = await world.begin("Crea una tarea")
    await world.runs.put_plan(run.tenant_id, run.run_id, task_plan())
    record = await world.runs.get(run.tenant_id, run.run_id)
    assert record is not None
    return record


async def tool(world: World) -> None:
    run = await world.begin("Crea una tarea")
    await run_tool(RunToolRequest(run=run, step=0, language="es"), world.deps())


async def test_a_tool_that_was_not_begun_is_not_called_and_said_to_be_skipped() -> None:
    world = World()
    await stop_run(await begun(world), "PLANNED", world.deps())
    with pytest.raises(RunStoppedError):
        await tool(world)
    assert world.tools.calls == []
    last = (await world.log.all(RUN_ID))[-1].events[-1]
    assert isinstance(last, ToolEvent)
    assert (last.status, last.name) == ("skipped", "createTask")


async def test_a_tool_that_was_begun_comes_to_its_end_and_is_told() -> None:
    world = World()
    record = await begun(world)
    real = world.tools.call

    async def stopped_meanwhile(invocation):  # type: ignore[no-untyped-def]
        await stop_run(record, "EXECUTING_TOOLS", world.deps())
        return await real(invocation)

    world.tools.call = stopped_meanwhile  # type: ignore[method-assign]
    with pytest.raises(RunStoppedError):
        await tool(world)
    assert len(world.tools.made) == 1
    last = (await world.log.all(RUN_ID))[-1].events[-1]
    assert isinstance(last, ToolEvent)
    assert last.status == "ok"
    (effect,) = await world.effects.of_run(ANA.tenant_id, RUN_ID, 1)
    assert effect.state == "done"


async def test_stopping_twice_is_stopping_once() -> None:
    world = World()
    record = await begun(world)
    for _ in range(2):
        await stop_run(record, "PLANNED", world.deps())
    assert [item.key for item in await world.log.all(RUN_ID)] == ["stop/requested"]


async def test_an_answer_stops_at_its_next_piece() -> None:
    world = World()
    record = await begun(world)
    writer = AnswerWriter(world.log, RUN_ID, "respond", "w", 0)
    assert await writer.begin([StateEvent(state="STREAMING_RESPONSE")])
    await writer.write([TextEvent(text="Hola", attempt=1)])
    await stop_run(record, "STREAMING_RESPONSE", world.deps())
    with pytest.raises(RunStoppedError):
        await writer.write([TextEvent(text=", Ana.", attempt=1)])


async def test_only_the_end_is_written_behind_the_request() -> None:
    world = World()
    await stop_run(await begun(world), "PLANNED", world.deps())
    end = LogWriter(world.log, RUN_ID, TERMINAL_STEP, "w", 0)
    await end.append("terminal", [StateEvent(state="CANCELLED")])
    assert end.after == 2


async def test_a_run_that_is_over_cannot_be_stopped() -> None:
    world = World()
    record = await begun(world)
    await world.end(record)
    with pytest.raises(RunEndedError):
        await stop_run(record, "DONE", world.deps())
