"""A process that dies anywhere in a flow repeats nothing that was done, and says nothing twice."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shared.ports import Dependencies
from tests.fakes.crashing import (
    Mortal,
    MortalAgentSteps,
    MortalEffects,
    MortalFlowRuns,
    MortalLog,
    MortalTools,
)
from tests.fakes.flow_desk import FlowDesk, flow_desk
from tests.fakes.world import World
from tests.unit.api.rules import CALLERS
from tests.unit.flow_runs.test_calls import CALLER, Addresses, allowed, write

FLOW = [
    {"type": "assign_var", "id": "n", "name": "n", "value": 0},
    write("a", on_error="continue"),
    {"type": "agent_call", "id": "ask", "agent_profile": "normal", "message": "Hola",
     "stream": True, "save_as": "r"},
    {"type": "loop", "id": "l", "over": [0, 1, 2], "parallel": True, "max_parallel": 2,
     "collect": "${index}", "save_as": "all",
     "body": [write("x", on_error="continue"),
              {"type": "assign_var", "id": "add", "name": "n", "mode": "add", "value": 1}]},
    {"type": "response", "id": "end", "text": "${n}"},
]  # fmt: skip
BOUNDARIES = 130
"""About as many as there are; a death behind the last is none."""


def mortal(deps: Dependencies, life: Mortal) -> Dependencies:
    return replace(
        deps,
        flow_runs=MortalFlowRuns(deps.flow_runs, life),
        agent_steps=MortalAgentSteps(deps.agent_steps, life),
        effects=MortalEffects(deps.effects, life),
        tools=MortalTools(deps.tools, life),
        log=MortalLog(deps.log, life),
    )


@pytest.mark.parametrize("dies_at", range(1, BOUNDARIES, 8))
async def test_wherever_it_dies_everything_is_done_once(
    dies_at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.durable.FIRST_RETRY_MS", 1)
    addresses, life = Addresses(), Mortal(0)
    world = World(callers={**CALLERS, "ana": CALLER})
    async with flow_desk(tmp_path, world, lambda deps: mortal(allowed(deps, addresses), life)) as d:
        run_id = await d.begin(FLOW)
        life.dies_at = life.passed + dies_at
        await d.ended(run_id)
        await assert_whole(d, run_id)
        effects = await d.deps.effects.of_run("tenant-a", run_id, 4)
    states = [each.state for each in effects]
    # Of a write that it died at nobody knows whether it arrived, so it is not made again.
    assert states.count("done") + states.count("unknown") == 4
    assert states.count("unknown") <= 1
    made = [each["body"]["n"] for each in addresses.written]
    assert made.count("a") <= 1
    assert made.count("x") <= 3
    assert len(made) >= states.count("done")


async def assert_whole(desk: FlowDesk, run_id: str) -> None:
    view, events = await desk.view(run_id), await desk.events(run_id)
    assert view["status"] == "done", view
    assert view["variables"]["n"] == 3
    assert view["variables"]["all"] == [0, 1, 2]
    assert view["variables"]["r"]["text"] == "Hola, Ana."
    started = [each["key"] for each in events if _is(each, "started")]
    assert sorted(started) == sorted(
        ["n", "a", "ask", "l", "x[0]", "x[1]", "x[2]", "add[0]", "add[1]", "add[2]", "end"]
    )
    ended = [each["key"] for each in events if each["type"] == "node" and not _is(each, "started")]
    assert sorted(ended) == sorted(started)
    assert [each["type"] for each in events if each["type"] in ("done", "error")] == ["done"]
    assert said(events, "ask") == "Hola, Ana."
    assert said(events, "end") == "3"


def _is(event: dict[str, Any], status: str) -> bool:
    return bool(event["type"] == "node" and event["status"] == status)


def said(events: list[dict[str, Any]], node: str) -> str:
    """What is on the screen of who has read all: the text behind its last restart."""
    text = ""
    for event in events:
        if event.get("node") == node and event["type"] in ("text", "restart"):
            text = "" if event["type"] == "restart" else text + event["text"]
    return text
