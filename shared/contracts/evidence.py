"""What Cerebro gave: snippets, context packs, citations."""

from datetime import datetime
from typing import Literal

from shared.contracts.base import Contract

type DocumentKind = Literal["contract", "rule", "flow", "example", "faq", "event"]

NO_ROLE = "no role"
"""The role that nobody has: roles of Entra ID have no blanks. No role at all means everybody."""
SEARCH_FAILED = "search_failed"
"""Begins a context pack's warning that an index could not be asked; `:` and its name follow."""


class Snippet(Contract):
    """A passage that may be cited; `score` is normalised to 0..1 within one answer of one index."""

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
    entities: tuple[str, ...] = ()
    """The ERP's records that an event is about, as `type:id`."""


class ContextPack(Contract):
    """What the planner and the responder may rely on, best first.

    `events` are what was done in the conversation or happened to its records, the newest first.
    """

    snippets: tuple[Snippet, ...] = ()
    events: tuple[Snippet, ...] = ()
    warnings: tuple[str, ...] = ()


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


class KnowledgeDocument(Contract):
    """A document of Cerebro. `tenant_id` is "*" for knowledge that every tenant shares;
    `content_hash` is of what was loaded from a pack, and tells whether it has changed there.

    An event says which of the ERP's records it is about (`entities`, as `type:id`) and in which
    conversation it was, if in one."""

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
    content_hash: str | None = None
