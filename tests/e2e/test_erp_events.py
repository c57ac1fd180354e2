"""What happens in the ERP reaches the conversations it concerns, and nobody else."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.e2e.cloud import Host
from tests.e2e.people import Line, Person
from tests.e2e.stores import Stores
from tests.e2e.surroundings import CLOUD, GRID, Surroundings
from tests.e2e.waiting import PATIENCE_SECONDS, until

NOTIFICATION = {"aeg-event-type": "Notification"}


@pytest.fixture(autouse=True)
async def _told(
    around: Surroundings, host: Host, request: pytest.FixtureRequest
) -> AsyncIterator[None]:
    """In Event Grid's schema, or in the one that a test names."""
    async with around.subscribed(host.url, getattr(request, "param", GRID)):
        yield


async def make_task(ana: Person, title: str) -> tuple[str, str]:
    """A conversation, and the id of the task that was made in it."""
    conversation = await ana.open_conversation()
    run = await ana.say(conversation, f"Crea una tarea: {title}, para el 2036-12-04")
    return conversation, str(run.of("tool")[-1]["result"]["id"])


async def told(person: Person, conversation: str, kind: str) -> list[dict[str, Any]]:
    """The ERP events of this type in the pages of the timeline."""
    page = (await person.get(f"/conversations/{conversation}/events")).body["items"]
    return [item for item in page if item["kind"] == "erp.event" and item["erp"]["type"] == kind]


async def lines_until(lines: AsyncIterator[Line], kind: str, erp: str | None = None) -> list[Line]:
    seen = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        async for line in lines:
            seen.append(line)
            facts = line.data.get("event", {}).get("erp", {})
            if line.kind == kind and erp in (None, facts.get("type")):
                break
    return seen


def cloud_event(
    event_id: str, task: str, tenant: str, kind: str = "task.updated"
) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": event_id,
        "type": kind,
        "source": "/erp",
        "subject": f"/tenants/{tenant}/tasks/{task}",
        "time": "2026-11-22T11:00:00+01:00",
        "data": {"record": {"title": "Desde fuera"}},
    }


async def deliver(http: aiohttp.ClientSession, host: Host, *events: dict[str, Any]) -> int:
    url = f"{host.url}/runtime/webhooks/eventgrid?functionName=erp_event"
    async with http.post(url, json=list(events), headers=NOTIFICATION) as response:
        return response.status


async def test_an_event_about_a_task_reaches_its_conversation_its_live_timeline_and_cerebro(
    ana: Person, olga: Person, around: Surroundings, stores: Stores, title: str
) -> None:
    conversation, task = await make_task(ana, title)
    await until(lambda: told(ana, conversation, "task.created"))
    async with ana.timeline(conversation) as lines:
        assert ana.token is not None
        await around.change_task(ana.token, task, status="hecha")
        seen = await lines_until(lines, "erp.event", "task.updated")
    assert [line.kind for line in seen if line.kind not in ("notification", "erp.event")] == [
        "flow.executed",
        "turn.completed",
    ]
    assert seen[-2].kind == "notification"
    assert task in seen[-2].data["text"]
    assert title in seen[-2].data["text"]
    (stored,) = await told(ana, conversation, "task.updated")
    assert stored == seen[-1].data["event"]
    assert stored["entities"] == [{"type": "task", "id": task}]
    assert stored["erp"]["changed"] == ["status"]
    (item,) = await stores.items(
        "entities", "select * from c where c.event.eventId = @id", id=stored["erp"]["eventId"]
    )
    document = await stores.document(f"erp-{item['id'].removeprefix('event-')}")
    assert (document["kind"], document["tenantId"]) == ("event", stored["tenantId"])
    assert task in document["title"]
    assert (await olga.get(f"/conversations/{conversation}/events")).status == 404
    async with ana.timeline(conversation, last_event_id=seen[0].position) as lines:
        again = await lines_until(lines, "erp.event", "task.updated")
    assert [line.data for line in again] == [line.data for line in seen[1:]]


@pytest.mark.parametrize("_told", [CLOUD], indirect=True)
async def test_an_open_run_is_told_and_its_log_stays_whole(
    ana: Person, around: Surroundings, title: str
) -> None:
    conversation, task = await make_task(ana, title)
    await around.pace(10, 20)
    async with ana.saying(conversation, "Hola [[tokens:300]]") as stream:
        events = await stream.until(lambda seen: seen[-1].type == "text")
        assert ana.token is not None
        await around.change_task(ana.token, task, priority="urgente")
        events += await stream.until(lambda seen: seen[-1].type == "notification")
        await around.flow()
        events += [event async for event in stream]
    assert [event.number for event in events] == list(range(1, len(events) + 1))
    (notification,) = [event.data for event in events if event.type == "notification"]
    assert notification["entity"] == {"type": "task", "id": task}
    assert events[-1].type == "done"
    assert (await ana.follow(stream.run_id)).events == events


async def test_duplicates_count_once_and_other_tenants_events_concern_other_tasks(
    ana: Person, olga: Person, stores: Stores, host: Host, http: aiohttp.ClientSession, title: str
) -> None:
    conversation, task = await make_task(ana, title)
    (made,) = await until(lambda: told(ana, conversation, "task.created"))
    theirs = (await olga.open_conversation(), "22222222-2222-4222-8222-222222222222")
    mine = cloud_event(f"twice-{title}", task, made["tenantId"])
    other = cloud_event(f"other-{title}", task, theirs[1])
    statuses = await asyncio.gather(*(deliver(http, host, mine, other) for _ in range(3)))
    assert statuses == [202, 202, 202]
    (stored,) = await told(ana, conversation, "task.updated")
    assert stored["erp"]["eventId"] == mine["id"]
    assert await told(olga, theirs[0], "task.updated") == []


async def test_poison_is_a_dead_letter_and_event_grid_is_content(
    stores: Stores, host: Host, http: aiohttp.ClientSession, title: str
) -> None:
    poison = {
        "unknown_type": cloud_event(f"a-{title}", "T-1", "x", "invoice.paid"),
        "unknown_tenant": cloud_event(f"b-{title}", "T-1", "somebody"),
        "wrong_schema": cloud_event(f"c-{title}", "T-1", "x") | {"time": "yesterday"},
    }
    assert await deliver(http, host, *poison.values()) == 202
    for reason, event in poison.items():
        (letter,) = await stores.items(
            "deadletters", "select * from c where c.eventId = @id", id=str(event["id"])
        )
        assert letter["reason"] == reason


async def test_a_store_that_is_away_lets_event_grid_come_again(
    ana: Person, around: Surroundings, host: Host, http: aiohttp.ClientSession, title: str
) -> None:
    conversation, task = await make_task(ana, title)
    (made,) = await until(lambda: told(ana, conversation, "task.created"))
    event = cloud_event(f"away-{title}", task, made["tenantId"])
    await around.fail("cosmos", status=403, count=1, path="colls/events")
    assert await deliver(http, host, event) == 500
    assert await around.waiting_faults("cosmos") == 0
    assert await deliver(http, host, event) == 202
    assert len(await told(ana, conversation, "task.updated")) == 1
