"""Agents at work: their tools, several of them, and `kill -9` in the middle of a loop."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import pytest

from tests.e2e.cloud import Host
from tests.e2e.people import Event, Person, Run
from tests.e2e.surroundings import A_TOKEN_A_SECOND, HELD_MS, SLOWLY, Durable, Surroundings
from tests.e2e.waiting import until

QUESTION = "¿Qué necesito para renovar la licencia?"
PROVIDERS = ("azure-openai", "openai", "proxy", "anthropic", "google")
TEAM = ["Coordinator", "RetrievalAgent", "DomainExpert"]


def a_call(message: str = QUESTION, **more: Any) -> dict[str, Any]:
    return {"sessionId": uuid4().hex, "message": message, **more}


def searching(**more: Any) -> dict[str, Any]:
    """One agent that looks for itself."""
    search = {"mode": "hybrid", "retrievalPolicy": "conditional"}
    return a_call(agent="domain_expert", tools=["ai_search"], search=search, **more)


async def assert_whole(ana: Person, run: Run) -> None:
    assert run.numbers == list(range(1, len(run.events) + 1))
    assert [event.type for event in run.events if event.type in ("done", "error")] == ["done"]
    stored = await ana.get(f"/runs/{run.run_id}")
    assert (stored.body["state"], stored.body["text"]) == ("DONE", run.text)


async def test_an_agent_searches_and_cites_what_it_found(ana: Person) -> None:
    run = await ana.call(searching())
    assert run.tool_statuses == [("ai_search", "started"), ("ai_search", "ok")]
    assert run.text
    (citations,) = run.of("citations")
    assert citations["citations"][0]["documentId"]
    await assert_whole(ana, run)


async def test_an_agent_works_with_any_provider_that_the_settings_allow(ana: Person) -> None:
    runs = await asyncio.gather(
        *(ana.call(searching(model={"provider": each, "temperature": 0.2})) for each in PROVIDERS)
    )
    for run in runs:
        assert run.tool_statuses == [("ai_search", "started"), ("ai_search", "ok")]
        assert run.of("citations")[0]["citations"][0]["documentId"]
        assert run.end["usage"]["totalTokens"] > 0
        await assert_whole(ana, run)
    assert len({run.text for run in runs}) == 1


async def test_any_provider_answers_in_json_if_asked(ana: Person) -> None:
    for provider in PROVIDERS:
        model = {"provider": provider, "response_format": "json"}
        run = await ana.call(a_call("Hola", agent="normal", model=model))
        assert isinstance(json.loads(run.text), dict), provider
        assert not (await ana.call(a_call("Hola", agent="normal"))).text.startswith("{")
        await assert_whole(ana, run)


async def test_a_rag_agent_is_told_the_evidence_and_cites_it(ana: Person) -> None:
    body = a_call(agent_profile="rag", search={"mode": "hybrid", "topK": 5})
    run = await ana.call(body)
    assert "RETRIEVED_CONTEXT" in run.states
    assert run.of("citations")
    await assert_whole(ana, run)


async def test_the_evidence_itself_is_answered_without_a_model(
    ana: Person, around: Surroundings
) -> None:
    body = a_call(agent_profile="retrieval", search={"mode": "keyword", "topK": 3})
    run = await around.without_calls(lambda: ana.call(body), "model")
    assert run.text.startswith("[1] ")
    assert 0 < len(run.of("citations")[0]["citations"]) <= 3
    await assert_whole(ana, run)


@pytest.mark.parametrize("mode", ["sequential", "fanout", "group_chat"])
async def test_several_agents_come_to_one_answer(ana: Person, mode: str, durable: Durable) -> None:
    run = await ana.call(a_call(mode=mode, participants=TEAM, return_trace=True))
    assert run.end["type"] == "done", run.end
    assert run.text
    said = [event["speaker"] for event in run.of("agent_turn")]
    if mode == "fanout":
        assert sorted(said) == sorted(TEAM[1:])
    if mode == "group_chat":
        assert [event["to"] for event in run.of("handoff")] == said
    await assert_whole(ana, run)
    history = await durable.instance_text(run.run_id)
    assert QUESTION not in history
    assert run.text[:40] not in history


def tool_is_running(seen: list[Event]) -> bool:
    return seen[-1].type == "tool" and seen[-1].data["status"] == "started"


def text_is_coming(seen: list[Event]) -> bool:
    return sum(event.type == "text" for event in seen) == 2


async def test_a_worker_killed_in_the_middle_of_a_loop_decides_nothing_anew(
    ana: Person, host: Host, around: Surroundings
) -> None:
    await around.fail("search", delayMs=HELD_MS)
    name = f"only-{uuid4().hex}"
    async with ana.calling(searching(model={"name": name})) as stream:
        seen = await stream.until(tool_is_running)
        assert await around.asked(name) == 1
        host.kill_workers()
    await around.go_on("search")
    run = await ana.follow(stream.run_id, seen)
    assert run.tool_statuses == [("ai_search", "started"), ("ai_search", "ok")]
    assert await around.asked(name) == 2, "once to decide on the call, once to answer"
    await assert_whole(ana, run)


async def test_a_worker_killed_while_an_agent_changes_something_does_not_change_it_twice(
    ana: Person, host: Host, around: Surroundings, title: str
) -> None:
    note = {"id": "EXP-2026-021", "text": title}
    await around.fail("cosmos", method="PUT", path="effect-0", delayMs=HELD_MS)
    async with ana.calling(on_case("Añade una nota al expediente", "addNote", note)) as stream:
        seen = await stream.until(tool_is_running)
        assert seen[-1].type == "tool", seen[-1].data
        host.kill_workers()
    await around.go_on("cosmos")
    run = await ana.follow(stream.run_id, seen)
    (started, ended) = run.tool_statuses
    assert (started, ended[1] in ("ok", "unknown")) == (("mcp", "started"), True)
    await assert_whole(ana, run)
    read = await ana.call(on_case("Dime el expediente", "getCase", {"id": "EXP-2026-021"}))
    told = json.dumps(read.of("tool")[-1]["result"], ensure_ascii=False)
    assert told.count(title) <= 1


def on_case(message: str, method: str, params: dict[str, str]) -> dict[str, Any]:
    bound = {"server": "corp-tools", "method": method, "params": params}
    return a_call(message, agent="coordinator", participants=["Coordinator"],
                  tools=[{"name": "mcp", "args": bound}],
                  search={"retrievalPolicy": "never"})  # fmt: skip


async def test_an_agent_that_is_stopped_stops(ana: Person, around: Surroundings) -> None:
    await around.pace(10, A_TOKEN_A_SECOND)
    async with ana.calling(a_call("Hola [[tokens:300]]", agent="normal")) as stream:
        seen = await stream.until(text_is_coming)
        answer = await ana.ask("POST", f"/runs/{stream.run_id}/cancel")
        assert answer.status == 202
        seen += [event async for event in stream]
    assert (seen[-1].type, seen[-1].data["code"]) == ("error", "CANCELLED")


async def test_a_call_whose_time_is_over_ends_with_that(ana: Person, around: Surroundings) -> None:
    await around.pace(10, SLOWLY)
    body = a_call("Hola [[tokens:300]]", agent="normal", runtime={"timeout_ms": 2_000})
    run = await ana.call(body)
    assert (run.end["type"], run.end["code"]) == ("error", "TIMEOUT")
    assert (await ana.get(f"/runs/{run.run_id}")).body["state"] == "FAILED"


async def test_a_call_whose_orchestration_was_terminated_is_swept(
    ana: Person, around: Surroundings, durable: Durable
) -> None:
    await around.fail("search", delayMs=HELD_MS)
    async with ana.calling(searching()) as stream:
        seen = await stream.until(tool_is_running)
    await durable.terminate(stream.run_id)

    async def swept() -> bool:
        await durable.sweep()
        return bool((await ana.get(f"/runs/{stream.run_id}")).body["state"] == "CANCELLED")

    await until(swept)
    await around.go_on("search")
    run = await ana.follow(stream.run_id, seen)
    assert (run.end["type"], run.end["code"]) == ("error", "CANCELLED")
