"""From marks `[n]` or `[n, m]` of an answer to citations, each checked against what it cites."""

import re
from collections.abc import Callable, Mapping

from activities.locating import SENTENCE_END, is_borne_out
from shared.contracts.evidence import MARK, Citation, ContextPack, Snippet, marks_in
from shared.contracts.grounding import LEAST_SHARE

MARK_AND_BLANKS = re.compile(rf"([ \t]*)({MARK.pattern})")
LEADING_MARKS = re.compile(rf"(?:{MARK.pattern}[\s.,;]*)+")
SNIPPET_CHARACTERS = 300


def citations_of(
    text: str, evidence: ContextPack, least_share: float = LEAST_SHARE
) -> tuple[Citation, ...]:
    """One citation per document marked, in the order of the marks' numbers.

    Marks that point to no document are left out. `verified` says that the document bears out every
    sentence that has its mark.
    """
    return citations_among(text, dict(enumerate(evidence.snippets, start=1)), least_share)


def citations_among(
    text: str, documents: Mapping[int, Snippet], least_share: float = LEAST_SHARE
) -> tuple[Citation, ...]:
    """The same of documents by their numbers."""
    claims = _claims(text)
    return tuple(
        _citation(number, documents[number], claims[number], least_share)
        for number in sorted(claims)
        if number in documents
    )


def keeping(text: str, is_kept: Callable[[int], bool]) -> str:
    """The text with only those marks; one that goes takes the blanks before it along."""

    def rewritten(found: re.Match[str]) -> str:
        numbers = marks_in(found[2])
        kept = [number for number in numbers if is_kept(number)]
        if len(kept) == len(numbers):
            return found[0]
        return f"{found[1]}[{', '.join(map(str, kept))}]" if kept else ""

    return MARK_AND_BLANKS.sub(rewritten, text)


def _claims(text: str) -> dict[int, list[str]]:
    """The sentences by the marks they bear. A mark behind the full stop belongs before it, one at
    the beginning of a line to what follows."""
    claims: dict[int, list[str]] = {}
    before = ""
    for line in text.splitlines():
        for place, sentence in enumerate(SENTENCE_END.split(line)):
            behind = LEADING_MARKS.match(sentence) if place else None
            rest = sentence[behind.end() :] if behind else sentence
            bare = MARK.sub("", rest).strip(" .")
            for number in marks_in(behind.group() if behind else ""):
                claims.setdefault(number, []).append(before)
            for number in marks_in(rest):
                claims.setdefault(number, []).append(bare or before)
            before = bare or before
    return claims


def _citation(number: int, snippet: Snippet, claims: list[str], least_share: float) -> Citation:
    return Citation(
        number=number,
        source=snippet.source,
        title=snippet.title,
        url=snippet.url,
        snippet=_told(snippet),
        score=snippet.score,
        index=snippet.index,
        document_id=snippet.document_id,
        verified=all(is_borne_out(claim, snippet, least_share) for claim in claims),
    )


def _told(snippet: Snippet) -> str:
    """The passage that speaks most of the question, where the semantic ranker has named it."""
    passage = snippet.caption.text if snippet.caption else ""
    return (passage or snippet.content)[:SNIPPET_CHARACTERS]
