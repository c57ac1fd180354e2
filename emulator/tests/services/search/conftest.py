"""Fixtures: a fresh search service, and one with an index of Spanish documents."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from azure.search.documents.aio import SearchClient

from .cloud import Cloud, start_cloud
from .library import LIBRARY, library_index


@pytest.fixture
async def cloud(tmp_path: Path) -> AsyncIterator[Cloud]:
    async with AsyncExitStack() as stack:
        yield await start_cloud(tmp_path, stack)


@pytest.fixture
async def library(cloud: Cloud) -> SearchClient:
    """A client of an index that holds the documents of `LIBRARY`."""
    indexes = await cloud.indexes()
    await indexes.create_index(library_index("biblioteca"))
    client = await cloud.search("biblioteca")
    await client.upload_documents([dict(document) for document in LIBRARY])
    return client
