"""The ERP's records as conversations know them: links and events seen, one partition each."""

from shared.contracts.audit import Entity
from shared.contracts.erp import SeenErpEvent
from shared.stores.cosmos import CosmosContainer, CosmosDatabase, Item

SEEN_FOR_SECONDS = 30 * 24 * 3600
"""Event Grid delivers again for a day at most; replays by hand come later."""

LINKS = "select c.entityKey from c where c.id = @id"


class CosmosEntities:
    """Items of a partition: `conversation-<id>` for each link, `event-<key>` for each event."""

    def __init__(self, database: CosmosDatabase) -> None:
        self._items = CosmosContainer(database, "entities")

    async def link(self, tenant_id: str, entity: Entity, conversation_id: str) -> None:
        link = {"id": f"conversation-{conversation_id}", "conversationId": conversation_id}
        await self._items.create(_key(tenant_id, entity) | {"kind": "conversation"} | link)

    async def conversations(self, tenant_id: str, entity: Entity) -> tuple[str, ...]:
        text = "select * from c where c.kind = 'conversation'"
        items = self._items.query(text, list(_key(tenant_id, entity).values()))
        return tuple(sorted([str(item["conversationId"]) async for item in items]))

    async def unlink(self, tenant_id: str, conversation_id: str) -> None:
        item_id = f"conversation-{conversation_id}"
        # The first level of the partition key alone: all entities of the tenant.
        found = self._items.query(LINKS, [tenant_id], [{"name": "@id", "value": item_id}])
        for key in [str(item["entityKey"]) async for item in found]:
            await self._items.delete(item_id, [tenant_id, key])

    async def see(self, event: SeenErpEvent) -> SeenErpEvent:
        key = _key(event.event.tenant_id, event.event.entity)
        own = {"id": _id(event), "kind": "event", "ttl": SEEN_FOR_SECONDS}
        if await self._items.create(event.wire() | key | own):
            return event
        partition = list(key.values())
        counted = [{"op": "incr", "path": "/deliveries", "value": 1}]
        await self._items.patch(_id(event), partition, counted, "from c where c.state = 'open'")
        return SeenErpEvent.model_validate(await self._items.read_taken(_id(event), partition))

    async def settle(self, event: SeenErpEvent) -> None:
        partition = list(_key(event.event.tenant_id, event.event.entity).values())
        settled: list[Item] = [{"op": "set", "path": "/state", "value": event.state}]
        await self._items.patch(_id(event), partition, settled)

    async def events(self, tenant_id: str, entity: Entity, after: str) -> tuple[SeenErpEvent, ...]:
        text = "select * from c where c.kind = 'event' and c.timelineId > @after"
        parameters: list[Item] = [{"name": "@after", "value": after}]
        items = self._items.query(text, list(_key(tenant_id, entity).values()), parameters)
        found = [SeenErpEvent.model_validate(item) async for item in items]
        return tuple(sorted(found, key=lambda each: each.timeline_id))


def _key(tenant_id: str, entity: Entity) -> dict[str, str]:
    """The partition: its values are the two levels of the hierarchical key, in this order."""
    return {"tenantId": tenant_id, "entityKey": f"{entity.type}:{entity.id}"}


def _id(event: SeenErpEvent) -> str:
    return f"event-{event.event.key}"
