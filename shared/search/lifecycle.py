"""An index of Cerebro through its life: created, looked at, made anew without a pause, dropped.

The name the app knows is an alias; the indexes behind it are called NAME-v1, NAME-v2, …
"""

import itertools
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.search.documents.indexes.aio import SearchIndexClient
from azure.search.documents.indexes.models import SearchAlias

from shared.errors import ConfigurationError
from shared.search.cerebro import AzureSearchKnowledge, translated
from shared.search.copying import Copying, Embed, Stamps, Tell
from shared.search.index import cerebro_index
from shared.search.indexing import target_of

SETTLES = 10.0
"""Seconds until an alias that was moved means the new index everywhere (learn.microsoft.com,
"Create an index alias in Azure AI Search")."""

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

    async def unfinished(self) -> str | None:
        """The index of which documents may be lacking in the one that searches go to: a re-index
        broke off behind the move."""
        with translated(self._name):
            async with self._knowledge.administration() as client:
                return await self._left(client)

    async def reindex(
        self,
        dimensions: int,
        embed: Embed,
        wait: Wait,
        tell: Tell = lambda _done, _total: None,
    ) -> Moved:
        """Make the next index with the definition of this version, copy all documents with vectors
        made anew, and move the alias there. What is written meanwhile, into either index, is in it,
        too; a run that broke off is gone on with, also behind the move. The index before stays
        until it is dropped.

        Raises ConfigurationError when there is no index, or one without an alias.
        """
        with translated(self._name):
            async with self._knowledge.administration() as client:
                current = await target_of(client, self._name)
                if (left := await self._left(client)) is not None:
                    copying = Copying(self._knowledge, left, current, embed)
                    copied = await self._settle(client, copying, None, wait)
                    return Moved(left, current, copied)
                names = await self._names(client)
                _check_movable(self._name, current, names)
                now = f"{self._name}-v{_number(current, self._name) + 1}"
                await self._prepare(client, now, dimensions)
                copying = Copying(self._knowledge, current, now, embed)
                copied, known = await copying.copy(tell)
                await _point(client, self._mark, current)
                await _point(client, self._name, now)
                copied += await self._settle(client, copying, known, wait)
        return Moved(current, now, copied)

    async def drop(self) -> list[str]:
        """Delete the alias and all indexes behind it; their names."""
        with translated(self._name):
            async with self._knowledge.administration() as client:
                names = await self._names(client)
                for alias in (self._mark, self._name):
                    await client.delete_alias(alias)
                for each in names:
                    await client.delete_index(each)
        return names

    async def drop_others(self) -> list[str]:
        """Delete the indexes that searches do not go to; their names.

        Raises ConfigurationError while one of them may have what the new one lacks.
        """
        others = [each.name for each in await self.held() if not each.current]
        with translated(self._name):
            async with self._knowledge.administration() as client:
                if await self._left(client) is not None:
                    raise ConfigurationError(
                        f"a reindex broke off, and {self._name} may lack documents: "
                        f"./eira cerebro reindex --index {self._name} goes on with it"
                    )
                # Of a run that broke off before the move: its index goes, so it is begun again.
                await client.delete_alias(self._mark)
                for each in others:
                    await client.delete_index(each)
        return others

    @property
    def _mark(self) -> str:
        """An alias of the index before, from the move until all is copied: it outlives a crash,
        and the service deletes no index that has one."""
        return f"{self._name}-before"

    async def _left(self, client: SearchIndexClient) -> str | None:
        try:
            left = (await client.get_alias(self._mark)).indexes[0]
        except ResourceNotFoundError:
            return None
        # The same index: it broke off before the move, and copying goes on.
        return left if left != await target_of(client, self._name) else None

    async def _settle(
        self, client: SearchIndexClient, copying: Copying, known: Stamps | None, wait: Wait
    ) -> int:
        """Until everybody sees the new index, somebody may still write into the old one; and what
        is written shows a little later. So look until nothing comes any more, at least twice."""
        copied = 0
        for look in itertools.count():
            await wait(SETTLES)
            followed, known = await copying.catch_up(known)
            copied += followed
            if look and not followed:
                break
        await client.delete_alias(self._mark)
        return copied

    async def _names(self, client: SearchIndexClient) -> list[str]:
        mine = re.compile(rf"{re.escape(self._name)}(-v[0-9]+)?")
        names = [each async for each in client.list_index_names() if mine.fullmatch(each)]
        return sorted(names, key=lambda each: _number(each, self._name))

    async def _prepare(self, client: SearchIndexClient, name: str, dimensions: int) -> None:
        """An index that a run of another version left is begun again: its documents lack the
        fields it did not have."""
        definition = cerebro_index(name, self._knowledge.profile.semantic_configuration, dimensions)
        if await _fields(client, name) not in (None, {each.name for each in definition.fields}):
            await client.delete_index(name)
        try:
            await client.create_or_update_index(definition)
        except HttpResponseError as error:
            if error.status_code != 400:
                raise
            # Its fields are of another kind, or its vectors another model's.
            await client.delete_index(name)
            await client.create_or_update_index(definition)


async def _point(client: SearchIndexClient, alias: str, index: str) -> None:
    await client.create_or_update_alias(SearchAlias(name=alias, indexes=[index]))


async def _fields(client: SearchIndexClient, name: str) -> set[str] | None:
    """Their names; None when there is no such index."""
    try:
        return {each.name for each in (await client.get_index(name)).fields}
    except ResourceNotFoundError:
        return None


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
