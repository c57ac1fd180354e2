"""Audit events: written once, read as a timeline."""

from shared.contracts.audit import AuditEvent, EventPage
from shared.stores.cosmos import CosmosContainer, CosmosDatabase, Item


class CosmosAuditLog:
    """Event ids begin with the run's ULID, so their order is the order of the runs."""

    def __init__(self, database: CosmosDatabase) -> None:
        self._items = CosmosContainer(database, "events")

    async def record(self, event: AuditEvent) -> None:
        await self._items.create(event.wire() | {"id": event.event_id})

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
