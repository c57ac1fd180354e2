"""Two workers: requests are answered in one, runs are worked on in the other, as in Azure."""

import asyncio
from collections.abc import Iterator
from http import HTTPStatus

import pytest

from tests.e2e.cloud import Host, Services, running_host
from tests.e2e.conftest import Erp
from tests.e2e.people import Person, Run
from tests.e2e.surroundings import SLOWLY, Surroundings
from tests.e2e.test_agent_calls import call, session

QUOTA = 6
"""More than what a test says in one conversation."""


@pytest.fixture(scope="module")
def pair(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    data, counted = tmp_path_factory.mktemp("pair") / "data", {"Quotas__SessionPerHour": f"{QUOTA}"}
    with running_host(services, data, workers=2, settings=counted) as running:
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


async def test_a_session_starts_no_more_runs_than_it_may_whichever_worker_is_asked(
    ana: Person,
) -> None:
    body = session()
    # An hour may end meanwhile, so that two quotas are used up; not so three.
    answers = await asyncio.gather(
        *(call(ana, body, Prefer="respond-async") for _ in range(2 * QUOTA + 1))
    )
    started = [each for each in answers if each.status == HTTPStatus.ACCEPTED]
    refused = [each for each in answers if each.status == HTTPStatus.TOO_MANY_REQUESTS]
    assert len(started) in range(QUOTA, 2 * QUOTA + 1)
    assert len(started) + len(refused) == len(answers)
    assert {each.headers["X-RateLimit-Limit"] for each in started} == {f"{QUOTA}"}
    left = {int(each.headers["X-RateLimit-Remaining"]) for each in started}
    assert left == set(range(QUOTA))
    for each in refused:
        assert each.body["code"] == "QUOTA_EXCEEDED"
        assert 1 <= int(each.headers["Retry-After"]) <= 3_600
    other = await call(ana, session(), Prefer="respond-async")
    assert other.status == HTTPStatus.ACCEPTED
