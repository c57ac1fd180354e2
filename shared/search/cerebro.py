"""Cerebro: hybrid queries with semantic ranking, and upserts."""

import re
from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from typing import Any

from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError, HttpResponseError
from azure.core.pipeline.transport import AioHttpTransport
from azure.search.documents.aio import SearchClient
from azure.search.documents.indexes.aio import SearchIndexClient
from azure.search.documents.models import IndexDocumentsBatch, VectorizedQuery, VectorQuery

from shared.contracts.evidence import ContextPack, KnowledgeDocument, Snippet
from shared.errors import SearchError
from shared.ports import EventQuery, KnowledgeQuery
from shared.search.fusion import not_crowded
from shared.search.index import EVERY_ROLE, EVERY_TENANT, VECTOR_FIELD

SELECT = (
    "id",
    "title",
    "content",
    "url",
    "source",
    "kind",
    "scope",
    "version",
    "confidence",
)
CANDIDATES = 50
"""Neighbours a vector query brings before fusion, as the service recommends for hybrid."""
_LACKING = re.compile(r"property (?:named )?'(\w+)'")
"""How Azure AI Search says that a document, a filter or a selection names an unknown field."""
OVERFETCH = 4
"""Times as many as wanted: events may be left out of what is found (`not_crowded`)."""
RETRIES = 2
BACKOFF_SECONDS = 0.3


class AzureSearchKnowledge:
    def __init__(
        self, endpoint: str, credential: AsyncTokenCredential, semantic_configuration: str
    ) -> None:
        self._endpoint = endpoint
        self._credential = credential
        self.semantic_configuration = semantic_configuration
        self._clients: dict[str, SearchClient] = {}

    async def search(self, query: KnowledgeQuery) -> ContextPack:
        with translated(query.index):
            try:
                return await self._search(query, semantic=True)
            except HttpResponseError as error:
                # A service without the semantic ranker, or whose free quota of it is used up.
                if error.status_code not in (400, 402) or "semantic" not in str(error).lower():
                    raise
            found = await self._search(query, semantic=False)
        return found.model_copy(update={"warnings": ("semantic_failed",)})

    async def _search(self, query: KnowledgeQuery, semantic: bool) -> ContextPack:
        vectors: list[VectorQuery] = []
        if query.vector is not None:
            nearest = VectorizedQuery(
                vector=[], k_nearest_neighbors=CANDIDATES, fields=VECTOR_FIELD
            )
            set_vector(nearest, "vector", query.vector)
            vectors = [nearest]
        results = await self.client(query.index).search(
            search_text=query.text,
            filter=audience_filter(query.tenant_id, query.roles, query.other_versions),
            vector_queries=vectors,
            query_type="semantic" if semantic else None,
            semantic_configuration_name=self.semantic_configuration if semantic else None,
            select=list(SELECT),
            top=query.top * OVERFETCH,
        )
        found = [document async for document in results]
        return ContextPack(snippets=not_crowded(_snippets(query.index, found), query.top))

    async def events(self, query: EventQuery) -> tuple[Snippet, ...]:
        mine = f"conversationId eq '{_quoted(query.conversation_id)}'"
        if query.entities:
            mine += f" or entities/any(e: {one_of('e', query.entities)})"
        audience = audience_filter(query.tenant_id, query.roles)
        with translated(query.index):
            results = await self.client(query.index).search(
                search_text="*",
                filter=f"{audience} and kind eq 'event' and ({mine})",
                order_by=["updatedAt desc"],
                select=[*SELECT, "entities"],
                top=query.top,
            )
            return _snippets(query.index, [document async for document in results])

    async def upsert(
        self, index: str, documents: Sequence[tuple[KnowledgeDocument, Sequence[float] | None]]
    ) -> None:
        batch = IndexDocumentsBatch()
        actions = batch.add_merge_or_upload_actions([to_document(one) for one, _ in documents])
        for action, (_, vector) in zip(actions, documents, strict=True):
            if vector is not None:
                set_vector(action, VECTOR_FIELD, vector)
        await self.write(index, batch)

    async def write(self, index: str, batch: IndexDocumentsBatch) -> None:
        """Raises SearchError also when a single document is refused."""
        with translated(index):
            results = await self.client(index).index_documents(batch)
        # A document that is refused comes as one line of a 207, which is no error to the SDK.
        if refused := [result.status_code for result in results if not result.succeeded]:
            raise SearchError(f"{len(refused)} documents refused by {index}: {refused[0]}")

    async def close(self) -> None:
        for client in self._clients.values():
            await client.close()

    def administration(self) -> SearchIndexClient:
        """Of the service's indexes; whoever asks closes it."""
        return SearchIndexClient(self._endpoint, self._credential)

    def client(self, index: str) -> SearchClient:
        if index not in self._clients:
            # Without looking for proxies in the environment at every request; see the stores.
            transport = AioHttpTransport(use_env_settings=False)
            self._clients[index] = SearchClient(
                self._endpoint,
                index,
                self._credential,
                transport=transport,
                # Somebody waits for the answer, and without evidence it is only worse.
                retry_total=RETRIES,
                retry_status=RETRIES,
                retry_backoff_factor=BACKOFF_SECONDS,
            )
        return self._clients[index]


