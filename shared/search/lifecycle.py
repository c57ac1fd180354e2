"""An index of Cerebro through its life: created, looked at, made anew without a pause, dropped.

The name the app knows is an alias; the indexes behind it are called NAME-v1, NAME-v2, …
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any

from azure.core.exceptions import HttpResponseError
from azure.search.documents.indexes.aio import SearchIndexClient
from azure.search.documents.indexes.models import SearchAlias
from azure.search.documents.models import IndexDocumentsBatch

from shared.errors import ConfigurationError
from shared.search.audience import one_of
from shared.search.cerebro import AzureSearchKnowledge, set_vector, translated
from shared.search.fields import FIELDS, LANGUAGES, VECTOR_FIELD
from shared.search.index import cerebro_index
from shared.search.indexing import all_rows, target_of

BATCH = 32
EVERYTHING = "id ne null"
SETTLES = 10.0
"""Seconds until an alias that was moved means the new index everywhere (learn.microsoft.com,
"Create an index alias in Azure AI Search")."""

NEVER = ("", "")

type _Stamps = dict[str, tuple[str, str]]
type Embed = Callable[[Sequence[str]], Awaitable[list[list[float]]]]
type Wait = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Held:
    """One index of the service; `current` is the one that searches go to."""

    name: str
    current: bool
    documents: int
    bytes: int
    vector_bytes: int


@dataclass(frozen=True, slots=True)
class Moved:
    """A re-index: from where to where, and how many documents were copied by this run."""

    before: str
    now: str
    copied: int


class Lifecycle:
    """Everything raises SearchError when the service fails."""

    def __init__(self, knowledge: AzureSearchKnowledge, name: str) -> None:
        self._knowledge = knowledge
        self._name = name

    async def held(self) -> list[Held]:
        """The indexes of this name, by number; none when it was never created."""
        with translated(self._name):
            async with self._knowledge.administration() as client:
                names = await self._names(client)
                current = await target_of(client, self._name)
                return [await _held(client, each, each == current) for each in names]

    async def reindex(
        self,
        dimensions: int,
        embed: Embed,
        wait: Wait,
        tell: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> Moved:
        """Make the next index with the definition of this version, copy all documents with vectors
        made anew, and move the alias there. What the app writes meanwhile is copied, too; a run
        that broke off goes on where it was. The index before stays until it is dropped.

        Raises ConfigurationError when there is no index, or one without an alias.
        """
        with translated(self._name):
            async with self._knowledge.administration() as client:
                before = await target_of(client, self._name)
                names = await self._names(client)
                _check_movable(self._name, before, names)
                now = f"{self._name}-v{_number(before, self._name) + 1}"
                await self._prepare(client, now, dimensions)
                copied = await self._copy(before, now, embed, tell)
                known = await self._stamps(before)
                alias = SearchAlias(name=self._name, indexes=[now])
                await client.create_or_update_alias(alias)
                # Until everybody sees the new one, somebody may still write into the old one.
                await wait(SETTLES)
                copied += await self._catch_up(before, now, known, embed)
        return Moved(before, now, copied)

    async def drop(self) -> list[str]:
        """Delete the alias and all indexes behind it; their names."""
        with translated(self._name):
            async with self._knowledge.administration() as client:
                names = await self._names(client)
                await client.delete_alias(self._name)
                for each in names:
                    await client.delete_index(each)
        return names

    async def drop_others(self) -> list[str]:
        """Delete the indexes that searches do not go to; their names."""
        others = [each.name for each in await self.held() if not each.current]
        with translated(self._name):
            async with self._knowledge.administration() as client:
                for each in others:
                    await client.delete_index(each)
        return others

    async def _names(self, client: SearchIndexClient) -> list[str]:
        mine = re.compile(rf"{re.escape(self._name)}(-v[0-9]+)?")
        names = [each async for each in client.list_index_names() if mine.fullmatch(each)]
        return sorted(names, key=lambda each: _number(each, self._name))

    async def _prepare(self, client: SearchIndexClient, name: str, dimensions: int) -> None:
        semantic = self._knowledge.profile.semantic_configuration
        definition = cerebro_index(name, semantic, dimensions)
        try:
            await client.create_or_update_index(definition)
        except HttpResponseError as error:
            if error.status_code != 400:
                raise
            # Left by a run of another version that broke off: its fields are others.
            await client.delete_index(name)
            await client.create_or_update_index(definition)

    async def _copy(
        self, before: str, now: str, embed: Embed, tell: Callable[[int, int], None]
    ) -> int:
        """Makes both equal; how many documents differed."""
        wanted, there = await self._stamps(before), await self._stamps(now)
        await self._delete(now, [each for each in there if each not in wanted])
        differ = [each for each, stamp in wanted.items() if there.get(each) != stamp]
        done = 0
        for some in batched(differ, BATCH, strict=False):
            await self._copy_some(before, now, some, embed)
            done += len(some)
            tell(done, len(differ))
        return done

    async def _catch_up(self, before: str, now: str, known: _Stamps, embed: Embed) -> int:
        """Copies what was written into the old index since it was `known`, unless it is newer in
        the new one."""
        late = await self._stamps(before)
        there = await self._stamps(now)
        missed = [
            each
            for each, stamp in late.items()
            if known.get(each) != stamp and there.get(each, NEVER) < stamp
        ]
        for some in batched(missed, BATCH, strict=False):
            await self._copy_some(before, now, some, embed)
        return len(missed)

    async def _stamps(self, name: str) -> _Stamps:
        """When each document was written, and its hash."""
        return {
            row["id"]: (row["updatedAt"], row.get("contentHash") or "")
            async for row in self._rows(name, EVERYTHING, ("contentHash",))
        }

    def _rows(
        self, name: str, condition: str, fields: Sequence[str]
    ) -> AsyncIterator[dict[str, Any]]:
        return all_rows(self._knowledge.client(name), condition, fields)

    async def _copy_some(self, before: str, now: str, ids: Sequence[str], embed: Embed) -> None:
        async with self._knowledge.administration() as client:
            there = {field.name for field in (await client.get_index(before)).fields}
        names = [each for each in FIELDS if each in there]
        condition = one_of("id", ids)
        documents = [_again(row) async for row in self._rows(before, condition, names)]
        if not documents:
            return
        vectors = await embed([f"{each['title']}\n{each['content']}" for each in documents])
        batch = IndexDocumentsBatch()
        for action, vector in zip(batch.add_upload_actions(documents), vectors, strict=True):
            set_vector(action, VECTOR_FIELD, vector)
        await self._knowledge.write(now, batch)

    async def _delete(self, index: str, ids: Sequence[str]) -> None:
        for some in batched(ids, BATCH, strict=False):
            batch = IndexDocumentsBatch()
            batch.add_delete_actions([{"id": each} for each in some])
            await self._knowledge.write(index, batch)


def _again(row: Mapping[str, Any]) -> dict[str, Any]:
    """A document as it is written; fields that its index did not have yet are filled."""
    document = {name: row.get(name) for name in FIELDS}
    for fields in LANGUAGES.values():
        document |= {fields.title: row["title"], fields.content: row["content"]}
    return {name: value for name, value in document.items() if value is not None}


async def _held(client: SearchIndexClient, name: str, current: bool) -> Held:
    figures = await client.get_index_statistics(name)
    return Held(
        name, current, figures.document_count, figures.storage_size, figures.vector_index_size
    )


def _check_movable(name: str, before: str, names: Sequence[str]) -> None:
    if before not in names:
        raise ConfigurationError(f"there is no index {name}; ./eira cerebro create makes it")
    if before == name:
        raise ConfigurationError(
            f"{name} is an index, not an alias, and its name cannot be moved: "
            f"./eira cerebro drop --index {name} --yes, and load again"
        )


def _number(index: str, name: str) -> int:
    return int(index.removeprefix(name).removeprefix("-v") or 0)
