"""What Cerebro gave: snippets, context packs, citations."""

import re
from datetime import datetime
from typing import Literal

from shared.contracts.base import Contract
from shared.contracts.search import SearchMode

type DocumentKind = Literal["contract", "rule", "flow", "example", "faq", "event"]

NO_ROLE = "no role"
"""The role that nobody has: roles of Entra ID have no blanks. No role at all means everybody."""
SEARCH_FAILED = "search_failed"
"""Begins a context pack's warning that an index could not be asked; `:` and its name follow."""
SEARCH_PARTIAL = "search_partial"
"""What an answer warns of when other indexes did find something."""
EVIDENCE_WEAK = "evidence_weak"
"""A context pack's warning that what was found may not answer the question."""


class Caption(Contract):
    """The passage of a document that speaks most of the question; `highlights` is the same with
    `<em>` around the words that do."""

    text: str
    highlights: str | None = None


class Snippet(Contract):
    """A passage that may be cited; `score` is normalised to 0..1 within one answer of one index.

    `search_score` is what the index gave (BM25, cosine or reciprocal ranks, by the mode) and
    `reranker_score` what the semantic ranker did, 0 to 4. `highlights` are fragments by field with
    `<em>` around the words found, `selected` what else the caller wanted to see of the document.
    """

    document_id: str
    index: str
    title: str
    content: str
    url: str | None = None
    source: str
    kind: DocumentKind
    scope: str
    version: str
    confidence: float
    score: float
    search_score: float | None = None
    reranker_score: float | None = None
    caption: Caption | None = None
    highlights: dict[str, tuple[str, ...]] | None = None
    selected: dict[str, str | float | bool | tuple[str, ...] | None] | None = None
    entities: tuple[str, ...] = ()
    """The ERP's records that an event is about, as `type:id`."""


class ExtractiveAnswer(Contract):
    """A passage that answers the question as it stands, `score` 0..1 by the semantic ranker;
    `highlights` is the same with `<em>` around the words that do."""

    text: str
    highlights: str | None = None
    score: float
    document_id: str
    index: str


class ContextPack(Contract):
    """What the planner and the responder may rely on, best first.

    `events` are what was done in the conversation or happened to its records, the newest first.
    """

    snippets: tuple[Snippet, ...] = ()
    answers: tuple[ExtractiveAnswer, ...] = ()
    events: tuple[Snippet, ...] = ()
    warnings: tuple[str, ...] = ()


MARK = re.compile(r"\[\d{1,2}(?:[ \t]*[,;][ \t]*\d{1,2})*\]")
"""What refers to citations in a text: `[1]`, `[1, 2]`."""
_NUMBER = re.compile(r"\d{1,2}")


def marks_in(text: str) -> list[int]:
    """The numbers of all its marks, in their order."""
    return [int(number) for mark in MARK.findall(text) for number in _NUMBER.findall(mark)]


class Citation(Contract):
    """One source of an answer; `index` is a Cerebro index, `number` the mark `[n]` in the text."""

    number: int
    source: str
    title: str | None = None
    url: str | None = None
    snippet: str | None = None
    score: float
    index: str
    document_id: str
    verified: bool


type LookUpReason = Literal[
    "small_talk",
    "unclear",
    "question",
    "tools",
    "not_asked",
    "failed",
    "nothing",
    "uncited",
    "weak",
    "found",
]


class LookUp(Contract):
    """What the documents had to do with an answer: `used` if it rests on them, and why (not).

    `found` passages of `indexes`, searched in `mode`, were told to whoever wrote it; it cites
    `cited` of them. Views say the reason in words (`why`). Nothing in it was written by anybody.
    """

    used: bool
    reason: LookUpReason
    why: str | None = None
    indexes: tuple[str, ...] = ()
    mode: SearchMode | None = None
    found: int = 0
    cited: int = 0


class KnowledgeDocument(Contract):
    """A document of Cerebro. `tenant_id` is "*" for knowledge that every tenant shares;
    `content_hash` is of what was loaded from a pack, and tells whether it has changed there.

    An event says which of the ERP's records it is about (`entities`, as `type:id`) and in which
    conversation it was, if in one. What was loaded from a folder says by which name
    (`collection`), and where the folder was if nobody named it (`root`)."""

    id: str
    title: str
    content: str
    url: str | None = None
    source: str
    category: str
    scope: str
    kind: DocumentKind
    version: str
    tenant_id: str
    allowed_roles: tuple[str, ...] = ()
    updated_at: datetime
    confidence: float
    entities: tuple[str, ...] = ()
    conversation_id: str | None = None
    collection: str | None = None
    root: str | None = None
    content_hash: str | None = None
