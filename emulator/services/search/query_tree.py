"""What a search text asks for, whichever syntax it was written in."""

import re
from dataclasses import dataclass
from typing import Literal

type Occur = Literal["must", "should", "must_not"]


@dataclass(frozen=True, slots=True)
class Everything:
    """`*`: every document."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word; `fuzzy` is the number of letters it may differ in."""

    text: str
    fuzzy: int = 0


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in this order, up to `slop` positions apart."""

    text: str
    slop: int = 0


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression over whole indexed words: prefixes, wildcards, `/regex/`."""

    regex: str


@dataclass(frozen=True, slots=True)
class Scoped:
    """The part is looked for in this field only."""

    field: str
    part: "Node"


@dataclass(frozen=True, slots=True)
class Boosted:
    """The part counts this many times."""

    part: "Node"
    boost: float


@dataclass(frozen=True, slots=True)
class Clauses:
    """Parts that must, should or must not match; with none that must, one that should has to."""

    parts: tuple[tuple[Occur, "Node"], ...]


type Node = Everything | Word | Phrase | Pattern | Scoped | Boosted | Clauses


def negated(part: Node) -> Clauses:
    """Every document but those that match."""
    return Clauses((("must", Everything()), ("must_not", part)))


def prefix(text: str) -> Pattern:
    """Indexed words that begin so; like Azure, it is lower-cased but not stemmed."""
    return Pattern(re.escape(text.lower()) + ".*")


def wildcard(text: str) -> Pattern:
    """Indexed words that fit a text with `*` (any letters) and `?` (one letter)."""
    translated = {"*": ".*", "?": "."}
    return Pattern("".join(translated.get(letter, re.escape(letter)) for letter in text.lower()))
