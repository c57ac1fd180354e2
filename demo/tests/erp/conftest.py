"""Starts the ERP over TLS inside a test, empty or with the demo's seed."""

from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Protocol

import aiohttp
import pytest

from demo.erp.app import create_app
from emulator.services.serving import RunningService, ServiceContext, start
from emulator.services.tls import Authority, ensure_authority
from emulator.services.tokens import SigningKeys

from .client import ErpClient

DEMO = Path(__file__).parents[2]
AUDIENCES = ["api://erp", "api://eira-agents"]


class StartErp(Protocol):
    """Serves on a free port until the test ends, always on the same data folder."""

    def __call__(self, config: Mapping[str, object] | None = None) -> Awaitable[RunningService]: ...


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Holds the certificates and keys, which are costly to make, for all tests of a process."""
    return tmp_path_factory.mktemp("authority")


@pytest.fixture
def authority(shared_folder: Path) -> Authority:
    return ensure_authority(shared_folder / "ca")


@pytest.fixture
def keys(shared_folder: Path) -> SigningKeys:
    return SigningKeys.load_or_create(shared_folder / "keys")


@pytest.fixture
async def session(authority: Authority) -> AsyncIterator[aiohttp.ClientSession]:
    connector = aiohttp.TCPConnector(ssl=authority.client_context())
    async with aiohttp.ClientSession(connector=connector) as opened:
        yield opened


@pytest.fixture
async def start_erp(
    tmp_path: Path, shared_folder: Path, authority: Authority, keys: SigningKeys
) -> AsyncIterator[StartErp]:
    (tmp_path / "ca").symlink_to(shared_folder / "ca", target_is_directory=True)
    async with AsyncExitStack() as running:

        async def launch(config: Mapping[str, object] | None = None) -> RunningService:
            context = ServiceContext(
                name="erp",
                data=tmp_path / "erp",
                config={"audiences": AUDIENCES, **(config or {})},
                config_dir=DEMO,
                keys=keys,
                url="",
            )
            service = await start(create_app, context)
            running.push_async_callback(service.stop)
            return service

        yield launch


@pytest.fixture
async def erp(start_erp: StartErp, session: aiohttp.ClientSession, keys: SigningKeys) -> ErpClient:
    """An empty ERP."""
    return ErpClient(session, (await start_erp()).url, keys)


@pytest.fixture
async def seeded(
    start_erp: StartErp, session: aiohttp.ClientSession, keys: SigningKeys
) -> ErpClient:
    """The ERP as the demo starts it."""
    return ErpClient(session, (await start_erp({"seed": "erp/seed.json"})).url, keys)
