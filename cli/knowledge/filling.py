"""Bringing an index to what a folder says: adds what changed, removes what is gone."""

from collections.abc import Callable, Sequence
from itertools import batched
from typing import Protocol

from cli.knowledge.folders import FolderRead, Labels
from cli.knowledge.loading import BATCH, Index, Loaded
from shared.ports import Model
from shared.search.embedding import embedded_text


class FolderIndex(Index, Protocol):
    """An index that also knows what came from a folder."""

    async def of_folder(self, source: str, tenant_id: str) -> set[str]:
        """The ids of what was loaded from a folder for a tenant."""
        ...


async def fill(
    read: FolderRead,
    labels: Labels,
    index: FolderIndex,
    model: Model,
    tell: Callable[[int, int], None] = lambda _done, _total: None,
) -> Loaded:
    """Embeds and writes the chunks whose hash differs, in batches, and then removes those that no
    file has any more; a file that could not be read keeps its own. What a run that broke off has
    written, the next one finds done. `tell` is told how many of how many are written."""
    await index.create(len((await model.embed(["Cerebro"]))[0]))
    known = await index.hashes([each.id for each in read.chunks])
    changed = [each for each in read.chunks if known.get(each.id) != each.content_hash]
    written = 0
    for batch in batched(changed, BATCH, strict=False):
        vectors = await model.embed([embedded_text(each.title, each.content) for each in batch])
        await index.upsert(list(zip(batch, vectors, strict=True)))
        written += len(batch)
        tell(written, len(changed))
    gone = _gone(await index.of_folder(labels.source, labels.tenant_id), read)
    for some in batched(gone, BATCH, strict=False):
        await index.delete(some)
    return Loaded(len(read.chunks), written, len(gone))


def _gone(held: set[str], read: FolderRead) -> Sequence[str]:
    unread = tuple(each.prefix for each in read.bad)
    wanted = {each.id for each in read.chunks}
    return sorted(each for each in held - wanted if not each.startswith(unread))
