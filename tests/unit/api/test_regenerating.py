"""Having an answer given again: the same turn, another text, and nothing done twice."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from api import conversations, regenerating
from shared.contracts.runs import RunOutcome
from tests.fakes.http import Answer
from tests.fakes.running import RunningOrchestrations
from tests.unit.api.people import ASYNC, SSE, Desk, running_desk

ORDER = "Crea una tarea: revisar contrato, para el 2026-12-04"
FLOW = {
    "route": "FLOW_EXECUTION", "reason": "", "confidence": 1, "continues_open_question": False
}  # fmt: skip
PLAN = {
    "flow_type": "CreateTask",
    "calls": [
        {
            "tool": "createTask",
            "args": {"title": "revisar contrato", "dueDate": "2026-12-04"},
            "sources": [
                {"field": "title", "source": "user", "quote": "revisar contrato"},
                {"field": "dueDate", "source": "user", "quote": "2026-12-04"},
            ],
        }
    ],
}


def told_of_the_task(again: str = "") -> list[Sequence[str]]:
    first = ["He creado la tarea T-1 «revisar contrato» para el 4 de diciembre de 2026."]
    return [first, [f"{again}{first[0]}"]]


async def regenerated(desk: Desk, run_id: str, token: str = "ana", **headers: str) -> Answer:
    return await desk.person(token).call(
        regenerating.post,
        "POST",
        path={"runId": run_id},
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


async def read(desk: Desk, conversation: str) -> dict[str, Any]:
    return dict((await desk.person().call(conversations.read, path={"id": conversation})).json)


async def with_a_task(again: str = "Sí: ") -> tuple[Desk, str, str]:
    desk = running_desk(triage=FLOW, plan=PLAN)
    desk.world.model.says = told_of_the_task(again)
    conversation = await desk.conversation()
    answer = await desk.post(conversation, ORDER)
    assert answer.status == 200, answer.json
    assert len(desk.world.tools.made) == 1
    return desk, conversation, str(answer.json["runId"])


async def test_the_answer_is_another_and_nothing_is_called_again() -> None:
    desk, conversation, run_id = await with_a_task()
    calls, effects = len(desk.world.tools.calls), dict(desk.world.effects.__dict__)
    answer = await regenerated(desk, run_id)
    assert answer.status == 200
    assert answer.json["runId"] != run_id
    assert answer.json["text"].startswith("Sí: He creado la tarea T-1")
    assert len(desk.world.tools.calls) == calls
    assert desk.world.effects.__dict__ == effects
    (turn,) = (await read(desk, conversation))["turns"]
    assert (turn["runId"], turn["replaces"]) == (answer.json["runId"], run_id)
    assert turn["text"] == answer.json["text"]
    assert [each["record"]["id"] for each in turn["effects"]] == ["T-1"]
    view = (await desk.run(answer.json["runId"])).json
    assert (view["replaces"], view["effects"]) == (run_id, [])


async def test_later_turns_are_told_the_newest_answer_alone() -> None:
    desk, conversation, run_id = await with_a_task()
    await regenerated(desk, run_id)
    await desk.post(conversation, "¿Y ahora?")
    _, *told = desk.world.model.requests[-1].messages
    assert [each.content for each in told] == [
        ORDER, "Sí: He creado la tarea T-1 «revisar contrato» para el 4 de diciembre de 2026.",
        "¿Y ahora?",
    ]  # fmt: skip


async def test_an_answer_that_was_given_again_can_be_given_again() -> None:
    desk, conversation, run_id = await with_a_task()
    second = (await regenerated(desk, run_id)).json["runId"]
    desk.world.model.says = told_of_the_task("Hecho. ")[1:]
    third = await regenerated(desk, second)
    assert third.json["text"].startswith("Hecho. ")
    (turn,) = (await read(desk, conversation))["turns"]
    assert (turn["runId"], turn["replaces"]) == (third.json["runId"], second)
    assert len(desk.world.tools.made) == 1


async def test_a_question_is_asked_again_with_what_is_missing() -> None:
    empty = {
        "flow_type": "CreateTask",
        "calls": [{"tool": "createTask", "args": {}, "sources": []}],
    }
    desk = running_desk(triage=FLOW, plan=empty)
    conversation = await desk.conversation()
    run_id = str((await desk.post(conversation, "Crea una tarea")).json["runId"])
    again = await regenerated(desk, run_id)
    assert [each["field"] for each in again.json["question"]["missing"]] == ["title", "dueDate"]
    (turn,) = (await read(desk, conversation))["turns"]
    assert [each["kind"] for each in turn["question"]["missing"]] == ["text", "date"]
    stored = await desk.world.conversations.get("tenant-a", conversation)
    assert stored is not None
    assert stored.open_plan is not None
    assert stored.open_plan.run_id == run_id, "what waits for an answer is as it was"


async def test_a_repeated_request_is_the_same_run_also_when_it_is_over() -> None:
    desk, conversation, run_id = await with_a_task()
    first = await regenerated(desk, run_id, idempotency_key="k1")
    second = await regenerated(desk, run_id, idempotency_key="k1")
    assert (second.status, second.json) == (200, first.json)
    assert len((await read(desk, conversation))["turns"]) == 1


async def test_only_the_newest_answer_can_be_given_again() -> None:
    desk, conversation, run_id = await with_a_task()
    await desk.post(conversation, "Hola")
    answer = await regenerated(desk, run_id)
    assert (answer.status, answer.code) == (409, "NOT_REGENERABLE")
    assert len((await read(desk, conversation))["turns"]) == 2


async def test_of_two_at_once_one_is_told_to_wait() -> None:
    desk, conversation, run_id = await with_a_task()
    both = await asyncio.gather(regenerated(desk, run_id), regenerated(desk, run_id))
    assert sorted(answer.status for answer in both) == [200, 409]
    assert len((await read(desk, conversation))["turns"]) == 1


async def test_a_run_that_goes_on_has_nothing_to_give_again() -> None:
    desk = Desk()
    run_id = str((await desk.post(await desk.conversation(), **ASYNC)).json["runId"])
    answer = await regenerated(desk, run_id)
    assert (answer.status, answer.code) == (409, "CONVERSATION_BUSY")


async def test_a_run_that_did_not_get_to_its_answer_is_to_be_asked_again() -> None:
    desk = running_desk(crashing=frozenset({"prepare"}))
    refused = await desk.post(await desk.conversation())
    answer = await regenerated(desk, refused.headers["x-run-id"])
    assert (answer.status, answer.code) == (409, "NOT_REGENERABLE")


async def test_a_run_that_failed_behind_its_tools_is_answered_without_them() -> None:
    desk = running_desk(triage=FLOW, plan=PLAN)
    assert isinstance(desk.orchestrations, RunningOrchestrations)
    desk.orchestrations.crashing = frozenset({"respond"})
    conversation = await desk.conversation()
    run_id = (await desk.post(conversation, ORDER)).headers["x-run-id"]
    (turn,) = (await read(desk, conversation))["turns"]
    assert [each["record"]["id"] for each in turn["effects"]] == ["T-1"]
    desk.orchestrations.crashing = frozenset()
    desk.world.model.says = told_of_the_task()
    answer = await regenerated(desk, run_id)
    assert answer.status == 200
    assert len(desk.world.tools.made) == 1
    (turn,) = (await read(desk, conversation))["turns"]
    assert (turn["text"], turn["finishReason"]) == (answer.json["text"], "stop")
    assert "error" not in turn


async def test_a_second_answer_that_fails_leaves_the_first() -> None:
    desk, conversation, run_id = await with_a_task()
    before = await read(desk, conversation)
    assert isinstance(desk.orchestrations, RunningOrchestrations)
    desk.orchestrations.crashing = frozenset({"respond"})
    assert (await regenerated(desk, run_id)).status >= 500
    assert (await read(desk, conversation))["turns"] == before["turns"]
    desk.orchestrations.crashing = frozenset()
    assert (await regenerated(desk, run_id)).status == 200
    assert len(desk.world.tools.made) == 1


@pytest.mark.parametrize("token", ["luis", "olga"])
async def test_nobody_elses_answer_can_be_given_again(token: str) -> None:
    desk, _, run_id = await with_a_task()
    assert (await regenerated(desk, run_id, token)).status == 404


async def test_it_can_be_followed_live() -> None:
    desk, _, run_id = await with_a_task()
    answer = await regenerated(desk, run_id, **SSE)
    assert answer.headers["content-type"].startswith("text/event-stream")
    text = answer.body.decode()
    assert '"type":"tool"' not in text
    assert '"type":"done"' in text


async def test_a_run_of_before_this_could_be_done_is_to_be_asked_again() -> None:
    desk, _, run_id = await with_a_task()
    old = desk.world.runs.outcomes["tenant-a", run_id]
    desk.world.runs.outcomes["tenant-a", run_id] = RunOutcome.model_validate(
        old.model_dump() | {"basis": None}
    )
    assert (await regenerated(desk, run_id)).code == "NOT_REGENERABLE"
