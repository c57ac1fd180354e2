"""Starts services inside a test, and points the real Azure SDKs at them."""

import ssl
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import aiohttp
import pytest

from emulator.services.identity.app import HTTP_PORT
from emulator.services.identity.app import create_app as create_identity
from emulator.services.identity.secret import MSI_PATH
from emulator.services.serving import CreateApp, RunningService, ServiceContext, start
from emulator.services.tls import Authority, ensure_authority
from emulator.services.tokens import SigningKeys


class StartService(Protocol):
    """Serves on a free port until the test ends; `<data_root>/<name>` is the service's folder."""

    def __call__(
        self, create_app: CreateApp, name: str, config: Mapping[str, object] | None = None
    ) -> Awaitable[RunningService]: ...


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Holds the certificates and keys, which are costly to make, for all tests of a process."""
    return tmp_path_factory.mktemp("authority")


@pytest.fixture(scope="session")
def authority(shared_folder: Path) -> Authority:
    return ensure_authority(shared_folder / "ca")


@pytest.fixture(scope="session")
def keys(shared_folder: Path) -> SigningKeys:
    return SigningKeys.load_or_create(shared_folder / "keys")


@pytest.fixture
def data_root(tmp_path: Path, authority: Authority, keys: SigningKeys, shared_folder: Path) -> Path:
    """A data folder as the supervisor lays it out, with the shared certificates and keys."""
    root = tmp_path / "data"
    root.mkdir()
    (root / "ca").symlink_to(shared_folder / "ca", target_is_directory=True)
    (root / "keys").symlink_to(shared_folder / "keys", target_is_directory=True)
    return root


@pytest.fixture
async def start_service(data_root: Path, keys: SigningKeys) -> AsyncIterator[StartService]:
    async with AsyncExitStack() as running:

        async def launch(
            create_app: CreateApp, name: str, config: Mapping[str, object] | None = None
        ) -> RunningService:
            context = ServiceContext(
                name=name,
                data=data_root / name,
                config=config or {},
                config_dir=data_root.parent,
                keys=keys,
                url="",
            )
            service = await start(create_app, context)
            running.push_async_callback(service.stop)
            return service

        yield launch


@pytest.fixture
async def http(authority: Authority) -> AsyncIterator[aiohttp.ClientSession]:
    """A client that trusts the emulator's authority."""
    trust: ssl.SSLContext = authority.client_context()
    connector = aiohttp.TCPConnector(ssl=trust, force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield session


@dataclass(frozen=True, slots=True)
class AzureEnvironment:
    """A running identity service, which `DefaultAzureCredential` finds by the environment."""

    identity: RunningService
    identity_endpoint: str
    identity_header: str


@pytest.fixture
async def azure_environment(
    start_service: StartService, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> AzureEnvironment:
    """Sets SSL_CERT_FILE, REQUESTS_CA_BUNDLE, IDENTITY_ENDPOINT and IDENTITY_HEADER."""
    config = {"identityHeader": "made-up-header", "httpPort": 0}
    identity = await start_service(create_identity, "identity", config)
    port = identity.app[HTTP_PORT][0]
    environment = AzureEnvironment(
        identity=identity,
        identity_endpoint=f"http://127.0.0.1:{port}{MSI_PATH}",
        identity_header="made-up-header",
    )
    # aiohttp read SSL_CERT_FILE when it was imported; in a process of its own that is early enough.
    monkeypatch.setattr("aiohttp.connector._SSL_CONTEXT_VERIFIED", authority.client_context())
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.bundle_file))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.bundle_file))
    monkeypatch.setenv("IDENTITY_ENDPOINT", environment.identity_endpoint)
    monkeypatch.setenv("IDENTITY_HEADER", environment.identity_header)
    return environment
