"""The model's text, handed on as it comes."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from activities.citation_styles import MarkFilter
from shared.contracts.runs import Usage
from shared.errors import ModelError
from shared.ports import StreamEnd
from shared.streams.joining import TextJoiner


@dataclass(frozen=True, slots=True)
class Produced:
    """The model's text as it wrote it, and as people see it."""

    text: str
    shown: str
    end: StreamEnd


async def produce(
    stream: AsyncGenerator[str | StreamEnd], joiner: TextJoiner, marks: MarkFilter | None
) -> Produced:
    """Hand over the model's text as it comes; with a filter for them, without its marks. Raises
    ModelError, also when there was none and no tool is asked for."""
    pieces: list[str] = []
    shown: list[str] = []

    def show(text: str) -> None:
        if text:
            shown.append(text)
            joiner.add(text)

    end = StreamEnd("stop", Usage())
    async with joiner, aclosing(stream):
        async for piece in stream:
            if isinstance(piece, StreamEnd):
                end = piece
            else:
                pieces.append(piece)
                show(marks.add(piece) if marks else piece)
        show(marks.rest() if marks else "")
    return Produced(_said("".join(pieces), end), "".join(shown), end)


async def collect(stream: AsyncGenerator[str | StreamEnd]) -> Produced:
    """The same of a text that nobody is waiting to read."""
    pieces: list[str] = []
    end = StreamEnd("stop", Usage())
    async with aclosing(stream):
        async for piece in stream:
            if isinstance(piece, StreamEnd):
                end = piece
            else:
                pieces.append(piece)
    text = _said("".join(pieces), end)
    return Produced(text, text, end)


def _said(text: str, end: StreamEnd) -> str:
    if not text.strip() and not end.calls:
        raise ModelError("the model answered nothing")
    return text
