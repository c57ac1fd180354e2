"""Text analysis: words as they are stored in the index and looked up by queries."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

WORD = re.compile(r"\w+")
CHUNK = re.compile(r"\S+")
# n with tilde is a letter of its own in Spanish: "ano" is not "año".
KEPT_TILDE = "ñ"
STEMMED = {
    "ar": "arabic", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish", "fi": "finnish", "fr": "french", "hu": "hungarian", "it": "italian",
    "nb": "norwegian", "nl": "dutch", "no": "norwegian", "pt-br": "portuguese",
    "pt-pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish", "tr": "turkish",
}  # fmt: skip
STOPWORDS = {
    "danish", "dutch", "english", "finnish", "french", "german", "hungarian", "italian",
    "norwegian", "portuguese", "russian", "spanish", "swedish",
}  # fmt: skip
PLAIN = {
    "standard", "standard.lucene", "standardasciifolding.lucene", "simple", "stop", "pattern",
    "whitespace", "keyword",
}  # fmt: skip
# Snowball knows Spanish endings only with their accents, which people often leave out.
SPANISH_ION = re.compile(r"(?<=[csx])ion$")
SHORT_PLURAL = re.compile(r"\w{2,}[aeo]s")


@dataclass(frozen=True, slots=True)
class Token:
    """A normalised word and where it stood in the text."""

    text: str
    start: int
    end: int


type Normalise = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Analyzer:
    """Cuts text into pieces and normalises each; pieces that normalise to None are dropped."""

    pieces: re.Pattern[str] | None
    normalise: Normalise

    def tokens(self, text: str) -> Iterator[Token]:
        """The tokens of a text, in order."""
        if self.pieces is None:
            if text:
                yield Token(text, 0, len(text))
            return
        for match in self.pieces.finditer(text):
            word = self.normalise(match.group())
            if word is not None:
                yield Token(word, match.start(), match.end())

    def words(self, text: str) -> list[str]:
        """The normalised words of a text, in order."""
        return [token.text for token in self.tokens(text)]


def is_known_analyzer(name: str) -> bool:
    """Whether `analyzer_named` has it."""
    return name in PLAIN or _language(name) is not None


@lru_cache(maxsize=64)
def analyzer_named(name: str) -> Analyzer:
    """The analyzer Azure calls `name`; raises KeyError for one that is not known."""
    language = _language(name)
    if language is not None:
        return Analyzer(WORD, _stemming(language))
    match name:
        case "keyword":
            return Analyzer(None, str)
        case "whitespace":
            return Analyzer(CHUNK, str)
        case "standardasciifolding.lucene":
            return Analyzer(WORD, lambda word: fold_accents(word.lower(), keep=""))
        case "stop":
            return Analyzer(WORD, lambda word: None if _is_stopword(word) else word.lower())
        case "standard" | "standard.lucene" | "simple" | "pattern":
            return Analyzer(WORD, str.lower)
        case _:
            raise KeyError(name)


def fold_accents(text: str, keep: str = KEPT_TILDE) -> str:
    """The text without accents; the letters in `keep` stay as they are."""
    if text.isascii():
        return text
    composed = unicodedata.normalize("NFC", text)
    return "".join(letter if letter in keep else _base_letter(letter) for letter in composed)


def _base_letter(letter: str) -> str:
    decomposed = unicodedata.normalize("NFD", letter)
    return "".join(part for part in decomposed if not unicodedata.combining(part))


def _language(name: str) -> str | None:
    code, dot, family = name.lower().rpartition(".")
    if not dot or family not in ("microsoft", "lucene"):
        return None
    return STEMMED.get(code)


def _is_stopword(word: str) -> bool:
    return _stems("english")(word.lower()) is None


@lru_cache(maxsize=64)
def _stemming(language: str) -> Normalise:
    stem = _stems(language)

    @lru_cache(maxsize=100_000)
    def normalise(word: str) -> str | None:
        lowered = word.lower()
        if stem(lowered) is None:
            return None
        folded = fold_accents(lowered)
        if stem(folded) is None:
            return None
        if language == "spanish":
            return _spanish_stem(folded, stem)
        return fold_accents(stem(folded) or folded)

    return normalise


def _spanish_stem(folded: str, stem: Normalise) -> str:
    word = SPANISH_ION.sub("ión", folded)
    found = fold_accents(stem(word) or word)
    # Snowball leaves the plural of short words that begin with a vowel: "años".
    return found[:-1] if found == folded and SHORT_PLURAL.fullmatch(found) else found


@lru_cache(maxsize=64)
def _stems(language: str) -> Normalise:
    builder = TextAnalyzerBuilder(Tokenizer.raw())
    if language in STOPWORDS:
        builder = builder.filter(Filter.stopword(language))
    analyzer: TextAnalyzer = builder.filter(Filter.stemmer(language)).build()

    def stem(word: str) -> str | None:
        found = analyzer.analyze(word)
        return found[0] if found else None

    return stem
