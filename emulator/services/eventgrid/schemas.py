"""The two schemas of events, and what Event Grid asks of them.

https://learn.microsoft.com/azure/event-grid/event-schema and CloudEvents 1.0, JSON format.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal, cast

type Event = Mapping[str, object]
type Schema = Literal["EventGridSchema", "CloudEventSchemaV1_0"]

GRID: Schema = "EventGridSchema"
CLOUD: Schema = "CloudEventSchemaV1_0"

_REQUIRED: Mapping[Schema, Sequence[str]] = {
    GRID: ("id", "subject", "eventType", "eventTime", "dataVersion"),
    CLOUD: ("specversion", "id", "source", "type"),
}


def parse_events(body: bytes) -> list[Event]:
    """The events of a request; raises `ValueError` saying which field of which event is wrong.

    Event Grid's own schema comes as an array; a CloudEvent may come alone.
    """
    document: object = json.loads(body)
    events = document if isinstance(document, list) else [document]
    for number, event in enumerate(events):
        if not isinstance(event, dict):
            raise ValueError(f"event {number} is not a JSON object")
        for name in _REQUIRED[schema_of(event)]:
            if not isinstance(event.get(name), str) or not event[name]:
                raise ValueError(f"event {number}: '{name}' is required and must be a text")
    return cast(list[Event], events)


def schema_of(event: Event) -> Schema:
    return CLOUD if "specversion" in event else GRID


def type_of(event: Event) -> str:
    return str(event["type" if schema_of(event) == CLOUD else "eventType"])


def as_delivered(event: Event, topic: str, schema: Schema) -> Event:
    """The event as a subscription of this schema gets it; a CloudEvent stays one."""
    if schema_of(event) == CLOUD:
        return event
    if schema == GRID:
        return {**event, "topic": topic, "metadataVersion": "1"}
    return {
        "specversion": "1.0",
        "id": event["id"],
        "type": event["eventType"],
        "source": topic,
        "subject": event["subject"],
        "time": event["eventTime"],
        "datacontenttype": "application/json",
        "data": event.get("data"),
    }


def validation_event(code: str, topic: str) -> Event:
    """What asks an endpoint whether it wants this subscription."""
    return {
        "id": code,
        "topic": topic,
        "subject": "",
        "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent",
        "eventTime": datetime.now(UTC).isoformat(),
        "data": {"validationCode": code},
        "metadataVersion": "1",
        "dataVersion": "2",
    }
