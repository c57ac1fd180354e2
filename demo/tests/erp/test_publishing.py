"""What the ERP tells Event Grid: what happened, once, even when nobody listens at first."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from demo.erp.kinds import KINDS
from emulator.services.serving import ServiceContext, start
from emulator.services.tokens import SigningKeys

from .client import A_TASK, ANA, TENANT_A, ErpClient
from .conftest import StartErp


@dataclass
class FakeTopic:
    """A topic; it refuses as often as `refusals` says."""

    url: str = ""
    refusals: int = 0
    events: list[Any] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.Response:
        self.keys.add(request.headers["aeg-sas-key"])
        if self.refusals:
            self.refusals -= 1
            return web.Response(status=503)
        self.events += await request.json()
        self.came.set()
        return web.Response()

    async def wait_for(self, count: int) -> list[Any]:
        async with asyncio.timeout(30):
            while len(self.events) < count:
                self.came.clear()
                await self.came.wait()
        return self.events

    def config(self) -> dict[str, object]:
        return {"events": {"endpoint": f"{self.url}/erp/api/events", "key": "made-up"}}


@pytest.fixture
async def topic(tmp_path: Path, shared_folder: Path, keys: SigningKeys) -> AsyncIterator[FakeTopic]:
    fake = FakeTopic()
    root = tmp_path / "topic"
    root.mkdir()
    (root / "ca").symlink_to(shared_folder / "ca", target_is_directory=True)

    def create_app(_: ServiceContext) -> web.Application:
        app = web.Application()
        app.add_routes([web.post("/erp/api/events", fake.take)])
        return app

    context = ServiceContext("eventgrid", root / "eventgrid", {}, root, keys, "")
    service = await start(create_app, context)
    fake.url = service.url
    yield fake
    await service.stop()


@pytest.fixture
async def telling(
    start_erp: StartErp, session: aiohttp.ClientSession, keys: SigningKeys, topic: FakeTopic
) -> ErpClient:
    """An empty ERP that tells the topic."""
    return ErpClient(session, (await start_erp(topic.config())).url, keys)


async def test_a_new_record_is_told_with_everything_about_it(
    telling: ErpClient, topic: FakeTopic
) -> None:
    made = (await telling.post("/tasks", A_TASK, x_correlation_id="corr-7")).body
    (event,) = await topic.wait_for(1)
    assert event["eventType"] == "task.created"
    assert event["subject"] == f"/tenants/{TENANT_A}/tasks/{made['id']}"
    assert event["data"] == {
        "tenantId": TENANT_A,
        "id": made["id"],
        "record": made,
        "changed": [],
        "changedBy": ANA,
        "correlationId": "corr-7",
    }
    assert topic.keys == {"made-up"}


async def test_a_change_is_told_with_the_fields_that_changed(
    telling: ErpClient, topic: FakeTopic
) -> None:
    made = (await telling.post("/tasks", A_TASK)).body
    patch = {"status": "hecha", "title": A_TASK["title"], "priority": "alta"}
    await telling.patch(f"/tasks/{made['id']}", patch)
    _, event = await topic.wait_for(2)
    assert event["eventType"] == "task.updated"
    assert event["data"]["changed"] == ["priority", "status"]
    assert event["data"]["record"]["status"] == "hecha"


async def test_every_kind_of_record_is_told(telling: ErpClient, topic: FakeTopic) -> None:
    for kind in KINDS:
        example = {name: value for name, value in kind.example.items() if name != "projectId"}
        assert (await telling.post(f"/{kind.path}", example)).status == 201
    types = [event["eventType"] for event in await topic.wait_for(3)]
    assert types == ["task.created", "project.created", "user.created"]


async def test_what_did_not_happen_is_not_told(telling: ErpClient, topic: FakeTopic) -> None:
    made = (await telling.post("/tasks", A_TASK, Idempotency_Key="k")).body
    await telling.post("/tasks", A_TASK, Idempotency_Key="k")
    await telling.post("/tasks", {"title": ""})
    await telling.patch(f"/tasks/{made['id']}", {"title": A_TASK["title"]})
    await telling.post("/tasks", {**A_TASK, "title": "Otra"})
    events = await topic.wait_for(2)
    assert [event["data"]["record"]["title"] for event in events] == [A_TASK["title"], "Otra"]


async def test_what_the_topic_refuses_is_told_again_in_order(
    telling: ErpClient, topic: FakeTopic
) -> None:
    topic.refusals = 1
    made = (await telling.post("/tasks", A_TASK)).body
    await telling.patch(f"/tasks/{made['id']}", {"status": "hecha"})
    types = [event["eventType"] for event in await topic.wait_for(2)]
    assert types == ["task.created", "task.updated"]


async def test_what_was_not_told_is_told_after_a_restart(
    start_erp: StartErp, session: aiohttp.ClientSession, keys: SigningKeys, topic: FakeTopic
) -> None:
    nowhere = {"events": {"endpoint": "https://localhost:9/erp/api/events", "key": "made-up"}}
    first = await start_erp(nowhere)
    await ErpClient(session, first.url, keys).post("/tasks", A_TASK)
    await first.stop()
    await start_erp(topic.config())
    (event,) = await topic.wait_for(1)
    assert event["eventType"] == "task.created"
