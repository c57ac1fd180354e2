"""Server-sent events (WHATWG HTML, section 9.2): of a run, and of a conversation's timeline."""

from collections.abc import Iterable

from shared.contracts.events import RunEvent, TimelineEvent
from shared.streams.tailing import Numbered

HEARTBEAT = b": still here\n\n"


def encode(entries: Iterable[Numbered]) -> bytes:
    """Frame events; `id` lets a client that lost the connection resume with Last-Event-ID."""
    return b"".join(frame(entry.event, str(entry.number)) for entry in entries)


def frame(event: RunEvent | TimelineEvent, event_id: str | None = None) -> bytes:
    """One frame. Without an id the reader keeps that of the frame before."""
    data = event.model_dump_json(by_alias=True, exclude_none=True)
    head = "" if event_id is None else f"id: {event_id}\n"
    return f"{head}event: {event.type}\ndata: {data}\n\n".encode()
