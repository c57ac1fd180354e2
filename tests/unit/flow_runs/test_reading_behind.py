"""A flow's end, read from replicas that are behind, and executed again."""

from datetime import timedelta

import pytest

from activities.finish import finish
from activities.flow_agents import all_agents_of
from activities.flow_telling import MOST_CHARACTERS, parts_of
from shared.calling.parts import AgentPart, agents_of
from shared.contracts.activities import FinishRequest, StepResult
from shared.contracts.agent_steps import AgentResult
from shared.contracts.events import NodeEvent, TextEvent
from shared.contracts.flows.runs import Begun, FlowProgress
from shared.contracts.problems import Failure
from shared.contracts.runs import FlowOfRun, PartOf, RunOutcome, RunRecord, ToolOutcome, Usage
from tests.fakes.flow_runs import FakeFlowRuns
from tests.fakes.samples import AT
from tests.fakes.stores import FakeRuns
from tests.fakes.virtual_time import now, run_virtually
from tests.fakes.world import ANA, RUN_ID, World

CHILD = "child-1"
FAILED = Failure(code="FLOW_FAILED", message="internal", retryable=False)


class LaggingRuns(FakeRuns):
    """A child's record, and then its end, are there after some looks only."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self.behind = {"record": looks, "end": looks}

    def _is_behind(self, what: str, run_id: str) -> bool:
        if run_id != CHILD:
            return False
        self.behind[what] -= 1
        return self.behind[what] >= 0

    async def get(self, tenant_id: str, run_id: str, *, anew: bool = False) -> RunRecord | None:
        behind = self._is_behind("record", run_id)
        return None if behind else await super().get(tenant_id, run_id, anew=anew)

    async def outcome(self, tenant_id: str, run_id: str) -> RunOutcome | None:
        behind = self._is_behind("end", run_id)
        return None if behind else await super().outcome(tenant_id, run_id)


async def flow_with_agent(world: World, *, ended: bool) -> RunRecord:
    child = await world.recorded("Da de alta", ANA, CHILD)
    part = PartOf(run_id=RUN_ID, number=1, node="alta")
    await world.runs.create(child.model_copy(update={"part_of": part}))
    await world.flow_runs.put_call(ANA.tenant_id, RUN_ID, 1, CHILD, acts=True)
    outcome = ToolOutcome(call_id="c0", tool="createTask", status="ok")
    await world.agent_steps.put_result(
        AgentResult(
            run_id=CHILD, tenant_id=ANA.tenant_id, number=1, call=0, speaker="a",
            outcome=outcome, place=0,
        )
    )  # fmt: skip
    if ended:
        await world.runs.end(
            RunOutcome(
                run_id=CHILD, tenant_id=ANA.tenant_id, state="DONE", finish_reason="stop",
                ended_at=AT,
            )
        )  # fmt: skip
    return await world.recorded("Flujo", ANA, RUN_ID)


@pytest.mark.parametrize("looks", [0, 1, 5])
def test_what_an_agent_did_is_found_though_a_replica_is_behind(looks: int) -> None:
    async def told() -> tuple[AgentPart, ...]:
        world = World(runs=LaggingRuns(looks))
        flow = await flow_with_agent(world, ended=True)
        return await all_agents_of(flow, world.deps())

    (part,) = run_virtually(told())
    assert [each.outcome.tool for each in part.results] == ["createTask"]
    assert not part.under_way


def test_an_agent_that_crashed_without_an_end_does_not_fail_its_flow() -> None:
    async def told() -> tuple[tuple[AgentPart, ...], float]:
        world = World()
        flow = await flow_with_agent(world, ended=False)
        return await all_agents_of(flow, world.deps()), now()

    (part,), waited = run_virtually(told())
    assert part.record.run_id == CHILD
    assert waited == pytest.approx(2.0)


def test_who_reads_a_flow_that_runs_does_not_wait_for_its_agents() -> None:
    async def told() -> tuple[tuple[AgentPart, ...], float]:
        world = World(runs=LaggingRuns(5))
        flow = await flow_with_agent(world, ended=False)
        return await agents_of(flow, world.deps()), now()

    assert run_virtually(told()) == ((), 0.0)


def entries(characters: int, later: timedelta, took: int) -> list[list[str]]:
    """Of a step that says so much and ends a node, by what they tell."""
    said = TextEvent(text="x" * characters, attempt=1, node="n")
    over = NodeEvent(
        node_id="n", key="n", kind="set", status="finished", duration_ms=took, at=AT + later
    )
    return [[each.type for each in part] for part in parts_of([said, over])]


def test_a_step_that_is_executed_again_tells_the_same_in_each_entry() -> None:
    lengths = range(MOST_CHARACTERS - 400, MOST_CHARACTERS, 5)
    first = [entries(each, timedelta(), 0) for each in lengths]
    again = [entries(each, timedelta(microseconds=1), 9_999_999) for each in lengths]
    assert again == first
    assert {len(each) for each in first} == {1, 2}


class StaleFlowRuns(FakeFlowRuns):
    """The replica that is asked first does not have what began last."""

    behind = True

    async def progress(
        self, tenant_id: str, run_id: str, *, anew: bool = False
    ) -> FlowProgress | None:
        found = await super().progress(tenant_id, run_id, anew=anew)
        return found.model_copy(update={"began": {}}) if found and self.behind else found


async def test_a_flow_that_is_finished_again_ends_once_though_more_is_read_then() -> None:
    stale = StaleFlowRuns()
    world = World(flow_runs=stale)
    record = await world.recorded("Flujo", ANA, RUN_ID)
    await world.runs.create(record.model_copy(update={"flow": FlowOfRun()}))
    progress = FlowProgress(
        tenant_id=ANA.tenant_id, run_id=RUN_ID, began={"q": Begun(at=AT, kind="response")}
    )
    stale.steps[ANA.tenant_id, RUN_ID] = (1, progress.model_dump_json())
    first = await finished(world)
    stale.behind = False
    assert await finished(world) == first
    items = await world.log.all(RUN_ID)
    assert [event.type for item in items for event in item.events] == ["state", "error"]


async def finished(world: World) -> StepResult:
    run = await world.begin("Flujo")
    request = FinishRequest(
        run=run, announce=("FAILED",), states=(), usage=Usage(), finish_reason="error",
        failure=FAILED, ended_at=AT,
    )  # fmt: skip
    return await finish(request, world.deps())
