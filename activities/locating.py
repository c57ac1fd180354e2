"""Where a document says what a sentence says that cites it: exactly, or nearly."""

import re
from collections.abc import Iterator, Sequence

from activities.figures import has_figures_of
from shared.contracts.evidence import Snippet
from shared.tools.folding import folded, holds

SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
QUOTED = re.compile(r"«([^«»\n]+)»|“([^“”\n]+)”|\"([^\"\n]+)\"")
LIST_SIGN = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+")
TELLING = re.compile(r"\w{4,}|\d+")
PASSAGE_SENTENCES = 3
"""Words of one claim stand near one another; those of a whole document would bear out much."""
SAME_WORD = 85.0
"""Of 100, by rapidfuzz's `ratio`: "renovación" and "renovar" are not one word, a typing error and
an ending are."""
SAME_QUOTE = 92.0
"""Of 100, by rapidfuzz's `partial_ratio`: who quotes may drop an accent, not change a word."""


def is_borne_out(claim: str, snippet: Snippet, least_share: float) -> bool:
    """Whether the document says it."""
    return is_said(claim, snippet.title, snippet.content, least_share)


def is_said(claim: str, title: str, content: str, least_share: float) -> bool:
    """Whether it is said word for word; or else every quote, number and day of the claim is there,
    and `least_share` of its telling words are in one passage."""
    claim = LIST_SIGN.sub("", claim)
    said = folded(f"{title}. {content}")
    wanted = folded(claim).strip(" .,;:")
    words = TELLING.findall(wanted)
    if not words:
        return False
    # Before anything else: "1.200" stands word for word in "1.200,50".
    if not has_figures_of(claim, f"{title}. {content}"):
        return False
    if holds(said, wanted):
        return True
    if not all(_is_quoted(quote, said) for quote in quotes_in(claim)):
        return False
    return any(_share(words, passage) >= least_share for passage in _passages(title, content))


def quotes_in(text: str) -> Sequence[str]:
    """What stands between quotation marks."""
    return [next(filter(None, found.groups())) for found in QUOTED.finditer(text)]


def _is_quoted(quote: str, said: str) -> bool:
    wanted = folded(quote).strip(" .…,;:")
    # Of two texts, the shorter is looked for in the longer: a quote of more than all is none.
    if not wanted or len(wanted) > len(said):
        return not wanted
    from rapidfuzz import fuzz  # takes 25 ms: at the first use, as the SDKs

    return holds(said, wanted) or fuzz.partial_ratio(wanted, said) >= SAME_QUOTE


def _passages(title: str, content: str) -> Iterator[frozenset[str]]:
    """The telling words of every few sentences in a row; the title belongs to each."""
    lines = content.splitlines()
    sentences = [each for line in lines for each in SENTENCE_END.split(line) if each.strip()]
    last = max(len(sentences) - PASSAGE_SENTENCES, 0)
    for first in range(last + 1):
        text = " ".join([title, *sentences[first : first + PASSAGE_SENTENCES]])
        yield frozenset(TELLING.findall(folded(text)))


def _share(words: Sequence[str], passage: frozenset[str]) -> float:
    distinct = set(words)
    return sum(_is_among(word, passage) for word in distinct) / len(distinct)


def _is_among(word: str, passage: frozenset[str]) -> bool:
    if word in passage or word.isdecimal():
        return word in passage
    from rapidfuzz import fuzz, process

    near = process.extractOne(word, passage, scorer=fuzz.ratio, score_cutoff=SAME_WORD)
    return near is not None
