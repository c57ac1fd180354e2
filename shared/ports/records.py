"""The seams to what is kept for later: the audit, the ERP's records, dead letters."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from shared.contracts.audit import AuditEvent, Entity, EventPage, StoredEvent
from shared.contracts.chain import Anchor, StoredItem
from shared.contracts.erp import DeadLetter, SeenErpEvent


class AuditLog(Protocol):
    async def record(self, event: AuditEvent) -> None:
        """Store an event once. Raises StoreError."""
        ...

    async def seal(
        self,
        tenant_id: str,
        conversation_id: str,
        event_ids: Sequence[str],
        at: datetime,
        *,
        begins: bool = False,
    ) -> None:
        """Link these events, as far as they are stored, into the conversation's chain; `begins`:
        it has probably none yet, so nobody need look. Doing it again changes nothing of what is
        linked. Raises StoreError."""
        ...

    async def page(
        self, tenant_id: str, conversation_id: str, after: str | None, limit: int
    ) -> EventPage: ...

    async def stored_since(
        self, tenant_id: str, conversation_id: str, second: int
    ) -> tuple[StoredEvent, ...]:
        """What was stored in this second or later, oldest first; in one second, by id."""
        ...

    async def changed(self, tenant_id: str, conversation_id: str, within: float) -> None:
        """Return when this process recorded an event there, or after `within` seconds."""
        ...


class Entities(Protocol):
    """What is known of the ERP's records: which conversations they concern, and the events seen.

    Raises StoreError.
    """

    async def link(self, tenant_id: str, entity: Entity, conversation_id: str) -> None:
        """The conversation concerns the entity; saying it again changes nothing."""
        ...

    async def conversations(self, tenant_id: str, entity: Entity) -> tuple[str, ...]: ...

    async def unlink(self, tenant_id: str, conversation_id: str) -> None:
        """The conversation concerns no entity any more."""
        ...

    async def see(self, event: SeenErpEvent) -> SeenErpEvent:
        """Store an event once. Answers the stored one, with this delivery counted if it is open."""
        ...

    async def settle(self, event: SeenErpEvent) -> None:
        """Store the event's state: it is no longer open."""
        ...

    async def events(self, tenant_id: str, entity: Entity, after: str) -> tuple[SeenErpEvent, ...]:
        """The events first seen after this ULID, oldest first."""
        ...


class DeadLetters(Protocol):
    async def put(self, letter: DeadLetter) -> None:
        """Store a letter once. Raises StoreError."""
        ...


class AuditChains(Protocol):
    """The chains of audit events, item by item as they are stored. Raises StoreError."""

    async def conversations(self, tenant_id: str) -> tuple[str, ...]:
        """Those that have events, also erased ones."""
        ...

    async def items(self, tenant_id: str, conversation_id: str) -> tuple[StoredItem, ...]:
        """Events and links, or a tenant's anchors, each with `_ts`: the second of its writing."""
        ...

    async def stored_since(self, tenant_id: str, second: int) -> tuple[StoredItem, ...]:
        """Of all conversations what was stored in this second or later, without what events
        say."""
        ...

    async def newest_anchor(self, tenant_id: str) -> Anchor | None: ...

    async def add_anchor(self, anchor: Anchor) -> bool:
        """False when its number is taken."""
        ...

    async def erase(self, tenant_id: str, conversation_id: str) -> tuple[str, ...]:
        """Take from each event that is in a link what was said, by whom, and the salt; not from
        that which says who erased the conversation. Answers the ids of those that have to be sealed
        first. Doing it again changes nothing."""
        ...
