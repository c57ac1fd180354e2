"""One local cloud and one host of the app for each process that runs tests."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from uuid import uuid4

import aiohttp
import pytest

from tests.e2e.cloud import Host, Services, running_host, running_services
from tests.e2e.people import Person
from tests.e2e.stores import Stores, opened_stores
from tests.e2e.surroundings import Durable, Surroundings

LONGEST_REQUEST_SECONDS = 120.0


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with running_services(tmp_path_factory.mktemp("cloud") / "data") as running:
        yield running


@pytest.fixture(scope="session")
def host(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with running_host(services, tmp_path_factory.mktemp("host") / "data") as running:
        yield running


@pytest.fixture
async def http(services: Services) -> AsyncIterator[aiohttp.ClientSession]:
    connector = aiohttp.TCPConnector(ssl=services.trust(), limit=0)
    timeout = aiohttp.ClientTimeout(total=LONGEST_REQUEST_SECONDS)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        yield session


@pytest.fixture
async def around(http: aiohttp.ClientSession, services: Services) -> AsyncIterator[Surroundings]:
    """The services; whatever a test lets fail works again afterwards."""
    surroundings = Surroundings(http, services.urls)
    yield surroundings
    await surroundings.heal()


type Call = Callable[[str], Awaitable[Person]]


@pytest.fixture
def person(http: aiohttp.ClientSession, host: Host, around: Surroundings) -> Call:
    """A demo user, signed in at the app."""

    async def sign_in(user: str) -> Person:
        return Person(http, host.url, await around.token(user))

    return sign_in


@pytest.fixture
async def ana(person: Call) -> Person:
    return await person("ana")


@pytest.fixture
async def olga(person: Call) -> Person:
    """Of another tenant."""
    return await person("olga")


@pytest.fixture
def durable(http: aiohttp.ClientSession, host: Host) -> Durable:
    return Durable(http, host.url)


@dataclass(frozen=True, slots=True)
class Erp:
    """The ERP as one demo user sees it."""

    around: Surroundings
    token: str

    async def tasks(self, title: str) -> list[dict[str, object]]:
        return [dict(task) for task in await self.around.tasks(self.token, title)]

    async def users(self, email: str) -> list[dict[str, object]]:
        return [dict(user) for user in await self.around.users(self.token, email)]


@pytest.fixture
def erp(around: Surroundings, ana: Person) -> Erp:
    assert ana.token is not None
    return Erp(around, ana.token)


@pytest.fixture
def title() -> str:
    """The title of a task that no other test creates."""
    return f"revisar el expediente {uuid4().int % 10**9}"


@pytest.fixture
async def stores(services: Services, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stores]:
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER", "AZURE_COSMOS_AAD_SCOPE_OVERRIDE"):
        monkeypatch.setenv(name, services.environment[name])
    async with opened_stores(services) as opened:
        yield opened
