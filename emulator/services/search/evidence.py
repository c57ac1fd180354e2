"""How much of a question a text speaks of, by the words they share."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from emulator.services.search.analysis import Analyzer, analyzer_named, fold_accents
from emulator.services.search.definitions import Field
from emulator.services.search.highlighting import Matcher
from emulator.services.search.index import SearchIndex

QUESTION_WORDS = {
    "que", "cual", "cuales", "quien", "quienes", "como", "cuando", "donde", "cuanto", "cuanta",
    "cuantos", "cuantas", "what", "which", "who", "whom", "whose", "when", "where", "why", "how",
    "is", "are", "do", "does", "did", "can", "should",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Evidence:
    """The words of a query, each with its weight: rare words of the index weigh more."""

    analyzer: Analyzer
    weights: Mapping[str, float]

    def coverage(self, texts: Iterable[str]) -> float:
        """The share, 0 to 1, of the query's weight whose words are in the texts."""
        total = math.fsum(self.weights.values())
        if not total:
            return 0.0
        words = self.weights.keys()
        found = {word for text in texts for word in words & _words(self.analyzer, text)}
        return math.fsum(self.weights[word] for word in found) / total

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where the query's words are in a text."""
        return Matcher(self.analyzer, set(self.weights)).spans(text)


@lru_cache(maxsize=2048)
def _words(analyzer: Analyzer, text: str) -> frozenset[str]:
    return frozenset(analyzer.words(text))


def evidence_of(index: SearchIndex, query: str, fields: Iterable[Field]) -> Evidence:
    """The evidence that a query asks for, in the language of the first of the fields."""
    chosen = list(fields)
    analyzer = analyzer_named(chosen[0].search_analyzer if chosen else "standard.lucene")
    words = [word for word in dict.fromkeys(analyzer.words(query)) if not is_question_word(word)]
    weights = {
        word: _weight(
            index.count, [index.keywords.document_frequency(f.path, word) for f in chosen]
        )
        for word in words
    }
    return Evidence(analyzer, weights)


def is_question(query: str) -> bool:
    """Whether the text asks something, in Spanish or English."""
    text = query.strip()
    if text.endswith("?") or text.startswith("¿"):
        return True
    words = re.findall(r"\w+", text)
    return len(words) > 2 and is_question_word(words[0])


def is_question_word(word: str) -> bool:
    """Whether the word asks rather than says what about."""
    return fold_accents(word.lower()) in QUESTION_WORDS


def _weight(documents: int, frequencies: list[int]) -> float:
    # The inverse document frequency of BM25.
    found = min(max(frequencies, default=0), documents)
    return math.log(1 + (documents - found + 0.5) / (found + 0.5))
