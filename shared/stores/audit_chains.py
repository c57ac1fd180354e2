"""The chains of audit events as they are stored, for whoever checks, anchors or erases them."""

import asyncio

from shared.contracts.chain import (
    ANCHORS,
    ERASED,
    ERASURE,
    ID,
    Anchor,
    StoredItem,
    erased_of,
    item_of,
    parted,
)
from shared.stores.cosmos import CosmosContainer, CosmosDatabase, Item

CONVERSATIONS = "select distinct value c.conversationId from c"
OF_ALL = "select c.id, c.conversationId, c.seq, c.digest, c.entries, c.erased, c._ts from c"
SINCE = " where c._ts >= @second"
NEWEST = "select * from c order by c.id desc offset 0 limit 1"
AT_ONCE = 16


class CosmosAuditChains:
    """Anchors are in a partition of their own of each tenant, `anchor-<number>`."""

    def __init__(self, database: CosmosDatabase) -> None:
        self._items = CosmosContainer(database, "events")

    async def conversations(self, tenant_id: str) -> tuple[str, ...]:
        found = self._items.values(CONVERSATIONS, [tenant_id])
        return tuple(sorted([str(each) async for each in found if each != ANCHORS]))

    async def items(self, tenant_id: str, conversation_id: str) -> tuple[StoredItem, ...]:
        found = self._items.query("select * from c", [tenant_id, conversation_id])
        return tuple([item async for item in found])

    async def stored_since(self, tenant_id: str, second: int) -> tuple[StoredItem, ...]:
        # The first level of the partition key alone: all conversations of the tenant.
        since: list[Item] = [{"name": "@second", "value": second}]
        found = self._items.query(OF_ALL + SINCE, [tenant_id], since)
        return tuple([item async for item in found if item["conversationId"] != ANCHORS])

    async def newest_anchor(self, tenant_id: str) -> Anchor | None:
        async for item in self._items.query(NEWEST, [tenant_id, ANCHORS]):
            return Anchor.model_validate(item)
        return None

    async def add_anchor(self, anchor: Anchor) -> bool:
        return await self._items.create(item_of(anchor)) is not None

    async def erase(self, tenant_id: str, conversation_id: str) -> tuple[str, ...]:
        items = await self.items(tenant_id, conversation_id)
        sealed, unsealed = parted(items)
        limit = asyncio.Semaphore(AT_ONCE)

        async def erase(item: StoredItem) -> None:
            async with limit:
                await self._items.replace(erased_of(item), item["_etag"])

        said = (each for each in sealed if ERASED not in each and each["kind"] != ERASURE)
        await asyncio.gather(*map(erase, said))
        return tuple(str(each[ID]) for each in unsealed)
