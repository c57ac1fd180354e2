"""Cerebro: hybrid queries with semantic ranking, and upserts."""

from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from typing import Any

from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError, HttpResponseError, ResourceNotFoundError
from azure.core.pipeline.transport import AioHttpTransport
from azure.search.documents.aio import SearchClient
from azure.search.documents.indexes.aio import SearchIndexClient
from azure.search.documents.models import IndexDocumentsBatch, VectorizedQuery, VectorQuery

from shared.contracts.evidence import ContextPack, KnowledgeDocument, Snippet
from shared.errors import ConfigurationError, SearchError
from shared.ports import KnowledgeQuery
from shared.search.index import EVERY_ROLE, EVERY_TENANT, VECTOR_FIELD, cerebro_index

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
RETRIES = 2
BACKOFF_SECONDS = 0.3


class AzureSearchKnowledge:
    def __init__(
        self, endpoint: str, credential: AsyncTokenCredential, semantic_configuration: str
    ) -> None:
        self._endpoint = endpoint
        self._credential = credential
        self._semantic_configuration = semantic_configuration
        self._clients: dict[str, SearchClient] = {}

    async def search(self, query: KnowledgeQuery) -> ContextPack:
        with _translated(query.index):
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
            _set_vector(nearest, "vector", query.vector)
            vectors = [nearest]
        results = await self._client(query.index).search(
            search_text=query.text,
            filter=audience_filter(query.tenant_id, query.roles),
            vector_queries=vectors,
            query_type="semantic" if semantic else None,
            semantic_configuration_name=self._semantic_configuration if semantic else None,
            select=list(SELECT),
            top=query.top,
        )
        found = [document async for document in results]
        return ContextPack(snippets=_snippets(query.index, found))

    async def upsert(
        self, index: str, documents: Sequence[tuple[KnowledgeDocument, Sequence[float] | None]]
    ) -> None:
        batch = IndexDocumentsBatch()
        actions = batch.add_merge_or_upload_actions([_to_document(one) for one, _ in documents])
        for action, (_, vector) in zip(actions, documents, strict=True):
            if vector is not None:
                _set_vector(action, VECTOR_FIELD, vector)
        with _translated(index):
            results = await self._client(index).index_documents(batch)
        # A document that is refused comes as one line of a 207, which is no error to the SDK.
        if refused := [result.status_code for result in results if not result.succeeded]:
            raise SearchError(f"{len(refused)} documents refused by {index}: {refused[0]}")

    async def create_index(self, name: str, dimensions: int) -> None:
        """Create the index, or bring its definition up to date.

        Raises ConfigurationError when it holds vectors of another length: another model's.
        """
        with _translated(name):
            async with SearchIndexClient(self._endpoint, self._credential) as client:
                if (held := await _dimensions(client, name)) not in (None, dimensions):
                    raise ConfigurationError(
                        f"the index {name} holds vectors of {held} dimensions and the embedding "
                        f"model gives {dimensions}: name another AzureSearch__DefaultIndex, or "
                        "delete the index first (locally: ./eira up --fresh)"
                    )
                await client.create_or_update_index(
                    cerebro_index(name, self._semantic_configuration, dimensions)
                )

    async def contents(self, index: str) -> dict[str, str]:
        """Content by id of the documents that every tenant shares."""
        with _translated(index):
            results = await self._client(index).search(
                search_text="*",
                filter=f"tenantId eq '{EVERY_TENANT}'",
                select=["id", "content"],
                top=1000,
            )
            return {row["id"]: row["content"] async for row in results}

    async def close(self) -> None:
        for client in self._clients.values():
            await client.close()

    def _client(self, index: str) -> SearchClient:
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


async def _dimensions(client: SearchIndexClient, name: str) -> int | None:
    """The length of the vectors in an index; None when there is no such index."""
    try:
        index = await client.get_index(name)
    except ResourceNotFoundError:
        return None
    lengths = (f.vector_search_dimensions for f in index.fields if f.name == VECTOR_FIELD)
    return next(lengths, None)


def audience_filter(tenant_id: str, roles: Sequence[str]) -> str:
    """Documents of the tenant or of all, that everybody or one of the roles may read."""
    allowed = ",".join(_quoted(role) for role in (EVERY_ROLE, *roles))
    tenants = f"tenantId eq '{EVERY_TENANT}' or tenantId eq '{_quoted(tenant_id)}'"
    return f"({tenants}) and allowedRoles/any(r: search.in(r, '{allowed}', ','))"


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
        )
        for row, score in zip(found, scores, strict=True)
    )


def _set_vector(model: MutableMapping[str, Any], field: str, vector: Sequence[float]) -> None:
    """Behind the constructor, which asks of each number whether it is a date: 1.3 ms a vector."""
    model[field] = list(vector)


def _to_document(document: KnowledgeDocument) -> dict[str, Any]:
    fields = document.wire()
    # An empty collection matches no role, so "everybody" is a role of its own in the index.
    fields["allowedRoles"] = list(document.allowed_roles) or [EVERY_ROLE]
    return fields


@contextmanager
def _translated(index: str) -> Iterator[None]:
    try:
        yield
    except HttpResponseError as error:
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
