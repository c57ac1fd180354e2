"""Erasing a conversation in the running app: the stores are searched for what was said in it."""

import asyncio
import json
import os
import subprocess
import sys

import pytest

from tests.e2e.cloud import ROOT, Host, Services
from tests.e2e.people import Person
from tests.e2e.stores import Stores
from tests.e2e.surroundings import HELD_MS, Durable, Surroundings
from tests.e2e.waiting import until


async def traces(stores: Stores, words: str) -> list[str]:
    """Where these words are: of all items of all containers, and of all documents of Cerebro."""
    found = []
    for container in await stores.counts():
        for item in await stores.items(container):
            if words in json.dumps(item, ensure_ascii=False):
                found.append(f"{container}/{item['id']}")
    async for document in await stores.cerebro.search(words, select=["id"], top=50):
        whole = await stores.document(document["id"])
        if words in json.dumps(whole, ensure_ascii=False, default=str):
            found.append(f"cerebro/{document['id']}")
    return found


def audited(services: Services, conversation: str) -> str:
    """What the command says of the conversation's chain; it holds."""
    command = [sys.executable, "-m", "cli.auditing", "verify", "--conversation", conversation]
    environment = {**os.environ, **services.environment}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


async def test_nothing_that_was_said_is_left_anywhere(
    ana: Person, stores: Stores, durable: Durable, services: Services, title: str
) -> None:
    conversation = await ana.open_conversation(title=f"Sobre {title}")
    order = f"Crea una tarea: {title}, para el 2036-12-04"
    run = await ana.say(conversation, order, key=f"key {title}")
    more = await ana.say(conversation, f"Hola, sobre {title}")
    body = {"rating": "up", "comment": f"Bien lo de {title}", "tags": ["bien"]}
    assert (await ana.ask("POST", f"/runs/{run.run_id}/feedback", json=body)).status == 204
    before = await traces(stores, title)
    assert {each.partition("/")[0] for each in before} >= {
        "conversations", "runs", "streams", "events", "cerebro",
    }  # fmt: skip
    assert (await ana.ask("DELETE", f"/conversations/{conversation}")).status == 204
    assert await traces(stores, title) == []
    for each in (run, more):
        assert title not in await durable.instance_text(each.run_id)
        assert await stores.of_run("runs", each.run_id) == []
        assert await stores.of_run("streams", each.run_id) == []
        for path in (f"/runs/{each.run_id}", f"/runs/{each.run_id}/events"):
            assert (await ana.get(path)).status == 404
    assert (await ana.get(f"/conversations/{conversation}")).status == 404
    assert (await ana.post(conversation, "Hola")).status == 404
    assert (await ana.ask("DELETE", f"/conversations/{conversation}")).status == 204
    assert "(erased 4)" in audited(services, conversation)


async def test_a_thread_of_agent_calls_is_erased_as_well(
    ana: Person, stores: Stores, title: str
) -> None:
    call = {"sessionId": "s1", "message": f"Hola, sobre {title}", "agent": "normal"}
    answer = await ana.ask("POST", "/chat", json=call)
    assert answer.status == 200
    thread = answer.body["threadId"]
    assert await traces(stores, title)
    assert (await ana.ask("DELETE", f"/conversations/{thread}")).status == 404
    assert (await ana.ask("DELETE", f"/conversations/{thread}?sessionId=s1")).status == 204
    assert await traces(stores, title) == []
    again = await ana.ask("POST", "/chat", json=call | {"threadId": thread})
    assert again.status == 404


async def test_a_flow_is_erased_with_what_it_asked_and_what_was_answered(
    ana: Person, stores: Stores, durable: Durable, title: str
) -> None:
    conversation = await ana.open_conversation()
    ask = {"type": "response", "id": "q", "text": f"¿Sobre {title}?", "wait": True, "save_as": "a"}
    flow = [ask, {"type": "response", "text": "Dijiste ${a.text}"}]
    body = {"flow": flow, "conversationId": conversation}
    asked = await ana.ask("POST", "/flows/runs", json=body)
    assert asked.status == 202, asked.body
    run_id = asked.body["runId"]
    said = await ana.ask("POST", f"/runs/{run_id}/input", json={"message": f"Sí, {title}"})
    assert said.status == 202, said.body
    await ana.follow(run_id)
    (turn,) = (await ana.get(f"/conversations/{conversation}")).body["turns"]
    assert [each["message"] for each in turn["exchanges"]] == ["", f"Sí, {title}"]
    assert await traces(stores, title)
    assert (await ana.ask("DELETE", f"/conversations/{conversation}")).status == 204
    assert await traces(stores, title) == []
    assert title not in await durable.instance_text(run_id)


async def test_nobody_else_erases_it_and_no_run_loses_its_conversation(
    ana: Person, olga: Person, around: Surroundings, stores: Stores, title: str
) -> None:
    await around.fail("model", delayMs=HELD_MS, path="chat/completions")
    conversation = await ana.open_conversation(title=title)
    path = f"/conversations/{conversation}"
    assert (await olga.ask("DELETE", path)).status == 404
    async with ana.saying(conversation, "Hola, ¿cómo va?") as stream:
        await stream.read(1)
        busy = await ana.ask("DELETE", path)
        assert (busy.status, busy.body["code"]) == (409, "CONVERSATION_BUSY")
        await around.heal()
        events = [event async for event in stream]
    assert events[-1].type == "done"
    assert await traces(stores, title)
    assert (await ana.ask("DELETE", path)).status == 204
    assert await traces(stores, title) == []


@pytest.mark.parametrize("where", ["colls/streams", "colls/runs", "colls/events"])
async def test_a_worker_that_dies_while_it_erases_leaves_nothing_that_the_next_does_not_erase(
    ana: Person, host: Host, around: Surroundings, stores: Stores, services: Services, title: str,
    where: str,
) -> None:  # fmt: skip
    conversation = await ana.open_conversation(title=title)
    for message in (f"Crea una tarea: {title}, para el 2036-12-04", f"Hola, sobre {title}"):
        await ana.say(conversation, message)
    path = f"/conversations/{conversation}"
    method = "PUT" if where == "colls/events" else "DELETE"
    await around.fail("cosmos", delayMs=HELD_MS, path=where, method=method, count=2)
    first = asyncio.create_task(ana.ask("DELETE", path))

    async def held() -> bool:
        return await around.waiting_faults("cosmos") < 2

    await until(held)
    host.kill_workers()
    await asyncio.wait([first])
    # What was about to be stored or deleted when the worker died may be or not.
    await around.heal()
    await ana.reachable()
    assert (await ana.get(path)).status == 404
    assert (await ana.ask("DELETE", path)).status == 204
    assert await traces(stores, title) == []
    audited(services, conversation)


async def test_the_anchor_holds_what_was_sealed(
    ana: Person, durable: Durable, stores: Stores, services: Services
) -> None:
    conversation = await ana.open_conversation()
    await ana.say(conversation, "Hola")

    async def sealed() -> bool:
        query = "select * from c where c.conversationId = @there and c.seq = 1"
        return bool(await stores.items("events", query, there=conversation))

    async def anchored() -> bool:
        query = "select * from c where c.conversationId = '_anchors'"
        anchors = await stores.items("events", query)
        heads = [head for each in anchors for head in each["heads"]]
        if conversation in {head["conversationId"] for head in heads}:
            return True
        # Another host's timer may have begun before the link was there, and come first.
        await durable.run_timer("anchor")
        return False

    await until(sealed)
    await until(anchored)
    assert "links 1," in audited(services, conversation)
