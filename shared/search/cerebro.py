"""Cerebro: hybrid queries with semantic ranking, and upserts."""

import re
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from azure.core.credentials import AzureKeyCredential
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError, HttpResponseError, ResourceNotFoundError
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.core.pipeline.transport import AioHttpTransport
from azure.search.documents.aio import SearchClient
from azure.search.documents.indexes.aio import SearchIndexClient
from azure.search.documents.models import IndexDocumentsBatch, VectorizedQuery

from shared.contracts.evidence import ContextPack, KnowledgeDocument, Snippet
from shared.contracts.search import SEMANTIC_FAILED
from shared.errors import RefusedError, SearchError, SearchKeyRefusedError
from shared.ports import EventQuery, KnowledgeQuery
from shared.search.audience import audience_filter, one_of, quoted
from shared.search.fields import CITED, EVERY_ROLE, FIELDS, LANGUAGES, OF_FOLDERS, VECTOR_FIELD
from shared.search.fusion import not_crowded
from shared.search.query import SearchOptions, SearchProfile, build_options, check
from shared.search.results import as_answers, as_snippets, is_reranked
from shared.search.retrying import SearchRetries

type SearchCredential = AsyncTokenCredential | AzureKeyCredential

_LACKING = re.compile(r"property (?:named )?'(\w+)'")
"""How Azure AI Search says that a document, a filter or a selection names an unknown field."""
STORED = [name for name in FIELDS if name not in {"titleEn", "contentEn", *OF_FOLDERS}]
"""What an agent's document was made of: not the same texts once more for another language."""
DENIED = (401, 403)
_RIGHTS = (
    "check AzureSearch__Endpoint and AzureSearch__ApiKey; without a key, the app's identity needs "
    "the role Search Index Data Contributor, and for indexes Search Service Contributor"
)
WRONG = 400
"""The status of a document that the index cannot take as it is."""
RERANKED = 50
"""The first results of a search, which are all that the semantic ranker reads."""
_OTHER_LENGTH = re.compile(r"vector\b.*\b(?:dimension|length)", re.IGNORECASE | re.DOTALL)
"""Of several wordings, by version: all speak of the lengths of vectors."""
SPARE = 15
"""More than wanted: events may be left out of what is found (`not_crowded`)."""


class AzureSearchKnowledge:
    """`policies` see each request of a search before it goes out."""

    def __init__(
        self,
        endpoint: str,
        credential: SearchCredential,
        profile: SearchProfile,
        policies: Sequence[SansIOHTTPPolicy[Any, Any]] = (),
    ) -> None:
        self._endpoint = endpoint
        self._credential = credential
        self.profile = profile
        self._policies = list(policies)
        self._clients: dict[str, SearchClient] = {}

    def check(self, query: KnowledgeQuery) -> None:
        check(query, self.profile)

    async def search(self, query: KnowledgeQuery) -> ContextPack:
        """Events are kept from crowding out documents, unless the caller chooses by a filter, or
        goes on from an earlier page."""
        options = build_options(query, self.profile)
        if query.intent is not None and (query.intent.filter or options.skip):
            return await self._asked(query, options)
        found = await self._asked(query, replace(options, top=options.top + SPARE))
        kept = not_crowded(found.snippets, options.top)
        return found.model_copy(update={"snippets": kept})

    async def _asked(self, query: KnowledgeQuery, options: SearchOptions) -> ContextPack:
        """Also without what the service refuses, one thing after the other."""
        with translated(options.index):
            while True:
                try:
                    return await self._search(options)
                except HttpResponseError as error:
                    simpler = self._by_words(query, options, error) or _simpler(options, error)
                    if simpler is None:
                        raise
                    options = simpler

    def _by_words(
        self, query: KnowledgeQuery, options: SearchOptions, error: HttpResponseError
    ) -> SearchOptions | None:
        """What to ask instead of an index that another embedding model has filled: the app and its
        indexes do not change over at the same moment. None if that is not what was refused, or the
        vector is the caller's own."""
        refused = error.status_code == 400 and _OTHER_LENGTH.search(str(error)) is not None
        if not refused or options.vector is None or options.vector != query.vector:
            return None
        return replace(build_options(replace(query, vector=None), self.profile), top=options.top)

    async def _search(self, options: SearchOptions) -> ContextPack:
        results = await self.client(options.index).search(**arguments(options))
        rows = [row async for row in results]
        # After the rows: asked before them, it would be a request of its own.
        answers = await results.get_answers() if options.answers else None
        return ContextPack(
            snippets=as_snippets(options.index, rows, options.selected),
            answers=as_answers(options.index, answers or ()),
            warnings=(*options.warnings, *_missed(options, rows)),
        )

    async def events(self, query: EventQuery) -> tuple[Snippet, ...]:
        mine = f"conversationId eq {quoted(query.conversation_id)}"
        if query.entities:
            mine += f" or entities/any(e: {one_of('e', query.entities)})"
        audience = audience_filter(query.tenant_id, query.roles)
        with translated(query.index):
            results = await self.client(query.index).search(
                search_text="*",
                filter=f"{audience} and kind eq 'event' and ({mine})",
                order_by=["updatedAt desc"],
                select=[*CITED, "entities"],
                top=query.top,
            )
            return as_snippets(query.index, [document async for document in results])

    async def stored(self, index: str, document_id: str) -> KnowledgeDocument | None:
        with translated(index):
            try:
                row = await self.client(index).get_document(document_id, selected_fields=STORED)
            except ResourceNotFoundError:
                return None
            return KnowledgeDocument.model_validate(dict(row))

    async def upsert(
        self, index: str, documents: Sequence[tuple[KnowledgeDocument, Sequence[float] | None]]
    ) -> None:
        batch = IndexDocumentsBatch()
        actions = batch.add_merge_or_upload_actions([to_document(one) for one, _ in documents])
        for action, (_, vector) in zip(actions, documents, strict=True):
            if vector is not None:
                set_vector(action, VECTOR_FIELD, vector)
        await self.write(index, batch)

    async def forget(self, index: str, document_ids: Sequence[str]) -> None:
        # Of one that is not there the service says that it is deleted.
        batch = IndexDocumentsBatch()
        batch.add_delete_actions([{"id": each} for each in document_ids])
        await self.write(index, batch)

    async def write(self, index: str, batch: IndexDocumentsBatch) -> None:
        """Raises SearchError also when a single document is refused: RefusedError if all that
        were will be again."""
        with translated(index):
            results = await self.client(index).index_documents(batch)
        # A document that is refused comes as one line of a 207, which is no error to the SDK.
        if not (refused := [result for result in results if not result.succeeded]):
            return
        said = f"{len(refused)} documents refused by {index}: {refused[0].status_code}"
        if any(result.status_code != WRONG for result in refused):
            raise SearchError(said)
        reasons = {each.key: each.error_message or str(each.status_code) for each in refused}
        raise RefusedError(said, reasons)

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
                retry_policy=SearchRetries(),
                per_call_policies=self._policies,
            )
        return self._clients[index]


