"""Tool execution: what comes of it is a value, an event and an effect in the store."""

import pytest

from activities.run_tool import run_tool
from shared.contracts.activities import RunToolRequest, ToolRun
from shared.contracts.events import StateEvent, ToolEvent
from shared.contracts.identity import Caller
from shared.contracts.plan import Plan, ToolCall
from shared.contracts.wording import say
from shared.errors import ErpBusyError, ErpError
from shared.ports import ToolRefused
from tests.fakes.samples import TASK_ARGS, task_plan
from tests.fakes.virtual_time import run_virtually
from tests.fakes.world import ANA, RUN_ID, World

READER = ANA.model_copy(update={"rights": ("tasks:read",)})
FIND = Plan(flow_type="Other", calls=(ToolCall(tool="findTasks", args={"status": "abierta"}),))


async def executed(
    world: World, plan: Plan | None = None, caller: Caller = ANA, step: int = 0
) -> ToolRun:
    run = await world.begin("Crea una tarea", caller)
    await world.runs.put_plan(run.tenant_id, run.run_id, plan or task_plan())
    states = ("PLANNED", "EXECUTING_TOOLS")
    request = RunToolRequest(run=run, announce=states, step=step, language="es")
    return await run_tool(request, world.deps())


async def tool_events(world: World) -> list[ToolEvent]:
    items = await world.log.all(RUN_ID)
    return [event for item in items for event in item.events if isinstance(event, ToolEvent)]


async def test_a_call_is_told_as_it_begins_and_as_it_ends() -> None:
    world = World()
    assert (await executed(world)).ok
    first = (await world.log.all(RUN_ID))[0]
    told = [each.state for each in first.events[:2] if isinstance(each, StateEvent)]
    assert told == ["PLANNED", "EXECUTING_TOOLS"]
    started, ended = await tool_events(world)
    assert (started.name, started.status, started.call_id) == ("createTask", "started", "c0")
    assert started.args == TASK_ARGS
    assert (ended.status, ended.call_id) == ("ok", "c0")
    assert ended.result is not None
    assert ended.result["id"] == "T-1"
    assert (started.label, started.labels["dueDate"]) == ("Crear tarea", "fecha límite")
    assert (ended.label, ended.labels) == (started.label, started.labels)


async def test_when_a_call_began_and_ended_is_told_and_kept() -> None:
    world = World()
    await executed(world)
    started, ended = await tool_events(world)
    assert started.at is not None
    assert ended.at is not None
    assert started.at < ended.at
    (effect,) = await world.effects.of_run(ANA.tenant_id, RUN_ID, 1)
    assert effect.started_at is not None
    assert effect.started_at < effect.updated_at < ended.at


async def test_a_call_that_only_reads_says_when_it_ended_too() -> None:
    world = World()
    await executed(world, FIND)
    (effect,) = await world.effects.of_run(ANA.tenant_id, RUN_ID, 1)
    assert effect.started_at is not None
    assert effect.started_at < effect.updated_at


async def test_without_the_right_nothing_is_called() -> None:
    world = World()
    assert not (await executed(world, caller=READER)).ok
    assert world.tools.calls == []
    _, ended = await tool_events(world)
    assert ended.status == "failed"
    assert ended.error == "tu usuario no tiene permiso para esto (tasks:write)"


async def test_the_tool_is_called_on_behalf_of_the_caller() -> None:
    world = World()
    await executed(world)
    (call,) = world.tools.calls
    assert (call.caller, call.correlation_id, call.args) == (ANA, "corr-1", TASK_ARGS)


async def test_each_step_of_a_plan_is_an_effect_of_its_own() -> None:
    world = World()
    plan = task_plan(*task_plan().calls, *task_plan().calls)
    await executed(world, plan, step=0)
    await executed(world, plan, step=1)
    assert len(world.tools.made) == 2
    assert len({call.key for call in world.tools.calls}) == 2


async def test_the_same_step_again_makes_no_second_record_and_no_second_event() -> None:
    world = World()
    first = await executed(world)
    second = await executed(world)
    assert first.ok == second.ok
    assert len(world.tools.made) == 1
    assert len(await tool_events(world)) == 2


async def test_a_refusal_is_told_in_the_erps_words() -> None:
    world = World()
    world.tools.refusal = ToolRefused(422, "el proyecto P-9 no existe")
    assert not (await executed(world)).ok
    assert (await tool_events(world))[-1].error == "el proyecto P-9 no existe"


def test_an_erp_that_is_away_is_a_value_and_no_crash() -> None:
    world = World()
    world.tools.failures = [ErpError("refused", sent=False)] * 9
    assert not run_virtually(executed(world)).ok
    ended = run_virtually(tool_events(world))[-1]
    assert (ended.status, ended.error) == ("failed", "No se ha podido contactar con el ERP.")


