"""Every provider by its own SDK, against the local model in that provider's protocol."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from shared.bootstrap import build_credential, build_models
from shared.contracts.models import ModelChoice, Provider
from shared.ports import Model, ModelMessage, ModelRequest, StreamEnd
from shared.settings import Settings
from tests.e2e.cloud import Services
from tests.e2e.waiting import until

PATHS: dict[Provider, str] = {
    "azure-openai": "/openai/deployments/",
    "openai": "/v1/chat",
    "proxy": "/v1/chat",
    "anthropic": "/anthropic/",
    "google": "/google/",
}


@dataclass(frozen=True, slots=True)
class Wire:
    """The local model as its administrator sees it."""

    http: aiohttp.ClientSession
    url: str
    provider: Provider

    async def fails(self, **fault: Any) -> None:
        """The provider's next request does."""
        document = {"path": PATHS[self.provider], **fault}
        async with self.http.post(f"{self.url}/_emulator/faults", json=document) as response:
            response.raise_for_status()

    async def forget(self) -> None:
        for what in ("faults", "pace", "calls"):
            async with self.http.delete(f"{self.url}/_emulator/{what}") as response:
                response.raise_for_status()

    async def paced(self, tokens_per_second: float) -> None:
        pace = {"tokensPerSecond": tokens_per_second}
        async with self.http.post(f"{self.url}/_emulator/pace", json=pace) as response:
            response.raise_for_status()

    async def calls(self) -> int:
        async with self.http.get(f"{self.url}/_emulator/calls") as response:
            counted: dict[str, int] = (await response.json())["byPath"]
        return sum(n for path, n in counted.items() if PATHS[self.provider] in path)

    async def streams(self) -> int:
        """How many are being written to somebody."""
        async with self.http.get(f"{self.url}/_emulator/streams") as response:
            return int((await response.json())["underWay"])

    async def no_stream_is_left(self) -> None:
        async def look() -> bool:
            return await self.streams() == 0

        await until(look)


@pytest.fixture(params=list(PATHS))
def provider(request: pytest.FixtureRequest) -> Provider:
    named: Provider = request.param
    return named


@pytest.fixture
async def wire(services: Services, environment: None, provider: Provider) -> AsyncIterator[Wire]:
    connector = aiohttp.TCPConnector(ssl=services.trust())
    async with aiohttp.ClientSession(connector=connector) as http:
        wire = Wire(http, services.urls["model"], provider)
        await wire.forget()
        yield wire
        await wire.forget()


@pytest.fixture
def patience() -> dict[str, str]:
    """Settings of the models; no SDK hides a failure by asking again, unless a test wants it."""
    return {"Model__Retries": "0"}


@pytest.fixture
async def model(
    wire: Wire, patience: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Model]:
    for name, value in patience.items():
        monkeypatch.setenv(name, value)
    async with build_credential() as credential:
        models = build_models(Settings(), credential)
        yield models.get(ModelChoice(provider=wire.provider))
        await models.close()


def says(text: str, **more: Any) -> ModelRequest:
    system = ModelMessage("system", "You are an assistant in a test.")
    return ModelRequest((system, ModelMessage("user", text)), **more)


async def streamed(model: Model, request: ModelRequest) -> tuple[list[str], StreamEnd]:
    *pieces, end = [piece async for piece in model.stream(request)]
    assert isinstance(end, StreamEnd)
    texts = [piece for piece in pieces if isinstance(piece, str)]
    assert len(texts) == len(pieces)
    return texts, end
