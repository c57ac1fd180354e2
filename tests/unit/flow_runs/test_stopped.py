"""A flow that is stopped, or fails: what was under way, and what is told of it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from api import control, flow_inputs, runs
from shared.contracts.effects import Effect
from shared.contracts.flows.runs import FlowBounds, FlowRequest
from shared.ports import Dependencies, ToolAnswered, ToolInvocation
from tests.fakes.flow_desk import PATIENCE_SECONDS, FlowDesk, flow_desk
from tests.fakes.stores import FakeEffects
from tests.fakes.world import ANA, World
from tests.unit.api.rules import CALLERS
from tests.unit.flow_runs.test_calls import AGENT, CALLER, URL, Addresses, allowed, write


@pytest.fixture
def addresses() -> Addresses:
    return Addresses()


@pytest.fixture
async def desk(tmp_path: Path, addresses: Addresses) -> AsyncIterator[FlowDesk]:
    world = World(callers={**CALLERS, "ana": CALLER})
    async with flow_desk(tmp_path, world, lambda deps: allowed(deps, addresses)) as found:
        yield found


async def test_a_flow_that_waits_can_be_stopped(desk: FlowDesk, addresses: Addresses) -> None:
    flow = [{"type": "response", "text": "¿?", "wait": True}, write("a")]
    run_id = await desk.begin(flow)
    await desk.waits(run_id)
    stopped = await desk.ana.call(control.cancel, "POST", path={"runId": run_id})
    assert stopped.status == 202, stopped.body
    await desk.ended(run_id)
    assert (await desk.say(run_id, "sí")).status == 409
    told = await desk.ana.call(runs.read, path={"runId": run_id})
    assert told.json["state"] == "CANCELLED"
    assert not addresses.written


async def test_an_agent_that_is_stopped_stops_its_flow(desk: FlowDesk) -> None:
    run_id = await desk.begin([*AGENT, {"type": "response", "text": "¿?", "wait": True}])
    await desk.waits(run_id)
    child = (await desk.deps.flow_runs.calls(ANA.tenant_id, run_id))[0]
    record = await desk.deps.runs.get(ANA.tenant_id, child)
    assert record is not None
    assert record.part_of is not None
    assert (record.part_of.run_id, record.part_of.node) == (run_id, "ask")
    stopped = await desk.ana.call(control.cancel, "POST", path={"runId": child})
    assert stopped.json["runId"] == run_id
    await desk.ended(run_id)
    told = await desk.ana.call(runs.read, path={"runId": run_id})
    assert told.json["state"] == "CANCELLED"


@dataclass
class HeldAddresses(Addresses):
    """Answers once it may."""

    may: asyncio.Event = field(default_factory=asyncio.Event)
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        super().__init__()

    async def call(self, invocation: ToolInvocation) -> ToolAnswered:
        self.asked.set()
        await self.may.wait()
        return await super().call(invocation)


class EndsMeanwhile(FakeEffects):
    """Who stops a run comes to its ledger when the run has met the stop and is over."""

    desk: FlowDesk | None = None
    may: asyncio.Event

    async def reserve(self, effect: Effect) -> Effect:
        if self.desk is not None and effect.effect_id.startswith("cancelled-"):
            self.may.set()
            await self.desk.ended(effect.run_id)
        return await super().reserve(effect)


async def test_a_stop_that_a_step_meets_at_once_is_none_of_a_run_that_is_over(
    tmp_path: Path,
) -> None:
    addresses, effects = HeldAddresses(), EndsMeanwhile()
    world = World(callers={**CALLERS, "ana": CALLER}, effects=effects)
    async with flow_desk(tmp_path, world, lambda deps: allowed(deps, addresses)) as desk:
        run_id = await desk.begin([write("a"), write("b")])
        async with asyncio.timeout(PATIENCE_SECONDS):
            await addresses.asked.wait()
        effects.desk, effects.may = desk, addresses.may
        stopped = await desk.ana.call(control.cancel, "POST", path={"runId": run_id})
        assert stopped.status == 202, stopped.body
        told = await desk.ana.call(runs.read, path={"runId": run_id})
        again = await desk.ana.call(control.cancel, "POST", path={"runId": run_id})
    assert told.json["state"] == "CANCELLED"
    assert len(addresses.written) == 1
    assert again.code == "RUN_ENDED"


async def test_the_state_that_a_stop_repeats_has_a_time(desk: FlowDesk) -> None:
    run_id = await desk.begin([{"type": "response", "text": "¿?", "wait": True}])
    await desk.waits(run_id)
    await desk.ana.call(control.cancel, "POST", path={"runId": run_id})
    await desk.ended(run_id)
    states = [each for each in await desk.events(run_id) if each["type"] == "state"]
    assert all(each.get("at") for each in states)


def statuses(events: list[dict[str, Any]]) -> dict[str, str]:
    """The last of each execution of a node."""
    return {each["key"]: each["status"] for each in events if each["type"] == "node"}


async def test_a_flow_takes_no_longer_and_no_more_than_the_settings_allow(
    tmp_path: Path, addresses: Addresses
) -> None:
    """And nobody is waited for longer."""
    world = World(callers={**CALLERS, "ana": CALLER})
    bounds = FlowBounds(seconds=90.0, tokens=20_000, answer_hours=1 / 3_600_000)

    def change(deps: Dependencies) -> Dependencies:
        return allowed(deps, addresses, flows=bounds)

    async with flow_desk(tmp_path, world, change) as desk:
        run_id = await desk.run([{"type": "response", "id": "q", "text": "¿?", "wait": True}])
        failure = (await desk.view(run_id))["failure"]
        (_, _, request), *_ = desk.orchestrations.started
    assert (failure["code"], failure["node"]) == ("EXPIRED", "q")
    limits = FlowRequest.model_validate(request).limits
    assert (limits.seconds, limits.tokens) == (90.0, 20_000)


async def test_when_one_round_fails_the_others_are_told_to_be_stopped(desk: FlowDesk) -> None:
    # The first to end ends the run; what came of the others is nobody's to use.
    elsewhere = {"type": "rest_call", "id": "w", "url": "${item}", "save_as": "r"}
    loop = {"type": "loop", "id": "l", "over": [URL, "https://elsewhere.example/x", URL],
            "parallel": True, "body": [elsewhere]}  # fmt: skip
    run_id = await desk.run([loop])
    events = await desk.events(run_id)
    assert statuses(events) == {
        "l": "stopped", "w[0]": "stopped", "w[1]": "failed", "w[2]": "stopped",
    }  # fmt: skip
    assert events[-1]["type"] == "error"
    (stopped,) = [
        each for each in events if (each.get("key"), each.get("status")) == ("l", "stopped")
    ]
    assert (stopped["nodeId"], stopped["kind"]) == ("l", "loop")


async def test_a_node_that_was_under_way_when_the_run_was_stopped_is_told_so(
    desk: FlowDesk,
) -> None:
    run_id = await desk.begin([{"type": "response", "id": "q", "text": "¿?", "wait": True}])
    await desk.waits(run_id)
    await desk.ana.call(control.cancel, "POST", path={"runId": run_id})
    await desk.ended(run_id)
    assert statuses(await desk.events(run_id)) == {"q": "stopped"}


async def test_why_a_node_failed_is_told_in_the_language_of_who_reads_it(desk: FlowDesk) -> None:
    flow = [{"type": "condition", "id": "c", "expression": "1 / 0 > 1", "then": []}]
    run_id = await desk.run(flow)
    told = await desk.ana.call(runs.read, path={"runId": run_id})
    assert "(división entre cero)" in told.json["error"]["message"]
    assert (await desk.view(run_id))["failure"]["detail"] == "división entre cero"
    english = {"accept-language": "en"}
    path = {"runId": run_id}
    view = await desk.ana.call(flow_inputs.read, path=path, headers=english)
    assert view.json["failure"]["detail"] == "division by zero"
