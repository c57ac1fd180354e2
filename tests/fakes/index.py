"""One index of Cerebro in memory, as whoever fills it sees it."""

from collections.abc import Sequence

from shared.contracts.evidence import KnowledgeDocument
from shared.errors import SearchError
from shared.search.indexing import OF_A_FOLDER


class FakeIndex:
    """In memory; `breaks_after` writes raise SearchError."""

    def __init__(self, *loaded: KnowledgeDocument) -> None:
        self.held = {each.id: each for each in loaded}
        self.batches: list[int] = []
        self.breaks_after: int | None = None
        self.dimensions: int | None = None

    async def create(self, dimensions: int) -> None:
        self.dimensions = dimensions

    async def hashes(self, ids: Sequence[str]) -> dict[str, str]:
        found = (self.held[each] for each in ids if each in self.held)
        return {each.id: each.content_hash for each in found if each.content_hash}

    async def upsert(self, chunks: Sequence[tuple[KnowledgeDocument, Sequence[float]]]) -> None:
        if len(self.batches) == self.breaks_after:
            raise SearchError("full")
        assert all(len(vector) == self.dimensions for _, vector in chunks)
        self.batches.append(len(chunks))
        self.held |= {each.id: each for each, _ in chunks}

    async def strays(self, ids: Sequence[str], versions: Sequence[str]) -> dict[str, str]:
        return {
            each.id: each.version
            for each in self.held.values()
            if each.content_hash
            and each.version != OF_A_FOLDER
            and each.id not in ids
            and each.version not in versions
        }

    async def of_folder(self, source: str, tenant_id: str) -> set[str]:
        mine = (each for each in self.held.values() if each.version == OF_A_FOLDER)
        whose = (source, tenant_id)
        return {each.id for each in mine if (each.source, each.tenant_id) == whose}

    async def delete(self, ids: Sequence[str]) -> None:
        for each in ids:
            del self.held[each]
