"""The labelled set: documents, questions, and which documents answer them."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from shared.contracts.identity import Language

SET = Path(__file__).parent
LANGUAGES: tuple[Language, ...] = ("es", "en")

type QueryKind = Literal[
    "plain", "paraphrase", "synonym", "typo", "code", "hard_negative", "cross_language",
    "unanswerable", "short", "long",
]  # fmt: skip
KINDS: tuple[QueryKind, ...] = get_args(QueryKind.__value__)
GRADES = (1, 2)
"""1: helps; 2: answers. What is not named does neither."""


@dataclass(frozen=True, slots=True)
class LabelledDocument:
    """`topic` is the file it stands in."""

    id: str
    language: Language
    topic: str
    title: str
    content: str


@dataclass(frozen=True, slots=True)
class LabelledQuery:
    """`language` is that of the conversation it is asked in; `relevant` has grades by id, and is
    empty for what no document answers."""

    id: str
    language: Language
    text: str
    kind: QueryKind
    relevant: Mapping[str, int] = field(default_factory=dict)

    @property
    def answerable(self) -> bool:
        return bool(self.relevant)


@dataclass(frozen=True, slots=True)
class LabelledSet:
    documents: tuple[LabelledDocument, ...]
    queries: tuple[LabelledQuery, ...]


def read_set(folder: Path = SET) -> LabelledSet:
    """Raises KeyError, ValueError or OSError for files of another shape."""
    documents = [
        LabelledDocument(line["id"], language, path.stem, line["title"], line["content"])
        for language in LANGUAGES
        for path in sorted((folder / "documents" / language).glob("*.jsonl"))
        for line in _lines(path)
    ]
    queries = [
        LabelledQuery(line["id"], language, line["query"], line["kind"], line["relevant"])
        for language in LANGUAGES
        for line in _lines(folder / "queries" / f"{language}.jsonl")
    ]
    return LabelledSet(tuple(documents), tuple(queries))


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text("utf-8").splitlines():
        if line.strip():
            yield json.loads(line)


def problems_of(labelled: LabelledSet) -> list[str]:
    """What is wrong with the set; nothing, if it can be measured with."""
    documents, queries = labelled.documents, labelled.queries
    known = {each.id for each in documents}
    return [
        *_repeated("document", (each.id for each in documents)),
        *_repeated("query", (each.id for each in queries)),
        *_repeated("text", (each.content for each in documents)),
        *_repeated("question", (each.text.casefold() for each in queries)),
        *(problem for each in queries for problem in _wrong_labels(each, known)),
    ]


def _repeated(what: str, values: Iterable[str]) -> Sequence[str]:
    return [f"{what} {value!r} is there twice" for value, n in Counter(values).items() if n > 1]


def _wrong_labels(query: LabelledQuery, known: set[str]) -> Iterator[str]:
    if query.kind not in KINDS:
        yield f"{query.id} is of an unknown kind: {query.kind}"
    if (query.kind == "unanswerable") == query.answerable:
        yield f"{query.id} is {query.kind} with {len(query.relevant)} relevant documents"
    for document, grade in query.relevant.items():
        if document not in known:
            yield f"{query.id} names {document}, which is no document"
        if grade not in GRADES:
            yield f"{query.id} gives {document} the grade {grade}"
