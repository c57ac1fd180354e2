"""Answers from documents alone: picks the sentences that speak of what was asked, and cites."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from .folding import fold, stem, words_of
from .language import language_of
from .prompt import Document
from .rules import RuleBook

_MOST_SENTENCES = 4
# Of the question's weight, this much must be met by the best sentence with its document.
_ENOUGH = 0.34
# A further sentence is worth saying when it comes near to the best one.
_NEAR = 0.55
_OTHER_LANGUAGE = 0.8
_TITLE = 0.35
_SHORT = 25
# Whole sentences in quotation marks are examples of what to write, and state nothing.
_EXAMPLES = ("«", "“", '"')

_SENTENCE = re.compile(
    r"(?<=[.!?:])\s+(?=[A-ZÁÉÍÓÚÑ¿¡«\"0-9*-])"
    r"|\n\s*\n|\n(?=\s*(?:[-*•>|]|\d+[.)])\s)"
)
_MARKUP = re.compile(r"^\s*(?:#+|[-*•>]|\d+[.)])\s+")
_EMPHASIS = re.compile(r"\*\*|__|`")
_HEADING = re.compile(r"^\s*#+\s.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a document, with its place and what it is about."""

    document: int
    position: int
    text: str
    terms: frozenset[str]


@dataclass(frozen=True, slots=True)
class Extract:
    """The chosen sentences with their citations; `language` is that of most of them."""

    lines: Sequence[str]
    language: str


def extract(
    question: str, documents: Sequence[Document], language: str, book: RuleBook
) -> Extract | None:
    """What the documents say about the question, or None when they do not speak of it."""
    asked = _terms(question, language, book)
    if not asked or not documents:
        return None
    languages = [_language(document, language, book) for document in documents]
    titles = [
        _terms(document.title, code, book)
        for document, code in zip(documents, languages, strict=True)
    ]
    sentences = [
        sentence
        for index, document in enumerate(documents)
        for sentence in _sentences(index, document, languages[index], book)
    ]
    weights = _weights(asked, sentences, titles)
    scored = [(_score(one, weights, titles, languages, language), one) for one in sentences]
    chosen = _chosen(scored, weights, titles)
    if not chosen:
        return None
    lines = [_cited(one.text, documents[one.document].number) for one in chosen]
    return Extract(lines, languages[chosen[0].document])


def _chosen(
    scored: Sequence[tuple[float, Sentence]],
    weights: Mapping[str, float],
    titles: Sequence[frozenset[str]],
) -> Sequence[Sentence]:
    total = sum(weights.values())
    ranked = sorted(scored, key=lambda pair: (-pair[0], pair[1].document, pair[1].position))
    if not ranked or ranked[0][0] <= 0:
        return ()
    best_score, best = ranked[0]
    met = sum(weights[term] for term in weights if term in best.terms | titles[best.document])
    if total == 0 or met / total < _ENOUGH:
        return ()
    near = [one for score, one in ranked[:_MOST_SENTENCES] if score >= best_score * _NEAR]
    order = {one.document: index for index, one in reversed(list(enumerate(near)))}
    return sorted(near, key=lambda one: (order[one.document], one.position))


def _score(
    sentence: Sentence,
    weights: Mapping[str, float],
    titles: Sequence[frozenset[str]],
    languages: Sequence[str],
    language: str,
) -> float:
    own = sum(weight for term, weight in weights.items() if term in sentence.terms)
    title = sum(weight for term, weight in weights.items() if term in titles[sentence.document])
    score = own + _TITLE * title
    # Two sentences that meet the same words differ in what else they say; the fuller one wins.
    score *= 1 + min(len(sentence.terms), 20) / 200
    return score if languages[sentence.document] == language else score * _OTHER_LANGUAGE


def _weights(
    asked: frozenset[str], sentences: Sequence[Sentence], titles: Sequence[frozenset[str]]
) -> Mapping[str, float]:
    """Rare terms weigh more, as in any ranking (inverse document frequency)."""
    counts = Counter(term for one in sentences for term in one.terms)
    counts.update(term for title in titles for term in title)
    whole = len(sentences) + len(titles) + 1
    return {term: math.log(1 + whole / (1 + counts[term])) for term in asked}


def _sentences(index: int, document: Document, language: str, book: RuleBook) -> Sequence[Sentence]:
    """The sentences that state something; a question in a text lends its words to its answer."""
    found: list[Sentence] = []
    asked: frozenset[str] = frozenset()
    plain = _EMPHASIS.sub("", _HEADING.sub("\n", document.text))
    for position, raw in enumerate(_SENTENCE.split(plain)):
        text = re.sub(r"\s+", " ", _MARKUP.sub("", raw)).strip()
        terms = _terms(text, language, book)
        if text.endswith("?"):
            asked = terms
        elif len(text) >= _SHORT and not text.startswith(_EXAMPLES):
            found.append(Sentence(index, position, text, terms | asked))
            asked = frozenset()
    return found


def _terms(text: str, language: str, book: RuleBook) -> frozenset[str]:
    """The stems of the text's telling words; words of the glossary become their concept."""
    stops = _stop_words(book_key := _Key(book))
    concepts = _concepts(book_key)
    terms: set[str] = set()
    for word in words_of(text):
        if word.text in stops or (len(word.text) < 3 and not word.text.isdigit()):
            continue
        stems = {stem(word.text, language), stem(word.text, "es"), stem(word.text, "en")}
        concept = {concepts[one] for one in stems if one in concepts}
        terms |= concept or {stem(word.text, language)}
    return frozenset(terms)


class _Key:
    """Lets caches hold a rule book by its identity."""

    def __init__(self, book: RuleBook) -> None:
        self.book = book

    def __hash__(self) -> int:
        return id(self.book)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.book is self.book


@lru_cache(maxsize=8)
def _stop_words(key: _Key) -> frozenset[str]:
    return frozenset(fold(word) for words in key.book.stop_words.values() for word in words)


@lru_cache(maxsize=8)
def _concepts(key: _Key) -> Mapping[str, str]:
    return {
        stem(fold(word), code): f"#{number}"
        for number, group in enumerate(key.book.glossary)
        for word in group
        for code in ("es", "en")
    }


def _language(document: Document, default: str, book: RuleBook) -> str:
    return language_of(f"{document.title} {document.text}", book.stop_words, default)


def _cited(text: str, number: str) -> str:
    """The mark stands before the full stop, so that it belongs to this sentence."""
    return f"{text.rstrip(' .,;:')} [{number}]."
