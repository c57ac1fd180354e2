"""The search service: its indexes, and what can be asked of them."""

import asyncio
import json
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

import numpy as np

from emulator.services.embedding import Embedder
from emulator.services.search.aliases import Aliases
from emulator.services.search.definitions import Field, IndexDefinition
from emulator.services.search.errors import SearchError, index_not_found, invalid, unknown_property
from emulator.services.search.index import Placement, SearchIndex
from emulator.services.search.indexing import Batch, apply_actions
from emulator.services.search.json_types import Json, JsonObject
from emulator.services.search.parsing import objects, parse_definition
from emulator.services.search.request import SearchRequest, parse_request
from emulator.services.search.response import Reranked, project, search_response
from emulator.services.search.retrieval import retrieve
from emulator.services.search.semantic import SemanticRanker
from emulator.services.search.store import Store
from emulator.services.search.vectors import Vector


@dataclass(slots=True)
class _Open:
    index: SearchIndex
    writing: asyncio.Lock = field(default_factory=asyncio.Lock)


class SearchService:
    """All indexes of the service; every change is on disk before it is answered."""

    def __init__(
        self, store: Store, embedder: Embedder, aliases: Mapping[str, str] | None = None
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._ranker = SemanticRanker(embedder)
        self._open: dict[str, _Open] = {}
        for document in store.definitions():
            self._load(parse_definition(document))
        self.aliases = Aliases(store, self._open, aliases)

    def close(self) -> None:
        """Closes the database."""
        self._store.close()

    def definitions(self) -> list[JsonObject]:
        """The definitions of all indexes, by name."""
        return [self._open[name].index.definition.document for name in sorted(self._open)]

    def index(self, name: str) -> SearchIndex:
        """The index with this name or alias; raises SearchError (404)."""
        return self._opened(self.aliases.target(name)).index

    def index_by_own_name(self, name: str) -> SearchIndex:
        """The index with this name, which may be no alias; raises SearchError (404)."""
        return self._opened(name).index

    def create_index(self, document: JsonObject) -> JsonObject:
        """Creates an index; raises SearchError: 400 for its definition, 409 when it exists."""
        definition = parse_definition(_completed(document))
        if definition.name in self._open:
            message = f"Cannot create index '{definition.name}' because it already exists."
            raise SearchError(409, "ResourceNameAlreadyInUse", message)
        if definition.name in self.aliases:
            raise invalid(f"The name of the index '{definition.name}' is that of an alias.")
        return self._install(definition)

    async def put_index(self, name: str, document: JsonObject, if_match: str | None) -> JsonObject:
        """Creates or updates an index; an update may add fields but not change them (400)."""
        named = document.get("name", name)
        target = self.aliases.target(name)
        if named not in (name, target):
            raise invalid(f"The index is '{named}' in the body, but '{name}' in the URL.")
        name = target
        definition = parse_definition(_completed({**document, "name": name}))
        opened = self._open.get(name)
        if opened is None:
            self._check_etag(name, if_match)
            return self._install(definition)
        async with opened.writing:
            self._check_still_open(name, opened)
            self._check_etag(name, if_match)
            return await _finished(self._update(opened, definition))

    async def delete_index(self, name: str, if_match: str | None) -> None:
        """Deletes an index with its documents; raises SearchError (404, 412)."""
        async with self._opened(name).writing:
            self._check_etag(name, if_match)
            self.aliases.check_unused(name)
            self._store.delete_index(name)
            del self._open[name]

    def statistics(self, name: str) -> JsonObject:
        """How many documents an index has and how many bytes they take."""
        index = self.index(name)
        vectors = sum(column.stored_bytes for column in index.vectors.values())
        return {
            "documentCount": index.count,
            "storageSize": self._store.size(index.definition.name),
            "vectorIndexSize": vectors,
        }

    async def change(self, name: str, body: JsonObject) -> Batch:
        """Applies a batch of indexing actions; searches see them when this returns."""
        name = self.aliases.target(name)
        opened = self._opened(name)
        async with opened.writing:
            self._check_still_open(name, opened)
            # A caller that hangs up must not leave the index behind what is on disk.
            return await _finished(self._change(opened, body))

    async def _change(self, opened: _Open, body: JsonObject) -> Batch:
        index = opened.index

        def write() -> tuple[Batch, Placement]:
            batch = apply_actions(index, body)
            placement = index.place(batch.changes)
            if batch.changes:
                self._store.write(index.definition.name, batch.changes)
                index.stage(placement)
            return batch, placement

        batch, placement = await asyncio.to_thread(write)
        index.publish(placement)
        return batch

    async def _update(self, opened: _Open, definition: IndexDefinition) -> JsonObject:
        before = opened.index.definition
        _check_update(before, definition)
        self._store.save_definition(definition.name, definition.document)
        if before.fields == definition.fields:
            opened.index.definition = definition
        else:
            opened.index = await asyncio.to_thread(self._built, definition)
        return definition.document

    def document(self, name: str, key: str, select: frozenset[str] | None) -> JsonObject:
        """One document by its key; raises SearchError (404)."""
        index = self.index(name)
        stored = index.get(key)
        if stored is None:
            raise SearchError(404, "NotFound", f"Document '{key}' was not found in '{name}'.")
        for path in select or ():
            if index.definition.find(path) is None:
                raise unknown_property(path, "$select")
        return project(index.definition, stored, select)

    async def search(self, name: str, body: JsonObject, url: str) -> JsonObject:
        """The response to a search request; raises SearchError (400, 404)."""
        index = self.index(name)
        request = parse_request(index.definition, body)
        vectors = await self._query_vectors(index, request)
        found = retrieve(index, request, vectors)
        reranked = Reranked()
        if request.semantic is not None:
            found, reranked = await self._ranker.rerank(index, request, found)
        return search_response(index, request, found, reranked, url)

    async def _query_vectors(self, index: SearchIndex, request: SearchRequest) -> list[Vector]:
        texts = [query.text for query in request.vector_queries if query.text is not None]
        for query in request.vector_queries:
            dimensions = index.vectors[query.field].dimensions
            if query.text is not None and dimensions != self._embedder.dimensions:
                raise invalid(
                    f"The local vectorizer makes {self._embedder.dimensions} dimensions, but the "
                    f"field '{query.field}' has {dimensions}: send a vector instead of a text.",
                    "vectorQueries",
                )
        made = iter(await self._embedder.embed_in_thread(texts) if texts else [])
        return [
            query.vector if query.vector is not None else np.array(next(made), dtype=np.float32)
            for query in request.vector_queries
        ]

    def _check_etag(self, name: str, if_match: str | None) -> None:
        if if_match in (None, "*"):
            return
        opened = self._open.get(name)
        if opened is None or opened.index.definition.document.get("@odata.etag") != if_match:
            raise SearchError(412, "ConditionNotMet", f"The index '{name}' has changed since.")

    def _check_still_open(self, name: str, opened: _Open) -> None:
        # It may have been deleted while the call waited for its turn.
        if self._open.get(name) is not opened:
            raise index_not_found(name)

    def _install(self, definition: IndexDefinition) -> JsonObject:
        self._store.save_definition(definition.name, definition.document)
        self._load(definition)
        return definition.document

    def _load(self, definition: IndexDefinition) -> None:
        self._open[definition.name] = _Open(self._built(definition))

    def _built(self, definition: IndexDefinition) -> SearchIndex:
        index = SearchIndex(definition)
        placement = index.place(dict(self._store.documents(definition.name)))
        index.stage(placement)
        index.publish(placement)
        return index

    def _opened(self, name: str) -> _Open:
        if name not in self._open:
            raise index_not_found(name)
        return self._open[name]


async def _finished[T](work: Coroutine[None, None, T]) -> T:
    """Runs to its end even if the caller is cancelled, which then waits for that end."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


def _completed(document: JsonObject) -> JsonObject:
    plain = {name: value for name, value in document.items() if not name.startswith("@odata")}
    plain["fields"] = [_completed_field(item) for item in objects(document, "fields")]
    text = json.dumps(plain, sort_keys=True).encode()
    return {"@odata.etag": f'"0x{sha256(text).hexdigest()[:16].upper()}"', **plain}


def _completed_field(item: JsonObject) -> JsonObject:
    edm = str(item.get("type"))
    collection = edm.startswith("Collection(")
    text = edm in ("Edm.String", "Collection(Edm.String)")
    vector = item.get("vectorSearchProfile") is not None
    if item.get("fields"):
        nested: list[Json] = [_completed_field(child) for child in objects(item, "fields")]
        return {**item, "fields": nested}
    plain = not vector
    defaults: JsonObject = {
        "searchable": text or vector,
        "filterable": plain,
        "retrievable": True,
        "stored": True,
        "sortable": plain and not collection,
        "facetable": plain and edm != "Edm.GeographyPoint",
        "key": False,
    }
    given = {name: value for name, value in item.items() if value is not None}
    return {**defaults, **given}


def _check_update(old: IndexDefinition, new: IndexDefinition) -> None:
    before, after = _by_path(old), _by_path(new)
    for path, field_before in before.items():
        field_after = after.get(path)
        if field_after is None or _fixed(field_after) != _fixed(field_before):
            verb = "deleted" if field_after is None else "changed"
            message = f"Existing field '{path}' cannot be {verb}."
            raise SearchError(400, "OperationNotAllowed", message)


def _by_path(definition: IndexDefinition) -> dict[str, Field]:
    return {one.path: one for one in definition.all_fields()}


def _fixed(one: Field) -> tuple[object, ...]:
    # What may not change: all but the search analyzer and whether it is retrievable.
    return (
        one.edm,
        one.key,
        one.searchable,
        one.filterable,
        one.sortable,
        one.facetable,
        one.analyzer,
        one.dimensions,
    )
