"""What somebody who has read a run's log has on the screen."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from shared.contracts.conversations import Exchange
from shared.contracts.events import CitationsEvent, InputEvent, RestartEvent, TextEvent
from shared.contracts.evidence import Citation
from shared.ports import LogItem
from shared.streams.numbering import Numbering


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


@dataclass(slots=True)
class _Said:
    """What one execution of a node has said, with its sources."""

    pieces: list[str] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SaidByFlow:
    """What a flow's nodes have said, each in one piece, in the order in which they began to, and
    all sources by the numbers that the texts have them by. `exchanges` are the same by what the
    user said before; there are none if nobody answered anything."""

    texts: tuple[str, ...]
    citations: tuple[Citation, ...]
    exchanges: tuple[Exchange, ...]

    @property
    def text(self) -> str:
        return "\n\n".join(self.texts)


def said_by_flow(message: str, items: Iterable[LogItem]) -> SaidByFlow:
    """In the log each node's citations have numbers of their own; here they are one answer's."""
    messages, answers = _heard(message, items)
    numbering = Numbering()
    every = [[_numbered(each, numbering) for each in said.values()] for said in answers]
    told = [[text for text in texts if text.strip()] for texts in every]
    exchanges = tuple(
        Exchange(message=asked, text="\n\n".join(texts))
        for asked, texts in zip(messages, told, strict=True)
    )
    return SaidByFlow(
        texts=tuple(text for texts in told for text in texts),
        citations=numbering.citations,
        exchanges=exchanges if len(exchanges) > 1 else (),
    )


def _heard(
    message: str, items: Iterable[LogItem]
) -> tuple[list[str], list[dict[str | None, _Said]]]:
    """What the user said, and behind each of it what nodes did."""
    messages = [message]
    answers: list[dict[str | None, _Said]] = [{}]
    for event in (event for item in items for event in item.events):
        match event:
            case InputEvent(text=text):
                messages.append(text)
                answers.append({})
            case RestartEvent() if event.node in answers[-1]:
                answers[-1][event.node] = _Said()
            case TextEvent():
                answers[-1].setdefault(event.node, _Said()).pieces.append(event.text)
            case CitationsEvent():
                answers[-1].setdefault(event.node, _Said()).citations.extend(event.citations)
            case _:
                pass
    return messages, answers


def _numbered(said: _Said, numbering: Numbering) -> str:
    """Who says nothing cites nothing."""
    return numbering.take("".join(said.pieces), said.citations) if said.pieces else ""
