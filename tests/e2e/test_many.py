"""Many conversations at once, and two messages at once in one."""

import asyncio
from uuid import uuid4

from tests.e2e.conftest import Erp
from tests.e2e.people import Person, Run
from tests.e2e.surroundings import HELD_MS, SLOWLY, Surroundings
from tests.e2e.waiting import until

CONVERSATIONS = 50


async def test_fifty_conversations_at_once_do_not_mix_and_none_is_lost(
    ana: Person, olga: Person, around: Surroundings
) -> None:
    batch = uuid4().int % 10**6

    async def converse(number: int) -> tuple[str, str, Run]:
        who = ana if number % 2 else olga
        wanted = f"revisar el lote {batch}{number:03d}"
        conversation = await who.open_conversation()
        run = await who.say(conversation, f"Crea una tarea: {wanted}, para el 2036-12-04")
        return wanted, conversation, run

    results = await asyncio.gather(*(converse(number) for number in range(CONVERSATIONS)))
    titles = [wanted for wanted, _, _ in results]
    made: set[str] = set()
    for number, (wanted, conversation, run) in enumerate(results):
        who = ana if number % 2 else olga
        assert run.end["type"] == "done"
        assert run.end["threadId"] == conversation
        assert run.numbers == list(range(1, len(run.events) + 1))
        assert who.token is not None
        (task,) = await around.tasks(who.token, wanted)
        made.add(task["id"] + task["tenantId"])
        assert run.of("tool")[-1]["result"]["id"] == task["id"]
        told = str([event.data for event in run.events])
        assert [other for other in titles if other in told] == [wanted]
        turns = (await who.get(f"/conversations/{conversation}")).body["turns"]
        assert [turn["text"] for turn in turns] == [run.text]
    assert len(made) == CONVERSATIONS


async def test_a_second_message_at_the_same_time_is_refused_and_later_accepted(
    ana: Person, around: Surroundings
) -> None:
    await around.pace(10, SLOWLY)
    conversation = await ana.open_conversation()
    async with ana.saying(conversation, "Hola [[tokens:300]]") as stream:
        await stream.read(1)
        refused = await ana.post(conversation, "Gracias")
        assert (refused.status, refused.body["code"]) == (409, "CONVERSATION_BUSY")
        assert stream.run_id in refused.body["detail"]
        await around.flow()
    first = await ana.follow(stream.run_id)
    assert first.end["type"] == "done"
    second = await ana.say(conversation, "Gracias")
    assert second.end["type"] == "done"
    turns = (await ana.get(f"/conversations/{conversation}")).body["turns"]
    assert [turn["runId"] for turn in turns] == [first.run_id, second.run_id]


async def test_of_messages_sent_at_the_same_moment_exactly_one_is_taken(
    ana: Person, erp: Erp, around: Surroundings, title: str
) -> None:
    conversation = await ana.open_conversation()
    order = f"Crea una tarea: {title}, para el 2036-12-04"
    await around.fail("erp", method="POST", delayMs=HELD_MS)
    posts = [asyncio.create_task(ana.post(conversation, order)) for _ in range(5)]

    async def all_but_one_are_answered() -> bool:
        return sum(post.done() for post in posts) == 4

    await until(all_but_one_are_answered)
    await around.go_on("erp")
    answers = await asyncio.gather(*posts)
    assert sorted(answer.status for answer in answers) == [200, 409, 409, 409, 409]
    codes = {answer.body["code"] for answer in answers if answer.status == 409}
    assert codes == {"CONVERSATION_BUSY"}
    assert len(await erp.tasks(title)) == 1
