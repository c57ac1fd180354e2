"""The seams to what is kept for later: the audit, the ERP's records, dead letters."""

from typing import Protocol

from shared.contracts.audit import AuditEvent, Entity, EventPage, StoredEvent
from shared.contracts.erp import DeadLetter, SeenErpEvent


class AuditLog(Protocol):
    async def record(self, event: AuditEvent) -> None:
        """Store an event once. Raises StoreError."""
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
