"""The Cosmos DB client, and the few operations that the stores are made of."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

from azure.core import MatchConditions
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError
from azure.core.pipeline.transport import AioHttpTransport
from azure.cosmos.aio import ContainerProxy, CosmosClient
from azure.cosmos.exceptions import (
    CosmosAccessConditionFailedError,
    CosmosResourceExistsError,
    CosmosResourceNotFoundError,
)

from shared.errors import StoreError
from shared.telemetry.stores import operation, stored

CONSISTENCY = "Eventual"
"""Writer and reader are on different instances, so session tokens, which live in one client,
promise nothing here and cost a quarter of a request's time. What must not be stale is not decided
by reading but by writing: creates that meet 409, and conditions."""
READ_BACK_LOOKS = 40
READ_BACK_SECONDS = 0.05
DELETED_AT_ONCE = 16

type Item = dict[str, Any]
type PartitionKey = str | list[str]


class CosmosDatabase:
    """Opens the client at the first use: it needs a running event loop."""

    def __init__(self, endpoint: str, database: str, credential: AsyncTokenCredential) -> None:
        # Looking for proxies in the environment and in .netrc costs two thread switches a request,
        # a third of its time; where the store needs a proxy, the platform's network has it.
        transport = AioHttpTransport(use_env_settings=False)
        self._client = CosmosClient(
            endpoint, credential, consistency_level=CONSISTENCY, transport=transport
        )
        self._database = database
        self._opening = asyncio.Lock()
        self._containers: dict[str, ContainerProxy] = {}

    async def container(self, name: str) -> ContainerProxy:
        if (found := self._containers.get(name)) is not None:
            return found
        async with self._opening:
            if not self._containers:
                await self._client.__aenter__()
            database = self._client.get_database_client(self._database)
            return self._containers.setdefault(name, database.get_container_client(name))

    async def close(self) -> None:
        await self._client.close()


class CosmosContainer:
    """One container. Absence, conflict and a lost race are values; the rest is a StoreError."""

    def __init__(self, database: CosmosDatabase, name: str) -> None:
        self._database = database
        self._name = name

    @property
    def name(self) -> str:
        return self._name

    @stored("create_item")
    async def create(self, item: Mapping[str, object]) -> str | None:
        """Create an item and answer its ETag; None when its id is taken."""
        try:
            container = await self._database.container(self._name)
            answer = await container.create_item(dict(item), no_response=True)
        except CosmosResourceExistsError:
            return None
        except AzureError as error:
            raise self._translated(error) from error
        return str(answer.get_response_headers()["etag"])

    @stored("read_item")
    async def read(self, item_id: str, key: PartitionKey) -> Item | None:
        try:
            container = await self._database.container(self._name)
            return dict(await container.read_item(item_id, partition_key=key))
        except CosmosResourceNotFoundError:
            return None
        except AzureError as error:
            raise self._translated(error) from error

    async def read_taken(self, item_id: str, key: PartitionKey) -> Item:
        """The item that a create met. The replica that is read may not have it yet: look again.

        Raises StoreError when it stays away.
        """
        for _ in range(READ_BACK_LOOKS):
            if (item := await self.read(item_id, key)) is not None:
                return item
            await asyncio.sleep(READ_BACK_SECONDS)
        raise StoreError(f"Cosmos container {self._name}: an item that exists cannot be read")

    @stored("replace_item")
    async def replace(self, item: Mapping[str, object], etag: str | None = None) -> str | None:
        """Replace an item and answer its new ETag; None when it changed since `etag` was read."""
        conditions: dict[str, Any] = {}
        if etag is not None:
            conditions = {"etag": etag, "match_condition": MatchConditions.IfNotModified}
        try:
            container = await self._database.container(self._name)
            stored = await container.replace_item(str(item["id"]), dict(item), **conditions)
        except (CosmosAccessConditionFailedError, CosmosResourceNotFoundError):
            return None
        except AzureError as error:
            raise self._translated(error) from error
        return str(stored["_etag"])

    async def patch(
        self, item_id: str, key: PartitionKey, operations: list[Item], condition: str | None = None
    ) -> bool:
        """Patch an item if it meets the condition (`from c where …`); False when it does not."""
        return await self.patched(item_id, key, operations, condition, answers=False) is not None

    @stored("patch_item")
    async def patched(
        self,
        item_id: str,
        key: PartitionKey,
        operations: list[Item],
        condition: str | None = None,
        *,
        answers: bool = True,
    ) -> Item | None:
        """The same; the item as this patch left it (empty unless it `answers`), or None."""
        try:
            container = await self._database.container(self._name)
            left = await container.patch_item(
                item_id, key, operations, filter_predicate=condition, no_response=not answers
            )
        except (CosmosAccessConditionFailedError, CosmosResourceNotFoundError):
            return None
        except AzureError as error:
            raise self._translated(error) from error
        return dict(left) if answers else {}

    async def delete(self, item_id: str, key: PartitionKey) -> None:
        """Delete an item, if it is there."""
        try:
            container = await self._database.container(self._name)
            await container.delete_item(item_id, partition_key=key)
        except CosmosResourceNotFoundError:
            return
        except AzureError as error:
            raise self._translated(error) from error

    async def clear(self, key: PartitionKey, keep: str) -> None:
        """Delete all items of one partition but that which is called `keep`."""
        limit = asyncio.Semaphore(DELETED_AT_ONCE)

        async def delete(item_id: str) -> None:
            async with limit:
                await self.delete(item_id, key)

        found = [str(item["id"]) async for item in self.query("select c.id from c", key)]
        await asyncio.gather(*(delete(each) for each in found if each != keep))

    async def query(
        self,
        text: str,
        key: PartitionKey,
        parameters: Sequence[Item] = (),
        limit: int | None = None,
    ) -> AsyncGenerator[Item]:
        """Items of one partition, or of those that the first levels of a key lead to."""
        async for item in self.values(text, key, parameters, limit):
            yield dict(item)

    async def values(
        self,
        text: str,
        key: PartitionKey,
        parameters: Sequence[Item] = (),
        limit: int | None = None,
    ) -> AsyncGenerator[Any]:
        """The same of a query that selects no objects."""
        with operation("query_items", self._name):
            try:
                container = await self._database.container(self._name)
                pages = container.query_items(
                    text, parameters=list(parameters), partition_key=key, max_item_count=limit
                )
                async for item in pages:
                    yield item
            except AzureError as error:
                raise self._translated(error) from error

    def _translated(self, error: AzureError) -> StoreError:
        headers = getattr(getattr(error, "response", None), "headers", None) or {}
        wait = headers.get("x-ms-retry-after-ms")
        status = getattr(error, "status_code", None)
        return StoreError(
            f"Cosmos container {self._name}: {type(error).__name__} {status or ''}".rstrip(),
            retry_after=float(wait) / 1000 if wait else None,
        )
