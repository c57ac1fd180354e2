"""Text made comparable: folded letters, words with their places, stems."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import tantivy

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_STEMMERS = {"es": "spanish", "en": "english"}


@dataclass(frozen=True, slots=True)
class Word:
    """A folded word and where it stands in the text."""

    text: str
    start: int
    end: int


def fold(text: str) -> str:
    """Lower case without accents, character by character: places in it are places in `text`."""
    if text.isascii():
        return text.lower()
    return "".join(map(_fold_character, text))


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    if character == "’":
        return "'"
    base = unicodedata.normalize("NFD", character)[0].lower()
    return base if len(base) == 1 else character


def words_of(text: str) -> Sequence[Word]:
    """All words of `text`, folded, in order."""
    return [Word(m.group(), m.start(), m.end()) for m in _WORD.finditer(fold(text))]


@lru_cache(maxsize=8)
def _stemmer(language: str) -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw())
    name = _STEMMERS.get(language, "spanish")
    return builder.filter(tantivy.Filter.stemmer(name)).build()


@lru_cache(maxsize=16384)
def stem(word: str, language: str) -> str:
    """The stem of a folded word ("es" or "en"; any other language is treated as Spanish)."""
    found = _stemmer(language).analyze(word)
    return found[0] if found else word
