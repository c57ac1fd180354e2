"""What an agent's answer may say: the JSON that was asked for, marks of documents that bear it."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from activities.bearing_out import lacks_evidence
from activities.citation_styles import closing, kept, without_marks, without_unverified
from activities.citing import citations_among, keeping
from shared.contracts.evidence import Citation, Snippet, marks_in
from shared.contracts.grounding import Grounding
from shared.contracts.identity import Language

_FENCED = re.compile(r"\s*```\w*\s(.*)```\s*", re.DOTALL)

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

    def bared(self, text: str) -> str:
        """JSON without the fence that models like to put around it; any other text as it is."""
        fenced = _FENCED.fullmatch(text) if self.as_json else None
        return fenced[1].strip() if fenced else text

    def _wrong_marks(self, text: str) -> Iterator[str]:
        if self.documents is None:
            return
        for number in dict.fromkeys(marks_in(text)):
            if number not in self.documents:
                yield f"[{number}] is the number of no document"
        if self.grounding.unverifiable == "drop":
            for citation in self._cited(text):
                if not citation.verified:
                    number = citation.number
                    yield f"document {number} does not say what is marked [{number}]"

    def without_wrong_marks(self, text: str) -> str:
        """The text without the marks that `wrong_in` complains of."""
        documents = self.documents or {}
        right = keeping(text, documents.__contains__)
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

    def below(self, text: str, language: Language, known: Sequence[str] | None) -> str:
        """What stands below the text; nothing below JSON. What an answer for which documents were
        looked up states without them has to be in one of the `known` texts; with None, it need
        not be anywhere."""
        if self.as_json or self.documents is None:
            return ""
        cited, share = self._cited(text), self.grounding.least_share
        doubtful = (
            lacks_evidence(text, cited, known, share)
            if known is not None
            else bool(cited) and not any(each.verified for each in cited)
        )
        return closing(cited, self.grounding, language, doubtful=doubtful)

    def citations(self, text: str) -> tuple[Citation, ...]:
        told = spoken_in_json(text) if self.as_json else text
        return kept(self._cited(told or ""), self.grounding)

    def _cited(self, text: str) -> tuple[Citation, ...]:
        return citations_among(text, self.documents or {}, self.grounding.least_share)


def spoken_in_json(text: str) -> str | None:
    """The texts in a JSON value, one a line; None when the text is no JSON that anybody reads."""
    try:
        value: object = json.loads(text)
        return "\n".join(_texts(value))
    except (ValueError, RecursionError):
        return None


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
