"""The same message sent again, on purpose or by accident."""

import asyncio
from uuid import uuid4

from tests.e2e.conftest import Erp
from tests.e2e.people import Person
from tests.e2e.stores import Stores

KEY = "Idempotency-Key"


async def test_the_same_key_twice_at_once_is_one_run_and_one_task(
    ana: Person, erp: Erp, title: str, stores: Stores
) -> None:
    conversation = await ana.open_conversation()
    message, key = f"Crea una tarea: {title}, para el 2036-12-04", str(uuid4())
    first, second = await asyncio.gather(
        ana.say(conversation, message, key), ana.say(conversation, message, key)
    )
    assert first == second
    assert first.end["type"] == "done"
    assert len(await erp.tasks(title)) == 1
    records = await stores.items(
        "runs", "select * from c where c.id = 'run' and c.conversationId = @of", of=conversation
    )
    assert [record["runId"] for record in records] == [first.run_id]


async def test_the_same_key_later_tells_the_same_run_again(
    ana: Person, erp: Erp, title: str
) -> None:
    conversation = await ana.open_conversation()
    message, key = f"Crea una tarea: {title}, para el 2036-12-04", str(uuid4())
    first = await ana.say(conversation, message, key)
    later = await ana.say(conversation, message, key)
    as_json = await ana.post(conversation, message, **{KEY: key})
    assert later == first
    assert as_json.body["runId"] == first.run_id
    assert as_json.body["text"] == first.text
    assert len(await erp.tasks(title)) == 1


async def test_a_key_with_another_body_is_refused(ana: Person, stores: Stores) -> None:
    conversation = await ana.open_conversation()
    key = str(uuid4())
    await ana.say(conversation, "Hola, ¿cómo va?", key)
    before = await stores.counts()
    answer = await ana.post(conversation, "Gracias", **{KEY: key})
    assert (answer.status, answer.body["code"]) == (409, "IDEMPOTENCY_MISMATCH")
    assert await stores.counts() == before


async def test_a_key_belongs_to_its_conversation_and_user(ana: Person, olga: Person) -> None:
    key = str(uuid4())
    runs = [
        await someone.say(await someone.open_conversation(), "Hola, ¿cómo va?", key)
        for someone in (ana, ana, olga)
    ]
    assert len({run.run_id for run in runs}) == 3
