"""One index of Cerebro as whoever fills it sees it: its definition, and what is in it."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any

from azure.core.exceptions import ResourceNotFoundError
from azure.search.documents.aio import SearchClient
from azure.search.documents.indexes.aio import SearchIndexClient
from azure.search.documents.indexes.models import SearchAlias
from azure.search.documents.models import IndexDocumentsBatch

from shared.contracts.evidence import KnowledgeDocument
from shared.errors import ConfigurationError
from shared.search.audience import one_of, quoted
from shared.search.cerebro import AzureSearchKnowledge, translated
from shared.search.fields import EVERY_TENANT, VECTOR_FIELD
from shared.search.index import cerebro_index
from shared.search.lacking import Lack, lacking

PAGE = 1000
"""The most documents that one answer of Azure AI Search holds."""
OF_A_FOLDER = "folder"
"""The version of documents that came from a folder: they have none of their own."""
LOADED = f"tenantId eq '{EVERY_TENANT}' and contentHash ne null and version ne '{OF_A_FOLDER}'"
"""What came from a pack: a pack's load removes nothing else."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Whose a chunk of a folder is, and where its folder was; None if that was of no matter."""

    tenant_id: str
    root: str | None


class AzureSearchIndex:
    def __init__(self, knowledge: AzureSearchKnowledge, name: str) -> None:
        self._knowledge = knowledge
        self._name = name

    async def create(self, dimensions: int) -> None:
        """Create the index behind an alias of its name, or bring its definition up to date.

        Raises ConfigurationError when it holds vectors of another length: another model's.
        """
        with translated(self._name):
            async with self._knowledge.administration() as client:
                target = await target_of(client, self._name)
                if (held := await _dimensions(client, target)) not in (None, dimensions):
                    raise ConfigurationError(
                        f"the index {self._name} holds vectors of {held} dimensions and the "
                        f"embedding model gives {dimensions}: ./eira cerebro reindex --index "
                        f"{self._name} makes it anew with these (or locally, forgetting "
                        "everything: ./eira up --fresh)"
                    )
                semantic = self._knowledge.profile.semantic_configuration
                await client.create_or_update_index(cerebro_index(target, semantic, dimensions))
                if target != self._name and await _aliased(client, self._name) is None:
                    # Also that of a creation that broke off before it came to this. Never one that
                    # is there: a re-index may just have moved it.
                    alias = SearchAlias(name=self._name, indexes=[target])
                    await client.create_or_update_alias(alias)

    async def lacks(self, dimensions: int | None) -> tuple[Lack, ...] | None:
        """What `create` would change, or refuse; None when there is no such index. Without
        `dimensions` the length of its vectors is taken as it is."""
        with translated(self._name):
            async with self._knowledge.administration() as client:
                target = await target_of(client, self._name)
                try:
                    held = await client.get_index(target)
                except ResourceNotFoundError:
                    return None
                semantic = self._knowledge.profile.semantic_configuration
                length = dimensions or await _dimensions(client, target) or 0
                return lacking(held, cerebro_index(target, semantic, length))

    async def hashes(self, ids: Sequence[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for some in batched(ids, PAGE, strict=False):
            rows = await self._rows(f"contentHash ne null and {one_of('id', some)}", "contentHash")
            found |= {row["id"]: row["contentHash"] for row in rows}
        return found

    async def upsert(self, chunks: Sequence[tuple[KnowledgeDocument, Sequence[float]]]) -> None:
        await self._knowledge.upsert(self._name, chunks)

    async def strays(self, ids: Sequence[str], versions: Sequence[str]) -> dict[str, str]:
        """At most a page; what is more is found by the next load."""
        known = " and ".join(
            f"not {one_of(field, values)}"
            for field, values in (("id", ids), ("version", versions))
            if values
        )
        rows = await self._rows(f"{LOADED} and {known}" if known else LOADED, "version")
        return {row["id"]: row["version"] for row in rows}

    async def of_collection(self, name: str) -> dict[str, Placed]:
        """By id, what was loaded from folders under this name, for whichever tenant."""
        condition = (
            f"version eq '{OF_A_FOLDER}' and contentHash ne null and (collection eq {quoted(name)} "
            # Loaded before there was the field.
            f"or collection eq null and source eq {quoted(name)})"
        )
        with translated(self._name):
            client = self._knowledge.client(self._name)
            rows = all_rows(client, condition, ("tenantId", "root"))
            return {row["id"]: Placed(row["tenantId"], row["root"]) async for row in rows}

    async def delete(self, ids: Iterable[str]) -> None:
        batch = IndexDocumentsBatch()
        batch.add_delete_actions([{"id": each} for each in ids])
        await self._knowledge.write(self._name, batch)

    async def close(self) -> None:
        await self._knowledge.close()

    async def _rows(self, condition: str, field: str) -> list[dict[str, Any]]:
        with translated(self._name):
            rows = await self._knowledge.client(self._name).search(
                search_text="*", filter=condition, select=["id", field], top=PAGE
            )
            return [row async for row in rows]


async def _dimensions(client: SearchIndexClient, name: str) -> int | None:
    """The length of the vectors in an index; None when there is no such index."""
    try:
        index = await client.get_index(name)
    except ResourceNotFoundError:
        return None
    lengths = (f.vector_search_dimensions for f in index.fields if f.name == VECTOR_FIELD)
    return next(lengths, None)


async def target_of(client: SearchIndexClient, name: str) -> str:
    """The index that an alias means; the name itself of an index without one; of neither, what
    the first index behind an alias of this name is called."""
    if (target := await _aliased(client, name)) is not None:
        return target
    return name if await _dimensions(client, name) is not None else f"{name}-v1"


async def _aliased(client: SearchIndexClient, name: str) -> str | None:
    """The index that an alias means; None when there is no such alias."""
    try:
        return (await client.get_alias(name)).indexes[0]
    except ResourceNotFoundError:
        return None


async def all_rows(
    client: SearchClient, condition: str, fields: Sequence[str]
) -> AsyncIterator[dict[str, Any]]:
    """Every document that fulfils the condition, the longest unchanged first, however many there
    are: a page begins where the last one ended, which `skip` cannot do beyond 100 000."""
    since, seen = "1970-01-01T00:00:00Z", list[str]()
    while True:
        known = f" and not {one_of('id', seen)}" if seen else ""
        results = await client.search(
            search_text="*",
            filter=f"({condition}) and updatedAt ge {since}{known}",
            order_by=["updatedAt asc"],
            select=[*{"id", "updatedAt", *fields}],
            top=PAGE,
        )
        page = [row async for row in results]
        for row in page:
            yield row
        if len(page) < PAGE:
            return
        last = page[-1]["updatedAt"]
        latest = [row["id"] for row in page if row["updatedAt"] == last]
        # Of the moment at which the page ended there may be more.
        seen = [*seen, *latest] if last == since else latest
        since = last