def audience_filter(
    tenant_id: str, roles: Sequence[str], other_versions: Sequence[str] = ()
) -> str:
    """Documents of the tenant or of all, that everybody or one of the roles may read; of what all
    share, nothing that belongs to another version of the pack than the conversation's."""
    allowed = one_of("r", (EVERY_ROLE, *roles))
    tenants = f"tenantId eq '{EVERY_TENANT}' or tenantId eq '{_quoted(tenant_id)}'"
    audience = f"({tenants}) and allowedRoles/any(r: {allowed})"
    if not other_versions:
        return audience
    others = f"tenantId eq '{EVERY_TENANT}' and {one_of('version', other_versions)}"
    return f"{audience} and not ({others})"


def one_of(field: str, values: Iterable[str]) -> str:
    """An OData filter: the field has one of the values."""
    return f"search.in({field}, '{','.join(map(_quoted, values))}', ',')"


def _quoted(value: str) -> str:
    """OData doubles quotes; a comma would end the list item of search.in."""
    return value.replace("'", "''").replace(",", " ")


def _snippets(index: str, found: list[dict[str, Any]]) -> tuple[Snippet, ...]:
    scores = [row.get("@search.reranker_score") or row["@search.score"] for row in found]
    best = max(scores, default=1.0) or 1.0
    return tuple(
        Snippet(
            document_id=row["id"],
            index=index,
            title=row["title"],
            content=row["content"],
            url=row.get("url"),
            source=row["source"],
            kind=row["kind"],
            scope=row["scope"],
            version=row["version"],
            confidence=row["confidence"],
            score=round(score / best, 4),
            entities=tuple(row.get("entities") or ()),
        )
        for row, score in zip(found, scores, strict=True)
    )


def set_vector(model: MutableMapping[str, Any], field: str, vector: Sequence[float]) -> None:
    """Behind the constructor, which asks of each number whether it is a date: 1.3 ms a vector."""
    model[field] = list(vector)


def to_document(document: KnowledgeDocument) -> dict[str, Any]:
    # A merge leaves alone what is not there: a url that was taken back has to be said.
    fields = {"url": None, **document.wire()}
    # An empty collection matches no role, so "everybody" is a role of its own in the index.
    fields["allowedRoles"] = list(document.allowed_roles) or [EVERY_ROLE]
    return fields


@contextmanager
def translated(index: str) -> Iterator[None]:
    try:
        yield
    except HttpResponseError as error:
        if error.status_code == 400 and (lacking := _LACKING.search(str(error.message))):
            raise SearchError(
                f"the index {index} has no field {lacking[1]!r}: it is older than this app; "
                "./eira packs load adds what it lacks"
            ) from error
        limited = error.status_code == 429
        wait = getattr(error.response, "headers", {}).get("retry-after")
        raise SearchError(
            f"search in {index} failed: {error.status_code}",
            code="SEARCH_RATE_LIMIT" if limited else None,
            retry_after=float(wait) if wait and wait.isdecimal() else None,
        ) from error
    except AzureError as error:
        raise SearchError(f"search in {index} failed: {type(error).__name__}") from error
    except ValueError as error:
        # Of the contract: an index that somebody else fills may lack a field or hold another kind.
        raise SearchError(f"the index {index} holds documents of another shape") from error
