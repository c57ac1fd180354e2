"""Several agents, whole: who calls tools, who approves, who reviews, and who is missed."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.e2e.conftest import Call, Erp
from tests.e2e.people import Person
from tests.e2e.surroundings import Surroundings
from tests.e2e.test_agents import QUESTION, a_call, assert_whole
from tests.e2e.test_control import decide, ended, new_address, wish

CASE = {"server": "corp-tools", "method": "getCase", "params": {"id": "EXP-2026-014"}}


def a_team(message: str, mode: str, *participants: str, **more: Any) -> Mapping[str, Any]:
    return a_call(message, mode=mode, participants=participants, **more)


@pytest.mark.parametrize(
    ("decision", "status", "users"), [("approve", "ok", 1), ("reject", "skipped", 0)]
)
async def test_what_an_agent_wants_to_change_waits_for_somebody_elses_approval(
    person: Call, ana: Person, erp: Erp, decision: str, status: str, users: int
) -> None:
    marta, address = await person("marta"), new_address()
    body = a_team(wish(address), "fanout", "ToolingAgent", "RetrievalAgent", tools=["createUser"])
    asked = await marta.ask("POST", "/chat", json=body)
    assert (asked.status, asked.body["state"]) == (202, "WAITING_APPROVAL")
    assert await erp.users(address) == []
    assert (await decide(marta, asked, "approve")).status == 403
    assert (await decide(ana, asked, decision)).status == 200
    run = await ended(marta, asked.body["runId"])
    assert (run.body["state"], bool(run.body["text"])) == ("DONE", True)
    assert [effect["status"] for effect in run.body["effects"]] == [status]
    assert len(await erp.users(address)) == users


async def test_a_critic_reviews_before_the_answer_and_is_in_the_trace(ana: Person) -> None:
    body = a_team(QUESTION, "sequential", "RetrievalAgent", "Critic", return_trace=True)
    run = await ana.call(body)
    assert [turn["speaker"] for turn in run.of("agent_turn")] == ["RetrievalAgent", "Critic"]
    await assert_whole(ana, run)
    told = await ana.ask("POST", "/chat", json=body)
    speakers = [step["speaker"] for step in told.body["steps"]]
    assert speakers == ["RetrievalAgent", "Critic", "RetrievalAgent"]
    assert told.body["text"] == run.text


@pytest.mark.parametrize("mode", ["sequential", "fanout", "group_chat"])
async def test_among_several_the_tooling_agent_calls_other_systems(ana: Person, mode: str) -> None:
    tools = [{"name": "mcp", "args": CASE}]
    run = await ana.call(
        a_team("Consulta el expediente", mode, "ToolingAgent", "DomainExpert", tools=tools)
    )
    assert ("mcp", "ok") in run.tool_statuses
    await assert_whole(ana, run)


async def test_what_the_others_say_is_merged_when_one_cannot_speak(
    ana: Person, around: Surroundings
) -> None:
    await around.fail("model", path="/chat/completions", status=400)
    run = await ana.call(a_team(QUESTION, "fanout", "RetrievalAgent", "DomainExpert"))
    assert len(run.of("agent_turn")) == 1
    assert any("participante" in warning for warning in run.end["warnings"])
    await assert_whole(ana, run)
