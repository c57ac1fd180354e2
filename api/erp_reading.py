"""Understanding an ERP event: which of the two schemas, about what, of which tenant."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase

from pydantic import ValidationError

from shared.contracts.audit import Entity
from shared.contracts.erp import (
    CloudEventEnvelope,
    ErpData,
    ErpEvent,
    EventGridEnvelope,
    PoisonReason,
)
from shared.ports import Policy

SUBJECT = re.compile(
    r"/?(?:tenants/(?P<tenant>[\w.:-]+)/)?(?:[\w.:-]+/)?(?P<id>[A-Za-z0-9][\w.:-]{0,127})",
    re.ASCII,
)
"""`/tenants/<tenant>/<collection>/<id>`, of which only the id must be there."""

type Json = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Poison:
    """An event that will never be understood. `detail` holds no text of the event's."""

    reason: PoisonReason
    detail: str


def read_event(envelope: Json, received: datetime, policy: Policy) -> ErpEvent | Poison:
    """An event without a time happened when it was received."""
    kind = type_of(envelope)
    if kind is not None and not any(fnmatchcase(kind, each) for each in policy.event_types):
        return Poison("unknown_type", "not among Events__Types")
    try:
        event = _event(envelope, received)
    except ValidationError as error:
        return Poison("wrong_schema", _where(error))
    if isinstance(event, ErpEvent) and event.tenant_id not in policy.tenants:
        return Poison("unknown_tenant", "not among Auth__Tenants")
    return event


def type_of(envelope: Json) -> str | None:
    kind = envelope.get("type" if "specversion" in envelope else "eventType")
    return kind if isinstance(kind, str) else None


def _event(envelope: Json, received: datetime) -> ErpEvent | Poison:
    if "specversion" in envelope:
        cloud = CloudEventEnvelope.model_validate(envelope)
        at, kind, source = cloud.time or received, cloud.type, cloud.source
        return _about(cloud.id, source, kind, at, cloud.subject or "", cloud.data)
    grid = EventGridEnvelope.model_validate(envelope)
    return _about(grid.id, "", grid.event_type, grid.event_time, grid.subject, grid.data)


def _about(
    event_id: str, source: str, kind: str, at: datetime, subject: str, data: ErpData
) -> ErpEvent | Poison:
    """Data and subject may both say what it is about; then they have to agree."""
    named = SUBJECT.fullmatch(subject)
    told = named.groupdict() if named else {}
    tenant, identifier = data.tenant_id or told.get("tenant"), data.id or told.get("id")
    if tenant is None or identifier is None:
        missing = "tenantId" if tenant is None else "id"
        return Poison("wrong_schema", f"neither data nor subject names the {missing}")
    if told.get("tenant") and (told["tenant"], told["id"]) != (tenant, identifier):
        return Poison("wrong_schema", "data and subject disagree")
    return ErpEvent(
        event_id=event_id,
        source=source,
        type=kind,
        tenant_id=tenant,
        entity=Entity(type=data.entity_type or kind.partition(".")[0], id=identifier),
        at=at if at.tzinfo else at.replace(tzinfo=UTC),
        record=data.record,
        changed=data.changed,
        changed_by=data.changed_by,
        correlation_id=data.correlation_id,
    )


def _where(error: ValidationError) -> str:
    """Which fields, and what is wrong with them; not what they hold."""
    return "; ".join(
        f"{'.'.join(map(str, each['loc']))}: {each['type']}" for each in error.errors()[:5]
    )
