"""Hosts that tests share, and one for a test that breaks it."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from emulator.tests.host.durable_worker import Hub, SdkWorker
from emulator.tests.host.harness import APPS, HostProcess, start_host

type StartHost = Callable[..., HostProcess]


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    """A client that keeps no cookies and decides nothing itself."""
    async with ClientSession() as session:
        yield session


@pytest.fixture(scope="session")
def streaming_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostProcess]:
    """The app that streams, on one worker; not to be killed or stopped."""
    host = start_host(APPS / "streaming", tmp_path_factory.mktemp("streaming"), "--no-watch")
    yield host
    host.stop()


@pytest.fixture(scope="session")
def classic_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostProcess]:
    """The app of the classic kind, on one worker; not to be killed or stopped."""
    host = start_host(APPS / "classic", tmp_path_factory.mktemp("classic"), "--no-watch")
    yield host
    host.stop()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[StartHost]:
    """Start a host of the test's own; it is ended after the test."""
    started: list[HostProcess] = []

    def start_one(app: Path, *options: str, **environment: str) -> HostProcess:
        host = start_host(app, tmp_path, *options, environment=environment)
        started.append(host)
        return host

    yield start_one
    for host in started:
        host.process.kill()
        host.process.wait()


@pytest.fixture
async def hub(tmp_path: Path, worker: SdkWorker) -> AsyncIterator[Hub]:
    """A started task hub; the functions are those of the module's own fixture `worker`."""
    hub = Hub(tmp_path, worker)
    await hub.extension.start()
    yield hub
    await hub.extension.stop()
