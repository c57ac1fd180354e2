"""Bringing an index to what a folder says: adds what changed, removes what is gone."""

from collections.abc import Callable, Mapping, Sequence
from itertools import batched
from typing import Protocol

from cli.knowledge.doubts import DoubtfulError, doubts_of
from cli.knowledge.folders import BadFile, FolderRead, Labels, document_of
from cli.knowledge.loading import BATCH, Index, Loaded
from shared.contracts.evidence import KnowledgeDocument
from shared.errors import RefusedError
from shared.ports import Model
from shared.search.embedding import embedded_text
from shared.search.indexing import Placed


class FolderIndex(Index, Protocol):
    """An index that also knows what came from a folder."""

    async def of_collection(self, name: str) -> Mapping[str, Placed]:
        """By id, what was loaded from folders under this name, for whichever tenant."""
        ...


async def fill(
    read: FolderRead,
    labels: Labels,
    index: FolderIndex,
    model: Model,
    tell: Callable[[int, int], None] = lambda _done, _total: None,
    *,
    sure: bool = False,
) -> Loaded:
    """Embeds and writes the chunks whose hash differs, in batches, and then removes those that no
    file has any more; a file that could not be read keeps its own. What a run that broke off has
    written, the next one finds done; what the service refuses stops nothing else. `tell` is told
    how many of how many are written.

    Raises DoubtfulError before anything is written, unless somebody is `sure`.
    """
    await index.create(len((await model.embed(["Cerebro"]))[0]))
    held = await index.of_collection(labels.source)
    if not sure and (doubts := tuple(doubts_of(read, labels, held))):
        raise DoubtfulError(doubts)
    known = await index.hashes([each.id for each in read.chunks])
    changed = [each for each in read.chunks if known.get(each.id) != each.content_hash]
    refused: dict[str, str] = {}
    done = 0
    for batch in batched(changed, BATCH, strict=False):
        refused |= await _refused(batch, index, model)
        done += len(batch)
        tell(done, len(changed))
    gone = _gone(held, read)
    for some in batched(gone, BATCH, strict=False):
        await index.delete(some)
    return Loaded(len(read.chunks), done - len(refused), len(gone), _files(refused, read))


async def _refused(
    batch: Sequence[KnowledgeDocument], index: FolderIndex, model: Model
) -> Mapping[str, str]:
    """Writes a batch; why the service refused some of it, by id."""
    vectors = await model.embed([embedded_text(each.title, each.content) for each in batch])
    try:
        await index.upsert(list(zip(batch, vectors, strict=True)))
    except RefusedError as error:
        return error.reasons
    return {}


def _files(refused: Mapping[str, str], read: FolderRead) -> tuple[BadFile, ...]:
    files = {document_of(each): reason for each, reason in refused.items()}
    return tuple(
        BadFile(read.names[prefix], f"Cerebro refused it ({reason})", prefix)
        for prefix, reason in files.items()
    )


def _gone(held: Mapping[str, Placed], read: FolderRead) -> Sequence[str]:
    unread = tuple(each.prefix for each in read.bad)
    wanted = {each.id for each in read.chunks}
    return sorted(each for each in held.keys() - wanted if not each.startswith(unread))
