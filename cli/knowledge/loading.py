"""Bringing an index to what the documents say: adds what changed, removes what is gone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Protocol

from cli.knowledge.folders import BadFile
from shared.contracts.evidence import KnowledgeDocument
from shared.ports import Model
from shared.search.embedding import embedded_text

BATCH = 32


class Index(Protocol):
    """One index of Cerebro. Everything raises SearchError."""

    async def create(self, dimensions: int) -> None:
        """Create it, or bring its definition up to date. Raises ConfigurationError when it holds
        vectors of another length."""
        ...

    async def hashes(self, ids: Sequence[str]) -> dict[str, str]:
        """The content hash by id of those chunks that are there."""
        ...

    async def upsert(self, chunks: Sequence[tuple[KnowledgeDocument, Sequence[float]]]) -> None: ...

    async def strays(self, ids: Sequence[str], versions: Sequence[str]) -> dict[str, str]:
        """The version by id of the chunks that were loaded, and are neither among `ids` nor of
        one of `versions`."""
        ...

    async def delete(self, ids: Sequence[str]) -> None: ...


@dataclass(frozen=True, slots=True)
class Shelf:
    """What shall be in the index. `others` are the other versions that are still deployed."""

    version: str
    chunks: tuple[KnowledgeDocument, ...]
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was done, in chunks; `refused` are the files that the service took not all of."""

    total: int
    written: int
    removed: int
    refused: tuple[BadFile, ...] = ()


async def load(
    shelf: Shelf, index: Index, model: Model, tell: Callable[[str], None] = lambda _: None
) -> Loaded:
    """Embeds and writes the chunks whose hash differs, in batches; what a broken-off load has
    written, the next one finds done. `tell` is told how far it is."""
    await index.create(len((await model.embed(["Cerebro"]))[0]))
    known = await index.hashes([each.id for each in shelf.chunks])
    changed = [each for each in shelf.chunks if known.get(each.id) != each.content_hash]
    written = 0
    for batch in batched(changed, BATCH, strict=False):
        vectors = await model.embed([embedded_text(each.title, each.content) for each in batch])
        await index.upsert(list(zip(batch, vectors, strict=True)))
        written += len(batch)
        tell(f"{written} of {len(changed)} chunks written")
    return Loaded(len(shelf.chunks), written, await _remove_what_is_gone(shelf, index))


async def _remove_what_is_gone(shelf: Shelf, index: Index) -> int:
    """Chunks of this version that no document has any more, and those of older versions that are
    not deployed. Newer ones stay: this may be an older checkout."""
    strays = await index.strays([each.id for each in shelf.chunks], shelf.others)
    gone = [each for each, version in strays.items() if version <= shelf.version]
    for batch in batched(gone, BATCH, strict=False):
        await index.delete(batch)
    return len(gone)
