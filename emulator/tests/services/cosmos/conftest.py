"""A running account for each test, and the real SDK's clients that reach it over TLS."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp
import pytest
from azure.core.credentials import AccessToken
from azure.cosmos.aio import ContainerProxy, CosmosClient

from emulator.services.cosmos.app import create_app
from emulator.services.serving import RunningService, ServiceContext, start
from emulator.services.tls import ensure_authority
from emulator.services.tokens import SigningKeys

CONFIG: Mapping[str, object] = {
    "database": "shop",
    "containers": [
        {"name": "orders", "partitionKey": ["/tenant"]},
        {"name": "visits", "partitionKey": ["/tenant", "/user"]},
        {"name": "notes", "partitionKey": ["/tenant"], "defaultTtl": -1},
        {"name": "beats", "partitionKey": ["/tenant"], "defaultTtl": 60},
        {"name": "blobs", "partitionKey": ["/tenant"], "indexing": "none"},
    ],
}


@dataclass(slots=True)
class Clock:
    """A clock that moves only when told to; epoch seconds."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True, slots=True)
class StaticCredential:
    """Signs what the identity service would sign, for async clients."""

    keys: SigningKeys

    async def get_token(self, *scopes: str, **_: object) -> AccessToken:
        return AccessToken(self.keys.sign({"aud": scopes[0], "oid": "tester"}), 1 << 40)

    async def close(self) -> None:
        pass

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        pass


@dataclass(slots=True)
class Account:
    """A running service with what is needed to talk to it; `restart` keeps its data."""

    data: Path
    keys: SigningKeys
    clock: Clock
    config: Mapping[str, object] = field(default_factory=lambda: CONFIG)
    service: RunningService | None = None
    opened: AsyncExitStack = field(default_factory=AsyncExitStack)
    main_client: CosmosClient | None = None

    @property
    def url(self) -> str:
        assert self.service is not None
        return self.service.url

    @property
    def ca_file(self) -> Path:
        return ensure_authority(self.data / "ca").ca_file

    async def start(self) -> None:
        context = ServiceContext(
            "cosmos", self.data / "cosmos", self.config, self.data, self.keys, ""
        )
        self.service = await start(partial(create_app, clock=self.clock), context)
        self.opened.push_async_callback(self.service.stop)
        self.main_client = await self.open_client()

    async def stop(self) -> None:
        await self.opened.aclose()

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    async def open_client(self) -> CosmosClient:
        """One more client; it is closed with the account."""
        client = CosmosClient(
            self.url, StaticCredential(self.keys), connection_verify=str(self.ca_file)
        )
        opened: CosmosClient = await self.opened.enter_async_context(client)
        return opened

    def client(self) -> CosmosClient:
        """The client that is open since the start."""
        assert self.main_client is not None
        return self.main_client

    def container(self, name: str) -> ContainerProxy:
        return self.client().get_database_client("shop").get_container_client(name)

    def token(self, audience: str = "https://localhost") -> str:
        return self.keys.sign({"aud": audience, "oid": "tester"})

    @asynccontextmanager
    async def http(self) -> AsyncIterator[aiohttp.ClientSession]:
        """A bare client, authorised, for what the SDK does not let through."""
        tls = ensure_authority(self.data / "ca").client_context()
        headers = {"authorization": f"type%3Daad%26ver%3D1.0%26sig%3D{self.token()}"}
        async with aiohttp.ClientSession(
            self.url, connector=aiohttp.TCPConnector(ssl=tls), headers=headers
        ) as session:
            yield session


@pytest.fixture
async def account(data_root: Path, keys: SigningKeys) -> AsyncIterator[Account]:
    account = Account(data_root, keys, Clock())
    await account.start()
    yield account
    await account.stop()


@pytest.fixture
def orders(account: Account) -> ContainerProxy:
    return account.container("orders")


type Document = dict[str, object]


async def query(container: ContainerProxy, text: str, **options: Any) -> list[Any]:
    """All results of a query; `options` are those of the SDK's query_items."""
    return [found async for found in container.query_items(text, **options)]


def charge_of(container: ContainerProxy) -> float:
    """The request units of the last answer."""
    headers = container.client_connection.last_response_headers
    return float(headers["x-ms-request-charge"])
