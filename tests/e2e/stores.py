"""What the app has stored, read with the real Azure SDKs."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from azure.cosmos.aio import CosmosClient, DatabaseProxy
from azure.identity.aio import DefaultAzureCredential
from azure.search.documents.aio import SearchClient

from tests.e2e.cloud import Services

DATABASE = "eira"
INDEX = "cerebro"


@dataclass(frozen=True, slots=True)
class Stores:
    database: DatabaseProxy
    cerebro: SearchClient

    async def counts(self) -> Mapping[str, int]:
        """How many items each container holds."""
        names = [each["id"] async for each in self.database.list_containers()]
        return {name: len(await self.items(name, "select c.id from c")) for name in names}

    async def items(
        self, container: str, query: str = "select * from c", **parameters: str
    ) -> list[dict[str, Any]]:
        """The items of all partitions that a query finds."""
        found = self.database.get_container_client(container).query_items(
            query,
            parameters=[{"name": f"@{name}", "value": value} for name, value in parameters.items()],
        )
        return [dict(item) async for item in found]

    async def of_run(self, container: str, run_id: str) -> list[dict[str, Any]]:
        return await self.items(container, "select * from c where c.runId = @run", run=run_id)

    async def document(self, document_id: str) -> dict[str, Any]:
        """A document of Cerebro by its id."""
        return dict(await self.cerebro.get_document(document_id))


@asynccontextmanager
async def opened_stores(services: Services) -> AsyncIterator[Stores]:
    """Signed in as the app is: with the managed identity that the environment names."""
    trusted = str(services.ca_file)
    async with (
        DefaultAzureCredential() as credential,
        CosmosClient(services.urls["cosmos"], credential, connection_verify=trusted) as cosmos,
        SearchClient(
            services.urls["search"], INDEX, credential, connection_verify=trusted
        ) as cerebro,
    ):
        yield Stores(cosmos.get_database_client(DATABASE), cerebro)
