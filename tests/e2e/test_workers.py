"""Two workers: requests are answered in one, runs are worked on in the other, as in Azure."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.e2e.cloud import Host, Services, running_host
from tests.e2e.conftest import Erp
from tests.e2e.people import Person, Run
from tests.e2e.surroundings import SLOWLY, Surroundings
from tests.e2e.traces import traces_of


@pytest.fixture(scope="module")
def pair(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with running_host(services, tmp_path_factory.mktemp("pair") / "data", workers=2) as running:
        assert len(running.workers()) == 2
        yield running


@pytest.fixture
async def ana(pair: Host, around: Surroundings) -> Person:
    return Person(around.http, pair.url, await around.token("ana"))


async def test_the_first_conversation_across_two_workers(
    ana: Person, around: Surroundings, erp: Erp, title: str
) -> None:
    conversation = await ana.open_conversation()
    small = await around.without_calls(
        lambda: ana.say(conversation, "Hola, ¿cómo va?"), "search", "erp"
    )
    answered = await ana.say(conversation, "¿Qué necesito para renovar la licencia?")
    asked = await ana.say(conversation, "Crea una tarea")
    made = await ana.say(conversation, f"{title}, para el 2036-12-11")
    assert [run.end["type"] for run in (small, answered, asked, made)] == ["done"] * 4
    assert answered.of("citations")
    assert len(asked.of("question")) == 1
    assert [task["dueDate"] for task in await erp.tasks(title)] == ["2036-12-11"]
    turns = (await ana.get(f"/conversations/{conversation}")).body["turns"]
    assert [turn["text"] for turn in turns[-4:]] == [
        run.text for run in (small, answered, asked, made)
    ]


async def test_text_arrives_across_workers_while_it_is_written_and_for_every_reader(
    ana: Person, around: Surroundings
) -> None:
    await around.pace(10, SLOWLY)
    async with ana.saying(await ana.open_conversation(), "Hola [[tokens:300]]") as stream:
        others = [asyncio.create_task(ana.follow(stream.run_id)) for _ in range(3)]
        seen = await stream.until(lambda now: now[-1].type == "text")
        assert "endedAt" not in (await ana.get(f"/runs/{stream.run_id}")).body
        seen += await stream.read(2)
        await around.flow()
        seen += await stream.until(lambda _: False)
    run = Run(stream.run_id, seen)
    assert len(run.of("text")) > 2
    assert run.numbers == list(range(1, len(run.events) + 1))
    assert [(await other).events for other in others] == [run.events] * 3


async def test_both_workers_killed_while_the_answer_streams(
    ana: Person, pair: Host, around: Surroundings
) -> None:
    await around.pace(10, SLOWLY)
    async with ana.saying(await ana.open_conversation(), "Hola [[tokens:300]]") as stream:
        seen = await stream.until(lambda now: now[-1].type == "text")
        pair.kill_workers()
    await around.flow()
    run = await ana.follow(stream.run_id, seen)
    assert run.of("restart")
    assert run.end["type"] == "done"
    assert (await ana.get(f"/runs/{run.run_id}")).body["text"] == run.text


async def test_a_run_is_one_trace_across_two_workers(ana: Person, services: Services) -> None:
    run = await ana.say(await ana.open_conversation(), "Hola, ¿cómo va?")
    (trace,) = await traces_of(services, run.run_id)
    request = "POST /api/conversations/{id}/messages"
    assert trace.parents("invoke_agent eira") == {request}
    assert trace.parents("prepare") == trace.parents("respond") == {"invoke_agent eira"}
    workers = {span["worker"] for span in trace.spans if span["name"] in (request, "prepare")}
    assert len(workers) == 2
