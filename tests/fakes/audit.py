"""The audit in memory, item by item as the real one stores it."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from shared.contracts.audit import AuditEvent, EventPage, StoredEvent
from shared.contracts.chain import (
    ANCHORS,
    ERASED,
    ERASURE,
    ID,
    LINK,
    NO_EVENT,
    SALT,
    Anchor,
    Link,
    Sealed,
    StoredItem,
    digest_of_event,
    erased_of,
    item_of,
    next_link,
    parted,
)
from tests.fakes.stores import until

type Place = tuple[str, str, str]
"""Tenant, conversation and id of an item."""


class FakeAuditLog:
    """`second` is when the store thinks it is; `failure` is raised by the next seals."""

    def __init__(self) -> None:
        self.items: dict[Place, dict[str, Any]] = {}
        self.second = 1_000
        self.failure: Exception | None = None
        self._changed = asyncio.Event()

    @property
    def events(self) -> dict[Place, AuditEvent]:
        return {
            place: AuditEvent.model_validate(item)
            for place, item in self.items.items()
            if place[2] < NO_EVENT and ERASED not in item
        }

    @property
    def links(self) -> dict[Place, Link]:
        found = {place: item for place, item in self.items.items() if place[2].startswith(LINK)}
        return {place: Link.model_validate(item) for place, item in sorted(found.items())}

    def create(self, item: dict[str, Any]) -> bool:
        place = (item["tenantId"], item["conversationId"], item[ID])
        if place in self.items:
            return False
        self.items[place] = {**item, "_ts": self.second}
        return True

    def of(self, tenant_id: str, conversation_id: str) -> list[dict[str, Any]]:
        """In the order of their ids."""
        there = (tenant_id, conversation_id)
        return [item for place, item in sorted(self.items.items()) if place[:2] == there]

    async def record(self, event: AuditEvent) -> None:
        if self.create(event.wire() | {ID: event.event_id, SALT: f"salt of {event.event_id}"}):
            self._changed.set()
            self._changed = asyncio.Event()

    async def seal(
        self,
        tenant_id: str,
        conversation_id: str,
        event_ids: Sequence[str],
        at: datetime,
        *,
        begins: bool = False,
    ) -> None:
        if self.failure:
            raise self.failure
        there = (tenant_id, conversation_id)
        stored = [self.items[*there, each] for each in event_ids if (*there, each) in self.items]
        links = [link for place, link in self.links.items() if place[:2] == there]
        head = links[-1] if links else None
        entries = [Sealed(event_id=item[ID], digest=digest_of_event(item)) for item in stored]
        fresh = [each for each in entries if head is None or each not in head.entries]
        if fresh:
            self.create(item_of(next_link(there, head, fresh, at)))

    async def page(
        self, tenant_id: str, conversation_id: str, after: str | None, limit: int
    ) -> EventPage:
        found = [
            event
            for key, event in sorted(self.events.items())
            if key[:2] == (tenant_id, conversation_id) and event.event_id > (after or "")
        ]
        following = found[limit - 1].event_id if len(found) > limit else None
        return EventPage(items=tuple(found[:limit]), next=following)

    async def stored_since(
        self, tenant_id: str, conversation_id: str, second: int
    ) -> tuple[StoredEvent, ...]:
        found = [
            StoredEvent(event, self.items[key]["_ts"])
            for key, event in self.events.items()
            if key[:2] == (tenant_id, conversation_id) and self.items[key]["_ts"] >= second
        ]
        return tuple(sorted(found, key=lambda each: (each.second, each.event.event_id)))

    async def changed(self, tenant_id: str, conversation_id: str, within: float) -> None:
        await until(self._changed, within)


class FakeAuditChains:
    """Over the items of the log."""

    def __init__(self, log: FakeAuditLog) -> None:
        self._log = log

    async def conversations(self, tenant_id: str) -> tuple[str, ...]:
        found = {place[1] for place in self._log.items if place[0] == tenant_id}
        return tuple(sorted(found - {ANCHORS}))

    async def items(self, tenant_id: str, conversation_id: str) -> tuple[StoredItem, ...]:
        return tuple(self._log.of(tenant_id, conversation_id))

    async def stored_since(self, tenant_id: str, second: int) -> tuple[StoredItem, ...]:
        return tuple(
            item
            for (tenant, conversation, _), item in self._log.items.items()
            if tenant == tenant_id and conversation != ANCHORS and item["_ts"] >= second
        )

    async def newest_anchor(self, tenant_id: str) -> Anchor | None:
        anchors = self._log.of(tenant_id, ANCHORS)
        return Anchor.model_validate(anchors[-1]) if anchors else None

    async def add_anchor(self, anchor: Anchor) -> bool:
        return self._log.create(item_of(anchor))

    async def erase(self, tenant_id: str, conversation_id: str) -> tuple[str, ...]:
        sealed, unsealed = parted(self._log.of(tenant_id, conversation_id))
        for item in sealed:
            if ERASED not in item and item["kind"] != ERASURE:
                left = {**erased_of(item), "_ts": self._log.second}
                self._log.items[tenant_id, conversation_id, str(item[ID])] = left
        return tuple(str(each[ID]) for each in unsealed)
