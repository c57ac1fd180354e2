"""Agents run by AG-UI's own client in Node, which checks each event and their order."""

import asyncio
import json
from pathlib import Path
from typing import Any

from tests.e2e.people import Person
from tests.e2e.surroundings import Surroundings
from tests.e2e.test_clients import NODE

SCRIPT = Path(__file__).parents[1] / "clients" / "run_agui.mjs"
QUESTION = "¿Qué necesito para renovar la licencia?"


async def run_by_node(who: Person, props: dict[str, Any], *messages: str) -> dict[str, Any]:
    """What the client has seen; `failed` is what it complained of."""
    process = await asyncio.create_subprocess_exec(
        str(NODE), str(SCRIPT), who.app, str(who.token), json.dumps(props), *messages,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    told, complaint = await process.communicate()
    assert process.returncode == 0, complaint.decode()
    found: dict[str, Any] = json.loads(told)
    return found


async def run_well(who: Person, props: dict[str, Any], *messages: str) -> dict[str, Any]:
    found = await run_by_node(who, props, *messages)
    assert found["failed"] == []
    return found


def of(kind: str, found: dict[str, Any]) -> list[dict[str, Any]]:
    return [event for event in found["events"] if event["type"] == kind]


async def stored_text(who: Person, finished: dict[str, Any]) -> str:
    return str((await who.get(f"/runs/{finished['result']['runId']}")).body["text"])


async def test_a_conversation_is_the_runs_answers(ana: Person) -> None:
    found = await run_well(ana, {"agent": "normal"}, "Hola", QUESTION)
    first, second = of("RUN_FINISHED", found)
    assert [(each["threadId"], each["runId"]) for each in (first, second)] == [
        (found["threadId"], "run-0"), (found["threadId"], "run-1")
    ]  # fmt: skip
    assert [(each["role"], each["content"]) for each in found["messages"]] == [
        ("user", "Hola"), ("assistant", await stored_text(ana, first)),
        ("user", QUESTION), ("assistant", await stored_text(ana, second)),
    ]  # fmt: skip
    assert first["usage"][0]["totalTokens"] > 0
    steps = [each["stepName"] for each in of("STEP_STARTED", found)]
    assert steps == [each["stepName"] for each in of("STEP_FINISHED", found)]
    assert "STREAMING_RESPONSE" in steps


async def test_tools_and_citations_are_told(ana: Person) -> None:
    props = {
        "agent": "domain_expert",
        "tools": ["ai_search"],
        "search": {"mode": "hybrid", "retrievalPolicy": "conditional"},
    }
    found = await run_well(ana, props, QUESTION)
    (started,) = of("TOOL_CALL_START", found)
    (result,) = of("TOOL_CALL_RESULT", found)
    assert started["toolCallName"] == "ai_search"
    assert result["toolCallId"] == started["toolCallId"]
    assert json.loads(result["content"])["status"] == "ok"
    citations = next(each for each in of("CUSTOM", found) if each["name"] == "citations")
    assert citations["value"][0]["documentId"]
    (finished,) = of("RUN_FINISHED", found)
    assert found["messages"][-1]["content"] == await stored_text(ana, finished)


async def test_what_several_agents_say_and_pass_on_is_told(ana: Person) -> None:
    team = ["Coordinator", "RetrievalAgent", "DomainExpert"]
    props = {"mode": "group_chat", "participants": team}
    found = await run_well(ana, props, QUESTION)
    named = {each["name"] for each in of("CUSTOM", found)}
    assert {"agent_turn", "handoff"} <= named
    (finished,) = of("RUN_FINISHED", found)
    assert found["messages"][-1]["content"] == await stored_text(ana, finished)


async def test_text_that_became_void_is_taken_back(ana: Person, around: Surroundings) -> None:
    await around.fail("model", cut="mid", path="chat/completions")
    found = await run_well(ana, {"agent": "normal"}, "Hola [[tokens:60]]")
    (finished,) = of("RUN_FINISHED", found)
    assert [each["content"] for each in found["messages"]] == [
        "Hola [[tokens:60]]", await stored_text(ana, finished)
    ]  # fmt: skip


async def test_a_run_that_fails_is_an_error(ana: Person, around: Surroundings) -> None:
    await around.fail("model", status=500, count=20)
    found = await run_by_node(ana, {"agent": "normal"}, "Hola")
    (error,) = of("RUN_ERROR", found)
    assert error["code"] == "MODEL_UNAVAILABLE"
    assert of("RUN_FINISHED", found) == []


async def test_what_is_refused_is_no_run(ana: Person) -> None:
    found = await run_by_node(ana, {"agent": "poet"}, "Hola")
    assert found["events"] == []
    assert "400" in found["failed"][0]
