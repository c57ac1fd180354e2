"""The port Orchestrations: the fake, and the SDK's client against the local Durable extension."""

from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from azure.durable_functions import DurableOrchestrationClient
from azure.durable_functions.models.utils import http_utils

from emulator.tests.host.durable_worker import Hub, SdkWorker
from shared.contracts.runs import EndedBadly, RunStatus
from shared.durable import DurableOrchestrations
from shared.ports import Orchestrations, OrchestrationState
from tests.fakes.samples import AT
from tests.fakes.services import FakeOrchestrations

type End = Callable[[str], Awaitable[None]]
STATUS = RunStatus(state="TRIAGED", since=AT, conversation_id="c1")
REQUEST: dict[str, object] = {"run": {"runId": "r", "tenantId": "t"}, "after": 1}

pytestmark = pytest.mark.filterwarnings("ignore:azure.functions df_")


@dataclass(frozen=True, slots=True)
class Engine:
    """The port, and an operator's hands: runs of `turn` wait until they are ended."""

    port: Orchestrations
    complete: End
    fail: End
    terminate: End

    async def started(self, run_id: str) -> OrchestrationState:
        await self.port.start(run_id, "turn", REQUEST)
        state = await self.port.state(run_id)
        assert state is not None
        return state


def faked() -> Engine:
    port = FakeOrchestrations()

    async def complete(run_id: str) -> None:
        port.states[run_id] = OrchestrationState("completed", STATUS)

    async def fail(run_id: str) -> None:
        port.states[run_id] = OrchestrationState("failed", STATUS)
        port.bad.append(EndedBadly(run_id, REQUEST, False))

    async def terminate(run_id: str) -> None:
        port.states[run_id] = OrchestrationState("terminated", STATUS)
        port.bad.append(EndedBadly(run_id, REQUEST, True))

    return Engine(port, complete, fail, terminate)


def waiting_worker() -> SdkWorker:
    worker = SdkWorker()

    @worker.orchestrator
    def turn(context: Any) -> Generator[Any, Any]:
        context.set_custom_status(STATUS.wire())
        # What the client sends as a text arrives as JSON.
        if "badly" in (yield context.wait_for_external_event("end")):
            raise ValueError("as asked")

    return worker


@asynccontextmanager
async def serving(hubs: list[Hub]) -> AsyncIterator[int]:
    """The extension's surface for the SDK's client; its port is needed before it is there."""

    async def handle(request: web.Request) -> web.StreamResponse:
        return await hubs[0].extension.rpc(request)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    async with TestServer(app) as server:
        assert server.port is not None
        yield server.port


@asynccontextmanager
async def real(folder: Path) -> AsyncIterator[Engine]:
    hubs: list[Hub] = []
    async with serving(hubs) as port:
        hub = Hub(folder, waiting_worker(), rpc_port=port)
        hubs.append(hub)
        await hub.extension.start()
        client = DurableOrchestrationClient(hub.extension.client_binding())

        async def end(run_id: str, how: str) -> None:
            await client.raise_event(run_id, "end", how)
            await hub.ended(run_id)

        async def terminate(run_id: str) -> None:
            await client.terminate(run_id, "an operator")
            await hub.ended(run_id)

        yield Engine(
            DurableOrchestrations(client),
            lambda run_id: end(run_id, "well"),
            lambda run_id: end(run_id, "badly"),
            terminate,
        )
        # The SDK keeps one session for the life of its process.
        await http_utils._close_session()
        await hub.extension.stop()


@pytest.fixture(params=["fake", "real"])
async def engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Engine]:
    if request.param == "fake":
        yield faked()
        return
    async with real(tmp_path) as running:
        yield running


def long_ago() -> datetime:
    return datetime.now(UTC) - timedelta(hours=1)


async def test_a_run_that_was_never_started_has_no_state(engine: Engine) -> None:
    assert await engine.port.state("never") is None


async def test_a_started_run_is_not_over(engine: Engine) -> None:
    state = await engine.started("one")
    assert state.runtime in ("pending", "running")
    assert not state.is_over


