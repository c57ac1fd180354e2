"""ERP events as Event Grid delivers them, in its own schema and as CloudEvents."""

from collections.abc import Mapping

type Json = dict[str, object]

TENANT = "tenant-a"


def data(**changes: object) -> Json:
    """`data` of an event that tells of a change to task T-7; None takes a field away."""
    fields: Json = {
        "tenantId": TENANT,
        "id": "T-7",
        "record": {"id": "T-7", "title": "Revisar contrato ACME", "status": "en_curso"},
        "changed": ["status"],
        "changedBy": "user-marta",
        "correlationId": "erp-1",
    } | changes
    return {name: value for name, value in fields.items() if value is not None}


def grid_event(
    event_id: str = "e-1",
    kind: str = "task.updated",
    about: Mapping[str, object] | None = None,
    **changes: object,
) -> Json:
    """Event Grid's schema, as the worker hands it over."""
    fields: Json = {
        "id": event_id,
        "topic": "/topics/erp",
        "subject": "/tenants/tenant-a/tasks/T-7",
        "eventType": kind,
        "eventTime": "2026-11-22T10:00:00+00:00",
        "data": data() if about is None else dict(about),
        "dataVersion": "1",
    }
    return fields | changes


def cloud_event(event_id: str = "e-1", kind: str = "task.updated", **changes: object) -> Json:
    fields: Json = {
        "specversion": "1.0",
        "id": event_id,
        "type": kind,
        "source": "/erp",
        "subject": "/tenants/tenant-a/tasks/T-7",
        "time": "2026-11-22T10:00:00+00:00",
        "data": data(),
    }
    return fields | changes
