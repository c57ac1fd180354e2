"""Citations of several texts in one answer: numbers that go on from one to the next."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from shared.contracts.evidence import MARK, Citation, marks_in

type _Passage = tuple[str | bool | None, ...]

_MARK_OR_CODE = re.compile(rf"```.*?```|`[^`\n]*`|(?P<mark>{MARK.pattern})(?!\()", re.DOTALL)
"""Within code, and before a link's address, it is none."""


@dataclass(slots=True)
class Numbering:
    """The sources of an answer by their numbers. One keeps the number that it has in its own text
    unless another source has that already: then it is the one that it was told by before, or the
    next."""

    by_number: dict[int, Citation] = field(default_factory=dict)
    first_told: dict[_Passage, int] = field(default_factory=dict)

    def take(self, text: str, citations: Iterable[Citation]) -> str:
        """The text with its marks as they are in the whole answer."""
        moved: dict[int, int] = {}
        for each in citations:
            number = self._number(each)
            # Of two sources with one number the text means the first.
            moved.setdefault(each.number, number)
            self.by_number.setdefault(number, each.model_copy(update={"number": number}))
            self.first_told.setdefault(_passage(each), number)
        return _marked(text, moved)

    @property
    def citations(self) -> tuple[Citation, ...]:
        return tuple(each for _, each in sorted(self.by_number.items()))

    def _number(self, citation: Citation) -> int:
        passage = _passage(citation)
        there = self.by_number.get(citation.number)
        if there is None or _passage(there) == passage:
            return citation.number
        return self.first_told.get(passage) or max(self.by_number) + 1


def _passage(of: Citation) -> _Passage:
    """All of it but its number, and how well it was found."""
    return (of.index, of.document_id, of.source, of.title, of.url, of.snippet, of.verified)


def _marked(text: str, moved: Mapping[int, int]) -> str:
    if all(number == own for own, number in moved.items()):
        return text

    def rewritten(found: re.Match[str]) -> str:
        mark = found["mark"]
        if mark is None:
            return found[0]
        return f"[{', '.join(str(moved.get(number, number)) for number in marks_in(mark))}]"

    return _MARK_OR_CODE.sub(rewritten, text)
