"""The management API: the SDK's own client on one surface, plain HTTP on the other."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import azure.durable_functions as df
import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from azure.durable_functions.models.OrchestrationRuntimeStatus import OrchestrationRuntimeStatus
from azure.durable_functions.models.utils import http_utils

from emulator.tests.host.durable_worker import Hub, Json, SdkWorker, Steps

type Context = df.DurableOrchestrationContext
WEBHOOK = "/runtime/webhooks/durabletask"


@dataclass(frozen=True)
class Site:
    """A task hub behind both of its HTTP surfaces, the SDK's client, and a plain one."""

    hub: Hub
    sdk: df.DurableOrchestrationClient
    http: ClientSession
    webhook: str
    rpc: str

    async def call(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        """One request to the webhook: status and body."""
        headers = {} if body is None else {"Content-Type": "application/json"}
        data = None if body is None else body.encode()
        async with self.http.request(
            method, self.webhook + path, data=data, headers=headers
        ) as response:
            return response.status, await response.text()


@pytest.fixture
def worker() -> SdkWorker:
    """Orchestrators that complete, wait and fail, and an entity."""
    worker = SdkWorker()

    @worker.activity
    def hello(name: Json) -> Json:
        return f"Hello {name}"

    @worker.activity
    def boom(value: Json) -> Json:
        raise ValueError("bang")

    @worker.orchestrator
    def single(context: Context) -> Steps:
        return (yield context.call_activity("hello", context.get_input()))

    @worker.orchestrator
    def wait_for_go(context: Context) -> Steps:
        return (yield context.wait_for_external_event("go"))

    @worker.orchestrator
    def fails(context: Context) -> Steps:
        yield context.call_activity("boom", 1)

    @worker.entity
    def counter(context: df.DurableEntityContext) -> None:
        total = context.get_state(lambda: 0)
        if context.operation_name == "add":
            total += context.get_input()
        context.set_state(total)
        context.set_result(total)

    return worker


@pytest.fixture
async def site(tmp_path: Path, worker: SdkWorker) -> AsyncIterator[Site]:
    """The hub, served on two free ports."""
    hubs: list[Hub] = []

    async def webhook(request: web.Request) -> web.StreamResponse:
        return await hubs[0].extension.webhook(request)

    async def rpc(request: web.Request) -> web.StreamResponse:
        return await hubs[0].extension.rpc(request)

    servers = []
    for path, handler in ((WEBHOOK, webhook), ("/durabletask", rpc)):
        app = web.Application()
        app.router.add_route("*", path + "/{tail:.*}", handler)
        server = TestServer(app, host="127.0.0.1")
        await server.start_server()
        servers.append(server)
    main, private = (server.port for server in servers)
    assert main is not None
    assert private is not None
    hub = Hub(tmp_path, worker, main_port=main, rpc_port=private)
    hubs.append(hub)
    await hub.extension.start()
    sdk = df.DurableOrchestrationClient(hub.extension.client_binding())
    async with ClientSession() as http:
        root = f"http://127.0.0.1:{main}{WEBHOOK}"
        yield Site(hub, sdk, http, root, f"http://127.0.0.1:{private}/durabletask")
    # The SDK keeps one session for the life of its process.
    await http_utils._close_session()
    await hub.extension.stop()
    for server in servers:
        await server.close()


async def test_the_client_starts_and_reads_an_orchestration(site: Site) -> None:
    started = await site.sdk.start_new("single", "one", "Tokyo")
    await site.hub.ended(started)

    status = await site.sdk.get_status("one", show_history=True, show_history_output=True)

    assert status.runtime_status is OrchestrationRuntimeStatus.Completed
    assert (status.name, status.output, status.input_) == ("single", "Hello Tokyo", '"Tokyo"')
    kinds = [event["EventType"] for event in status.historyEvents]
    assert kinds == ["ExecutionStarted", "TaskCompleted", "ExecutionCompleted"]
    assert status.historyEvents[1]["FunctionName"] == "hello"
    assert status.historyEvents[1]["ScheduledTime"].endswith("+00:00")


async def test_a_running_id_is_refused_and_an_ended_one_replaced(site: Site) -> None:
    await site.sdk.start_new("wait_for_go", "same")

    with pytest.raises(Exception, match="already exists"):
        await site.sdk.start_new("wait_for_go", "same")

    await site.sdk.raise_event("same", "go", {"x": 1})
    await site.hub.ended("same")
    await site.sdk.start_new("single", "same", "Again")
    await site.hub.ended("same")
    status = await site.sdk.get_status("same", show_history=True)
    assert status.output == "Hello Again"
    assert status.historyEvents[0]["Generation"] == 1


async def test_the_client_pauses_resumes_and_ends(site: Site) -> None:
    await site.sdk.start_new("wait_for_go", "run")
    await site.hub.until(lambda: site.hub.status("run") == "Running")

    await site.sdk.suspend("run", "pause")
    await site.hub.until(lambda: site.hub.status("run") == "Suspended")
    with pytest.raises(Exception, match="500"):
        await site.sdk.suspend("run", "again")
    await site.sdk.resume("run", "go on")
    await site.hub.until(lambda: site.hub.status("run") == "Running")
    await site.sdk.terminate("run", "enough")
    await site.hub.ended("run")

    status = await site.sdk.get_status("run")
    assert (status.runtime_status, status.output) == (
        OrchestrationRuntimeStatus.Terminated,
        "enough",
    )
    with pytest.raises(Exception, match="is gone"):
        await site.sdk.raise_event("run", "go", 1)


async def test_unknown_instances_are_unknown_to_every_operation(site: Site) -> None:
    for operation in ("terminate", "suspend", "resume"):
        with pytest.raises(Exception, match="No instance with ID"):
            await getattr(site.sdk, operation)("nobody", "r")
    with pytest.raises(Exception, match="No instance with ID"):
        await site.sdk.raise_event("nobody", "go", 1)
    assert (await site.call("GET", "/instances/nobody"))[0] == 404
    assert (await site.sdk.purge_instance_history("nobody")).instances_deleted == 0


async def test_the_client_lists_by_status_time_and_prefix(site: Site) -> None:
    for name in ("a1", "a2", "b1"):
        await site.hub.ended(await site.sdk.start_new("single", name, name))
    await site.sdk.start_new("wait_for_go", "a3")
    await site.hub.until(lambda: site.hub.status("a3") == "Running")
    hour = timedelta(hours=1)
    now = datetime.now(UTC)

    everything = await site.sdk.get_status_all()
    running = await site.sdk.get_status_by(runtime_status=[OrchestrationRuntimeStatus.Running])
    prefixed = await site.sdk.get_status_by(instance_id_prefix="a", created_time_from=now - hour)
    future = await site.sdk.get_status_by(created_time_from=now + hour)

    assert [status.instance_id for status in everything] == ["a1", "a2", "a3", "b1"]
    assert [status.instance_id for status in running] == ["a3"]
    assert [status.instance_id for status in prefixed] == ["a1", "a2", "a3"]
    assert future == []


async def test_lists_come_in_pages(site: Site) -> None:
    for name in ("p1", "p2", "p3"):
        await site.hub.ended(await site.sdk.start_new("single", name, name))

    async with site.http.get(site.webhook + "/instances?top=2") as response:
        token = response.headers["x-ms-continuation-token"]
        first = await response.json()
    headers = {"x-ms-continuation-token": token}
    async with site.http.get(site.webhook + "/instances?top=2", headers=headers) as response:
        second = await response.json()
        assert "x-ms-continuation-token" not in response.headers

    assert [each["instanceId"] for each in first + second] == ["p1", "p2", "p3"]


async def test_the_client_purges_one_and_many(site: Site) -> None:
    for name in ("p1", "p2", "p3"):
        await site.hub.ended(await site.sdk.start_new("single", name, name))
    await site.sdk.start_new("wait_for_go", "running")
    hour = timedelta(hours=1)
    now = datetime.now(UTC)

    one = await site.sdk.purge_instance_history("p1")
    running = await site.sdk.purge_instance_history("running")
    many = await site.sdk.purge_instance_history_by(now - hour, now + hour)
    none = await site.sdk.purge_instance_history_by(now - hour, now + hour)

    deleted = [each.instances_deleted for each in (one, running, many, none)]
    assert deleted == [1, 1, 2, 0]
    assert await site.call("DELETE", "/instances") == (
        400,
        "\"Please provide value for 'createdTimeFrom' parameter.\"",
    )


async def test_the_client_restarts_with_the_same_input(site: Site) -> None:
    await site.hub.ended(await site.sdk.start_new("single", "first", "Tokyo"))

    payload = await site.sdk.restart("first")
    again = await site.hub.ended(payload["id"])

    assert again.output == '"Hello Tokyo"'
    assert again.id != "first"
    status, body = await site.call("POST", "/instances/nobody/restart")
    assert (status, json.loads(body)["Message"]) == (
        400,
        "InstanceId does not match a valid orchestration instance.",
    )


async def test_the_client_waits_for_completion(site: Site) -> None:
    await site.sdk.start_new("single", "quick", "Tokyo")

    answer = await site.sdk.wait_for_completion_or_create_check_status_response(
        None, "quick", 60_000, 50
    )

    assert (answer.status_code, answer.get_body()) == (200, b"Hello Tokyo")


async def test_the_management_payload_leads_to_the_webhook(site: Site) -> None:
    await site.hub.ended(await site.sdk.start_new("single", "one", "Tokyo"))

    payload = site.sdk.create_http_management_payload("one")

    assert set(payload) >= {"statusQueryGetUri", "terminatePostUri", "rewindPostUri"}
    async with site.http.get(payload["statusQueryGetUri"]) as response:
        assert (await response.json())["output"] == "Hello Tokyo"


async def test_signals_reach_an_entity_and_its_state_is_read(site: Site) -> None:
    entity = df.EntityId("counter", "k")
    assert (await site.sdk.read_entity_state(entity)).entity_exists is False

    await site.sdk.signal_entity(entity, "add", 5)
    await site.sdk.signal_entity(entity, "add", 2)

    records = site.hub.extension.management
    await site.hub.until(
        lambda: (found := records.entity("@counter@k")) is not None and found.state == "7"
    )
    assert (await site.sdk.read_entity_state(entity)).entity_state == 7
    with pytest.raises(Exception, match="400"):
        await site.sdk.signal_entity(df.EntityId("nosuch", "k"), "add", 1)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/orchestrators/single/x", "Tokyo", 400),
        ("POST", "/orchestrators/single/x", '{"a":', 500),
        ("GET", "/orchestrators/single/x", None, 404),
        ("POST", "/orchestrators/single/a%2Fb", None, 404),
        ("GET", "/frobnicate", None, 404),
        ("HEAD", "/instances/waiting", None, 404),
        ("POST", "/instances/waiting/frobnicate", None, 404),
        ("POST", "/instances/waiting/raiseEvent/go", None, 400),
        ("POST", "/instances/waiting/raiseEvent/go", '{"a":', 400),
        ("POST", "/instances/waiting/resume", None, 500),
        ("POST", "/instances/waiting/rewind", None, 500),
        ("GET", "/instances/waiting?taskHub=Other", None, 404),
        ("GET", "/instances/waiting?connection=Nope", None, 500),
        ("GET", "/instances/failed", None, 200),
        ("GET", "/instances/failed?returnInternalServerErrorOnFailure=true", None, 500),
        ("POST", "/instances/failed/terminate", None, 410),
    ],
)
async def test_requests_get_the_statuses_of_the_real_host(
    site: Site, method: str, path: str, body: str | None, status: int
) -> None:
    await site.sdk.start_new("wait_for_go", "waiting")
    await site.hub.until(lambda: site.hub.status("waiting") == "Running")
    await site.hub.ended(await site.sdk.start_new("fails", "failed"))

    assert (await site.call(method, path, body))[0] == status


async def test_a_start_may_wait_for_the_result(site: Site) -> None:
    quick = await site.call("POST", "/orchestrators/single/q?timeout=60", '"\\"Tokyo\\""')
    slow = await site.call("POST", "/orchestrators/wait_for_go/s?timeout=0.05")

    assert quick == (200, '"Hello Tokyo"')
    assert (slow[0], json.loads(slow[1])["id"]) == (202, "s")


async def test_a_running_status_says_where_to_ask_again(site: Site) -> None:
    await site.sdk.start_new("wait_for_go", "waiting")

    async with site.http.get(site.rpc + "/instances/waiting?showInput=false") as response:
        assert response.status == 202
        assert response.headers["Location"] == site.rpc + "/instances/waiting?showInput=false"
        assert response.headers["Retry-After"] == "5"


async def test_ids_with_blanks_and_accents_are_escaped_in_links(site: Site) -> None:
    status, body = await site.call("POST", "/orchestrators/single/%C3%A9%20x", '"1"')

    payload = json.loads(body)
    assert (status, payload["id"]) == (202, "é x")
    assert "/instances/%C3%A9+x?" in payload["statusQueryGetUri"]