def test_nobody_is_told_that_something_was_done_when_it_is_not_known() -> None:
    world = World()
    world.tools.failures = [ErpError("cut", sent=True)] * 9
    assert not run_virtually(executed(world)).ok
    assert run_virtually(tool_events(world))[-1].status == "unknown"


async def test_an_answer_that_breaks_its_schema_is_nowhere_called_good() -> None:
    world = World()
    world.tools.answer = {"ok": True}
    assert not (await executed(world)).ok
    assert (await tool_events(world))[-1].status == "unknown"
    (effect,) = await world.effects.of_run(ANA.tenant_id, RUN_ID, 1)
    assert effect.state == "unknown", "the answer and the audit event are made from this"
    assert effect.result == {"ok": True}, "kept for whoever looks into it"
    await executed(world)
    assert len(world.tools.calls) == 1


# --- calls that only read -------------------------------------------------------------------------


async def test_a_read_is_called_without_a_reservation() -> None:
    world = World()
    world.tools.answer = {"items": [], "total": 0, "next": None}
    assert (await executed(world, FIND)).ok
    (effect,) = await world.effects.of_run(ANA.tenant_id, RUN_ID, 1)
    assert effect.state == "done"


def test_a_read_is_tried_again_and_then_has_failed() -> None:
    world = World()
    world.tools.answer = {"items": [], "total": 0, "next": None}
    world.tools.failures = [ErpError("cut", sent=True), ErpError("429", sent=False, retry_after=1)]
    assert run_virtually(executed(world, FIND)).ok
    other = World()
    other.tools.failures = [ErpError("cut", sent=True)] * 9
    assert not run_virtually(executed(other, FIND)).ok
    assert run_virtually(tool_events(other))[-1].status == "failed"


def test_a_read_that_is_to_wait_long_fails_and_says_that_the_erp_is_busy() -> None:
    world = World()
    world.tools.failures = [ErpBusyError("429", retry_after=60)]
    assert not run_virtually(executed(world, FIND)).ok
    assert len(world.tools.calls) == 1
    told = run_virtually(tool_events(world))[-1]
    assert (told.status, told.error) == ("failed", say("erp_busy", "es"))


async def test_a_read_that_is_answered_with_nonsense_is_not_called_good() -> None:
    world = World()
    world.tools.answer = {"items": "many"}
    assert not (await executed(world, FIND)).ok
    (effect,) = await world.effects.of_run(ANA.tenant_id, RUN_ID, 1)
    assert effect.state != "done"


@pytest.mark.parametrize("step", [1, 7])
async def test_a_step_that_the_plan_does_not_have_is_a_defect(step: int) -> None:
    with pytest.raises(IndexError):
        await executed(World(), step=step)


PROJECT = ToolCall(
    tool="createProject", args={"name": "Alumbrado", "customer": "ACME", "startDate": "2026-12-01"}
)
IN_IT = ToolCall(tool="createTask", args=TASK_ARGS | {"projectId": "$c0.id"}, needs=(0,))


async def test_an_argument_is_read_from_the_result_of_an_earlier_call() -> None:
    world = World()
    plan = Plan(flow_type="CreateProject", calls=(PROJECT, IN_IT))
    await executed(world, plan, step=0)
    assert (await executed(world, plan, step=1)).ok
    made = world.tools.calls[1]
    assert made.contract.name == "createTask"
    assert made.args["projectId"] == (await tool_events(world))[1].result["id"]  # type: ignore[index]


async def test_a_call_whose_needs_failed_is_skipped() -> None:
    world = World()
    world.tools.refusal = ToolRefused(409, "no")
    plan = Plan(flow_type="CreateProject", calls=(PROJECT, IN_IT))
    await executed(world, plan, step=0)
    assert not (await executed(world, plan, step=1)).ok
    assert len(world.tools.calls) == 1
    last = (await tool_events(world))[-1]
    assert (last.name, last.status) == ("createTask", "skipped")


async def test_a_call_that_nobody_approved_is_told_and_not_made() -> None:
    world = World()
    run = await world.begin("Crea una tarea")
    await world.runs.put_plan(run.tenant_id, run.run_id, task_plan())
    request = RunToolRequest(run=run, step=0, language="en", refused="approval_rejected")
    assert not (await run_tool(request, world.deps())).ok
    assert world.tools.calls == []
    (told,) = await tool_events(world)
    assert told.status == "skipped"
    assert told.error == "whoever had to approve it rejected it"
