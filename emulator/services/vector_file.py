"""Vectors on disk by the hash of their text: computing one costs more than all else together."""

import hashlib
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .serving import ServiceContext

type Vector = NDArray[np.float32]


class VectorFile:
    """A SQLite file that several processes may share; `space` keeps apart what is not comparable.

    Losing it costs time, not data, so it is not synchronised to disk.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, timeout=30, check_same_thread=False)
        self._connection.executescript(
            "pragma journal_mode = wal; pragma synchronous = off;"
            "create table if not exists vectors (key text primary key, vector blob not null)"
            " without rowid;"
        )

    def read(self, space: str, texts: Sequence[str]) -> dict[str, Vector]:
        """The vectors of those texts that are known."""
        found: dict[str, Vector] = {}
        with self._lock:
            for text in texts:
                row = self._connection.execute(
                    "select vector from vectors where key = ?", (_key(space, text),)
                ).fetchone()
                if row is not None:
                    found[text] = np.frombuffer(row[0], dtype=np.float32)
        return found

    def write(self, space: str, vectors: Mapping[str, Vector]) -> None:
        rows = [(_key(space, text), vector.tobytes()) for text, vector in vectors.items()]
        with self._lock, self._connection:
            self._connection.executemany("insert or ignore into vectors values (?, ?)", rows)

    def forget(self, space: str, texts: Sequence[str]) -> None:
        """Deletes the vectors of these texts; those that are not there are no matter."""
        with self._lock, self._connection:
            self._connection.executemany(
                "delete from vectors where key = ?", [(_key(space, text),) for text in texts]
            )

    def close(self) -> None:
        self._connection.close()


def _key(space: str, text: str) -> str:
    return hashlib.sha256(f"{space}\0{text}".encode("utf-8", "replace")).hexdigest()


def configured_file(context: ServiceContext) -> VectorFile | None:
    """That of the config's `vectors`, a path from where the config is; None without one."""
    path = context.config.get("vectors")
    return VectorFile(context.config_dir / path) if isinstance(path, str) else None
