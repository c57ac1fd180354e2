"""Embeddings: in batches, each text once, and never waited for too long."""

import asyncio
from array import array
from collections import OrderedDict
from collections.abc import AsyncGenerator, Sequence
from functools import partial
from hashlib import sha256
from itertools import batched

from shared.errors import ModelError
from shared.ports import Completion, Model, ModelRequest, StreamEnd

BATCH = 64
"""Texts in one request; services take 2,048, but of at most some 300,000 tokens together."""
REMEMBERED = 512
"""Vectors: with 1,536 numbers each, 6 MB."""

type Vectors = dict[bytes, array[float]]


def embedded_text(title: str, content: str) -> str:
    """What a document's vector is made of, whoever writes it: else they could not be compared."""
    return f"{title}\n{content}"


async def query_vector(model: Model, text: str, seconds: float) -> tuple[float, ...] | None:
    """The vector of what is looked for; None if there is none to be had in that time."""
    try:
        async with asyncio.timeout(seconds):
            return tuple((await model.embed([text]))[0])
    except (ModelError, TimeoutError):
        return None


class RememberingModel:
    """A model that embeds each text once, by the hash of its content: the indexes of one search
    are asked side by side with the same words, and each needs their vector.

    It belongs to one event loop. `inner` decides about model and dimensions.
    """

    def __init__(self, inner: Model, size: int = REMEMBERED) -> None:
        self.inner = inner
        self._size = size
        self._known: OrderedDict[bytes, array[float]] = OrderedDict()
        self._asked: dict[bytes, asyncio.Task[Vectors]] = {}

    def stream(self, request: ModelRequest) -> AsyncGenerator[str | StreamEnd]:
        return self.inner.stream(request)

    async def complete(self, request: ModelRequest) -> Completion:
        return await self.inner.complete(request)

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        keys = [sha256(text.encode(errors="surrogatepass")).digest() for text in texts]
        found = {key: self._known[key] for key in keys if key in self._known}
        for key in found:
            self._known.move_to_end(key)
        under_way = [self._asked[key] for key in keys if key in self._asked]
        wanted = {
            key: text
            for key, text in zip(keys, texts, strict=True)
            if key not in found and key not in self._asked
        }
        # One after the other: a library that is loaded is not to use up the rate of those who ask.
        for batch in batched(wanted.items(), BATCH, strict=False):
            found |= await asyncio.shield(self._ask(dict(batch)))
        for task in dict.fromkeys(under_way):
            found |= await asyncio.shield(task)
        return [list(found[key]) for key in keys]

    async def close(self) -> None:
        await self.inner.close()

    def _ask(self, batch: dict[bytes, str]) -> asyncio.Task[Vectors]:
        """A task of its own: whoever gives up waiting does not take it from the others."""
        task = asyncio.create_task(self._embedded(batch))
        self._asked |= dict.fromkeys(batch, task)
        task.add_done_callback(partial(self._keep, tuple(batch)))
        return task

    async def _embedded(self, batch: dict[bytes, str]) -> Vectors:
        vectors = await self.inner.embed(list(batch.values()))
        return {key: array("d", vector) for key, vector in zip(batch, vectors, strict=True)}

    def _keep(self, keys: Sequence[bytes], task: asyncio.Task[Vectors]) -> None:
        """A failure is not remembered: the next one asks again."""
        for key in keys:
            # Somebody else may have asked for it while this one's earlier batches were under way.
            if self._asked.get(key) is task:
                del self._asked[key]
        if task.cancelled() or task.exception() is not None:
            return
        self._known |= task.result()
        while len(self._known) > self._size:
            self._known.popitem(last=False)
