"""Fixtures: an empty search service, and one with an index of Spanish documents."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from azure.search.documents.aio import SearchClient

from emulator.services.search.app import create_app
from emulator.services.tls import Authority
from emulator.services.tokens import SigningKeys
from emulator.tests.services.conftest import StartService

from .cloud import API_KEY, OTHER_KEY, Cloud
from .library import LIBRARY, library_index


@pytest.fixture
async def cloud(
    start_service: StartService, keys: SigningKeys, authority: Authority
) -> AsyncIterator[Cloud]:
    service = await start_service(create_app, "search", {"apiKey": API_KEY, "apiKeys": [OTHER_KEY]})
    async with AsyncExitStack() as stack:
        yield Cloud(service, keys, authority.ca_file, stack)


@pytest.fixture
async def library(cloud: Cloud) -> SearchClient:
    """A client of the index `biblioteca`, which holds the documents of `LIBRARY`."""
    indexes = await cloud.indexes()
    await indexes.create_index(library_index("biblioteca"))
    client = await cloud.search("biblioteca")
    await client.upload_documents([dict(document) for document in LIBRARY])
    return client
