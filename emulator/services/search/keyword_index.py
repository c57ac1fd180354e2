"""Keyword search with tantivy: words are analysed here, stored and ranked (BM25) there."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

import numpy as np
from numpy.typing import NDArray
from tantivy import Document, Index, Occur, Query, SchemaBuilder

from emulator.services.search.analysis import analyzer_named
from emulator.services.search.definitions import Field
from emulator.services.search.errors import invalid, unknown_property
from emulator.services.search.json_types import Json, JsonObject
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

ROW = "_row"
# One thread and a small heap: most commits hold one document.
WRITER_HEAP_BYTES = 32_000_000
# Tantivy cuts at white space; the keyword analyzer's single word may hold some.
SPACE = re.compile(r"\s")
SPACE_MARK = "\u2423"
OCCURS = {"must": Occur.Must, "should": Occur.Should, "must_not": Occur.MustNot}

type Scores = NDArray[np.float64]
type Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Scope:
    """Which fields a text is looked for in, with their weights, and how words combine."""

    fields: tuple[Field, ...]
    weights: Mapping[str, float]
    all_words: bool


class KeywordIndex:
    """The searchable texts of one index, in memory; rebuilt from the documents at start."""

    def __init__(self, fields: Sequence[Field]) -> None:
        self._fields = {field.path: field for field in fields}
        builder = SchemaBuilder()
        builder.add_integer_field(ROW, indexed=True, fast=True)
        for field in fields:
            builder.add_text_field(column_of(field), tokenizer_name="whitespace")
        self._schema = builder.build()
        self._index = Index(self._schema)
        # Its own watcher thread would reload late, and block an explicit reload for 100 ms.
        self._index.config_reader("manual")
        self._writer = self._index.writer(WRITER_HEAP_BYTES, 1)
        self._searcher = self._index.searcher()

    def stage(self, removed: Iterable[int], added: Mapping[int, JsonObject]) -> None:
        """Writes and commits; searches see it after `refresh`. May run in another thread."""
        for row in removed:
            self._writer.delete_documents_by_term(ROW, row)
        for row, document in added.items():
            self._writer.add_document(self._document(row, document))
        self._writer.commit()

    def refresh(self) -> None:
        """Makes what was staged visible."""
        self._index.reload()
        self._searcher = self._index.searcher()

    def search(self, node: Node, scope: Scope, limit: int) -> tuple[Rows, Scores]:
        """The best `limit` rows and their scores, best first."""
        query = self._query(node, scope)
        hits = self._searcher.search(query, limit=max(1, limit), count=False).hits
        rows = self._searcher.fast_field_values(ROW, [address for _, address in hits])
        return np.array(rows, dtype=np.int64), np.array([score for score, _ in hits], dtype=float)

    def document_frequency(self, path: str, word: str) -> int:
        """How many documents have the indexed word in the field."""
        return self._searcher.doc_freq(column_of(self._fields[path]), word)

    def _document(self, row: int, document: JsonObject) -> Document:
        found = Document()
        found.add_integer(ROW, row)
        for field in self._fields.values():
            analyzer = analyzer_named(field.analyzer)
            for text in texts_at(document, field.path):
                found.add_text(column_of(field), _stored(analyzer.words(text)))
        return found

    def _query(self, node: Node, scope: Scope) -> Query:
        match node:
            case Everything():
                return Query.all_query()
            case Word() | Phrase() | Pattern():
                return self._in_fields(node, scope)
            case Boosted(part, boost):
                return Query.boost_query(self._query(part, scope), boost)
            case Scoped(path, part):
                return self._query(part, Scope((self._field(path),), {}, scope.all_words))
            case Clauses(parts):
                return self._clauses([(OCCURS[occur], part) for occur, part in parts], scope)
            case _:
                assert_never(node)

    def _field(self, path: str) -> Field:
        field = self._fields.get(path)
        if field is None:
            raise unknown_property(path, "search")
        return field

    def _clauses(self, parts: list[tuple[Occur, Node]], scope: Scope) -> Query:
        kept = [(occur, part) for occur, part in parts if not self._is_void(part, scope)]
        return Query.boolean_query([(occur, self._query(part, scope)) for occur, part in kept])

    def _is_void(self, part: Node, scope: Scope) -> bool:
        # A stop word asks for nothing; demanding it would find nothing.
        return isinstance(part, Word | Phrase) and not any(
            analyzer_named(field.search_analyzer).words(part.text) for field in scope.fields
        )

    def _in_fields(self, node: Word | Phrase | Pattern, scope: Scope) -> Query:
        found: list[tuple[Occur, Query]] = []
        for field in scope.fields:
            query = self._in_field(node, field, scope.all_words)
            if query is not None:
                weight = scope.weights.get(field.path, 1.0)
                found.append((Occur.Should, Query.boost_query(query, weight)))
        return Query.boolean_query(found) if found else Query.empty_query()

    def _in_field(self, node: Word | Phrase | Pattern, field: Field, every: bool) -> Query | None:
        name = column_of(field)
        if isinstance(node, Pattern):
            return self._pattern(name, node.regex)
        if isinstance(node, Word) and node.fuzzy:
            return Query.fuzzy_term_query(self._schema, name, node.text.lower(), node.fuzzy)
        words = _stored(analyzer_named(field.search_analyzer).words(node.text)).split()
        terms = [Query.term_query(self._schema, name, word, "position") for word in words]
        if len(terms) < 2:
            return terms[0] if terms else None
        if isinstance(node, Phrase):
            return Query.phrase_query(self._schema, name, list(words), node.slop)
        occur = Occur.Must if every else Occur.Should
        return Query.boolean_query([(occur, term) for term in terms])

    def _pattern(self, name: str, regex: str) -> Query:
        try:
            return Query.regex_query(self._schema, name, regex)
        except ValueError as error:
            raise invalid(f"Failed to parse query string: {error}", "search") from None


def column_of(field: Field) -> str:
    """The name of the field in tantivy, where a slash has no place."""
    return "f_" + field.path.replace("/", "__")


def texts_at(document: Mapping[str, Json], path: str) -> list[str]:
    """The texts of a field, one for a plain field, any number for collections."""
    if "/" not in path and isinstance(text := document.get(path), str):
        return [text]
    found: list[Json] = [dict(document)]
    for name in path.split("/"):
        found = [item.get(name) for item in _flat(found) if isinstance(item, dict)]
    return [text for text in _flat(found) if isinstance(text, str)]


def _flat(values: list[Json]) -> list[Json]:
    flat: list[Json] = []
    for value in values:
        flat += value if isinstance(value, list) else [value]
    return flat


def _stored(words: list[str]) -> str:
    return " ".join(SPACE.sub(SPACE_MARK, word) for word in words)
