"""Entities and HTTP requests that orchestrators ask for."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import azure.durable_functions as df
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from emulator.tests.host.durable_worker import Hub, Json, SdkWorker, Steps, output

type Context = df.DurableOrchestrationContext


@pytest.fixture
def worker() -> SdkWorker:
    """A worker with an entity that counts."""
    worker = SdkWorker()

    @worker.entity
    def counter(context: df.DurableEntityContext) -> None:
        total = context.get_state(lambda: 0)
        if context.operation_name == "fail":
            raise ValueError("entity bang")
        if context.operation_name == "add":
            total += context.get_input()
        context.set_state(total)
        context.set_result(total)

    @worker.orchestrator
    def request(context: Context) -> Steps:
        asked = context.get_input()
        try:
            source = df.ManagedIdentityTokenSource(asked["for"]) if "for" in asked else None
            method, uri, content = asked["method"], asked["uri"], asked.get("content")
            return (yield context.call_http(method, uri, content, token_source=source))
        except Exception as error:  # noqa: BLE001 - the SDK raises nothing narrower
            return str(error)

    return worker


@pytest.fixture
async def target() -> AsyncIterator[TestServer]:
    """A server that tells what it got, and one path that says later."""

    async def echo(request: web.Request) -> web.Response:
        content_type = request.headers.get("Content-Type")
        told = {"type": content_type, "body": await request.text()}
        if "Authorization" in request.headers:
            told["authorization"] = request.headers["Authorization"]
        return web.json_response(told, headers={"x-target": "t"})

    async def later(request: web.Request) -> web.Response:
        return web.Response(status=202, text="later", headers={"Location": str(request.url)})

    async def identity(request: web.Request) -> web.Response:
        if request.headers.get("X-IDENTITY-HEADER") != "secret":
            return web.Response(status=401, text="who are you?")
        return web.json_response({"access_token": f"token for {request.query['resource']}"})

    app = web.Application()
    app.router.add_get("/identity", identity)
    app.router.add_route("*", "/echo", echo)
    app.router.add_route("*", "/later", later)
    server = TestServer(app)
    await server.start_server()
    yield server
    await server.close()


async def test_calls_are_answered_and_signals_are_not(hub: Hub, worker: SdkWorker) -> None:
    @worker.orchestrator
    def counts(context: Context) -> Steps:
        entity = df.EntityId("counter", "c")
        context.signal_entity(entity, "add", 5)
        return (yield context.call_entity(entity, "add", 2))

    assert output(await hub.run("counts")) == 7
    batches = [json.loads(batch) for batch in worker.batches]
    assert batches[0]["self"] == {"name": "counter", "key": "c"}
    operations = [(each["name"], each["isSignal"]) for b in batches for each in b["batch"]]
    assert operations == [("add", True), ("add", False)]


async def test_a_failing_operation_raises_in_the_orchestrator(hub: Hub, worker: SdkWorker) -> None:
    @worker.orchestrator
    def handles(context: Context) -> Steps:
        try:
            yield context.call_entity(df.EntityId("counter", "c"), "fail")
        except Exception as error:  # noqa: BLE001 - the SDK raises nothing narrower
            return str(error)

    assert output(await hub.run("handles")) == "entity bang"


async def test_an_unknown_entity_raises_in_the_orchestrator(hub: Hub, worker: SdkWorker) -> None:
    @worker.orchestrator
    def handles(context: Context) -> Steps:
        try:
            yield context.call_entity(df.EntityId("nosuch", "c"), "add", 1)
        except Exception as error:  # noqa: BLE001 - the SDK raises nothing narrower
            return str(error)

    assert "'nosuch' doesn't exist" in str(output(await hub.run("handles")))


async def test_an_entity_keeps_its_state_over_a_restart(tmp_path: Path, worker: SdkWorker) -> None:
    @worker.orchestrator
    def adds(context: Context) -> Steps:
        return (yield context.call_entity(df.EntityId("counter", "c"), "add", 1))

    values = []
    for _ in range(2):
        hub = Hub(tmp_path, worker)
        await hub.extension.start()
        values.append(output(await hub.run("adds")))
        await hub.extension.stop()

    assert values == [1, 2]


async def test_an_http_response_comes_with_its_own_headers_only(
    hub: Hub, target: TestServer
) -> None:
    asked: Json = {"method": "POST", "uri": str(target.make_url("/echo")), "content": {"a": 1}}

    answer = output(await hub.run("request", asked))

    assert isinstance(answer, dict)
    assert isinstance(answer["headers"], dict)
    assert answer["statusCode"] == 200
    assert set(answer["headers"]) == {"x-target", "Date", "Server"}
    assert json.loads(str(answer["content"])) == {"type": "text/plain", "body": '{"a": 1}'}


async def test_a_202_is_not_polled(hub: Hub, target: TestServer) -> None:
    asked: Json = {"method": "GET", "uri": str(target.make_url("/later"))}

    answer = output(await hub.run("request", asked))

    assert isinstance(answer, dict)
    assert (answer["statusCode"], answer["content"]) == (202, "later")


async def test_a_refused_connection_raises_in_the_orchestrator(hub: Hub) -> None:
    text = str(output(await hub.run("request", {"method": "GET", "uri": "http://127.0.0.1:9/"})))

    assert text.startswith("Connection refused (127.0.0.1:9) \n {")


@pytest.mark.parametrize(
    ("secret", "told"),
    [
        ("secret", '"authorization": "Bearer token for https://management.example"'),
        ("wrong", "The managed identity gave no token: 401 who are you?"),
        ("", "needs a managed identity: set IDENTITY_ENDPOINT and IDENTITY_HEADER"),
    ],
)
async def test_a_request_may_carry_a_token_of_the_managed_identity(
    tmp_path: Path, worker: SdkWorker, target: TestServer, secret: str, told: str
) -> None:
    environment = {"IDENTITY_ENDPOINT": str(target.make_url("/identity"))}
    if secret:
        environment["IDENTITY_HEADER"] = secret
    hub = Hub(tmp_path, worker, environment=environment)
    await hub.extension.start()
    echo = str(target.make_url("/echo"))
    asked: Json = {"method": "GET", "uri": echo, "for": "https://management.example/"}

    answer = output(await hub.run("request", asked))

    assert told in (str(answer["content"]) if isinstance(answer, dict) else str(answer))
    await hub.extension.stop()


async def test_a_deleted_entity_begins_anew(hub: Hub, worker: SdkWorker) -> None:
    @worker.entity
    def note(context: df.DurableEntityContext) -> None:
        if context.operation_name == "delete":
            context.destruct_on_exit()
            return
        if context.operation_name == "set":
            context.set_state(context.get_input())
        context.set_result(context.get_state(lambda: "nothing"))

    @worker.orchestrator
    def life(context: Context) -> Steps:
        entity = df.EntityId("note", "n")
        first = yield context.call_entity(entity, "set", "text")
        yield context.call_entity(entity, "delete")
        return [first, (yield context.call_entity(entity, "get"))]

    assert output(await hub.run("life")) == ["text", "nothing"]
    assert [json.loads(batch)["exists"] for batch in worker.batches] == [False, True, False]
