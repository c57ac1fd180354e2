"""A flow's turn in its conversation: all that was asked and answered, in its order, and a title."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from activities.prompts import turns_section
from activities.remembering import tokens_of
from api import control, conversations, erasing
from shared.contracts.conversations import Turn
from tests.fakes.flow_desk import FlowDesk, flow_desk
from tests.fakes.world import ANA

ASKS = [
    {"type": "response", "id": "a", "text": "¿Qué color?", "wait": True, "save_as": "x"},
    {"type": "response", "id": "b", "text": "¿Qué talla?", "wait": True, "save_as": "y"},
    {"type": "response", "text": "Será ${x.text}, talla ${y.text}"},
]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[FlowDesk]:
    async with flow_desk(tmp_path) as found:
        yield found


async def conversation_of(desk: FlowDesk, run_id: str) -> dict[str, Any]:
    record = await desk.deps.runs.get(ANA.tenant_id, run_id)
    assert record is not None
    there = {"id": record.conversation_id}
    answer = await desk.ana.call(conversations.read, path=there, query={"sessionId": ""})
    assert answer.status == 200, answer.body
    return answer.json


async def answered(desk: FlowDesk, flow: object, **inputs: Any) -> str:
    run_id = await desk.begin(flow, inputs)
    for key, said in (("a", "azul"), ("b", "la M")):
        await desk.waits(run_id, key)
        assert (await desk.say(run_id, said, key=key)).status == 202
    return run_id


async def test_a_conversation_has_what_was_asked_and_answered_in_its_order(
    desk: FlowDesk,
) -> None:
    run_id = await answered(desk, ASKS, message="Quiero una camiseta")
    await desk.ended(run_id)
    view = await conversation_of(desk, run_id)
    assert view["title"] == "Quiero una camiseta"
    (turn,) = view["turns"]
    assert turn["message"] == "Quiero una camiseta"
    assert turn["text"] == "¿Qué color?\n\n¿Qué talla?\n\nSerá azul, talla la M"
    assert turn["exchanges"] == [
        {"message": "Quiero una camiseta", "text": "¿Qué color?"},
        {"message": "azul", "text": "¿Qué talla?"},
        {"message": "la M", "text": "Será azul, talla la M"},
    ]


async def test_whoever_follows_a_run_is_told_what_the_user_answered(desk: FlowDesk) -> None:
    run_id = await answered(desk, ASKS)
    await desk.ended(run_id)
    events = await desk.events(run_id)
    told = [(each["node"], each["text"]) for each in events if each["type"] == "input"]
    assert told == [("a", "azul"), ("b", "la M")]
    kinds = [each["type"] for each in events]
    asked = kinds.index("question")
    assert kinds[asked:].index("input") < kinds[asked:].index("node")


async def test_later_turns_are_told_all_that_was_said(desk: FlowDesk) -> None:
    run_id = await answered(desk, ASKS)
    await desk.ended(run_id)
    (told,) = (await conversation_of(desk, run_id))["turns"]
    turn = Turn.model_validate(told | {"effects": (), "approvals": ()})
    section = turns_section([turn])
    places = [section.index(said) for said in ("¿Qué color?", "azul", "¿Qué talla?", "la M")]
    assert places == sorted(places)
    assert tokens_of(turn) > len(turn.text) // 4


async def test_what_asks_nothing_has_no_exchanges(desk: FlowDesk) -> None:
    run_id = await desk.run([{"type": "response", "text": "Hola"}])
    (turn,) = (await conversation_of(desk, run_id))["turns"]
    assert not turn["exchanges"]


@pytest.mark.parametrize("message", [None, " "])
async def test_a_thread_without_a_message_is_called_as_the_flow(
    desk: FlowDesk, message: str | None
) -> None:
    flow = {"meta": {"name": "Pedir camiseta"}, "nodes": [{"type": "response", "text": "Hola"}]}
    run_id = await desk.run(flow, {} if message is None else {"message": message})
    assert (await conversation_of(desk, run_id))["title"] == "Pedir camiseta"


async def test_a_flow_that_fails_keeps_what_was_answered(desk: FlowDesk) -> None:
    fails = {"type": "condition", "id": "no", "expression": "nada > 1", "then": []}
    run_id = await answered(desk, [*ASKS[:2], fails])
    await desk.ended(run_id)
    (turn,) = (await conversation_of(desk, run_id))["turns"]
    assert [each["message"] for each in turn["exchanges"]] == ["", "azul", "la M"]
    assert turn["exchanges"][-1]["text"] == turn["text"]


async def test_a_flow_that_is_stopped_keeps_what_was_answered(desk: FlowDesk) -> None:
    run_id = await desk.begin(ASKS)
    await desk.waits(run_id, "a")
    await desk.say(run_id, "azul")
    await desk.waits(run_id, "b")
    stopped = await desk.ana.call(control.cancel, "POST", path={"runId": run_id})
    assert stopped.status == 202, stopped.body
    await desk.ended(run_id)
    (turn,) = (await conversation_of(desk, run_id))["turns"]
    assert turn["finishReason"] == "cancelled"
    assert [each["text"] for each in turn["exchanges"]] == ["¿Qué color?", "¿Qué talla?"]


async def test_what_was_answered_is_erased_with_its_conversation(desk: FlowDesk) -> None:
    run_id = await answered(desk, ASKS)
    await desk.ended(run_id)
    there = {"id": (await conversation_of(desk, run_id))["conversationId"]}
    erased = await desk.ana.call(erasing.erase, "DELETE", path=there, query={"sessionId": ""})
    assert erased.status == 204, erased.body
    assert not await desk.deps.log.all(run_id)
    turns = await desk.deps.conversations.turns(ANA.tenant_id, there["id"], 9)
    assert turns == ()
