"""An answer given again on the running platform: the ERP hears nothing of it, whatever happens."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.e2e.cloud import Host
from tests.e2e.conftest import Erp
from tests.e2e.people import EVENTS, Person, Run, Stream
from tests.e2e.surroundings import SLOWLY, Surroundings
from tests.e2e.test_crashes import LONG_ANSWER, text_is_coming


async def turns(ana: Person, conversation: str) -> list[dict[str, Any]]:
    return list((await ana.get(f"/conversations/{conversation}")).body["turns"])


@asynccontextmanager
async def regenerating(ana: Person, run_id: str) -> AsyncIterator[Stream]:
    async with ana.http.post(
        f"{ana.app}/api/runs/{run_id}/regenerate",
        headers={"Authorization": f"Bearer {ana.token}", "Accept": EVENTS},
    ) as response:
        assert response.status == 200, await response.text()
        yield Stream(response)


async def test_an_answer_is_given_again_without_a_call_of_the_erp(
    ana: Person, erp: Erp, around: Surroundings, title: str
) -> None:
    conversation = await ana.open_conversation()
    first = await ana.say(conversation, f"Crea una tarea: {title}, para el 2036-12-04")
    before = await around.calls("erp")
    async with regenerating(ana, first.run_id) as stream:
        again = Run(stream.run_id, [event async for event in stream])
    assert await around.calls("erp") == before
    assert again.end["type"] == "done"
    assert again.states == ["RECEIVED", "STREAMING_RESPONSE", "DONE"]
    assert again.tool_statuses == []
    (turn,) = await turns(ana, conversation)
    assert (turn["runId"], turn["replaces"]) == (again.run_id, first.run_id)
    assert turn["text"] == again.text
    (task,) = await erp.tasks(title)
    assert [each["record"]["id"] for each in turn["effects"]] == [task["id"]]
    later = await ana.post(conversation, f"Cambia la tarea {task['id']}: prioridad urgente")
    assert later.status == 200
    assert (await erp.tasks(title))[0]["priority"] == "urgente"


async def test_a_worker_killed_while_an_answer_is_given_again(
    ana: Person, host: Host, erp: Erp, around: Surroundings, title: str
) -> None:
    conversation = await ana.open_conversation()
    order = f"{LONG_ANSWER} Crea una tarea: {title}, para el 2036-12-04"
    first = await ana.say(conversation, order)
    before = await around.calls("erp")
    await around.pace(10, SLOWLY)
    async with regenerating(ana, first.run_id) as stream:
        seen = await stream.until(text_is_coming)
        host.kill_workers()
    await around.flow()
    again = await ana.follow(stream.run_id, seen)
    assert await around.calls("erp") == before
    assert again.end["type"] == "done"
    assert again.numbers == list(range(1, len(again.events) + 1))
    assert [turn["text"] for turn in await turns(ana, conversation)] == [again.text]
    assert len(await erp.tasks(title)) == 1
