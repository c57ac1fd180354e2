"""Server-sent events (WHATWG HTML, section 9.2) of a run."""

from collections.abc import Iterable

from shared.streams.tailing import Numbered

HEARTBEAT = b": still here\n\n"


def encode(entries: Iterable[Numbered]) -> bytes:
    """Frame events; `id` lets a client that lost the connection resume with Last-Event-ID."""
    return b"".join(_frame(entry) for entry in entries)


def _frame(entry: Numbered) -> bytes:
    data = entry.event.model_dump_json(by_alias=True, exclude_none=True)
    return f"id: {entry.number}\nevent: {entry.event.type}\ndata: {data}\n\n".encode()
