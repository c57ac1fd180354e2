"""Events of the ERP: what Event Grid delivers in either of its schemas, and what is kept of it."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any, Literal

from pydantic import Field

from shared.contracts.audit import Actor, AuditEvent, Entity, ErpFacts
from shared.contracts.base import Contract
from shared.contracts.events import NotificationEvent
from shared.contracts.identity import Language
from shared.contracts.remembered import named
from shared.contracts.wording import WORDING, say

type EventId = Annotated[str, Field(min_length=1, max_length=256)]
type EventType = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9_-]*(\.[A-Za-z0-9_-]+)+$", max_length=128)
]
type Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9][\w.:-]*$", max_length=128)]
type Subject = Annotated[str, Field(max_length=1_024)]

THE_ERP = "erp"


class ErpData(Contract):
    """`data` of an event in both schemas. Tenant and id may be in the subject instead."""

    tenant_id: Identifier | None = None
    id: Identifier | None = None
    entity_type: Identifier | None = None
    """Of what the event is about, where it is not the first word of the event's type."""
    record: dict[str, Any] = Field(default={})
    changed: tuple[str, ...] = ()
    changed_by: Identifier | None = None
    correlation_id: Annotated[str, Field(max_length=128)] | None = None


class EventGridEnvelope(Contract):
    """https://learn.microsoft.com/azure/event-grid/event-schema"""

    id: EventId
    event_type: EventType
    subject: Subject = ""
    event_time: datetime
    data: ErpData


class CloudEventEnvelope(Contract):
    """CloudEvents 1.0, section 3: an event is known by its source and its id together."""

    specversion: Literal["1.0"]
    id: EventId
    type: EventType
    source: Annotated[str, Field(min_length=1, max_length=1_024)]
    subject: Subject | None = None
    time: datetime | None = None
    data: ErpData


class ErpEvent(Contract):
    """An event as we understood it. `source` is empty where the id alone is unique; sensitive
    fields of `record` are masked."""

    event_id: str
    source: str = ""
    type: str
    tenant_id: str
    entity: Entity
    at: datetime
    record: dict[str, Any] = Field(default={})
    changed: tuple[str, ...] = ()
    changed_by: str | None = None
    correlation_id: str | None = None

    @property
    def key(self) -> str:
        """The same for the same event; fit for an item's id, as the event's own may not be."""
        return sha256(f"{self.source}\n{self.event_id}".encode()).hexdigest()


class SeenErpEvent(Contract):
    """The first delivery of an event decides; later ones are counted and go on where it stopped.

    `timeline_id` is a ULID of that first delivery: it gives the event its place in timelines.
    """

    timeline_id: str
    event: ErpEvent
    state: Literal["open", "done", "dead"] = "open"
    deliveries: int = 1


type PoisonReason = Literal[
    "too_large",
    "wrong_schema",
    "unknown_type",
    "unknown_tenant",
    "failed_repeatedly",
]


class DeadLetter(Contract):
    """An event that nobody will try again. `tenant_id` is UNKNOWN_TENANT unless the event named one
    of ours; `event` is its JSON text, cut when too large."""

    letter_id: str
    tenant_id: str
    reason: PoisonReason
    detail: str
    at: datetime
    event_id: str | None = None
    type: str | None = None
    event: str


UNKNOWN_TENANT = "unknown"


def timeline_event(seen: SeenErpEvent, conversation_id: str) -> AuditEvent:
    """The event in the timeline of a conversation that it concerns."""
    event = seen.event
    return AuditEvent(
        event_id=f"{seen.timeline_id}-0-erp",
        tenant_id=event.tenant_id,
        conversation_id=conversation_id,
        actor=Actor(user_id=event.changed_by or THE_ERP),
        at=event.at,
        kind="erp.event",
        entities=(event.entity,),
        erp=ErpFacts(
            type=event.type, event_id=event.event_id, record=event.record, changed=event.changed
        ),
        correlation_id=event.correlation_id or event.event_id,
    )


def notification(event: AuditEvent, language: Language) -> NotificationEvent | None:
    """What people are told of an ERP event in a timeline; None of an event of ours."""
    if event.erp is None:
        return None
    entity = event.entities[0]
    text = happened(event.erp.type, entity, event.erp.record, language)
    return NotificationEvent(kind=event.erp.type, entity=entity, text=text)


def happened(kind: str, entity: Entity, record: Mapping[str, object], language: Language) -> str:
    """What an ERP event says, in a sentence."""
    verb = kind.rpartition(".")[2]
    key = f"erp_{verb}" if f"erp_{verb}" in WORDING else "erp_event"
    return say(key, language, what=named(entity, record, language), type=kind)
