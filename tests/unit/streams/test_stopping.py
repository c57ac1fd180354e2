"""Stopping a run: what is not begun never will be, and no step writes past the request."""

from contextlib import suppress
from dataclasses import replace

import pytest

from activities.run_tool import run_tool
from shared.contracts.activities import RunToolRequest
from shared.contracts.effects import effect_id
from shared.contracts.events import StateEvent, TextEvent, ToolEvent
from shared.contracts.outcomes import outcomes_of
from shared.contracts.plan import MAX_CALLS
from shared.contracts.runs import RunRecord
from shared.errors import RunStoppedError
from shared.ports import LogItem
from shared.streams.stopping import stop_run
from shared.streams.writing import TERMINAL_STEP, AnswerWriter, LogWriter, RunEndedError
from tests.fakes.crashing import DiedError, Mortal, MortalEffects, MortalLog
from tests.fakes.log_events import done
from tests.fakes.samples import TASK_ARGS, task_plan
from tests.fakes.world import ANA, RUN_ID, World

BEFORE_THE_ENTRY = 2 * MAX_CALLS + 1
"""Of the boundaries of a stop: each effect is forbidden between two, then it is written down."""
BEHIND_THE_ENTRY = BEFORE_THE_ENTRY + 1


async def begun(world: World) -> RunRecord:
    run = await world.begin("Crea una tarea")
    await world.runs.put_plan(run.tenant_id, run.run_id, task_plan())
    record = await world.runs.get(run.tenant_id, run.run_id)
    assert record is not None
    return record


async def tool(world: World, refused: str | None = None) -> None:
    run = await world.begin("Crea una tarea")
    request = RunToolRequest(run=run, step=0, language="es", refused=refused)
    await run_tool(request, world.deps())


async def told(world: World) -> list[ToolEvent]:
    events = [event for item in await world.log.all(RUN_ID) for event in item.events]
    return [event for event in events if isinstance(event, ToolEvent)]


async def test_a_tool_that_was_not_begun_is_not_called_and_said_to_be_skipped() -> None:
    world = World()
    await stop_run(await begun(world), "PLANNED", world.deps())
    with pytest.raises(RunStoppedError):
        await tool(world)
    assert world.tools.calls == []
    last = (await world.log.all(RUN_ID))[-1].events[-1]
    assert isinstance(last, ToolEvent)
    assert (last.status, last.name, last.args) == ("skipped", "createTask", TASK_ARGS)


async def test_a_call_that_was_never_begun_is_shown_as_it_was_planned() -> None:
    """Whoever had to approve it was shown the same payload, by the same hash."""
    world = World()
    record = await begun(world)
    await stop_run(record, "WAITING_APPROVAL", world.deps())
    tools = world.deps().packs.get(record.pack_version).tools
    found = await world.effects.of_run(ANA.tenant_id, RUN_ID, 1)
    (shown,) = outcomes_of(found, task_plan(), tools, "es")
    assert (shown.status, shown.tool, shown.args) == ("skipped", "createTask", TASK_ARGS)
    assert shown.effect_id == effect_id(ANA.tenant_id, RUN_ID, 0, task_plan().calls[0])


async def dying(world: World, record: RunRecord, boundary: int) -> None:
    """Stop the run by a worker that is killed there, if it gets so far."""
    life = Mortal(dies_at=boundary)
    effects, log = MortalEffects(world.effects, life), MortalLog(world.log, life)
    with suppress(DiedError):
        await stop_run(record, "PLANNED", replace(world.deps(), effects=effects, log=log))


@pytest.mark.parametrize("boundary", range(1, BEHIND_THE_ENTRY + 1))
async def test_whoever_stops_a_run_may_die_anywhere_and_the_run_is_stopped_or_goes_on(
    boundary: int,
) -> None:
    world = World()
    await dying(world, await begun(world), boundary)
    stopped = False
    try:
        await tool(world)
    except RunStoppedError:
        stopped = True
    ended = [event.status for event in await told(world) if event.status != "started"]
    assert ended == ["skipped" if stopped else "ok"]
    assert len(world.tools.made) == (0 if stopped else 1)


async def test_a_stop_that_was_not_written_down_is_when_a_tool_meets_it() -> None:
    world = World()
    await dying(world, await begun(world), BEFORE_THE_ENTRY)
    assert await world.log.all(RUN_ID) == ()
    with pytest.raises(RunStoppedError):
        await tool(world)
    keys = [item.key for item in await world.log.all(RUN_ID)]
    assert keys == ["run_tool-0/started", "run_tool-0/ended", "stop/requested"]


async def test_a_call_that_was_refused_ends_a_run_whose_stop_is_half_done_too() -> None:
    world = World()
    await dying(world, await begun(world), BEFORE_THE_ENTRY)
    with pytest.raises(RunStoppedError):
        await tool(world, refused="approval_rejected")


async def test_who_asks_second_finds_the_run_stopped_and_not_over() -> None:
    """The tool meets what was forbidden, and ends the run, before the first has asked."""
    world = World()
    record = await begun(world)
    create = world.log.create
    overtaken = False

    async def behind_the_tool(run_id: str, item: LogItem) -> LogItem | None:
        nonlocal overtaken
        if not overtaken:
            overtaken = True
            with pytest.raises(RunStoppedError):
                await tool(world)
            end = LogWriter(world.log, RUN_ID, TERMINAL_STEP, "w", 0)
            await end.append("terminal", [done()])
        return await create(run_id, item)

    world.log.create = behind_the_tool  # type: ignore[method-assign]
    await stop_run(record, "PLANNED", world.deps())
    keys = [item.key for item in await world.log.all(RUN_ID)]
    assert keys.count("stop/requested") == 1


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
