"""What the agents of a flow do, and wait for, is told with the flow's run."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from api import approvals, control, conversations, runs
from shared.contracts.audit import AuditEvent
from shared.contracts.conversations import Turn
from shared.ports import Dependencies
from tests.fakes.agents import tool_call
from tests.fakes.flow_desk import FlowDesk, flow_desk
from tests.fakes.flow_runs import FakeFlowRuns
from tests.fakes.http import Caller
from tests.fakes.services import FakeModel
from tests.fakes.world import ANA, PACKS, World
from tests.unit.api.rules import CALLERS
from tests.unit.flow_runs.test_calls import BOSS, CALLER, URL, Addresses, Approving, allowed

WRITES = (tool_call("http", method="POST", url=URL, body={"n": 1}),)
READS = (tool_call("http", method="GET", url=URL),)
AGENT = {"type": "agent_call", "id": "alta", "agent_profile": "normal", "message": "Da de alta",
         "tools": [{"name": "http"}], "save_as": "r"}  # fmt: skip
FAILS = {"type": "condition", "id": "no", "expression": "nada > 1", "then": []}


@pytest.fixture
def addresses() -> Addresses:
    return Addresses()


@pytest.fixture
def model() -> FakeModel:
    return FakeModel(calls=[WRITES])


@pytest.fixture
async def desk(tmp_path: Path, addresses: Addresses, model: FakeModel) -> AsyncIterator[FlowDesk]:
    world = World(callers={**CALLERS, "ana": CALLER, "luis": BOSS}, agents=model)

    def change(deps: Dependencies) -> Dependencies:
        return replace(allowed(deps, addresses), packs=Approving(PACKS))

    async with flow_desk(tmp_path, world, change) as found:
        yield found


async def asked(desk: FlowDesk, run_id: str) -> dict[str, Any]:
    event = await desk.told(run_id, "approval")
    assert event["agentRunId"] != run_id
    return event


async def decided(desk: FlowDesk, event: dict[str, Any], decision: str = "approve") -> None:
    luis = Caller(desk.deps, desk.orchestrations, "luis")
    body = {"decision": decision, "payloadHash": event["payloadHash"]}
    path = {"runId": event["agentRunId"], "approvalId": event["approvalId"]}
    answer = await luis.call(approvals.decide, "POST", body, path=path)
    assert answer.status == 200, answer.body


async def read(desk: FlowDesk, run_id: str, token: str = "ana") -> dict[str, Any]:
    caller = Caller(desk.deps, desk.orchestrations, token)
    answer = await caller.call(runs.read, path={"runId": run_id})
    assert answer.status == 200, answer.body
    return answer.json


async def audited(desk: FlowDesk, run_id: str) -> AuditEvent:
    kinds = desk.world.audit.events.values()
    (event,) = [each for each in kinds if (each.run_id, each.kind) == (run_id, "flow.executed")]
    return event


async def turn_of(desk: FlowDesk, run_id: str) -> Turn:
    record = await desk.deps.runs.get(ANA.tenant_id, run_id)
    assert record is not None
    there = (ANA.tenant_id, record.conversation_id, run_id)
    turn = await desk.deps.conversations.get_turn(*there)
    assert turn is not None
    return turn


async def test_a_flow_tells_what_its_agent_asks_for_and_has_done(desk: FlowDesk) -> None:
    run_id = await desk.begin([AGENT])
    event = await asked(desk, run_id)
    waiting = await read(desk, run_id)
    assert waiting["state"] == waiting["states"][-1]["state"] == "WAITING_APPROVAL"
    (approval,) = waiting["approvals"]
    assert (approval["runId"], approval["state"]) == (event["agentRunId"], "open")
    assert not waiting["effects"]
    await decided(desk, event)
    await desk.ended(run_id)
    told = await read(desk, run_id)
    (effect,) = told["effects"]
    assert (effect["tool"], effect["status"]) == ("http", "ok")
    assert (effect["runId"], effect["node"]) == (event["agentRunId"], "alta")
    assert [each["state"] for each in told["approvals"]] == ["used"]
    assert [each["state"] for each in told["states"]] == [
        "RECEIVED", "EXECUTING_TOOLS", "WAITING_APPROVAL", "EXECUTING_TOOLS",
        "STREAMING_RESPONSE", "PERSISTED_EVENT", "DONE",
    ]  # fmt: skip


async def test_who_approves_for_an_agent_sees_the_flow_without_what_was_said(
    desk: FlowDesk,
) -> None:
    run_id = await desk.begin([AGENT])
    event = await asked(desk, run_id)
    assert (await read(desk, run_id, "luis"))["state"] == "WAITING_APPROVAL"
    await decided(desk, event)
    await desk.ended(run_id)
    told = await read(desk, run_id, "luis")
    assert "text" not in told
    assert told["approvals"][0]["decidedBy"] == BOSS.user_id


async def test_who_approves_for_one_agent_sees_nothing_of_the_others(
    desk: FlowDesk, model: FakeModel
) -> None:
    model.calls += [(), READS, ()]
    run_id = await desk.begin([{**AGENT, "id": "a"}, {**AGENT, "id": "b"}, FAILS])
    await decided(desk, await asked(desk, run_id))
    await desk.ended(run_id)
    mine, theirs = await read(desk, run_id), await read(desk, run_id, "luis")
    assert [each["node"] for each in mine["effects"]] == ["a", "b"]
    assert [each["node"] for each in theirs["effects"]] == ["a"]
    assert theirs["approvals"][0]["decidedBy"] == BOSS.user_id
    assert "Hecho: http" in mine["error"]["message"]
    assert "Hecho" not in theirs["error"]["message"]
    desk.world.callers["luis"] = BOSS.model_copy(update={"rights": ("runs:read",)})
    assert (await read(desk, run_id, "luis"))["effects"] == mine["effects"]


class CountedFlowRuns(FakeFlowRuns):
    """`looked` counts how often somebody wanted to know a flow's agents."""

    looked = 0

    async def calls(self, tenant_id: str, run_id: str, *, acting: bool = False) -> tuple[str, ...]:
        self.looked += 1
        return await super().calls(tenant_id, run_id, acting=acting)


