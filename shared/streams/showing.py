"""What somebody who has read a run's log has on the screen."""

from collections.abc import Iterable

from shared.contracts.events import RestartEvent, TextEvent
from shared.ports import LogItem


def shown_text(items: Iterable[LogItem]) -> str:
    """The answer so far: the text behind the last `restart`."""
    pieces: list[str] = []
    for event in (event for item in items for event in item.events):
        if isinstance(event, RestartEvent):
            pieces.clear()
        elif isinstance(event, TextEvent):
            pieces.append(event.text)
    return "".join(pieces)