def arguments(options: SearchOptions) -> dict[str, Any]:
    """The options as the SDK takes them; what is not asked for is not sent."""
    found: dict[str, Any] = {
        "search_text": options.text,
        "filter": options.filter,
        "query_type": options.query_type,
        "select": list(options.select),
        "top": options.top,
        "skip": options.skip or None,
        "semantic_configuration_name": options.semantic_configuration,
        "scoring_profile": options.scoring_profile,
        "highlight_fields": ",".join(options.highlight) or None,
    }
    if options.text is not None:
        found["search_fields"] = list(options.search_fields)
    if options.vector is not None:
        nearest = VectorizedQuery(
            vector=[], k_nearest_neighbors=options.near, fields=",".join(options.vector_fields)
        )
        set_vector(nearest, "vector", options.vector)
        found["vector_queries"] = [nearest]
    if options.answers:
        found |= {
            "query_answer": "extractive",
            "query_answer_count": options.answers,
            "query_answer_threshold": options.answers_threshold,
        }
    if options.captions:
        found |= {
            "query_caption": "extractive",
            "query_caption_highlight_enabled": options.captions_highlight,
        }
    return found


def _missed(options: SearchOptions, rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """That the semantic ranker was asked and did not answer, of rows it would have read."""
    reads = options.semantic_configuration is not None and options.skip < RERANKED
    return (SEMANTIC_FAILED,) if reads and rows and not is_reranked(rows) else ()


def _simpler(options: SearchOptions, error: HttpResponseError) -> SearchOptions | None:
    """What to ask instead of a service without the semantic ranker (or whose free quota of it is
    used up), or of one that cannot read the words as Lucene's syntax; None if it was neither."""
    if error.status_code == 400 and options.query_type == "full":
        return options.with_plain_words()
    lacks = error.status_code in (400, 402) and "semantic" in str(error).lower()
    return options.without_semantic() if lacks and options.semantic_configuration else None


def set_vector(model: MutableMapping[str, Any], field: str, vector: Sequence[float]) -> None:
    """Behind the constructor, which asks of each number whether it is a date: 1.3 ms a vector."""
    model[field] = list(vector)


def to_document(document: KnowledgeDocument) -> dict[str, Any]:
    # A merge leaves alone what is not there: a url that was taken back has to be said.
    fields = {"url": None, **document.wire()}
    for language in LANGUAGES.values():
        fields |= {language.title: document.title, language.content: document.content}
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
        if error.status_code in DENIED:
            raise SearchKeyRefusedError(
                f"search in {index} failed: {error.status_code}; {_RIGHTS}"
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
