"""What somebody who has read a run's log has on the screen."""

from collections.abc import Iterable

from shared.contracts.conversations import Exchange
from shared.contracts.events import CitationsEvent, InputEvent, RestartEvent, TextEvent
from shared.contracts.evidence import Citation
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


def exchanged_in_flow(message: str, items: Iterable[LogItem]) -> tuple[Exchange, ...]:
    """What was said in a flow's run, in its order; nothing if nobody answered anything."""
    messages = [message]
    answers: list[dict[str | None, list[str]]] = [{}]
    for event in (event for item in items for event in item.events):
        match event:
            case InputEvent(text=text):
                messages.append(text)
                answers.append({})
            case RestartEvent():
                answers[-1].get(event.node, []).clear()
            case TextEvent():
                answers[-1].setdefault(event.node, []).append(event.text)
            case _:
                pass
    if len(messages) == 1:
        return ()
    texts = (_joined(said.values()) for said in answers)
    return tuple(Exchange(message=m, text=t) for m, t in zip(messages, texts, strict=True))


def _joined(said: Iterable[Iterable[str]]) -> str:
    """What several nodes have said, as one text."""
    return "\n\n".join(text for pieces in said if (text := "".join(pieces)).strip())


def cited_by_flow(items: Iterable[LogItem]) -> tuple[Citation, ...]:
    """The sources of what a flow has said, each once, in the order in which they were told."""
    cited: dict[str | None, list[Citation]] = {}
    spoke: set[str | None] = set()
    for event in (event for item in items for event in item.events):
        match event:
            case RestartEvent():
                cited.get(event.node, []).clear()
                spoke.discard(event.node)
            case TextEvent():
                spoke.add(event.node)
            case CitationsEvent():
                cited.setdefault(event.node, []).extend(event.citations)
            case _:
                pass
    found = [each for node, several in cited.items() if node in spoke for each in several]
    return tuple(each for place, each in enumerate(found) if each not in found[:place])
