"""Audit events: written once, read as a timeline, linked into their conversation's chain."""

from collections.abc import Sequence
from datetime import datetime
from secrets import token_hex

from shared.contracts.audit import AuditEvent, EventPage, StoredEvent
from shared.contracts.chain import (
    ERASED,
    ID,
    NO_EVENT,
    SALT,
    Link,
    Sealed,
    digest_of_event,
    item_of,
    next_link,
)
from shared.stores.cosmos import CosmosContainer, CosmosDatabase, Item
from shared.stores.remembering import Remembered
from shared.stores.waking import WakeUps

SALT_BYTES = 16
NEWEST_LINK = (
    "select * from c where c.id > 'link-' and c.id < 'link.' order by c.id desc offset 0 limit 1"
)

type EventKey = tuple[str, str, str]
"""Tenant, conversation and event."""


class CosmosAuditLog:
    """Event ids begin with a ULID, so their order is that of the runs and of what the ERP did.

    Links are in the same partition, `link-<number>`: whoever finds a number taken reads what is
    there and goes on behind it, so a chain has one end and no gaps.
    """

    def __init__(self, database: CosmosDatabase) -> None:
        self._items = CosmosContainer(database, "events")
        self._wake_ups: WakeUps[tuple[str, str]] = WakeUps()
        # Mostly the step that seals an event runs where it was recorded, or where its conversation
        # was sealed last: then nothing has to be read for it.
        self._digests: Remembered[EventKey, str] = Remembered(size=1024)
        self._heads: Remembered[tuple[str, str], Link] = Remembered(size=1024)

    async def record(self, event: AuditEvent) -> None:
        item = event.wire() | {ID: event.event_id, SALT: token_hex(SALT_BYTES)}
        if await self._items.create(item):
            self._digests.keep(_key(event), digest_of_event(item))
            self._wake_ups.notify((event.tenant_id, event.conversation_id))

    async def seal(
        self,
        tenant_id: str,
        conversation_id: str,
        event_ids: Sequence[str],
        at: datetime,
        *,
        begins: bool = False,
    ) -> None:
        there = (tenant_id, conversation_id)
        head = self._heads.recall(there)
        if head is None and not begins:
            head = await self._newest_link(tenant_id, conversation_id)
        entries = [each for one in event_ids if (each := await self._sealed(*there, one))]
        while entries := _not_in(head, entries):
            link = next_link(there, head, entries, at)
            if await self._items.create(item_of(link)):
                self._heads.keep(there, link)
                return
            head = Link.model_validate(
                await self._items.read_taken(str(item_of(link)[ID]), list(there))
            )

    async def _sealed(self, tenant_id: str, conversation_id: str, event_id: str) -> Sealed | None:
        async def read() -> str | None:
            item = await self._items.read(event_id, [tenant_id, conversation_id])
            return digest_of_event(item) if item else None

        digest = await self._digests.get((tenant_id, conversation_id, event_id), read)
        return Sealed(event_id=event_id, digest=digest) if digest else None

    async def _newest_link(self, tenant_id: str, conversation_id: str) -> Link | None:
        async for item in self._items.query(NEWEST_LINK, [tenant_id, conversation_id]):
            return Link.model_validate(item)
        return None

    async def page(
        self, tenant_id: str, conversation_id: str, after: str | None, limit: int
    ) -> EventPage:
        text = (
            "select * from c where c.id > @after and c.id < @end "
            "order by c.id offset 0 limit @limit"
        )
        parameters: list[Item] = [
            {"name": "@after", "value": after or ""},
            {"name": "@end", "value": NO_EVENT},
            {"name": "@limit", "value": limit + 1},
        ]
        items = self._items.query(text, [tenant_id, conversation_id], parameters)
        events = [AuditEvent.model_validate(item) async for item in items if ERASED not in item]
        following = events[limit - 1].event_id if len(events) > limit else None
        return EventPage(items=tuple(events[:limit]), next=following)

    async def stored_since(
        self, tenant_id: str, conversation_id: str, second: int
    ) -> tuple[StoredEvent, ...]:
        # Cosmos stamps each item with the second of its write, and indexes that always.
        text = "select * from c where c._ts >= @second and c.id < @end"
        parameters: list[Item] = [
            {"name": "@second", "value": second},
            {"name": "@end", "value": NO_EVENT},
        ]
        items = self._items.query(text, [tenant_id, conversation_id], parameters)
        found = [
            StoredEvent(AuditEvent.model_validate(item), item["_ts"])
            async for item in items
            if ERASED not in item
        ]
        return tuple(sorted(found, key=lambda each: (each.second, each.event.event_id)))

    async def changed(self, tenant_id: str, conversation_id: str, within: float) -> None:
        await self._wake_ups.wait((tenant_id, conversation_id), within)


def _key(event: AuditEvent) -> EventKey:
    return (event.tenant_id, event.conversation_id, event.event_id)


def _not_in(link: Link | None, entries: Sequence[Sealed]) -> list[Sealed]:
    return [each for each in entries if link is None or each not in link.entries]
