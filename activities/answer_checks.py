"""What an agent's answer may say: the JSON that was asked for, marks of documents that bear it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from activities.citation_styles import closing, kept, without_marks, without_unverified
from activities.citing import MARK, citations_among
from shared.contracts.evidence import Citation, Snippet
from shared.contracts.grounding import Grounding
from shared.contracts.identity import Language

type Documents = Mapping[int, Snippet]
"""What was told to anybody of the call, by the number that it may be cited by."""


@dataclass(frozen=True, slots=True)
class Checks:
    """`documents` is None where nothing was looked up: brackets are the text's own then."""

    as_json: bool
    grounding: Grounding
    documents: Documents | None

    def wrong_in(self, text: str) -> tuple[str, ...]:
        """What to tell the model that has to write it again; empty when it is right."""
        told = spoken_in_json(text) if self.as_json else text
        if told is None:
            return ("the answer is not one JSON value and nothing else",)
        return tuple(self._wrong_marks(told))

    def _wrong_marks(self, text: str) -> Iterator[str]:
        if self.documents is None:
            return
        for mark in dict.fromkeys(MARK.findall(text)):
            if int(mark) not in self.documents:
                yield f"[{mark}] is the number of no document"
        if self.grounding.unverifiable == "drop":
            for citation in self._cited(text):
                if not citation.verified:
                    number = citation.number
                    yield f"document {number} does not say what is marked [{number}]"

    def without_wrong_marks(self, text: str) -> str:
        """The text without the marks that `wrong_in` complains of."""
        documents = self.documents or {}
        right = MARK.sub(lambda found: found[0] if int(found[1]) in documents else "", text)
        if self.grounding.unverifiable == "drop":
            return without_unverified(right, self._cited(right))
        return right

    @property
    def hides_marks(self) -> bool:
        """JSON is left as it stands: brackets are its own."""
        cites = self.documents is not None and not self.as_json
        return cites and self.grounding.citation_style == "none"

    def shown(self, text: str) -> str:
        """The text as people see it."""
        return without_marks(text) if self.hides_marks else text

    def below(self, text: str, language: Language) -> str:
        """What stands below the text; nothing below JSON."""
        if self.as_json or self.documents is None:
            return ""
        return closing(self._cited(text), self.grounding, language)

    def citations(self, text: str) -> tuple[Citation, ...]:
        told = spoken_in_json(text) if self.as_json else text
        return kept(self._cited(told or ""), self.grounding)

    def _cited(self, text: str) -> tuple[Citation, ...]:
        return citations_among(text, self.documents or {}, self.grounding.least_share)


def spoken_in_json(text: str) -> str | None:
    """The texts in a JSON value, one a line; None when the text is no JSON."""
    try:
        value: object = json.loads(text)
    except ValueError:
        return None
    return "\n".join(_texts(value))


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for each in value.values():
                yield from _texts(each)
        case list():
            for each in value:
                yield from _texts(each)
        case _:
            return
