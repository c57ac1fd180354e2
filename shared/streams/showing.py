"""What somebody who has read a run's log has on the screen."""

from collections.abc import Iterable

from shared.contracts.events import RestartEvent, TextEvent
from shared.ports import LogItem


def shown_text(items: Iterable[LogItem], node: str | None = None) -> str:
    """The answer so far: the text behind the last `restart`. `node`: that of one execution of a
    flow's node, in the flow's log."""
    pieces: list[str] = []
    for event in (event for item in items for event in item.events):
        if isinstance(event, RestartEvent | TextEvent) and event.node != node:
            continue
        if isinstance(event, RestartEvent):
            pieces.clear()
        elif isinstance(event, TextEvent):
            pieces.append(event.text)
    return "".join(pieces)


def said_by_flow(items: Iterable[LogItem]) -> tuple[str, ...]:
    """What a flow's nodes have said, each in one piece, in the order in which they began to."""
    said: dict[str | None, list[str]] = {}
    for event in (event for item in items for event in item.events):
        if isinstance(event, RestartEvent):
            said.get(event.node, []).clear()
        elif isinstance(event, TextEvent):
            said.setdefault(event.node, []).append(event.text)
    return tuple(text for pieces in said.values() if (text := "".join(pieces)).strip())
