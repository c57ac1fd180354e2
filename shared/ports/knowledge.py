"""The seam to Cerebro."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from shared.contracts.credentials import CredentialScope
from shared.contracts.evidence import ContextPack, KnowledgeDocument, Snippet
from shared.contracts.identity import Language
from shared.contracts.search import SearchIntent


@dataclass(frozen=True, slots=True)
class KnowledgeQuery:
    """What is looked for, and on whose behalf: the caller's tenant and roles bound the result.

    `other_versions` are packs whose shared knowledge is not for this conversation. `intent` is what
    the caller said of the search, which may bound `top`; None is a hybrid search. `language` is the
    conversation's, in which also errors are told. `scope` is what an agent's call is made with.
    """

    text: str
    index: str
    tenant_id: str
    roles: tuple[str, ...]
    top: int = 5
    vector: tuple[float, ...] | None = None
    other_versions: tuple[str, ...] = ()
    intent: SearchIntent | None = None
    language: Language = "es"
    scope: CredentialScope | None = None


@dataclass(frozen=True, slots=True)
class EventQuery:
    """The newest events of a conversation, or about one of `entities` (`type:id`)."""

    index: str
    tenant_id: str
    roles: tuple[str, ...]
    conversation_id: str
    entities: tuple[str, ...] = ()
    top: int = 3


class Knowledge(Protocol):
    """Cerebro. Raises SearchError (code SEARCH_RATE_LIMIT on a 429)."""

    def check(self, query: KnowledgeQuery) -> None:
        """Whether the query's intent can be asked, without asking: of the indexes it names, or the
        default. Raises InvalidRequestError with pointers, NotAllowedError naming what is refused.
        """
        ...

    async def search(self, query: KnowledgeQuery) -> ContextPack: ...

    async def events(self, query: EventQuery) -> tuple[Snippet, ...]: ...

    async def stored(self, index: str, document_id: str) -> KnowledgeDocument | None:
        """A document as it was written, whoever may read it: for who has written it only."""
        ...

    async def upsert(
        self, index: str, documents: Sequence[tuple[KnowledgeDocument, Sequence[float] | None]]
    ) -> None:
        """Add or replace documents with their vectors."""
        ...

    async def forget(self, index: str, document_ids: Sequence[str]) -> None:
        """Delete these documents, as far as they are there."""
        ...
