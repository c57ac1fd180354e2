"""`kill -9` at the worst moments: the run ends, the task is made once, the answer is whole."""

import asyncio
from pathlib import Path

import aiohttp
import pytest

from tests.e2e.cloud import Host, Services, running_host
from tests.e2e.conftest import Erp
from tests.e2e.people import Event, Person, Run
from tests.e2e.surroundings import HELD_MS, SLOWLY, Durable, Surroundings
from tests.e2e.waiting import until

SLOW_MS = 1_500
LONG_ANSWER = "[[tokens:300]]"


def tool_is_running(seen: list[Event]) -> bool:
    return seen[-1].type == "tool" and seen[-1].data["status"] == "started"


def text_is_coming(seen: list[Event]) -> bool:
    return sum(event.type == "text" for event in seen) == 2


async def assert_whole(ana: Person, run: Run) -> None:
    """Numbers without gaps, one end, and the answer told is the answer stored."""
    assert run.numbers == list(range(1, len(run.events) + 1))
    assert [event.type for event in run.events if event.type in ("done", "error")] == ["done"]
    assert run.end["type"] == "done"
    stored = await ana.get(f"/runs/{run.run_id}")
    assert stored.body["state"] == "DONE"
    assert stored.body["text"] == run.text
    conversation = await ana.get(f"/conversations/{stored.body['conversationId']}")
    assert [turn["text"] for turn in conversation.body["turns"]] == [run.text]
    assert (await ana.follow(run.run_id)).events == run.events


@pytest.mark.parametrize(
    "slow",
    [
        pytest.param({"service": "erp", "method": "POST"}, id="the-erp-has-not-answered"),
        pytest.param(
            {"service": "cosmos", "method": "PUT", "path": "effect-0"}, id="the-erp-has-answered"
        ),
    ],
)
async def test_a_worker_killed_while_a_tool_runs(
    ana: Person, host: Host, erp: Erp, around: Surroundings, title: str, slow: dict[str, str]
) -> None:
    await around.fail(**slow, delayMs=SLOW_MS)
    order = f"Crea una tarea: {title}, para el 2036-12-04"
    async with ana.saying(await ana.open_conversation(), order) as stream:
        seen = await stream.until(tool_is_running)
        assert seen[-1].type not in ("done", "error")
        host.kill_workers()
    run = await ana.follow(stream.run_id, seen)
    assert len(await erp.tasks(title)) == 1
    assert run.tool_statuses == [("createTask", "started"), ("createTask", "ok")]
    await assert_whole(ana, run)


async def test_a_worker_killed_while_the_answer_streams(
    ana: Person, host: Host, erp: Erp, around: Surroundings, title: str
) -> None:
    await around.fail("erp", method="POST", delayMs=HELD_MS)
    order = f"{LONG_ANSWER} Crea una tarea: {title}, para el 2036-12-04"
    async with ana.saying(await ana.open_conversation(), order) as stream:
        seen = await stream.until(tool_is_running)
        await around.pace(10, SLOWLY)
        await around.go_on("erp")
        seen += await stream.until(text_is_coming)
        host.kill_workers()
    await around.flow()
    run = await ana.follow(stream.run_id, seen)
    assert len(run.of("restart")) == 1
    assert len(await erp.tasks(title)) == 1
    await assert_whole(ana, run)


async def test_a_worker_killed_twice_while_the_answer_streams(
    ana: Person, host: Host, around: Surroundings
) -> None:
    await around.pace(10, SLOWLY)
    async with ana.saying(await ana.open_conversation(), f"Hola {LONG_ANSWER}") as stream:
        seen = await stream.until(text_is_coming)
        host.kill_workers()
    run_id = stream.run_id
    seen = await restarted(ana, run_id, seen)
    host.kill_workers()
    await around.flow()
    run = await ana.follow(run_id, seen)
    assert [event["attempt"] for event in run.of("restart")] == [2, 3]
    await assert_whole(ana, run)


async def restarted(ana: Person, run_id: str, seen: list[Event]) -> list[Event]:
    """The events up to the first text behind a restart."""
    await ana.reachable()
    async with ana.watching(run_id, last_event_id=seen[-1].number) as stream:
        more = await stream.until(
            lambda now: now[-1].type == "text" and any(e.type == "restart" for e in now)
        )
    return [*seen, *more]


async def test_a_worker_killed_at_once_after_the_message_was_accepted(
    ana: Person, host: Host, erp: Erp, title: str
) -> None:
    order = f"Crea una tarea: {title}, para el 2036-12-04"
    async with ana.saying(await ana.open_conversation(), order) as stream:
        host.kill_workers()
    run = await ana.follow(stream.run_id)
    assert len(await erp.tasks(title)) == 1
    await assert_whole(ana, run)


@pytest.mark.parametrize("moment", ["tools", "text"])
async def test_a_host_killed_and_started_again_on_its_data(
    services: Services, tmp_path: Path, around: Surroundings, title: str, moment: str, erp: Erp
) -> None:
    if moment == "tools":
        await around.fail("erp", method="POST", delayMs=SLOW_MS)
    await around.pace(10, 400)
    with running_host(services, tmp_path / "host") as first:
        ana = Person(around.http, first.url, await around.token("ana"))
        order = f"{LONG_ANSWER} Crea una tarea: {title}, para el 2036-12-04"
        async with ana.saying(await ana.open_conversation(), order) as stream:
            seen = await stream.until(tool_is_running if moment == "tools" else text_is_coming)
            first.kill()
    with running_host(services, tmp_path / "host") as second:
        ana = Person(around.http, second.url, ana.token)
        run = await ana.follow(stream.run_id, seen)
        await assert_whole(ana, run)
        instance = await Durable(around.http, second.url).instance(run.run_id)
    assert len(await erp.tasks(title)) == 1
    assert instance["runtimeStatus"] == "Completed"


@pytest.mark.parametrize("stored", [2, 5], ids="after-{}-calls-of-the-store".format)
async def test_a_message_sent_again_with_its_key_after_the_worker_died(
    ana: Person, host: Host, erp: Erp, around: Surroundings, title: str, stored: int
) -> None:
    conversation = await ana.open_conversation()
    order, key = f"Crea una tarea: {title}, para el 2036-12-04", title
    before = await around.calls("cosmos")

    async def is_being_started() -> bool:
        return await around.calls("cosmos") >= before + stored

    first = asyncio.create_task(ana.say(conversation, order, key))
    await until(is_being_started)
    host.kill_workers()
    await asyncio.wait([first])
    lost = first.exception()
    assert lost is None or isinstance(lost, aiohttp.ClientError | AssertionError)
    await ana.reachable()
    run = await ana.follow((await ana.say(conversation, order, key)).run_id)
    assert len(await erp.tasks(title)) == 1
    await assert_whole(ana, run)
