"""Approvals, stopping and queueing, through the front door."""

import asyncio
from collections.abc import Callable
from uuid import uuid4

from tests.e2e.conftest import Call, Erp
from tests.e2e.people import Answer, Event, Person
from tests.e2e.surroundings import HELD_MS, Durable, Surroundings
from tests.e2e.waiting import until

LONG = "Hola, ¿cómo va? [[tokens:300]]"


def new_address() -> str:
    return f"carmen.{uuid4().hex[:10]}@valdeoro.example"


def wish(address: str) -> str:
    return f"Da de alta a Carmen Ruiz, {address}, como empleada"


async def decide(boss: Person, asked: Answer, decision: str, **changes: str) -> Answer:
    approval = asked.body["approval"]
    return await boss.ask(
        "POST",
        f"/runs/{asked.body['runId']}/approvals/{approval['approvalId']}",
        json={"decision": decision, "payloadHash": approval["payloadHash"]} | changes,
    )


async def sent(
    person: Person, conversation: str, message: str, on_busy: str, **headers: str
) -> Answer:
    path = f"/conversations/{conversation}/messages"
    body = {"message": message, "onBusy": on_busy}
    return await person.ask("POST", path, json=body, headers=headers)


async def ended(person: Person, run_id: str) -> Answer:
    """The run, once it has ended."""

    async def look() -> Answer | None:
        answer = await person.get(f"/runs/{run_id}")
        return answer if "endedAt" in answer.body else None

    found = await until(look)
    assert found is not None
    return found


async def test_a_new_user_waits_for_somebody_elses_approval_and_is_made_once(
    person: Call, ana: Person, erp: Erp
) -> None:
    marta, address = await person("marta"), new_address()
    asked = await marta.post(await marta.open_conversation(), wish(address))
    assert (asked.status, asked.body["state"]) == (202, "WAITING_APPROVAL")
    assert await erp.users(address) == []
    assert asked.body["approval"]["args"]["email"] == address
    waiting = (await ana.get("/approvals")).body["items"]
    (told,) = [i["confirmation"] for i in waiting if i["runId"] == asked.body["runId"]]
    assert "Carmen Ruiz" in told
    assert told == asked.body["approval"]["confirmation"]
    seen = await ana.get(f"/runs/{asked.body['runId']}")
    assert seen.body["approvals"][0]["args"]["email"] == address
    assert (await (await person("luis")).get(f"/runs/{asked.body['runId']}")).status == 404
    assert (await decide(marta, asked, "approve")).status == 403
    assert (await decide(ana, asked, "approve", payloadHash="other")).status == 409
    assert (await decide(ana, asked, "approve")).status == 200
    run = await ended(marta, asked.body["runId"])
    assert run.body["state"] == "DONE"
    assert [effect["status"] for effect in run.body["effects"]] == ["ok"]
    assert run.body["approvals"][0]["state"] == "used"
    assert len(await erp.users(address)) == 1
    assert (await decide(ana, asked, "approve")).status == 409


async def test_a_rejected_call_is_not_made_and_the_answer_says_so(
    person: Call, ana: Person, erp: Erp
) -> None:
    marta, address = await person("marta"), new_address()
    async with marta.saying(await marta.open_conversation(), wish(address)) as stream:
        seen = await stream.until(lambda seen: seen[-1].type == "approval")
        event = seen[-1].data
        await ana.ask(
            "POST",
            f"/runs/{stream.run_id}/approvals/{event['approvalId']}",
            json={"decision": "reject", "payloadHash": event["payloadHash"], "comment": "no"},
        )
    run = await marta.follow(stream.run_id, seen)
    (approval,) = (await marta.get(f"/runs/{stream.run_id}")).body["approvals"]
    assert (approval["state"], approval["comment"]) == ("rejected", "no")
    assert run.tool_statuses == [("createUser", "skipped")]
    assert run.text == "No se ha hecho la gestión con el usuario: quien debía aprobarlo lo rechazó."
    assert run.end["type"] == "done"
    assert await erp.users(address) == []


async def test_a_run_that_waits_can_be_stopped(person: Call, ana: Person, erp: Erp) -> None:
    marta, address = await person("marta"), new_address()
    asked = await marta.post(await marta.open_conversation(), wish(address))
    stopped = await marta.ask("POST", f"/runs/{asked.body['runId']}/cancel")
    assert stopped.status == 202
    run = await ended(marta, asked.body["runId"])
    assert (run.body["state"], run.body["error"]["code"]) == ("CANCELLED", "CANCELLED")
    assert await erp.users(address) == []
    approval = asked.body["approval"]
    (effect,) = run.body["effects"]
    assert (effect["status"], effect["args"]) == ("skipped", approval["args"])
    assert effect["effectId"] == approval["payloadHash"]
    assert run.body["approvals"][0]["state"] == "withdrawn"
    assert (await decide(ana, asked, "approve")).body["code"] == "RUN_ENDED"


async def test_nobody_decides_for_a_run_that_an_operator_has_ended(
    person: Call, ana: Person, durable: Durable, erp: Erp
) -> None:
    marta, address = await person("marta"), new_address()
    asked = await marta.post(await marta.open_conversation(), wish(address))
    await durable.terminate(asked.body["runId"])

    async def is_swept() -> bool:
        await durable.sweep()
        return "endedAt" in (await marta.get(f"/runs/{asked.body['runId']}")).body

    await until(is_swept)
    waiting = (await ana.get("/approvals")).body["items"]
    assert asked.body["runId"] not in [item["runId"] for item in waiting]
    late = await decide(ana, asked, "approve")
    assert (late.status, late.body["code"]) == (409, "RUN_ENDED")
    run = await marta.get(f"/runs/{asked.body['runId']}")
    assert run.body["approvals"][0]["state"] == "withdrawn"
    assert await erp.users(address) == []