@pytest.mark.parametrize(("right", "looks"), [("http:call", 0), ("approvals:decide", 1)])
async def test_agents_are_looked_at_for_who_may_decide_something_only(
    desk: FlowDesk, right: str, looks: int
) -> None:
    run_id = await desk.run([{"type": "response", "text": "Hola"}])
    counted = CountedFlowRuns()
    desk.world.callers["luis"] = BOSS.model_copy(update={"rights": (right,)})
    luis = Caller(replace(desk.deps, flow_runs=counted), desk.orchestrations, "luis")
    assert (await luis.call(runs.read, path={"runId": run_id})).status == 404
    assert counted.looked == looks


async def test_the_audit_and_the_turn_of_a_flow_have_what_its_agents_changed(
    desk: FlowDesk, addresses: Addresses
) -> None:
    run_id = await desk.begin([AGENT])
    await decided(desk, await asked(desk, run_id))
    await desk.ended(run_id)
    assert len(addresses.written) == 1
    event = await audited(desk, run_id)
    assert (event.tools, [each.status for each in event.results]) == (("http",), ["ok"])
    assert [each.decided_by for each in event.approvals] == [BOSS.user_id]
    turn = await turn_of(desk, run_id)
    assert [(each.tool, each.status) for each in turn.effects] == [("http", "ok")]


async def test_a_flow_that_fails_behind_its_agent_tells_what_was_done(desk: FlowDesk) -> None:
    run_id = await desk.begin([AGENT, FAILS])
    await decided(desk, await asked(desk, run_id))
    await desk.ended(run_id)
    told = await read(desk, run_id)
    assert told["state"] == "FAILED"
    assert "Hecho: http" in told["error"]["message"]
    assert len(told["effects"]) == 1
    assert (await audited(desk, run_id)).tools == ("http",)
    turn = await turn_of(desk, run_id)
    assert [each.status for each in turn.effects] == ["ok"]


async def test_calls_of_several_agents_have_ids_of_their_own(
    desk: FlowDesk, model: FakeModel
) -> None:
    model.calls += [(), WRITES]
    run_id = await desk.begin([{**AGENT, "id": "a"}, {**AGENT, "id": "b"}])
    first = await asked(desk, run_id)
    await decided(desk, first)
    second = await desk.told(run_id, "approval", besides=first)
    await decided(desk, second)
    await desk.ended(run_id)
    effects = (await read(desk, run_id))["effects"]
    assert [each["node"] for each in effects] == ["a", "b"]
    assert len({each["callId"] for each in effects}) == 2
    events = [each for each in await desk.events(run_id) if each["type"] == "tool"]
    assert {each["callId"] for each in events} == {each["callId"] for each in effects}


async def test_a_flow_that_waits_for_its_agents_approval_can_be_stopped(
    desk: FlowDesk, addresses: Addresses
) -> None:
    run_id = await desk.begin([AGENT])
    await asked(desk, run_id)
    stopped = await desk.ana.call(control.cancel, "POST", path={"runId": run_id})
    assert stopped.status == 202, stopped.body
    await desk.ended(run_id)
    told = await read(desk, run_id)
    assert told["state"] == told["states"][-1]["state"] == "CANCELLED"
    assert [each["state"] for each in told["approvals"]] == ["withdrawn"]
    assert not addresses.written


async def test_a_conversation_tells_that_the_flow_under_way_waits(desk: FlowDesk) -> None:
    run_id = await desk.begin([AGENT])
    event = await asked(desk, run_id)
    record = await desk.deps.runs.get(ANA.tenant_id, run_id)
    assert record is not None
    there = {"id": record.conversation_id}
    view = await desk.ana.call(conversations.read, path=there, query={"sessionId": ""})
    assert [each["state"] for each in view.json["active"]] == ["WAITING_APPROVAL"]
    await decided(desk, event)
    await desk.ended(run_id)
