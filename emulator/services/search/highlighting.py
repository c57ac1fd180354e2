"""Marks the words that a query matched."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import assert_never

from emulator.services.search.analysis import Analyzer, analyzer_named
from emulator.services.search.definitions import Field
from emulator.services.search.keyword_index import texts_at
from emulator.services.search.passages import passages
from emulator.services.search.query_tree import (
    Boosted,
    Clauses,
    Everything,
    Node,
    Pattern,
    Phrase,
    Scoped,
    Word,
)
from emulator.services.search.store import StoredDocument

FRAGMENT_LETTERS = 200


@dataclass(slots=True)
class Matcher:
    """The words that one field's text is compared with."""

    analyzer: Analyzer
    words: set[str] = field(default_factory=set)
    patterns: list[re.Pattern[str]] = field(default_factory=list)

    def matches(self, word: str) -> bool:
        """Whether the normalised word was asked for."""
        return word in self.words or any(one.fullmatch(word) for one in self.patterns)

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where the text holds words that were asked for; neighbours stay apart, as in Azure."""
        return [(t.start, t.end) for t in self.analyzer.tokens(text) if self.matches(t.text)]


def matcher_for(target: Field, node: Node, scope: tuple[Field, ...]) -> Matcher:
    """What `node`, looked for in the fields of `scope`, asks for in the field `target`."""
    matcher = Matcher(analyzer_named(target.search_analyzer))
    for part in _parts_for(target, node, {one.path for one in scope}):
        match part:
            case Pattern(regex):
                matcher.patterns.append(re.compile(regex))
            case Word(text) | Phrase(text):
                matcher.words.update(matcher.analyzer.words(text))
    return matcher


def _parts_for(target: Field, node: Node, scope: set[str]) -> Iterator[Word | Phrase | Pattern]:
    match node:
        case Everything():
            return
        case Word() | Phrase() | Pattern():
            if target.path in scope:
                yield node
        case Boosted(part):
            yield from _parts_for(target, part, scope)
        case Scoped(path, part):
            yield from _parts_for(target, part, {path})
        case Clauses(parts):
            for occur, part in parts:
                if occur != "must_not":
                    yield from _parts_for(target, part, scope)
        case _:
            assert_never(node)


def marked(text: str, spans: list[tuple[int, int]], pre_tag: str, post_tag: str) -> str:
    """The text with tags around the spans."""
    pieces: list[str] = []
    position = 0
    for start, end in spans:
        pieces += [text[position:start], pre_tag, text[start:end], post_tag]
        position = end
    return "".join([*pieces, text[position:]])


def highlights(
    document: StoredDocument,
    matchers: Mapping[str, Matcher],
    limits: Mapping[str, int],
    tags: tuple[str, str],
) -> dict[str, list[str]]:
    """For each field with a match, its marked fragments, at most as many as its limit says."""
    found: dict[str, list[str]] = {}
    for path, matcher in matchers.items():
        fragments: list[str] = []
        for text in texts_at(document.values, path):
            for passage in passages(text, FRAGMENT_LETTERS):
                spans = matcher.spans(passage)
                if spans:
                    fragments.append(marked(passage, spans, *tags))
        if fragments:
            found[path] = fragments[: limits[path]]
    return found
