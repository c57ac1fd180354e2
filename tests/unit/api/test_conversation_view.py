"""What a conversation that is read again shows: all that its page had on the screen."""

from typing import Any

import pytest

from api import control, conversations
from shared.contracts.conversations import TITLE_CHARACTERS, TurnEffect, title_of
from shared.contracts.runs import Again, AnswerBasis
from shared.ports import OrchestrationState
from tests.fakes.samples import AT, an_approval, past_turn
from tests.fakes.world import ANA
from tests.unit.api.people import ASYNC, Desk, running_desk

TASK = {"route": "FLOW_EXECUTION", "reason": "order", "confidence": 1}


async def read(desk: Desk, conversation: str, **query: str) -> dict[str, Any]:
    answer = await desk.person().call(
        conversations.read,
        path={"id": conversation},
        query=query,
        headers={"accept-language": "en"},
    )
    assert answer.status == 200
    return dict(answer.json)


async def test_a_run_under_way_is_there_with_its_message_and_in_no_turn() -> None:
    desk = Desk()
    conversation = await desk.conversation()
    run_id = str((await desk.post(conversation, "¿Qué plazo tengo?", **ASYNC)).json["runId"])
    view = await read(desk, conversation)
    (active,) = view["active"]
    assert (active["runId"], active["message"], active["state"]) == (
        run_id, "¿Qué plazo tengo?", "RECEIVED"
    )  # fmt: skip
    turn = past_turn(run_id).model_copy(update={"conversation_id": conversation})
    await desk.world.conversations.add_turn(turn)
    again = await read(desk, conversation)
    assert ([each["runId"] for each in again["active"]], again["turns"]) == ([run_id], [])


async def test_those_that_queue_are_there_in_the_order_of_their_turns() -> None:
    desk = Desk()
    conversation = await desk.conversation()
    for message in ("uno", "dos"):
        await desk.post(conversation, {"message": message, "onBusy": "enqueue"}, **ASYNC)
    found = (await read(desk, conversation))["active"]
    assert [each["message"] for each in found] == ["uno", "dos"]


async def test_a_run_that_is_over_is_a_turn_and_not_under_way() -> None:
    desk = running_desk()
    conversation = await desk.conversation()
    await desk.post(conversation)
    view = await read(desk, conversation)
    assert view["active"] == []
    (turn,) = view["turns"]
    assert turn["answeredAt"]
    assert turn["correlationId"]


async def test_an_older_page_says_nothing_of_what_is_under_way() -> None:
    desk = Desk()
    conversation = await desk.conversation()
    run_id = str((await desk.post(conversation, **ASYNC)).json["runId"])
    assert (await read(desk, conversation, before=run_id))["active"] == []


async def test_a_failure_is_told_in_words_with_what_one_may_complain_with() -> None:
    desk = running_desk(crashing=frozenset({"respond"}))
    conversation = await desk.conversation()
    refused = await desk.post(conversation, **{"x-correlation-id": "corr-7"})
    assert refused.status >= 500
    (turn,) = (await read(desk, conversation))["turns"]
    assert turn["finishReason"] == "error"
    assert turn["correlationId"] == "corr-7"
    assert " " in turn["error"]["message"], "a sentence and no key"


async def test_what_somebody_decided_is_with_the_turn_that_asked_for_it() -> None:
    desk = Desk()
    conversation = await desk.conversation()
    calls = [("c0", "createUser"), ("c1", "createTask"), ("s0.0", "createUser")]
    effects = tuple(
        TurnEffect(call_id=call, tool=tool, status="skipped", effect_id="e") for call, tool in calls
    )
    asked = an_approval().model_copy(
        update={
            "state": "rejected",
            "decided_by": "boss",
            "decided_by_name": "Eva",
            "decided_at": AT,
            "comment": "Ya está de alta",
        }
    )
    await desk.world.approvals.open(asked)
    turn = past_turn(asked.run_id).model_copy(
        update={"conversation_id": conversation, "effects": effects}
    )
    await desk.world.conversations.add_turn(turn)
    await desk.world.conversations.add_turn(
        past_turn("01NONE").model_copy(update={"conversation_id": conversation, "effects": effects})
    )
    none, told = (await read(desk, conversation))["turns"]
    assert none["approvals"] == []
    (decision,) = told["approvals"]
    assert (decision["state"], decision["decidedByName"], decision["comment"]) == (
        "rejected", "Eva", "Ya está de alta"
    )  # fmt: skip
    assert decision["mayDecide"] is False


async def test_an_answer_given_again_tells_what_was_decided_for_the_first_one() -> None:
    desk = Desk()
    conversation = await desk.conversation()
    run_id = str((await desk.post(conversation, **ASYNC)).json["runId"])
    key = (ANA.tenant_id, run_id)
    asked = await desk.world.approvals.open(an_approval(run_id="01FIRST", state="used"))
    basis = AnswerBasis(run_id=asked.run_id, route="FLOW_EXECUTION", language="es", steps=1)
    record = desk.world.runs.records[key]
    again = Again(basis=basis, replaces="01SECOND")
    desk.world.runs.records[key] = record.model_copy(update={"again": again})
    effect = TurnEffect(call_id="c0", tool="createUser", status="ok", effect_id="e")
    turn = past_turn(run_id).model_copy(
        update={
            "conversation_id": conversation,
            "effects": (effect,),
            "replaces": again.replaces,
        }
    )
    desk.orchestrations.states[run_id] = OrchestrationState("completed", None)
    await desk.world.conversations.add_turn(turn)
    (told,) = (await read(desk, conversation))["turns"]
    assert [each["state"] for each in told["approvals"]] == ["used"]


async def test_a_rating_is_with_the_turn() -> None:
    desk = running_desk()
    conversation = await desk.conversation()
    run_id = str((await desk.post(conversation)).json["runId"])
    path = {"runId": run_id}
    await desk.person().call(control.feedback, "POST", {"rating": "down"}, path=path)
    (turn,) = (await read(desk, conversation))["turns"]
    assert turn["rating"] == "down"


async def test_the_first_message_names_a_conversation_that_nobody_has_named() -> None:
    desk = running_desk()
    conversation = await desk.conversation()
    for message in ("¿Qué plazo tengo\npara la licencia?", "Otra cosa"):
        await desk.post(conversation, message)
    assert (await read(desk, conversation))["title"] == "¿Qué plazo tengo para la licencia?"
    named = await desk.conversation(title="Mía")
    await desk.post(named)
    assert (await read(desk, named))["title"] == "Mía"


@pytest.mark.parametrize(
    ("message", "title"),
    [
        ("  Hola,\t Ana ", "Hola, Ana"),
        ("\u200b\u0000", None),
        ("palabra " * 20, "palabra palabra palabra palabra palabra palabra palabra…"),
        ("x" * 200, "x" * TITLE_CHARACTERS + "…"),
    ],
)
def test_a_title_is_the_beginning_of_the_message_in_whole_words(
    message: str, title: str | None
) -> None:
    assert title_of(message) == title
