"""One index of Cerebro in memory, as whoever fills it sees it."""

from collections.abc import Sequence

from shared.contracts.evidence import KnowledgeDocument
from shared.errors import RefusedError, SearchError
from shared.search.indexing import OF_A_FOLDER, Placed


class FakeIndex:
    """In memory; `breaks_after` writes raise SearchError, and no document is taken whose content
    has the word that it `refuses`."""

    def __init__(self, *loaded: KnowledgeDocument) -> None:
        self.held = {each.id: each for each in loaded}
        self.batches: list[int] = []
        self.breaks_after: int | None = None
        self.refuses = ""
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
        refused = {each.id: "too long" for each, _ in chunks if self._refuses(each)}
        self.held |= {each.id: each for each, _ in chunks if each.id not in refused}
        if refused:
            raise RefusedError("refused", refused)

    def _refuses(self, chunk: KnowledgeDocument) -> bool:
        return bool(self.refuses) and self.refuses in chunk.content

    async def strays(self, ids: Sequence[str], versions: Sequence[str]) -> dict[str, str]:
        return {
            each.id: each.version
            for each in self.held.values()
            if each.content_hash
            and each.version != OF_A_FOLDER
            and each.id not in ids
            and each.version not in versions
        }

    async def of_collection(self, name: str) -> dict[str, Placed]:
        mine = (each for each in self.held.values() if each.collection == name)
        return {each.id: Placed(each.tenant_id, each.root) for each in mine}

    async def delete(self, ids: Sequence[str]) -> None:
        for each in ids:
            del self.held[each]
