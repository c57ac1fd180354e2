"""The port AgentSteps: what was said and decided on the way of an agent call."""

import asyncio
from collections.abc import Callable

from shared.contracts.agent_steps import AgentResult, AgentStep, StepToolCall
from shared.contracts.runs import ToolOutcome
from tests.contract.conftest import Sides

type Fresh = Callable[[], str]
TENANT = "tenant-a"


def a_step(run_id: str, number: int, text: str = "Busco «ñ» 🙂") -> AgentStep:
    call = StepToolCall(
        call_id=f"{number}.0",
        provider_id="call_x",
        name="ai_search",
        tool="ai_search",
        args={"query": "licencia"},
    )
    return AgentStep(
        run_id=run_id,
        tenant_id=TENANT,
        number=number,
        speaker="RetrievalAgent",
        text=text,
        calls=(call,),
        finish_reason="tool_calls",
    )


def a_result(run_id: str, number: int, call: int, status: str = "ok") -> AgentResult:
    outcome = ToolOutcome.model_validate(
        {"callId": f"{number}.{call}", "tool": "ai_search", "status": status, "result": {"n": 1}}
    )
    return AgentResult(
        run_id=run_id,
        tenant_id=TENANT,
        number=number,
        call=call,
        speaker="RetrievalAgent",
        outcome=outcome,
    )


async def test_a_step_is_stored_once_and_the_first_is_answered(sides: Sides, fresh: Fresh) -> None:
    run_id = fresh()
    first, second = a_step(run_id, 1), a_step(run_id, 1, "Otra cosa")
    assert await sides.near.agent_steps.put(first) == first
    assert await sides.far.agent_steps.put(second) == first
    assert await sides.far.agent_steps.get(TENANT, run_id, 1) == first


async def test_of_two_at_the_same_time_one_is_stored(sides: Sides, fresh: Fresh) -> None:
    run_id = fresh()
    steps = [a_step(run_id, 1, text) for text in ("uno", "dos")]
    both = await asyncio.gather(
        sides.near.agent_steps.put(steps[0]), sides.far.agent_steps.put(steps[1])
    )
    assert both[0] == both[1]
    assert both[0] in steps


async def test_what_is_not_there_is_none_and_may_come_later(sides: Sides, fresh: Fresh) -> None:
    run_id, steps = fresh(), sides.near.agent_steps
    assert await steps.get(TENANT, run_id, 1) is None
    assert await steps.result(TENANT, run_id, 1, 0) is None
    assert await steps.of_run(TENANT, run_id) == ()
    await sides.far.agent_steps.put(a_step(run_id, 1))
    await sides.far.agent_steps.put_result(a_result(run_id, 1, 0))
    assert await steps.get(TENANT, run_id, 1) == a_step(run_id, 1)
    assert await steps.result(TENANT, run_id, 1, 0) == a_result(run_id, 1, 0)


async def test_a_result_is_stored_once_and_the_first_is_answered(
    sides: Sides, fresh: Fresh
) -> None:
    run_id = fresh()
    first, second = a_result(run_id, 1, 0), a_result(run_id, 1, 0, "failed")
    assert await sides.near.agent_steps.put_result(first) == first
    assert await sides.far.agent_steps.put_result(second) == first


async def test_steps_and_results_are_told_in_their_order(sides: Sides, fresh: Fresh) -> None:
    run_id, steps = fresh(), sides.near.agent_steps
    for number in (11, 2, 1):
        await steps.put(a_step(run_id, number))
        for call in (1, 0):
            await steps.put_result(a_result(run_id, number, call))
    far = sides.far.agent_steps
    assert [each.number for each in await far.of_run(TENANT, run_id)] == [1, 2, 11]
    told = [(each.number, each.call) for each in await far.results(TENANT, run_id)]
    assert told == [(1, 0), (1, 1), (2, 0), (2, 1), (11, 0), (11, 1)]


async def test_another_tenant_finds_nothing(sides: Sides, fresh: Fresh) -> None:
    run_id, steps = fresh(), sides.near.agent_steps
    await steps.put(a_step(run_id, 1))
    await steps.put_result(a_result(run_id, 1, 0))
    assert await steps.get("tenant-b", run_id, 1) is None
    assert await steps.of_run("tenant-b", run_id) == ()
    assert await steps.results("tenant-b", run_id) == ()
