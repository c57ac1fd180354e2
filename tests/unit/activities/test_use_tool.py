"""One tool call of an agent: made once, told once, kept once."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from activities.use_tool import use_tool
from shared.contracts.activities import RunRef
from shared.contracts.agent_activities import UseToolRequest
from shared.contracts.agent_steps import AgentResult, AgentStep, StepToolCall
from shared.contracts.agents import AgentCall, AskedTool
from shared.contracts.effects import Effect
from shared.contracts.events import ToolEvent
from shared.contracts.outside import McpServer, Outside
from shared.contracts.runs import ToolOutcome
from shared.contracts.wording import say
from shared.errors import ErpError, RunStoppedError
from shared.ports import ToolAnswered, ToolInvocation, ToolRefused
from shared.streams.stopping import FORBIDDEN, stop_run
from tests.fakes.agents import FakeAgentSteps
from tests.fakes.calls import begin_call
from tests.fakes.crashing import DiedError, Mortal, MortalAgentSteps, MortalEffects, MortalTools
from tests.fakes.samples import AT, TASK_ARGS
from tests.fakes.services import FakeTools
from tests.fakes.virtual_time import run_virtually
from tests.fakes.world import ANA, RUN_ID, World

CALL = AgentCall(session_id="s1", profile="coordinator", tools=(AskedTool(name="createTask"),))
CREATE = StepToolCall(
    call_id="s1.0", provider_id="call_1", name="createTask", tool="createTask", args=TASK_ARGS
)
FIND = CREATE.model_copy(update={"tool": "findTasks", "args": {"status": "abierta"}})


async def begun(world: World, call: StepToolCall = CREATE) -> RunRef:
    run = await begin_call(world, "Crea una tarea", CALL)
    step = AgentStep(
        run_id=run.run_id,
        tenant_id=run.tenant_id,
        number=1,
        speaker="ToolingAgent",
        calls=(call,),
        finish_reason="tool_calls",
    )
    await world.agent_steps.put(step)
    return run


def asked(run: RunRef, **changes: object) -> UseToolRequest:
    until = datetime(2026, 11, 22, 10, 1, tzinfo=UTC)
    fields: dict[str, object] = {
        "run": run, "number": 1, "call": 0, "language": "es", "until": until,
    }  # fmt: skip
    return UseToolRequest.model_validate(fields | changes)


async def used(world: World, call: StepToolCall = CREATE, **changes: object) -> AgentResult:
    run = await begun(world, call)
    await use_tool(asked(run, **changes), world.deps())
    kept = await world.agent_steps.result(run.tenant_id, run.run_id, 1, 0)
    assert kept is not None
    return kept


async def told(world: World) -> list[ToolEvent]:
    items = await world.log.all(RUN_ID)
    return [event for item in items for event in item.events if isinstance(event, ToolEvent)]


async def test_an_effect_is_in_the_ledger_and_is_told_as_it_begins_and_ends() -> None:
    world = World()
    kept = await used(world, place=0)
    assert (kept.outcome.status, kept.outcome.call_id, kept.place) == ("ok", "s1.0", 0)
    (effect,) = world.effects.stored.values()
    assert (effect.state, effect.step, effect.effect_id) == ("done", 0, kept.outcome.effect_id)
    assert [event.status for event in await told(world)] == ["started", "ok"]
    assert world.tools.calls[0].key == effect.effect_id


async def test_a_read_is_in_no_ledger() -> None:
    world = World()
    kept = await used(world, FIND)
    assert (kept.outcome.status, kept.place) == ("ok", None)
    assert world.effects.stored == {}


@dataclass
class SlowTools(FakeTools):
    """Answers only when it is let; `asked` once somebody waits for that."""

    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def call(self, invocation: ToolInvocation) -> ToolAnswered | ToolRefused:
        self.asked.set()
        await self.may_answer.wait()
        return await super().call(invocation)


def test_a_read_is_given_up_when_the_runs_time_is_over() -> None:
    async def read() -> None:
        world = World(tools=SlowTools())
        kept = await used(world, FIND)
        assert (kept.outcome.status, kept.outcome.error) == (
            "failed",
            say("deadline_exceeded", "es"),
        )
        assert [event.status for event in await told(world)] == ["started", "failed"]

    run_virtually(read())


async def test_an_effect_that_was_begun_comes_to_its_end_also_behind_the_runs_time() -> None:
    tools = SlowTools()
    world = World(tools=tools)
    using = asyncio.create_task(used(world, place=0))
    await tools.asked.wait()
    world.clock.now += timedelta(hours=1)
    tools.may_answer.set()
    assert (await using).outcome.status == "ok"


class Overtaken(FakeAgentSteps):
    """Another execution keeps its result while this one is still at work."""

    async def result(
        self, tenant_id: str, run_id: str, number: int, call: int
    ) -> AgentResult | None:
        return None


async def test_of_two_executions_at_once_the_slower_one_tells_what_is_kept() -> None:
    world = World(agent_steps=Overtaken())
    run = await begun(world, FIND)
    outcome = ToolOutcome(call_id="s1.0", tool="findTasks", status="ok", result={"total": 7})
    result = AgentResult(
        run_id=run.run_id, tenant_id=run.tenant_id, number=1, call=0, speaker="ToolingAgent",
        outcome=outcome,
    )  # fmt: skip
    await world.agent_steps.put_result(result)
    await use_tool(asked(run), world.deps())
    assert len(world.tools.calls) == 1
    assert [event.result for event in await told(world)] == [None, {"total": 7}]


async def test_a_second_execution_calls_nothing_and_tells_nothing_twice() -> None:
    world = World()
    await used(world, FIND)
    again = await used(world, FIND)
    assert len(world.tools.calls) == 1
    assert again.outcome.status == "ok"
    assert len(await told(world)) == 2


@pytest.mark.parametrize("dies_at", range(1, 14))
def test_wherever_it_dies_the_change_is_made_once(dies_at: int) -> None:
    async def die_and_go_on() -> None:
        world, life = World(), Mortal(dies_at)
        run = await begun(world)
        mortal = replace(
            world.deps(),
            agent_steps=MortalAgentSteps(world.agent_steps, life),
            effects=MortalEffects(world.effects, life),
            tools=MortalTools(world.tools, life),
        )
        try:
            await use_tool(asked(run, place=0), mortal)
        except DiedError:
            await use_tool(asked(run, place=0), world.deps())
        assert len(world.tools.made) == 1
        kept = await world.agent_steps.result(run.tenant_id, run.run_id, 1, 0)
        assert kept is not None
        assert kept.outcome.status == "ok"
        assert [event.status for event in await told(world)] == ["started", "ok"]

    run_virtually(die_and_go_on())


async def test_without_the_right_nothing_is_called() -> None:
    world = World()
    run = await begun(world)
    record = world.runs.records[run.tenant_id, run.run_id]
    poor = ANA.model_copy(update={"rights": ()})
    world.runs.records[run.tenant_id, run.run_id] = record.model_copy(update={"caller": poor})
    await use_tool(asked(run, place=0), world.deps())
    assert world.tools.calls == []
    assert [event.status for event in await told(world)] == ["started", "failed"]


async def test_what_is_wrong_with_a_call_is_told_and_nothing_is_called() -> None:
    world = World()
    wrong = CREATE.model_copy(update={"problem": "call_bad_arguments:title", "args": {}})
    kept = await used(world, wrong)
    assert world.tools.calls == []
    assert kept.outcome.status == "failed"
    assert kept.outcome.error == "Los argumentos no siguen el esquema de la herramienta. (title)"
    assert [event.status for event in await told(world)] == ["failed"]


@pytest.mark.parametrize("refused", ["approval_rejected", "approval_expired", "too_many_effects"])
async def test_what_nobody_wanted_is_skipped_for_good(refused: str) -> None:
    world = World()
    place = None if refused == "too_many_effects" else 0
    kept = await used(world, refused=refused, place=place)
    assert (kept.outcome.status, world.tools.calls) == ("skipped", [])
    again = await used(world, place=place, refused=refused)
    assert again.outcome.status == "skipped"


async def test_a_tool_that_refuses_is_told_in_its_words() -> None:
    world = World()
    world.tools.refusal = ToolRefused(422, "el proyecto P-9 no existe")
    assert (await used(world, place=0)).outcome.error == "el proyecto P-9 no existe"


def test_a_tool_that_is_away_is_a_value_and_no_crash() -> None:
    world = World()
    world.tools.failures = [ErpError("refused", sent=False)] * 9
    assert run_virtually(used(world, place=0)).outcome.status == "failed"


async def test_found_documents_get_numbers_to_be_cited_by() -> None:
    world = World()
    found = [{"title": f"Guía {n}", "documentId": f"d{n}"} for n in range(12)]
    world.tools.answer = {"citations": found, "warnings": []}
    search = FIND.model_copy(update={"tool": "findTasks", "args": {}})
    kept = await used(world, search, marks=21)
    citations = (kept.outcome.result or {})["citations"]
    assert isinstance(citations, list)
    assert [each.get("n") for each in citations] == [*range(21, 31), None, None]


async def test_a_stop_forbids_the_change_and_ends_the_step() -> None:
    world = World()
    run = await begun(world)
    record = await world.runs.get(run.tenant_id, run.run_id)
    assert record is not None
    await stop_run(record, "EXECUTING_TOOLS", world.deps())
    with pytest.raises(RunStoppedError):
        await use_tool(asked(run, place=3), world.deps())
    assert world.tools.calls == []


@pytest.mark.parametrize("refused", [None, "approval_rejected"])
@pytest.mark.parametrize("kept", [True, False])
async def test_who_finds_a_stop_that_is_half_done_does_the_rest(
    refused: str | None, kept: bool
) -> None:
    """Whoever asked for it has forbidden the change, and died before the log said so."""
    world = World()
    run = await begun(world)
    await world.effects.reserve(
        Effect(
            effect_id="cancelled-0", tenant_id=run.tenant_id, run_id=run.run_id, step=0, tool="",
            state="failed", error=FORBIDDEN, updated_at=AT,
        )
    )  # fmt: skip
    if kept:
        outcome = ToolOutcome(call_id="s1.0", tool="createTask", status="skipped")
        result = AgentResult(
            run_id=run.run_id, tenant_id=run.tenant_id, number=1, call=0, speaker="ToolingAgent",
            outcome=outcome, place=0,
        )  # fmt: skip
        await world.agent_steps.put_result(result)
    with pytest.raises(RunStoppedError):
        await use_tool(asked(run, place=0, refused=refused), world.deps())
    assert world.tools.calls == []
    assert any(item.key.startswith("stop/") for item in await world.log.all(RUN_ID))


async def test_what_was_decided_as_a_read_is_not_called_once_it_counts_as_a_change() -> None:
    server = McpServer(
        name="crm", url="https://crm.example/mcp", methods=("find",), right="tasks:read"
    )
    world = World(outside=Outside(servers=(server,)))
    args = {"server": "crm", "method": "find", "params": {}}
    kept = await used(world, CREATE.model_copy(update={"tool": "mcp", "args": args}))
    assert (kept.outcome.status, world.tools.calls) == ("failed", [])
