"""A deployment to be examined in memory: settings, whoever asks, what the model gives."""

import asyncio
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import HttpResponseError

from cli.deployment.subject import Az, Place, Subject, Who
from shared.settings import get_settings

TENANT = "11111111-1111-4111-8111-111111111111"
SETTINGS = {
    "AzureOpenAI__Endpoint": "https://oai-eira.openai.azure.com/",
    "AzureOpenAI__ChatDeployment": "chat",
    "AzureOpenAI__EmbeddingsDeployment": "embeddings",
    "AI__Deployments": '{"chat": "gpt-4.1"}',
    "AzureSearch__Endpoint": "https://srch-eira.search.windows.net",
    "AzureSearch__SemanticConfiguration": "cerebro-semantic",
    "Search__Dimensions": "4",
    "Cosmos__Endpoint": "https://cosmos-eira.documents.azure.com:443/",
    "KeyVault__Uri": "https://kv-eira.vault.azure.net/",
    "Moderation__Provider": "content-safety",
    "Moderation__Endpoint": "https://cs-eira.cognitiveservices.azure.com/",
    "Erp__BaseUrl": "https://erp.example/api",
    "Erp__Scope": "api://erp/.default",
    "Auth__Audience": "api://eira-agents",
    "Auth__Tenants": f'["{TENANT}"]',
}
KNOWN_TO_AZD = {
    "AZURE_RESOURCE_GROUP": "rg-eira-dev",
    "AZURE_SUBSCRIPTION_ID": "5b5b",
    "AZURE_FUNCTION_APP": "func-eira",
    "ERP_TOPIC": "evgt-eira",
}
APP = Who("id-eira", "a9a9", TENANT, is_program=True, credential="ManagedIdentityCredential")
PERSON = Who("ana@example.org", "b8b8", TENANT, is_program=False, credential="AzureCliCredential")


@dataclass(frozen=True, slots=True)
class Known[T]:
    """What is known already, and may be awaited as often as anybody likes."""

    value: T

    def __await__(self) -> Generator[object, None, T]:
        return asyncio.sleep(0, self.value).__await__()


class FakeCredential:
    """Gives the same token for everything, or what it fails with."""

    def __init__(self, token: str = "made-up-token-0001", failure: Exception | None = None) -> None:
        self.token, self.failure = token, failure

    async def get_token(self, *scopes: str, **_: object) -> AccessToken:
        if self.failure is not None:
            raise self.failure
        return AccessToken(self.token, 2**40)

    async def close(self) -> None:
        return

    async def __aenter__(self) -> "FakeCredential":
        return self

    async def __aexit__(self, *_: object) -> None:
        return


@contextmanager
def told(monkeypatch: pytest.MonkeyPatch, **settings: str) -> Iterator[None]:
    """The app's settings are these and those above; an empty one is none."""
    with monkeypatch.context() as patch:
        for name, value in {**SETTINGS, **settings}.items():
            patch.setenv(name, value) if value else patch.delenv(name, raising=False)
        get_settings.cache_clear()
        try:
            yield
        finally:
            get_settings.cache_clear()


def subject(
    monkeypatch: pytest.MonkeyPatch,
    *,
    who: Who | None = APP,
    dimensions: int | None = 4,
    local: bool = False,
    az: Az | None = None,
    environment: dict[str, str] | None = None,
    credential: FakeCredential | None = None,
    **settings: str,
) -> Subject:
    with told(monkeypatch, **settings):
        read = get_settings()
    place = Place({**KNOWN_TO_AZD, **SETTINGS, **settings, **(environment or {})}, local=local)
    return Subject(place, read, credential or FakeCredential(), Known(who), Known(dimensions), az)


def answered(status: int) -> HttpResponseError:
    """What an SDK raises for this status, with a text that nobody may read."""
    failed = HttpResponseError(message="the key made-up-secret-0009 is refused")
    failed.status_code = status
    return failed