async def test_an_answer_is_stopped_while_it_streams(ana: Person, around: Surroundings) -> None:
    await around.pace(10, 20)
    conversation = await ana.open_conversation()
    async with ana.saying(conversation, LONG) as stream:
        seen = await stream.until(texts(2))
        assert (await ana.ask("POST", f"/runs/{stream.run_id}/cancel")).status == 202
    run = await ana.follow(stream.run_id, seen)
    assert (run.end["type"], run.end["code"]) == ("error", "CANCELLED")
    assert run.states[-1] == "CANCELLED"
    stored = await ana.get(f"/conversations/{conversation}")
    assert [turn["text"] for turn in stored.body["turns"]] == [run.text]
    assert (await ana.ask("POST", f"/runs/{stream.run_id}/cancel")).status == 409


async def test_a_message_may_interrupt_the_answer_under_way(
    ana: Person, around: Surroundings
) -> None:
    await around.pace(10, 20)
    conversation = await ana.open_conversation()
    async with ana.saying(conversation, LONG) as first:
        await first.until(texts(1))
        path = f"/conversations/{conversation}/messages"
        refused = await ana.post(conversation, "Hola, ¿cómo va?")
        assert (refused.status, refused.body["code"]) == (409, "CONVERSATION_BUSY")
        await around.pace(0, 0)
        body = {"message": "Hola, ¿qué tal?", "onBusy": "interrupt"}
        answer = await ana.ask("POST", path, json=body)
    assert (answer.status, answer.body["state"]) == (200, "DONE")
    stopped = await ended(ana, first.run_id)
    assert stopped.body["state"] == "CANCELLED"
    turns = (await ana.get(f"/conversations/{conversation}")).body["turns"]
    assert [turn["runId"] for turn in turns] == [first.run_id, answer.body["runId"]]


async def test_a_queued_run_that_is_stopped_opens_nothing_and_an_interruption_stops_all(
    person: Call, ana: Person, erp: Erp
) -> None:
    marta, address = await person("marta"), new_address()
    conversation = await marta.open_conversation()
    asked = await marta.post(conversation, wish(address))
    assert asked.body["state"] == "WAITING_APPROVAL"
    queued = await sent(marta, conversation, "hola", "enqueue", Prefer="respond-async")
    assert (await marta.ask("POST", f"/runs/{queued.body['runId']}/cancel")).status == 202
    await ended(marta, queued.body["runId"])
    refused = await sent(marta, conversation, "gracias", "reject")
    assert (refused.status, refused.body["code"]) == (409, "CONVERSATION_BUSY")
    assert asked.body["runId"] in refused.body["detail"]
    answer = await sent(marta, conversation, "gracias", "interrupt")
    assert (answer.status, answer.body["state"]) == (200, "DONE")
    stopped = await marta.get(f"/runs/{asked.body['runId']}")
    assert stopped.body["state"] == "CANCELLED"
    late = await decide(ana, asked, "approve")
    assert (late.status, late.body["code"]) == (409, "RUN_ENDED")
    assert await erp.users(address) == []


async def test_what_was_begun_before_the_stop_is_finished_and_told(
    ana: Person, around: Surroundings, erp: Erp, title: str
) -> None:
    await around.fail(service="erp", method="POST", delayMs=HELD_MS)
    order = f"Crea una tarea: {title}, prioridad alta, para el 2036-12-04"
    conversation = await ana.open_conversation()
    async with ana.saying(conversation, order) as stream:
        seen = await stream.until(lambda seen: seen[-1].type == "tool")
        await ana.ask("POST", f"/runs/{stream.run_id}/cancel")
        await around.go_on("erp")
    run = await ana.follow(stream.run_id, seen)
    assert run.tool_statuses == [("createTask", "started"), ("createTask", "ok")]
    assert run.end["code"] == "CANCELLED"
    assert "permanece" in run.end["message"]
    (task,) = await erp.tasks(title)
    assert f"Hecho: la tarea {task['id']} (título: {title};" in run.end["message"]
    (turn,) = (await ana.get(f"/conversations/{conversation}")).body["turns"]
    assert turn["text"] == run.end["message"]
    assert [entity["id"] for entity in turn["entities"]] == [task["id"]]
    shown = await ended(ana, stream.run_id)
    assert [effect["status"] for effect in shown.body["effects"]] == ["ok"]


async def test_an_opinion_is_kept(ana: Person) -> None:
    run = await ana.say(await ana.open_conversation(), "Hola, ¿cómo va?")
    path = f"/runs/{run.run_id}"
    answers = await asyncio.gather(
        *(ana.ask("POST", f"{path}/feedback", json={"rating": "up"}) for _ in range(3))
    )
    assert {answer.status for answer in answers} == {204}
    assert (await ana.get(path)).body["rating"] == "up"


def texts(count: int) -> Callable[[list[Event]], bool]:
    def enough(seen: list[Event]) -> bool:
        return sum(event.type == "text" for event in seen) == count

    return enough