async def test_starting_again_what_is_under_way_does_nothing(engine: Engine) -> None:
    await engine.started("one")
    again = await engine.started("one")
    assert not again.is_over
    await engine.complete("one")
    ended = await engine.port.state("one")
    assert ended is not None
    assert ended.runtime == "completed"


@pytest.mark.parametrize(
    ("how", "runtime"), [("complete", "completed"), ("fail", "failed"), ("terminate", "terminated")]
)
async def test_a_run_that_has_ended_is_over_and_says_how(
    engine: Engine, how: str, runtime: str
) -> None:
    await engine.started("one")
    await getattr(engine, how)("one")
    state = await engine.port.state("one")
    assert state is not None
    assert state.runtime == runtime
    assert state.is_over


async def test_the_status_that_the_orchestrator_set_is_read(engine: Engine) -> None:
    await engine.started("one")
    await engine.complete("one")
    state = await engine.port.state("one")
    assert state is not None
    assert state.status == STATUS


async def test_what_ended_badly_is_listed_with_what_it_was_started_with(engine: Engine) -> None:
    for run_id in ("good", "bad", "stopped", "running"):
        await engine.started(run_id)
    await engine.complete("good")
    await engine.fail("bad")
    await engine.terminate("stopped")
    found = {each.run_id: each for each in await engine.port.ended_badly(long_ago())}
    assert set(found) == {"bad", "stopped"}
    assert [found[run_id].terminated for run_id in ("bad", "stopped")] == [False, True]
    assert all(dict(each.request) == REQUEST for each in found.values())


@pytest.mark.parametrize("run_id", ["ended", "never"])
async def test_an_event_for_a_run_that_is_over_or_was_never_there_wakes_nobody(
    engine: Engine, run_id: str
) -> None:
    await engine.started("ended")
    await engine.complete("ended")
    await engine.port.raise_event(run_id, "stop")
    ended = await engine.port.state("ended")
    assert ended is not None
    assert ended.runtime == "completed"


async def test_an_orchestration_that_is_terminated_is_over(engine: Engine) -> None:
    await engine.started("run-e")
    for _ in range(2):
        await engine.port.terminate("run-e", "erased")
    state = await engine.port.state("run-e")
    assert state is not None
    assert state.is_over
    await engine.port.terminate("run-nobody-knows", "erased")


async def test_what_came_to_its_end_is_forgotten_by_the_time_of_its_beginning(
    engine: Engine,
) -> None:
    for run_id in ("good", "bad", "running"):
        await engine.started(run_id)
    await engine.complete("good")
    await engine.fail("bad")
    assert await engine.port.forget_completed(long_ago()) == 0
    soon = datetime.now(UTC) + timedelta(minutes=1)
    assert await engine.port.forget_completed(soon) == 1
    assert await engine.port.forget_completed(soon) == 0
    assert await engine.port.state("good") is None
    assert await engine.port.state("bad") is not None
    assert await engine.port.state("running") is not None


async def test_what_ended_badly_is_forgotten_one_by_one(engine: Engine) -> None:
    for run_id in ("bad", "running"):
        await engine.started(run_id)
    await engine.fail("bad")
    soon = datetime.now(UTC) + timedelta(minutes=1)
    assert await engine.port.ended_badly_before(long_ago()) == ()
    (found,) = await engine.port.ended_badly_before(soon)
    assert dict(found.request) == REQUEST
    for _ in range(2):
        await engine.port.forget(found.run_id)
    assert await engine.port.ended_badly_before(soon) == ()
    assert await engine.port.state("bad") is None


async def test_what_is_under_way_is_listed_by_the_time_of_its_beginning(engine: Engine) -> None:
    for run_id in ("good", "running"):
        await engine.started(run_id)
    await engine.complete("good")
    soon = datetime.now(UTC) + timedelta(minutes=1)
    assert [each.run_id for each in await engine.port.under_way(long_ago(), soon)] == ["running"]
    assert await engine.port.under_way(long_ago() - timedelta(hours=1), long_ago()) == ()
