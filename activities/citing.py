"""From the marks `[n]` of an answer to citations, each checked against what it cites."""

import re

from shared.contracts.evidence import Citation, ContextPack, Snippet
from shared.tools.folding import folded

MARK = re.compile(r"\[(\d{1,2})\]")
LEADING_MARKS = re.compile(r"(?:\[\d{1,2}\][\s.,;]*)+")
SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
WORD = re.compile(r"\w{4,}|\d+")
MIN_SHARED = 0.5
"""Share of a sentence's telling words that the document must hold for the citation to count."""
SNIPPET_CHARACTERS = 300


def citations_of(text: str, evidence: ContextPack) -> tuple[Citation, ...]:
    """One citation per document marked, in the order of the marks' numbers.

    Marks that point to no document are left out. `verified` says that every sentence which bears
    the mark shares most of its words with the document.
    """
    claims = _claims(text)
    return tuple(
        _citation(number, evidence.snippets[number - 1], claims[number])
        for number in sorted(claims)
        if 1 <= number <= len(evidence.snippets)
    )


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
            for mark in MARK.findall(behind.group() if behind else ""):
                claims.setdefault(int(mark), []).append(before)
            for mark in MARK.findall(rest):
                claims.setdefault(int(mark), []).append(bare or before)
            before = bare or before
    return claims


def _citation(number: int, snippet: Snippet, claims: list[str]) -> Citation:
    return Citation(
        number=number,
        source=snippet.source,
        title=snippet.title,
        url=snippet.url,
        snippet=snippet.content[:SNIPPET_CHARACTERS],
        score=snippet.score,
        index=snippet.index,
        document_id=snippet.document_id,
        verified=all(_holds(snippet, claim) for claim in claims),
    )


def _holds(snippet: Snippet, claim: str) -> bool:
    words = set(WORD.findall(folded(claim)))
    held = set(WORD.findall(folded(f"{snippet.title} {snippet.content}")))
    return bool(words) and len(words & held) >= MIN_SHARED * len(words)
