"""Audit events: written once, read as a timeline."""

from shared.contracts.audit import AuditEvent, EventPage, StoredEvent
from shared.stores.cosmos import CosmosContainer, CosmosDatabase, Item
from shared.stores.waking import WakeUps


class CosmosAuditLog:
    """Event ids begin with a ULID, so their order is that of the runs and of what the ERP did."""

    def __init__(self, database: CosmosDatabase) -> None:
        self._items = CosmosContainer(database, "events")
        self._wake_ups: WakeUps[tuple[str, str]] = WakeUps()

    async def record(self, event: AuditEvent) -> None:
        if await self._items.create(event.wire() | {"id": event.event_id}):
            self._wake_ups.notify((event.tenant_id, event.conversation_id))

    async def page(
        self, tenant_id: str, conversation_id: str, after: str | None, limit: int
    ) -> EventPage:
        text = "select * from c where c.id > @after order by c.id offset 0 limit @limit"
        parameters: list[Item] = [
            {"name": "@after", "value": after or ""},
            {"name": "@limit", "value": limit + 1},
        ]
        items = self._items.query(text, [tenant_id, conversation_id], parameters)
        events = [AuditEvent.model_validate(item) async for item in items]
        following = events[limit - 1].event_id if len(events) > limit else None
        return EventPage(items=tuple(events[:limit]), next=following)

    async def stored_since(
        self, tenant_id: str, conversation_id: str, second: int
    ) -> tuple[StoredEvent, ...]:
        # Cosmos stamps each item with the second of its write, and indexes that always.
        text = "select * from c where c._ts >= @second"
        parameters: list[Item] = [{"name": "@second", "value": second}]
        items = self._items.query(text, [tenant_id, conversation_id], parameters)
        found = [StoredEvent(AuditEvent.model_validate(item), item["_ts"]) async for item in items]
        return tuple(sorted(found, key=lambda each: (each.second, each.event.event_id)))

    async def changed(self, tenant_id: str, conversation_id: str, within: float) -> None:
        await self._wake_ups.wait((tenant_id, conversation_id), within)
