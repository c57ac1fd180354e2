"""What values may come from: the texts of a conversation, documents, and facts of the session."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from shared.contracts.conversations import Mentioned
from shared.contracts.plan import ArgumentSource
from shared.tools.folding import WORD, folded, folded_in_place


@dataclass(frozen=True, slots=True)
class Text:
    """`day` is the day it was written, by the clock of the person; `document` a chunk's id.

    `record` and `field` are where the ERP has it, when a tool returned it; `is_event` says that the
    document tells what was done or happened.
    """

    text: str
    day: date
    source: ArgumentSource = "user"
    document: str | None = None
    record: str | None = None
    field: str | None = None
    is_event: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """Where a quote stands in a text."""

    text: Text
    start: int
    end: int

    @property
    def quote(self) -> str:
        return self.text.text[self.start : self.end]

    @property
    def clause(self) -> str:
        """The quote with what stands before it, up to a sign or a word that joins."""
        before = re.split(r"[,.;:!?¿¡\n]|\s(?:y|e|pero|and|but)\s", self.text.text[: self.start])
        return before[-1] + self.quote

    @property
    def widened(self) -> str:
        """The quote with the signs that it was cut from: "1.500" of "1.500,50"."""
        before, after = self.text.text[: self.start], self.text.text[self.end :]
        head = re.search(r"[^\s\w]*$|[\w.,]*$", before)
        tail = re.match(r"[\w.,]*", after)
        return (head[0] if head else "") + self.quote + (tail[0] if tail else "")


@dataclass(frozen=True, slots=True)
class Sources:
    """`texts` newest first; `today` is the person's; `session` are facts by their name.

    `mentioned` are the ERP's records that were spoken of together, the newest first; `nearby` those
    of events that belong to the conversation or to such a record.
    """

    texts: tuple[Text, ...]
    today: date
    session: Mapping[str, str] = field(default_factory=dict)
    mentioned: Sequence[Sequence[Mentioned]] = ()
    nearby: Sequence[Mentioned] = ()

    def passages(self, source: ArgumentSource, quote: str | None) -> Iterator[Passage]:
        """Where the quote stands, word for word, in a text of that source.

        Case, accents and blanks may differ. Only whole words count: "ana" is not in "mariana".
        """
        words = _unescaped(folded_in_place(quote or "")).split()
        if not words:
            return
        pattern = re.compile(_whole(r"\s+".join(map(re.escape, words)), words[0], words[-1]))
        for text in self.texts:
            if text.source == source:
                for match in pattern.finditer(folded_in_place(text.text)):
                    yield Passage(text, *match.span())

    def fact(self, value: object) -> str | None:
        """The name of the session's fact that is this value."""
        wanted = folded(str(value))
        return next((name for name, fact in self.session.items() if folded(fact) == wanted), None)


def _unescaped(text: str) -> str:
    """The model is shown `<` as an entity, and may quote it so."""
    return text.replace("&lt;", "<")


def _whole(pattern: str, first: str, last: str) -> str:
    before = r"(?<!\w)" if WORD.match(first[0]) else ""
    after = r"(?!\w)" if WORD.match(last[-1]) else ""
    return before + pattern + after
