"""A flow in its conversation: what it asks is there for who comes back, and its agents' threads are
in no list."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from api import control, conversations, erasing, runs
from api.live_states import ENDS
from shared.calling.threads import thread_of
from shared.contracts.identity import Caller as Person
from tests.fakes.flow_desk import FlowDesk, flow_desk
from tests.fakes.http import Answer, Caller
from tests.fakes.world import ANA, LUIS, World
from tests.unit.api.rules import CALLERS
from tests.unit.flow_runs.test_calls import AGENT

ASKS = [
    {"type": "response", "id": "q1", "text": "¿Cómo te llamas?", "wait": True, "save_as": "a"},
    {"type": "response", "id": "q2", "text": "${a.text}, ¿cuál?", "wait": True},
]
OPERATOR: Person = LUIS.model_copy(update={"rights": (*LUIS.rights, "runs:read")})


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[FlowDesk]:
    async with flow_desk(tmp_path, World(callers={**CALLERS, "luis": OPERATOR})) as made:
        yield made


async def conversation(desk: FlowDesk) -> str:
    answer = await desk.ana.call(conversations.create, "POST", {})
    return str(answer.json["conversationId"])


async def begun(desk: FlowDesk, flow: object, **more: object) -> str:
    answer = await desk.post({"flow": flow, **more})
    assert answer.status == 202, answer.body
    return str(answer.json["runId"])


async def opened(desk: FlowDesk, place: str) -> dict[str, Any]:
    answer = await desk.ana.call(conversations.read, path={"id": place})
    assert answer.status == 200
    return dict(answer.json)


async def read(desk: FlowDesk, run_id: str, who: str = "ana") -> dict[str, Any]:
    person = Caller(desk.deps, desk.orchestrations, who)
    answer = await person.call(runs.read, path={"runId": run_id})
    assert answer.status == 200
    return dict(answer.json)


async def listed(desk: FlowDesk, **query: str) -> Answer:
    return await desk.ana.call(conversations.listed, query=query)


async def test_who_comes_back_is_told_what_is_asked_and_with_which_key(desk: FlowDesk) -> None:
    place = await conversation(desk)
    run_id = await begun(desk, ASKS, conversationId=place, message="Empieza")
    await desk.waits(run_id, "q1")
    (active,) = (await opened(desk, place))["active"]
    assert active["question"] == {"text": "¿Cómo te llamas?", "key": "q1"}
    assert (await desk.say(run_id, "Ana", key="q1")).status == 202
    await desk.waits(run_id, "q2")
    (active,) = (await opened(desk, place))["active"]
    assert active["question"] == {"text": "Ana, ¿cuál?", "key": "q2"}
    assert (await read(desk, run_id))["question"] == active["question"]


async def test_what_is_asked_is_not_told_to_who_may_not_answer_it(desk: FlowDesk) -> None:
    run_id = await begun(desk, ASKS)
    await desk.waits(run_id, "q1")
    assert "question" not in await read(desk, run_id, "luis")


async def test_nothing_is_asked_any_more_by_a_run_that_is_over(desk: FlowDesk) -> None:
    place = await conversation(desk)
    run_id = await begun(desk, ASKS, conversationId=place)
    await desk.waits(run_id, "q1")
    await desk.ana.call(control.cancel, "POST", path={"runId": run_id})
    await desk.ended(run_id)
    view = await read(desk, run_id)
    assert view["state"] in ENDS
    assert "question" not in view
    assert (await opened(desk, place))["active"] == []


async def test_the_threads_of_a_flows_agents_are_no_conversations_of_their_own(
    desk: FlowDesk,
) -> None:
    flow = {"meta": {"name": "Altas"}, "nodes": [*AGENT, {**AGENT[0], "id": "again"}]}
    run_id = await begun(desk, flow)
    await desk.ended(run_id)
    found = (await listed(desk)).json["items"]
    assert [(each["conversationId"], each["title"]) for each in found] == [
        (thread_of(run_id), "Altas")
    ]
    calls = await desk.deps.flow_runs.calls(ANA.tenant_id, run_id)
    assert len(calls) == 2
    for child in calls:
        (turn,) = (await opened(desk, thread_of(child)))["turns"]
        assert turn["message"] == "Hola"
    gone = await desk.ana.call(erasing.erase, "DELETE", path={"id": thread_of(run_id)})
    assert gone.status == 204
    for child in calls:
        assert await desk.deps.conversations.get(ANA.tenant_id, thread_of(child)) is None


async def test_no_list_of_a_session_has_them_either(desk: FlowDesk) -> None:
    flow = {"meta": {"name": "Altas"}, "nodes": AGENT}
    run_id = await begun(desk, flow, sessionId="s1", message="Da de alta a Pepa")
    await desk.ended(run_id)
    found = (await listed(desk, sessionId="s1")).json["items"]
    assert [(each["conversationId"], each["title"]) for each in found] == [
        (thread_of(run_id), "Da de alta a Pepa")
    ]
    assert (await listed(desk)).json["items"] == []
