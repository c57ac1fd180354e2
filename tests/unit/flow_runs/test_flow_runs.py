"""A flow runs durably: what it says, what it keeps, and what is told of its nodes."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from api import flow_runs, runs
from tests.fakes.flow_desk import FlowDesk, flow_desk


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[FlowDesk]:
    async with flow_desk(tmp_path) as found:
        yield found


LINEAR = [
    {"type": "assign_var", "name": "n", "value": 2},
    {
        "type": "condition",
        "expression": "n > 1",
        "then": [{"type": "response", "id": "si", "text": "Hay ${n} y ${falta}"}],
        "else": [{"type": "response", "text": "no"}],
    },
    {"type": "response", "text": "Fin"},
]


async def test_a_flow_without_calls_runs_to_its_end(desk: FlowDesk) -> None:
    run_id = await desk.run(LINEAR, {"falta": "una"})
    view = await desk.view(run_id)
    assert view["status"] == "done"
    assert view["variables"] == {"falta": "una", "n": 2}
    events = await desk.events(run_id)
    assert [e["text"] for e in events if e["type"] == "text"] == ["Hay 2 y una", "Fin"]
    nodes = [(e["key"], e["status"]) for e in events if e["type"] == "node"]
    assert nodes == [
        ("@0", "started"), ("@0", "finished"), ("@1", "started"), ("@1", "finished"),
        ("si", "started"), ("si", "finished"), ("@2", "started"), ("@2", "finished"),
    ]  # fmt: skip
    assert events[-1]["type"] == "done"


async def test_an_agent_is_called_as_the_chat_calls_it(desk: FlowDesk) -> None:
    flow = [
        {"type": "agent_call", "agent_profile": "normal", "message": "Hola", "save_as": "r",
         "stream": True, "id": "ask"},
        {"type": "response", "text": "Dijo: ${r.text}"},
    ]  # fmt: skip
    run_id = await desk.run(flow)
    view = await desk.view(run_id)
    assert view["status"] == "done", view
    assert view["variables"]["r"]["text"] == "Hola, Ana."
    assert view["variables"]["r"]["usage"]["totalTokens"] == 13
    events = await desk.events(run_id)
    said = "".join(e["text"] for e in events if e["type"] == "text" and e["node"] == "ask")
    assert said == "Hola, Ana."


SOURCE = {"number": 1, "source": "a.md", "title": "A", "score": 1.0, "index": "i",
          "documentId": "a", "verified": True}  # fmt: skip
CITED = [
    {"type": "response", "text": "Uno [1]", "citations": [SOURCE]},
    {"type": "response", "text": "Dos [1]", "citations": [SOURCE]},
    {"type": "response", "text": "Tres [2]", "citations": [{**SOURCE, "number": 2}]},
]


async def test_the_answer_has_the_sources_of_what_was_said_each_once(desk: FlowDesk) -> None:
    answer = await desk.ana.call(flow_runs.post, "POST", {"flow": CITED})
    assert answer.status == 200, answer.body
    assert answer.json["citations"] == [SOURCE, {**SOURCE, "number": 2}]
    told = await desk.ana.call(runs.read, path={"runId": answer.json["runId"]})
    assert told.json["citations"] == answer.json["citations"]


ITEM_BYTES = 2 * 1024 * 1024


LETTERS = {"t": "ñ" * 3_000}
"""Each takes six bytes of the store's JSON."""


async def test_a_question_as_large_as_may_be_fits_into_the_log(desk: FlowDesk) -> None:
    ask = {"type": "response", "id": "q", "text": "${t}" * 100, "wait": True}
    run_id = await desk.begin([ask], LETTERS)
    await desk.waits(run_id)
    items = await desk.world.log.all(run_id)
    assert max(len(json.dumps([e.wire() for e in each.events])) for each in items) < ITEM_BYTES
    (asked,) = [each for each in await desk.events(run_id) if each["type"] == "question"]
    assert len(asked["text"]) == 300_000
    assert (await desk.say(run_id, "sí")).status == 202
    await desk.ended(run_id)
    told = await desk.ana.call(runs.read, path={"runId": run_id})
    assert asked["text"].startswith(told.json["text"])
    assert 80_000 < len(told.json["text"]) < 100_000


async def test_sources_beyond_what_may_be_kept_fail_the_node_that_tells_them(
    desk: FlowDesk,
) -> None:
    many = [{**SOURCE, "snippet": "${t}" * 60}] * 3
    told = {"type": "response", "id": "q", "text": "Uno", "citations": many}
    run_id = await desk.run([told], LETTERS)
    failure = (await desk.view(run_id))["failure"]
    assert (failure["code"], failure["node"]) == ("variables_too_large", "q")


OTHER = {**SOURCE, "source": "b.md", "title": "B", "documentId": "b"}
COLLIDING = [
    {"type": "response", "text": "Uno [1], y `lista[1]`", "citations": [SOURCE]},
    {
        "type": "response",
        "text": "Dos [1] y [1, 2]",
        "wait": True,
        "citations": [OTHER, {**SOURCE, "number": 2}],
    },
    {"type": "response", "text": "Tres [1]", "citations": [OTHER]},
    {"type": "response", "text": "Nada citado [1]"},
]


async def test_sources_of_several_nodes_are_counted_through_in_the_whole_answer(
    desk: FlowDesk,
) -> None:
    run_id = await desk.begin(COLLIDING)
    await desk.waits(run_id)
    assert (await desk.say(run_id, "sigue")).status == 202
    await desk.ended(run_id)
    told = (await desk.ana.call(runs.read, path={"runId": run_id})).json
    said = ["Uno [1], y `lista[1]`", "Dos [2] y [2, 1]", "Tres [2]", "Nada citado [1]"]
    assert told["text"].split("\n\n") == said
    assert told["citations"] == [SOURCE, {**OTHER, "number": 2}]
    record = await desk.deps.runs.get("tenant-a", run_id)
    assert record is not None
    [turn] = await desk.deps.conversations.turns("tenant-a", record.conversation_id, 5)
    assert [each.text for each in turn.exchanges] == ["\n\n".join(said[:2]), "\n\n".join(said[2:])]
    events = await desk.events(run_id)
    own = [(e["text"], e["node"]) for e in events if e["type"] == "text"]
    assert own[1] == ("Dos [1] y [1, 2]", "@1")
    marked = {e["node"]: [c["number"] for c in e["citations"]] for e in events
              if e["type"] == "citations"}  # fmt: skip
    assert marked == {"@0": [1], "@1": [1, 2], "@2": [1]}
