"""Event Grid's topics, seen by a publisher and by the webhook they deliver to."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from emulator.services.eventgrid.app import create_app
from emulator.services.eventgrid.schemas import CLOUD, GRID
from emulator.services.serving import RunningService
from emulator.services.tokens import SigningKeys
from emulator.tests.services.conftest import StartService

PATIENCE_SECONDS = 30.0
KEY = {"aeg-sas-key": "made-up-key"}


def event(event_id: str = "e-1", kind: str = "task.updated") -> dict[str, object]:
    return {
        "id": event_id,
        "subject": "/tasks/T-1",
        "eventType": kind,
        "eventTime": "2026-01-02T03:04:05Z",
        "dataVersion": "1",
        "data": {"n": 1},
    }


@dataclass
class Webhook:
    """An endpoint that agrees to subscriptions, unless told not to, and answers `statuses` (in
    turn, then 202)."""

    agrees: bool = True
    statuses: list[int] = field(default_factory=list)
    got: list[Any] = field(default_factory=list)
    headers: list[Any] = field(default_factory=list)
    url: str = ""

    async def post(self, request: web.Request) -> web.Response:
        body = await request.json()
        if request.headers["aeg-event-type"] == "SubscriptionValidation":
            code = body[0]["data"]["validationCode"] if self.agrees else "no"
            return web.json_response({"validationResponse": code})
        self.headers.append(request.headers)
        self.got.append(body)
        return web.Response(status=self.statuses.pop(0) if self.statuses else 202)

    async def options(self, request: web.Request) -> web.Response:
        origin = request.headers["WebHook-Request-Origin"] if self.agrees else "nobody"
        return web.Response(headers={"WebHook-Allowed-Origin": origin})


@pytest.fixture
async def webhook() -> AsyncIterator[Webhook]:
    hook = Webhook()
    app = web.Application()
    app.add_routes([web.post("/hook", hook.post), web.route("OPTIONS", "/hook", hook.options)])
    async with TestServer(app) as server:
        hook.url = str(server.make_url("/hook"))
        yield hook


@dataclass(frozen=True, slots=True)
class Topic:
    http: aiohttp.ClientSession
    url: str

    async def publish(self, *events: object, headers: dict[str, str] | None = None) -> int:
        async with self.http.post(
            f"{self.url}/erp/api/events", json=list(events), headers=headers or KEY
        ) as answer:
            return answer.status

    async def subscribe(self, endpoint: str, **section: object) -> int:
        url = f"{self.url}/erp/eventSubscriptions/app"
        body = {"endpoint": endpoint, **section}
        async with self.http.put(url, json=body, headers=KEY) as answer:
            return answer.status

    async def report(self) -> dict[str, Any]:
        async with self.http.get(f"{self.url}/_emulator/deliveries") as answer:
            report: dict[str, Any] = await answer.json()
            return report

    async def settled(self) -> dict[str, Any]:
        """The report once nothing is on its way."""
        return await until(self.report, lambda report: report["pending"] == 0)


async def until[T](look: Callable[[], Awaitable[T]], enough: Callable[[T], bool]) -> T:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not enough(found := await look()):
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.01)
    return found


@pytest.fixture
async def service(start_service: StartService) -> RunningService:
    config = {"retrySeconds": [0.02], "topics": {"erp": {"key": "made-up-key"}}}
    return await start_service(create_app, "eventgrid", config)


@pytest.fixture
def topic(service: RunningService, http: aiohttp.ClientSession) -> Topic:
    return Topic(http, service.url)


async def test_an_event_reaches_who_has_subscribed(topic: Topic, webhook: Webhook) -> None:
    assert await topic.subscribe(webhook.url) == 201
    assert await topic.publish(event("e-1"), event("e-2")) == 200
    assert (await topic.settled())["delivered"] == 2
    assert sorted(body[0]["id"] for body in webhook.got) == ["e-1", "e-2"]
    assert all(len(body) == 1 for body in webhook.got)
    assert webhook.got[0][0] | {"id": "e-1"} == event() | {
        "topic": "/topics/erp",
        "metadataVersion": "1",
    }
    assert webhook.headers[0]["aeg-event-type"] == "Notification"
    assert webhook.headers[0]["aeg-subscription-name"] == "APP"


async def test_a_subscription_may_want_cloud_events(topic: Topic, webhook: Webhook) -> None:
    assert await topic.subscribe(webhook.url, schema=CLOUD) == 201
    await topic.publish(event())
    await topic.settled()
    (delivered,) = webhook.got
    assert (delivered["specversion"], delivered["type"]) == ("1.0", "task.updated")
    assert (delivered["source"], delivered["data"]) == ("/topics/erp", {"n": 1})


async def test_a_cloud_event_is_delivered_as_one(topic: Topic, webhook: Webhook) -> None:
    await topic.subscribe(webhook.url, schema=CLOUD)
    published = {"specversion": "1.0", "id": "c", "type": "t.x", "source": "/s", "data": {}}
    assert await topic.publish(published) == 200
    await topic.settled()
    assert webhook.got == [published]


async def test_only_the_types_that_were_asked_for_are_delivered(
    topic: Topic, webhook: Webhook
) -> None:
    await topic.subscribe(webhook.url, types=["task.created"])
    await topic.publish(event("e-1"), event("e-2", "task.created"))
    await topic.settled()
    assert [body[0]["id"] for body in webhook.got] == ["e-2"]


@pytest.mark.parametrize("schema", [GRID, CLOUD])
async def test_an_endpoint_that_does_not_agree_gets_no_subscription(
    topic: Topic, webhook: Webhook, schema: str
) -> None:
    webhook.agrees = False
    assert await topic.subscribe(webhook.url, schema=schema) == 400
    await topic.publish(event())
    assert (await topic.report())["pending"] == 0
    assert webhook.got == []


async def test_an_endpoint_that_is_not_there_gets_no_subscription(topic: Topic) -> None:
    assert await topic.subscribe("http://127.0.0.1:9/hook") == 400


@pytest.mark.parametrize("status", [500, 503, 404, 429])
async def test_what_fails_comes_again(topic: Topic, webhook: Webhook, status: int) -> None:
    webhook.statuses = [status, status]
    await topic.subscribe(webhook.url)
    await topic.publish(event())
    assert (await topic.settled())["delivered"] == 1
    assert [each["aeg-delivery-count"] for each in webhook.headers] == ["0", "1", "2"]
    assert len({body[0]["id"] for body in webhook.got}) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 413])
async def test_what_is_refused_for_good_is_kept_apart(
    topic: Topic, webhook: Webhook, status: int
) -> None:
    webhook.statuses = [status]
    await topic.subscribe(webhook.url)
    await topic.publish(event())
    (dead,) = (await topic.settled())["dead"]
    assert (dead["reason"], dead["attempts"]) == (f"answered {status}", 1)
    assert len(webhook.got) == 1


async def test_what_fails_too_often_is_kept_apart(topic: Topic, webhook: Webhook) -> None:
    webhook.statuses = [500] * 100
    await topic.subscribe(webhook.url)
    await topic.publish(event())
    (dead,) = (await topic.settled())["dead"]
    assert dead["attempts"] == len(webhook.got) == 30


async def test_who_has_left_gets_nothing_more(topic: Topic, webhook: Webhook) -> None:
    await topic.subscribe(webhook.url)
    url = f"{topic.url}/erp/eventSubscriptions/app"
    async with topic.http.delete(url, headers=KEY) as answer:
        assert answer.status == 204
    await topic.publish(event())
    assert (await topic.report())["pending"] == 0


async def test_a_configured_subscription_begins_when_its_endpoint_agrees(
    start_service: StartService, http: aiohttp.ClientSession, webhook: Webhook
) -> None:
    subscriptions = {"app": {"endpoint": webhook.url}}
    webhook.agrees = False
    config = {"topics": {"erp": {"key": "made-up-key", "subscriptions": subscriptions}}}
    topic = Topic(http, (await start_service(create_app, "eventgrid", config)).url)
    await topic.publish(event("e-early"))
    webhook.agrees = True
    await until(topic.report, lambda report: report["validated"] == ["erp/app"])
    await topic.publish(event("e-2"))
    await topic.settled()
    assert [body[0]["id"] for body in webhook.got] == ["e-2"]


async def test_what_was_not_delivered_is_delivered_after_a_restart(
    start_service: StartService, http: aiohttp.ClientSession, webhook: Webhook
) -> None:
    webhook.statuses = [503]
    subscriptions = {"app": {"endpoint": webhook.url}}
    config = {
        "retrySeconds": [0.5],
        "topics": {"erp": {"key": "made-up-key", "subscriptions": subscriptions}},
    }
    first = await start_service(create_app, "eventgrid", config)
    topic = Topic(http, first.url)
    await until(topic.report, lambda report: bool(report["validated"]))
    await topic.publish(event())
    await until(topic.report, lambda _: bool(webhook.got))
    await first.stop()
    again = Topic(http, (await start_service(create_app, "eventgrid", config)).url)
    assert (await again.settled())["delivered"] == 1
    assert [body[0]["id"] for body in webhook.got] == ["e-1", "e-1"]


async def test_a_token_for_event_grid_is_as_good_as_the_key(
    topic: Topic, keys: SigningKeys
) -> None:
    for audience, status in (("https://eventgrid.azure.net", 200), ("https://other", 401)):
        token = keys.sign({"aud": audience})
        headers = {"Authorization": f"Bearer {token}"}
        assert await topic.publish(event(), headers=headers) == status


async def test_nobody_else_publishes(topic: Topic) -> None:
    assert await topic.publish(event(), headers={"aeg-sas-key": "wrong"}) == 401
    assert await topic.publish(event(), headers={"x-nothing": "1"}) == 401
    async with topic.http.post(f"{topic.url}/other/api/events", json=[], headers=KEY) as answer:
        assert answer.status == 404


@pytest.mark.parametrize("wrong", [5, {"id": "x"}, event() | {"eventType": None}])
async def test_what_is_no_event_is_refused(topic: Topic, wrong: object) -> None:
    assert await topic.publish(wrong) == 400
