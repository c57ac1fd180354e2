"""What the model answers, before it is put on the wire."""

from dataclasses import dataclass
from typing import Literal

type FinishReason = Literal["stop", "length", "tool_calls", "content_filter"]


@dataclass(frozen=True, slots=True)
class TextReply:
    """Prose, or a JSON document when the request asked for one. `filtered`: a content filter stops
    it behind its first token."""

    text: str
    filtered: bool = False


@dataclass(frozen=True, slots=True)
class ToolCall:
    """`arguments` is a JSON object as text."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ToolCallsReply:
    calls: tuple[ToolCall, ...]


type Reply = TextReply | ToolCallsReply
