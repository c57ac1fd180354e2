"""Flows and their versions, one partition each."""

import asyncio

from shared.contracts.conversations import folded
from shared.contracts.flows.stored import (
    FlowHead,
    StoredFlow,
)
from shared.contracts.flows.versions import FlowVersion
from shared.contracts.paging import ListPlace, stamp
from shared.stores.cosmos import CosmosContainer, CosmosDatabase, Item
from shared.stores.paging import ANYWHERE, newest

HEAD = "flow"
DELETED = "deleted"
OF_TENANT = (
    "select c.flowId, c.tenantId, c.newest, c.createdAt, c.createdBy, c.savedAt from c "
    "where c.id = 'flow' and c.savedAt <= @until and not is_defined(c.deleted) "
    "order by c.savedAt desc"
)
VERSIONS = (
    "select c.about from c where c.number < @before order by c.number desc offset 0 limit @last"
)
BEHIND_ALL = 2**53
LOOKS = 4
LOOK_SECONDS = 0.05


class CosmosFlows:
    """Items of a partition: `flow`, which names the newest version and is what lists show, and
    `v-<number>` for each version, which is never changed.

    A version is created before `flow` names it. Where a crash comes between, whoever meets the
    number as taken lets `flow` name it.
    """

    def __init__(self, database: CosmosDatabase) -> None:
        self._items = CosmosContainer(database, "flows")

    async def create(self, first: StoredFlow) -> bool:
        await self._items.create(_item(first))
        head = FlowHead(
            flow_id=first.flow_id,
            tenant_id=first.tenant_id,
            newest=first.about,
            created_at=first.created_at,
            created_by=first.created_by,
        )
        used = {"id": HEAD, "savedAt": stamp(first.about.saved_at)}
        if await self._items.create(head.wire() | used):
            return True
        if await self.head(first.tenant_id, first.flow_id) is None:
            await self._items.delete(_id(1), [first.tenant_id, first.flow_id])
        return False

    async def head(self, tenant_id: str, flow_id: str) -> FlowHead | None:
        item = await self._items.read(HEAD, [tenant_id, flow_id])
        return FlowHead.model_validate(item) if item and DELETED not in item else None

    async def read(
        self, tenant_id: str, flow_id: str, version: int | None = None
    ) -> StoredFlow | None:
        head = await self.head(tenant_id, flow_id)
        if head is None:
            return None
        number = version or head.newest.version
        # It may name what the replica that is asked has not yet, and not yet what that has.
        looks = LOOKS if number <= head.newest.version else 1
        return await self._version(tenant_id, flow_id, number, looks)

    async def add(self, following: StoredFlow) -> StoredFlow | None:
        tenant_id, flow_id = following.tenant_id, following.flow_id
        before = following.about.version - 1
        head = await self.head(tenant_id, flow_id)
        if head is None:
            return None
        there = head.newest.version >= before
        if not there and await self._version(tenant_id, flow_id, before) is None:
            return None
        if await self._items.create(_item(following)):
            return following if await self._name(following) else None
        taken = await self._items.read_taken(_id(following.about.version), [tenant_id, flow_id])
        stored = StoredFlow.model_validate(taken)
        await self._name(stored)
        return stored

    async def of_tenant(
        self, tenant_id: str, behind: ListPlace | None, limit: int, words: str | None = None
    ) -> tuple[FlowHead, ...]:
        place = behind or ANYWHERE
        until: list[Item] = [{"name": "@until", "value": place.moment}]
        # The first level of the partition key alone: all flows of the tenant.
        items = self._items.query(OF_TENANT, [tenant_id], until, limit=limit + 1)
        looked_for = folded(words or "")
        found = await newest(
            items,
            lambda item: ListPlace(item["savedAt"], item["flowId"]),
            place,
            limit,
            lambda item: looked_for in folded(item["newest"].get("name", "")),
        )
        return tuple(map(FlowHead.model_validate, found))

    async def versions(
        self, tenant_id: str, flow_id: str, limit: int, before: int | None = None
    ) -> tuple[FlowVersion, ...]:
        if await self.head(tenant_id, flow_id) is None:
            return ()
        parameters: list[Item] = [
            {"name": "@before", "value": before or BEHIND_ALL},
            {"name": "@last", "value": limit},
        ]
        found = self._items.query(VERSIONS, [tenant_id, flow_id], parameters)
        return tuple([FlowVersion.model_validate(item["about"]) async for item in found])

    async def delete(self, tenant_id: str, flow_id: str) -> bool:
        key = [tenant_id, flow_id]
        item = await self._items.read(HEAD, key)
        if item is None:
            return False
        if DELETED not in item:
            left = {"id": HEAD, "tenantId": tenant_id, "flowId": flow_id, DELETED: True}
            await self._items.replace(left)
        await self._items.clear(key, keep=HEAD)
        return True

    async def _version(
        self, tenant_id: str, flow_id: str, number: int, looks: int = LOOKS
    ) -> StoredFlow | None:
        for look in range(looks):
            if look:
                await asyncio.sleep(LOOK_SECONDS)
            if item := await self._items.read(_id(number), [tenant_id, flow_id]):
                return StoredFlow.model_validate(item)
        return None

    async def _name(self, version: StoredFlow) -> bool:
        """Let `flow` name a version, unless it names a later one; False when it was deleted
        meanwhile, and the version with it."""
        key, number = [version.tenant_id, version.flow_id], version.about.version
        operations: list[Item] = [
            {"op": "set", "path": "/newest", "value": version.about.wire()},
            {"op": "set", "path": "/savedAt", "value": stamp(version.about.saved_at)},
        ]
        earlier = f"from c where c.newest.version < {number} and not is_defined(c.deleted)"
        if await self._items.patch(HEAD, key, operations, earlier):
            return True
        if await self.head(*key) is not None:
            return True
        await self._items.delete(_id(number), key)
        return False


def _id(number: int) -> str:
    return f"v-{number}"


def _item(version: StoredFlow) -> Item:
    number = version.about.version
    return version.wire() | {"id": _id(number), "number": number}
