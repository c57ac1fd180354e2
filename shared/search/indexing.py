"""One index of Cerebro as whoever fills it sees it: its definition, and what is in it."""

from collections.abc import Iterable, Sequence
from itertools import batched
from typing import Any

from azure.core.exceptions import ResourceNotFoundError
from azure.search.documents.indexes.aio import SearchIndexClient
from azure.search.documents.models import IndexDocumentsBatch

from shared.contracts.evidence import KnowledgeDocument
from shared.errors import ConfigurationError
from shared.search.audience import one_of
from shared.search.cerebro import AzureSearchKnowledge, translated
from shared.search.fields import EVERY_TENANT, VECTOR_FIELD
from shared.search.index import cerebro_index

PAGE = 1000
"""The most documents that one answer of Azure AI Search holds."""
LOADED = f"tenantId eq '{EVERY_TENANT}' and contentHash ne null"
"""What came from a pack: nothing else in the index is ever removed."""


class AzureSearchIndex:
    def __init__(self, knowledge: AzureSearchKnowledge, name: str) -> None:
        self._knowledge = knowledge
        self._name = name

    async def create(self, dimensions: int) -> None:
        """Create the index, or bring its definition up to date.

        Raises ConfigurationError when it holds vectors of another length: another model's.
        """
        with translated(self._name):
            async with self._knowledge.administration() as client:
                if (held := await _dimensions(client, self._name)) not in (None, dimensions):
                    raise ConfigurationError(
                        f"the index {self._name} holds vectors of {held} dimensions and the "
                        f"embedding model gives {dimensions}: name another "
                        "AzureSearch__DefaultIndex, or delete the index first (locally: "
                        "./eira up --fresh)"
                    )
                semantic = self._knowledge.profile.semantic_configuration
                index = cerebro_index(self._name, semantic, dimensions)
                await client.create_or_update_index(index)

    async def hashes(self, ids: Sequence[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for some in batched(ids, PAGE, strict=False):
            rows = await self._rows(f"{LOADED} and {one_of('id', some)}", "contentHash")
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
