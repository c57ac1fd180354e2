"""The port FlowRuns: a flow under way, kept between its steps."""

import asyncio
from collections.abc import Callable
from typing import Any

from shared.contracts.flows.running import Branch, Failed, FlowState, Say, Succeeded
from shared.contracts.flows.runs import FlowProgress, Pending, PinnedFlow
from shared.ports import Dependencies
from tests.contract.conftest import Sides

type Fresh = Callable[[], str]
TENANT = "tenant-a"
FLOW = PinnedFlow(
    flow={"nodes": [{"type": "response", "text": "«ñ» 🙂", "ui": None}]}, inputs={"a": [1, None]}
)
LARGE = [{"text": "x" * 100, "nothing": None, "n": n} for n in range(400)]


def with_variables(progress: FlowProgress, **variables: Any) -> FlowProgress:
    state = FlowState(branches={"": Branch(variables=variables)})
    return progress.model_copy(update={"state": state, "step": progress.step + 1})


async def begun(deps: Dependencies, run_id: str) -> FlowProgress:
    await deps.flow_runs.pin(TENANT, run_id, FLOW)
    found = await deps.flow_runs.progress(TENANT, run_id, anew=True)
    assert found is not None
    return found


async def read(deps: Dependencies, run_id: str) -> FlowProgress:
    found = await deps.flow_runs.progress(TENANT, run_id, anew=True)
    assert found is not None
    return found


async def test_a_flow_is_pinned_once_as_it_was_sent(sides: Sides, fresh: Fresh) -> None:
    run_id = fresh()
    await sides.near.flow_runs.pin(TENANT, run_id, FLOW)
    await sides.near.flow_runs.pin(TENANT, run_id, PinnedFlow(flow=[]))
    assert await sides.far.flow_runs.pinned(TENANT, run_id) == FLOW
    assert (await read(sides.far, run_id)).step == 0


async def test_what_does_not_exist_is_none(sides: Sides, fresh: Fresh) -> None:
    assert await sides.near.flow_runs.pinned(TENANT, fresh()) is None
    assert await sides.near.flow_runs.progress(TENANT, fresh()) is None
    assert await sides.near.flow_runs.outcome(TENANT, fresh(), 1) is None


async def test_a_step_is_there_for_everybody(sides: Sides, fresh: Fresh) -> None:
    run_id = fresh()
    start = await begun(sides.near, run_id)
    say = Say(branch="", node="@0", key="@0", text="Hola", citations=[None, {"a": None}])
    step = with_variables(start, a=None, b={"c": None}, flowValue="x").model_copy(
        update={"pending": {1: Pending(number=1, action=say)}, "last": 1}
    )
    stored = await sides.near.flow_runs.advance(step)
    assert stored is not None
    assert await read(sides.far, run_id) == stored


async def test_who_comes_second_stores_nothing(sides: Sides, fresh: Fresh) -> None:
    run_id = fresh()
    start = await begun(sides.near, run_id)
    assert await sides.near.flow_runs.advance(with_variables(start, a=1)) is not None
    assert await sides.far.flow_runs.advance(with_variables(start, a=2)) is None
    stored = await read(sides.far, run_id)
    assert stored.state is not None
    assert stored.state.variables == {"a": 1}


async def test_large_values_are_kept_as_they_are_while_others_change(
    sides: Sides, fresh: Fresh
) -> None:
    run_id = fresh()
    progress = await begun(sides.near, run_id)
    steps: list[dict[str, Any]] = [
        {"big": LARGE, "n": 1},
        {"big": LARGE, "n": 2, "also": {"in": LARGE}},
        {"big": LARGE[:-1], "n": 3, "text": "y" * 40_000},
        {"n": 4},
        {"big": LARGE, "n": 5},
    ]
    for place, variables in enumerate(steps):
        deps = sides.far if place % 2 else sides.near
        here = await read(deps, run_id)
        stored = await deps.flow_runs.advance(with_variables(here, **variables))
        assert stored is not None
        progress = await read(sides.near, run_id)
        assert progress.state is not None
        assert progress.state.variables == variables
    assert progress.step == len(steps)


async def test_the_runs_of_its_agents_are_known(sides: Sides, fresh: Fresh) -> None:
    run_id = fresh()
    await sides.near.flow_runs.put_call(TENANT, run_id, 2, "child-b", acts=True)
    await sides.near.flow_runs.put_call(TENANT, run_id, 1, "child-a")
    await sides.near.flow_runs.put_call(TENANT, run_id, 1, "child-a")
    assert await sides.far.flow_runs.calls(TENANT, run_id) == ("child-a", "child-b")
    assert await sides.far.flow_runs.calls(TENANT, run_id, acting=True) == ("child-b",)
    assert await sides.far.flow_runs.calls(TENANT, fresh()) == ()


async def test_of_two_outcomes_the_first_is_kept(sides: Sides, fresh: Fresh) -> None:
    run_id = fresh()
    said, failed = Succeeded(value={"text": "sí", "none": None}), Failed(code="TIMEOUT")
    both = await asyncio.gather(
        sides.near.flow_runs.put_outcome(TENANT, run_id, 3, said),
        sides.far.flow_runs.put_outcome(TENANT, run_id, 3, failed),
    )
    assert both[0] == both[1]
    assert await sides.far.flow_runs.outcome(TENANT, run_id, 3) == both[0]
    assert await sides.far.flow_runs.outcome(TENANT, run_id, 4) is None
