"""Flows through the local platform: run, asked, answered, stopped, and killed at any node."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from tests.e2e.cloud import Host, Services, running_host
from tests.e2e.flow_driver import begun, nodes, view_of
from tests.e2e.people import EVENTS, Person, Run, Stream
from tests.e2e.stand_in import StandIn, standing_in
from tests.e2e.surroundings import HELD_MS, Surroundings
from tests.e2e.waiting import until


@pytest.fixture(scope="module")
def stand_in() -> Iterator[StandIn]:
    with standing_in() as server:
        yield server


@pytest.fixture(scope="module")
def host(
    services: Services, stand_in: StandIn, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Host]:
    """The app of this module: its models and addresses are the stand-in."""
    rule = {"host": stand_in.url, "path": "/**", "methods": ["GET", "POST", "PUT", "DELETE"],
            "keys": True}  # fmt: skip
    settings = {
        "ModelProxy__BaseUrl": f"{stand_in.url}/v1",
        "ModelProxy__ApiKey": "made-up-model-key-0010",
        "ModelProxy__Model": "scripted",
        "AI__Models__Default": "scripted",
        "Tools__HttpAllowed": _and(services, "Tools__HttpAllowed", rule),
        "Tools__HttpPrivateHosts": _and(services, "Tools__HttpPrivateHosts", stand_in.url),
        "Tools__HttpTimeoutSeconds": "60",
    }
    place = tmp_path_factory.mktemp("flows") / "data"
    with running_host(services, place, settings=settings) as running:
        yield running


def _and(services: Services, setting: str, one: object) -> str:
    """A list of the settings with one more."""
    return json.dumps([*json.loads(services.environment[setting]), one])


@pytest.fixture
async def ana(http: aiohttp.ClientSession, host: Host, around: Surroundings) -> Person:
    return Person(http, host.url, await around.token("ana"))


async def test_a_flow_is_streamed_with_its_nodes_and_ends(ana: Person, stand_in: StandIn) -> None:
    stand_in.script["hola"] = "Buenas tardes"
    flow = [
        {"type": "agent_call", "id": "ask", "agent_profile": "normal", "message": "Hola",
         "model": {"provider": "proxy"}, "system_prompt": "[[say:hola]]", "stream": True,
         "save_as": "r"},
        {"type": "response", "id": "end", "text": "El agente dijo: ${r.text}"},
    ]  # fmt: skip
    async with ana.http.post(
        f"{ana.app}/api/flows/runs",
        json={"flow": flow},
        headers={"Authorization": f"Bearer {ana.token}", "Accept": EVENTS},
    ) as response:
        assert response.status == 200, await response.text()
        stream = Stream(response)
        run = Run(stream.run_id, [event async for event in stream])
    assert run.numbers == list(range(1, len(run.events) + 1))
    assert nodes(run, "started") == nodes(run, "finished") == ["ask", "end"]
    said = {each["node"]: each["text"] for each in run.of("text")}
    assert said == {"ask": "Buenas tardes", "end": "El agente dijo: Buenas tardes"}
    assert run.end["type"] == "done"
    assert run.end["usage"]["totalTokens"] > 0
    stored = await ana.get(f"/runs/{run.run_id}")
    assert stored.body["text"] == "Buenas tardes\n\nEl agente dijo: Buenas tardes"
    again = await ana.follow(run.run_id, run.events[:3])
    assert again.events == run.events


async def test_who_waits_for_json_is_told_what_is_asked(ana: Person) -> None:
    flow = [{"type": "response", "id": "q", "text": "¿Cuál?", "wait": True},
            {"type": "response", "text": "Elegiste ${message}"}]  # fmt: skip
    asked = await ana.ask("POST", "/flows/runs", json={"flow": flow})
    assert (asked.status, asked.body["state"]) == (202, "WAITING_INPUT")
    assert asked.body["question"] == {"text": "¿Cuál?", "key": "q"}
    run_id = asked.body["runId"]
    taken = await ana.ask("POST", f"/runs/{run_id}/input", json={"message": "la B"})
    assert taken.status == 202, taken.body
    run = await ana.follow(run_id)
    assert run.of("text")[-1]["text"] == "Elegiste la B"


def writing(url: str) -> list[dict[str, Any]]:
    """A flow with six writes, of which three are in a parallel loop; a failed one ends nothing."""
    one = {"type": "rest_call", "method": "POST", "body": {}, "on_error": "continue"}
    return [
        one | {"id": "a", "url": f"{url}/a", "save_as": "a"},
        {"type": "assign_var", "name": "seen", "expression": "has(vars.a)"},
        one | {"id": "b", "url": f"{url}/b", "save_as": "b"},
        {"type": "loop", "id": "l", "over": [0, 1, 2], "parallel": True, "max_parallel": 2,
         "collect": "${r}", "save_as": "x",
         "body": [one | {"id": "x", "url": f"{url}/x${{index}}", "save_as": "r"}]},
        one | {"id": "z", "url": f"{url}/z", "save_as": "z"},
        {"type": "response", "id": "end", "text": "Fin"},
    ]  # fmt: skip


PLACES = ("a", "b", "x0", "x1", "x2", "z")


async def assert_whole(ana: Person, run_id: str) -> dict[str, Any]:
    """Every node once, numbers without gaps, and one end."""
    run = await ana.follow(run_id)
    assert run.end["type"] == "done", run.end
    assert run.numbers == list(range(1, len(run.events) + 1))
    assert sorted(nodes(run, "started")) == sorted(
        ["@1", "a", "b", "end", "l", "x[0]", "x[1]", "x[2]", "z"]
    )
    assert len(run.of("done")) == 1
    view = await view_of(ana, run_id)
    assert view["status"] == "done"
    return view


@pytest.mark.parametrize("moment", ["a", "b", "x1", "z"])
async def test_a_write_that_a_worker_was_killed_at_is_not_repeated(
    ana: Person, host: Host, stand_in: StandIn, moment: str
) -> None:
    """Nobody knows what became of it, and the flow is told so; all others are made once."""
    mine = f"/{uuid4().hex}"
    stand_in.hold(f"{mine}/{moment}")
    run_id = await begun(ana, writing(f"{stand_in.url}{mine}"))

    async def has_begun() -> bool:
        return bool(stand_in.writes_to(f"{mine}/{moment}"))

    await until(has_begun)
    host.kill_workers()
    stand_in.go_on()
    view = await assert_whole(ana, run_id)
    assert [len(stand_in.writes_to(f"{mine}/{each}")) for each in PLACES] == [1] * 6
    told = view["variables"]["x"][1] if moment == "x1" else view["variables"][moment]
    assert told["error"]["code"] == "OUTCOME_UNKNOWN"


@pytest.mark.parametrize(
    "slow",
    [
        pytest.param("flow-progress", id="a-step-is-being-stored"),
        pytest.param("agent_result-", id="what-came-of-a-call-is-being-stored"),
        pytest.param("outcome", id="the-end-is-being-stored"),
    ],
)
async def test_a_worker_killed_between_two_writes_repeats_neither(
    ana: Person, host: Host, stand_in: StandIn, around: Surroundings, slow: str
) -> None:
    mine = f"/{uuid4().hex}"
    seen = "z" if slow == "outcome" else "b"
    method = "PUT" if slow == "flow-progress" else "POST"
    run_id = await begun(ana, writing(f"{stand_in.url}{mine}"))

    async def is_there() -> bool:
        return bool(stand_in.writes_to(f"{mine}/{seen}"))

    await until(is_there)
    await around.fail("cosmos", method=method, path=slow, delayMs=HELD_MS)
    host.kill_workers()
    await around.heal()
    await assert_whole(ana, run_id)
    assert [len(stand_in.writes_to(f"{mine}/{each}")) for each in PLACES] == [1] * 6
