"""Cutting a document into chunks: by headings, and long sections by sentences with an overlap."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count

MAX_TOKENS = 512
"""What an embedding model of the usual size reads; also where Microsoft suggests to begin
(learn.microsoft.com, "Chunk large documents for vector search solutions")."""
OVERLAP_TOKENS = 64
LONGEST_PART = MAX_TOKENS - OVERLAP_TOKENS
LONGEST_ANCHOR = 120
"""In letters; a whole paragraph may be styled as a heading, and a key of Azure AI Search has 1024
at most."""
LETTERS_IN_A_TOKEN = 5
"""Of Spanish and English words with usual vocabularies, rounded so that it rather counts more."""

_WORD = re.compile(r"\w+|[^\w\s]")
_HEADING = re.compile(r"#{1,6}[ \t]+(?P<title>.+?)[ \t#]*$")
FENCE = re.compile(r"\s*(```|~~~)")
_SENTENCE = re.compile(r".+?(?:(?<=[.!?…])\s+|\n+|\Z)", re.DOTALL)
"""With the white space behind it, so that joined sentences are the text again."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """`anchor` names the chunk within its document and stays while its heading does; it is empty
    for the beginning of the document. `heading` is empty before the first one."""

    anchor: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of a section that ends with white space, or with the section: that `tokens` of
    several parts can be added saves counting them again and again."""

    text: str
    tokens: int


@dataclass(frozen=True, slots=True)
class _Section:
    heading: str
    text: str


def chunks_of(text: str) -> tuple[Chunk, ...]:
    """A text that fits is one chunk. Otherwise each section is one, together with those behind it
    as long as they fit; a section that does not fit alone is cut between sentences, and what ends
    a piece begins the next one."""
    if tokens_in(text) <= MAX_TOKENS:
        return (Chunk("", "", text),)
    taken: set[str] = set()
    return tuple(
        Chunk(_anchor(section.heading, taken), section.heading, piece)
        for section in _joined(_sections(text))
        for piece in _pieces(section.text)
    )


def tokens_in(text: str) -> int:
    """An estimate: a token is five letters of a word, or a sign."""
    return sum(-(-len(word) // LETTERS_IN_A_TOKEN) for word in _WORD.findall(text))


def _sections(text: str) -> Iterator[_Section]:
    heading, lines, fenced = "", list[str](), False
    for line in text.splitlines():
        fenced ^= FENCE.match(line) is not None
        found = None if fenced else _HEADING.fullmatch(line)
        if found:
            yield _Section(heading, "\n".join(lines).strip())
            heading, lines = found["title"], []
        lines.append(line)
    yield _Section(heading, "\n".join(lines).strip())


def _joined(sections: Iterable[_Section]) -> Iterator[_Section]:
    """Neighbours that fit into one chunk, under the first one's heading."""
    whole, size = _Section("", ""), 0
    for section in sections:
        more = tokens_in(section.text)
        if size + more <= MAX_TOKENS:
            both = f"{whole.text}\n\n{section.text}".strip()
            whole = _Section(whole.heading if whole.text else section.heading, both)
            size += more
            continue
        if whole.text:
            yield whole
        whole, size = section, more
    if whole.text:
        yield whole


def _pieces(text: str) -> Iterator[str]:
    if tokens_in(text) <= MAX_TOKENS:
        yield text
        return
    piece: list[_Part] = []
    for part in _parts(text):
        if piece and sum(each.tokens for each in piece) + part.tokens > MAX_TOKENS:
            yield _text_of(piece)
            piece = _tail(piece, MAX_TOKENS - part.tokens)
        piece.append(part)
    yield _text_of(piece)


def _text_of(piece: Sequence[_Part]) -> str:
    return "".join(part.text for part in piece).strip()


def _parts(text: str) -> Iterator[_Part]:
    """Sentences; one that is too long for a chunk is cut between words."""
    for sentence in _SENTENCE.findall(text):
        if (tokens := tokens_in(sentence)) <= LONGEST_PART:
            yield _Part(sentence, tokens)
            continue
        yield from _cut(sentence.split())


def _cut(words: Sequence[str]) -> Iterator[_Part]:
    part: list[str] = []
    size = 0
    for word in (each for long in words for each in _bounded(long)):
        cost = tokens_in(word)
        if part and size + cost > LONGEST_PART:
            yield _Part("".join(part), size)
            part, size = [], 0
        part.append(f"{word} ")
        size += cost
    yield _Part("".join(part), size)


def _bounded(word: str) -> Iterator[str]:
    """A "word" may be a table without blanks, or an encoded file."""
    return (word[start : start + LONGEST_PART] for start in range(0, len(word), LONGEST_PART))


def _tail(piece: Sequence[_Part], room: int) -> list[_Part]:
    """The last sentences of a piece, at most the overlap and what there is room for."""
    kept: list[_Part] = []
    left = min(OVERLAP_TOKENS, room)
    for part in reversed(piece):
        left -= part.tokens
        if left < 0:
            break
        kept.insert(0, part)
    return kept


def _anchor(heading: str, taken: set[str]) -> str:
    """As in a link to the heading; the first text before any heading has none."""
    plain = unicodedata.normalize("NFD", heading.casefold()).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_ANCHOR].rstrip("-")
    numbered = (f"{slug or 'part'}-{number}" for number in count(2))
    first = slug or ("part" if heading else "")
    anchor = next(each for each in chain([first], numbered) if each not in taken)
    taken.add(anchor)
    return anchor
