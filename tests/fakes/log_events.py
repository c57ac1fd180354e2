"""Events to write into a log when only their order matters."""

from collections.abc import Sequence
from datetime import UTC, datetime

from shared.contracts.events import ApprovalEvent, DoneEvent, RunEvent, TextEvent
from shared.contracts.runs import Usage
from shared.ports import LogItem

RUN = "01JD8R"


def text(content: str, attempt: int = 1) -> TextEvent:
    return TextEvent(text=content, attempt=attempt)


def texts(*contents: str) -> tuple[RunEvent, ...]:
    return tuple(text(content) for content in contents)


def done() -> DoneEvent:
    return DoneEvent(usage=Usage(), thread_id="c1", run_id=RUN, finish_reason="stop", memory="none")


def approval() -> ApprovalEvent:
    """A call waits for a person."""
    return ApprovalEvent(
        approval_id="a0",
        tool="createTask",
        args={},
        payload_hash="abc",
        expires_at=datetime(2026, 11, 23, tzinfo=UTC),
    )


def written(items: Sequence[LogItem]) -> list[str]:
    """The texts of the log, in its order."""
    return [event.text for item in items for event in item.events if isinstance(event, TextEvent)]


def numbers(items: Sequence[LogItem]) -> list[int]:
    return [number for item in items for number in range(item.first, item.last + 1)]
