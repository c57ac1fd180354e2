"""Lets in whoever has a token for the service or its key, and nobody else."""

import asyncio

import aiohttp
import pytest
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.identity.aio import DefaultAzureCredential
from azure.search.documents import SearchClient as SyncSearchClient
from azure.search.documents.indexes.aio import SearchIndexClient

from emulator.tests.services.conftest import AzureEnvironment

from .cloud import API_KEY, OTHER_KEY, Cloud
from .library import LIBRARY, library_index


async def test_a_token_for_another_audience_is_refused(cloud: Cloud) -> None:
    client = await cloud.search("biblioteca", audience="https://vault.azure.net")
    with pytest.raises(ClientAuthenticationError) as refused:
        await client.get_document_count()
    assert refused.value.status_code == 401
    assert "vault.azure.net" in str(refused.value.message)


@pytest.mark.parametrize("key", [API_KEY, OTHER_KEY])
async def test_a_configured_key_is_accepted(cloud: Cloud, key: str) -> None:
    indexes = await cloud.indexes(key=key)
    assert (await indexes.create_index(library_index("biblioteca"))).name == "biblioteca"


async def test_a_wrong_key_is_forbidden(cloud: Cloud) -> None:
    indexes = await cloud.indexes(key="guessed")
    with pytest.raises(HttpResponseError) as refused:
        await indexes.create_index(library_index("biblioteca"))
    assert refused.value.status_code == 403


async def test_a_request_without_credentials_is_told_to_bring_a_token(
    cloud: Cloud, http: aiohttp.ClientSession
) -> None:
    async with http.get(f"{cloud.service.url}/indexes") as answer:
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


async def test_the_sync_client_works_too(cloud: Cloud) -> None:
    indexes = await cloud.indexes()
    await indexes.create_index(library_index("biblioteca"))

    def use() -> list[str]:
        with SyncSearchClient(
            cloud.service.url,
            "biblioteca",
            AzureKeyCredential(API_KEY),
            connection_verify=str(cloud.ca_file),
        ) as client:
            client.upload_documents([dict(document) for document in LIBRARY])
            return [str(document["id"]) for document in client.search("vacaciones", top=1)]

    assert await asyncio.to_thread(use) == ["vacaciones"]


async def test_the_default_credential_signs_in_with_the_managed_identity(
    cloud: Cloud, azure_environment: AzureEnvironment
) -> None:
    async with (
        DefaultAzureCredential() as credential,
        SearchIndexClient(cloud.service.url, credential) as indexes,
    ):
        assert [name async for name in indexes.list_index_names()] == []


async def test_an_injected_fault_reaches_the_client_and_passes(
    cloud: Cloud, http: aiohttp.ClientSession
) -> None:
    indexes = await cloud.indexes()
    await indexes.create_index(library_index("biblioteca"))
    client = await cloud.search("biblioteca")
    fault = {"count": 1, "status": 429, "retryAfter": 1, "path": "docs"}
    async with http.post(f"{cloud.service.url}/_emulator/faults", json=fault) as answer:
        assert answer.status < 300
    with pytest.raises(HttpResponseError) as refused:
        await client.get_document_count()
    assert refused.value.status_code == 429
    assert await client.get_document_count() == 0
