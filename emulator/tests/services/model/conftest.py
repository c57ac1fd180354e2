"""A running model service, and the real OpenAI clients pointed at it."""

from collections.abc import AsyncIterator

import openai
import pytest

from emulator.services.model.access import AUDIENCE
from emulator.services.model.app import create_app
from emulator.services.serving import RunningService
from emulator.services.tls import Authority
from emulator.services.tokens import SigningKeys
from emulator.tests.services.conftest import StartService

KEY = "made-up-key"


@pytest.fixture
async def service(start_service: StartService) -> RunningService:
    return await start_service(create_app, "model", {"apiKeys": [KEY]})


@pytest.fixture
async def client(
    service: RunningService, authority: Authority
) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(
        base_url=f"{service.url}/v1",
        api_key=KEY,
        max_retries=0,
        http_client=openai.DefaultAsyncHttpxClient(verify=authority.client_context()),
    ) as made:
        yield made


@pytest.fixture
async def azure(
    service: RunningService, authority: Authority, keys: SigningKeys
) -> AsyncIterator[openai.AsyncAzureOpenAI]:
    """With a token of this machine's identity instead of a key, as the app has it."""

    async def token() -> str:
        return keys.sign({"aud": AUDIENCE})

    async with openai.AsyncAzureOpenAI(
        azure_endpoint=service.url,
        api_version="2024-10-21",
        azure_ad_token_provider=token,
        max_retries=0,
        http_client=openai.DefaultAsyncHttpxClient(verify=authority.client_context()),
    ) as made:
        yield made
