"""A stretch of a message while values are read from it: what is taken, and what is left."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import JsonValue

from .folding import fold
from .patterns import any_of, joined
from .patterns import compiled as compile_pattern
from .rules import RuleBook

type Source = Literal["user", "session", "erp", "cerebro", "default"]
type Span = tuple[int, int]

_EDGES = " \t\r\n,;:.!?¡¿-–—=()[]\"'«»“”"
_LEFT_EDGES = _EDGES.replace("(", "").replace("[", "")
_PAIRS = {")": "(", "]": "["}


@dataclass(frozen=True, slots=True)
class Value:
    """A value and the literal words it was read from (None when nobody said it)."""

    value: JsonValue
    quote: str | None
    source: Source = "user"


@dataclass(slots=True)
class Region:
    """`start` to `end` of `text`; `taken` spans belong to a value, a command or to nobody.

    All places are those of the whole message, so that quotes are literal.
    """

    text: str
    start: int
    end: int
    book: RuleBook
    taken: list[Span] = field(default_factory=list)
    commands: list[Span] = field(default_factory=list)
    folded: str = ""

    def __post_init__(self) -> None:
        self.folded = fold(self.text)
        self._cut_fillers()

    def take(self, start: int, end: int) -> None:
        self.taken.append((start, end))

    def take_command(self, start: int, end: int) -> None:
        """The words of an order are no free text, but may hold values: "an URGENT task"."""
        self.take(start, end)
        self.commands.append((start, end))

    def is_free(self, start: int, end: int, *, in_commands: bool = False) -> bool:
        return all(
            end <= taken[0] or start >= taken[1] or (in_commands and taken in self.commands)
            for taken in self.taken
        )

    def quote(self, start: int, end: int) -> str:
        return self.text[start:end]

    def next_taken(self, position: int) -> int:
        """Where the next taken span begins, at or after the position."""
        return min((s for s, e in self.taken if s >= position), default=self.end)

    def gaps(self) -> Sequence[Span]:
        """The free spans in order, as they stand."""
        found: list[Span] = []
        position = self.start
        for start, end in [*sorted(self.taken), (self.end, self.end)]:
            if start > position:
                found.append((position, min(start, self.end)))
            position = max(position, end)
        return found

    def pieces(self) -> Sequence[Span]:
        """The free spans, trimmed of connectors; empty ones are left out."""
        return [span for gap in self.gaps() if (span := self.trimmed(*gap)) is not None]

    def trimmed(self, start: int, end: int, *, leading: bool = True) -> Span | None:
        """The span without leading and trailing connectors and punctuation."""
        whole = self._trim_marks(start, end)
        start, end = whole
        while start < end:
            shorter = self._trim_words(start, end, leading=leading)
            if shorter == (start, end):
                return (start, end) if self._has_word(start, end) else None
            start, end = self._trim_marks(*shorter)
        # A name of one capital is a connector only by its letter: "A for Monday, B for Tuesday".
        named = self.quote(*whole)
        return whole if len(named) == 1 and named.isupper() else None

    def _trim_words(self, start: int, end: int, *, leading: bool) -> Span:
        slots, macros = self.book.slots, self.book.macros
        if leading:
            found = any_of(slots.leading, macros).match(self.folded, start, end)
            if found is not None:
                start = found.end()
        trailing = compile_pattern(rf"(?<!\w){joined(slots.trailing, macros)}$")
        ending = trailing.search(self.folded[start:end])
        return start, end if ending is None else start + ending.start()

    def _trim_marks(self, start: int, end: int) -> Span:
        while start < end and self.text[start] in _LEFT_EDGES:
            start += 1
        while start < end and self.text[end - 1] in _EDGES:
            opening = _PAIRS.get(self.text[end - 1])
            if opening is not None and opening in self.text[start:end]:
                break
            if re.search(r"\b[A-ZÁÉÍÓÚÑ]\.[A-ZÁÉÍÓÚÑ]\.$", self.text[start:end]):
                break
            end -= 1
        return start, end

    def _has_word(self, start: int, end: int) -> bool:
        return any(character.isalnum() for character in self.text[start:end])

    def _cut_fillers(self) -> None:
        fillers = any_of(self.book.slots.fillers, self.book.macros)
        for found in fillers.finditer(self.folded, self.start, self.end):
            self.take(found.start(), found.end())
