"""Index definitions and documents on disk (SQLite): what the indexes in memory are rebuilt from."""

import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from emulator.services.search.json_types import JsonObject
from emulator.services.search.vectors import Vector

SCHEMA = """
CREATE TABLE IF NOT EXISTS indexes (name TEXT PRIMARY KEY, definition TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS aliases (name TEXT PRIMARY KEY, index_name TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS documents (
    number INTEGER PRIMARY KEY, index_name TEXT NOT NULL, key TEXT NOT NULL, content TEXT NOT NULL,
    UNIQUE (index_name, key)
);
CREATE TABLE IF NOT EXISTS vectors (
    index_name TEXT NOT NULL, key TEXT NOT NULL, field TEXT NOT NULL, vector BLOB NOT NULL,
    PRIMARY KEY (index_name, key, field)
) WITHOUT ROWID;
"""
DELETE_VECTORS = "DELETE FROM vectors WHERE index_name = ? AND key = ?"
SELECT_VECTORS = "SELECT key, field, vector FROM vectors WHERE index_name = ?"
SELECT_DOCUMENTS = "SELECT key, content FROM documents WHERE index_name = ? ORDER BY number"
# An update keeps the number, and so the order in which documents are listed.
UPSERT = """
INSERT INTO documents (index_name, key, content) VALUES (?, ?, ?)
ON CONFLICT (index_name, key) DO UPDATE SET content = excluded.content
"""


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document: its values by field name, and its vectors apart."""

    values: JsonObject
    vectors: Mapping[str, Vector] = field(default_factory=dict)


type Changes = Mapping[str, StoredDocument | None]


class Store:
    """One database file; safe to use from several threads, one call after the other."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Two threads on one connection would share, and commit, one transaction.
        self._lock = threading.Lock()
        self._database = sqlite3.connect(path, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.executescript(SCHEMA)

    def close(self) -> None:
        """Closes the file; nothing is lost."""
        self._database.close()

    def definitions(self) -> list[JsonObject]:
        """Every index definition, by name."""
        with self._lock:
            rows = self._database.execute("SELECT definition FROM indexes ORDER BY name").fetchall()
        return [json.loads(text) for (text,) in rows]

    def save_definition(self, name: str, definition: JsonObject) -> None:
        """Creates or replaces a definition."""
        with self._lock, self._database as database:
            database.execute(
                "INSERT OR REPLACE INTO indexes VALUES (?, ?)", (name, json.dumps(definition))
            )

    def delete_index(self, name: str) -> None:
        """Forgets an index with all its documents."""
        with self._lock, self._database as database:
            database.execute("DELETE FROM vectors WHERE index_name = ?", (name,))
            database.execute("DELETE FROM documents WHERE index_name = ?", (name,))
            database.execute("DELETE FROM indexes WHERE name = ?", (name,))

    def aliases(self) -> dict[str, str]:
        """The index by alias."""
        with self._lock:
            rows = self._database.execute("SELECT name, index_name FROM aliases").fetchall()
        return dict(rows)

    def save_alias(self, name: str, index: str) -> None:
        """Creates an alias or lets it mean another index."""
        with self._lock, self._database as database:
            database.execute("INSERT OR REPLACE INTO aliases VALUES (?, ?)", (name, index))

    def delete_alias(self, name: str) -> None:
        """Forgets an alias; its index stays."""
        with self._lock, self._database as database:
            database.execute("DELETE FROM aliases WHERE name = ?", (name,))

    def write(self, index: str, changes: Changes) -> None:
        """Stores documents by key, and deletes those that are None, all or nothing."""
        with self._lock, self._database as database:
            for key, document in changes.items():
                database.execute(DELETE_VECTORS, (index, key))
                if document is None:
                    database.execute(
                        "DELETE FROM documents WHERE index_name = ? AND key = ?", (index, key)
                    )
                    continue
                database.execute(UPSERT, (index, key, json.dumps(document.values)))
                database.executemany(
                    "INSERT INTO vectors VALUES (?, ?, ?, ?)",
                    [(index, key, name, v.tobytes()) for name, v in document.vectors.items()],
                )

    def size(self, index: str) -> int:
        """How many bytes the documents and vectors of an index take."""
        total = 0
        for table, column in (("documents", "content"), ("vectors", "vector")):
            query = f"SELECT total(length({column})) FROM {table} WHERE index_name = ?"  # noqa: S608
            with self._lock:
                total += int(self._database.execute(query, (index,)).fetchone()[0])
        return total

    def documents(self, index: str) -> Iterator[tuple[str, StoredDocument]]:
        """Every document of an index with its key, in the order of their creation."""
        vectors: dict[str, dict[str, Vector]] = {}
        with self._lock:
            stored = self._database.execute(SELECT_VECTORS, (index,)).fetchall()
            contents = self._database.execute(SELECT_DOCUMENTS, (index,)).fetchall()
        for key, name, data in stored:
            vectors.setdefault(key, {})[name] = np.frombuffer(data, dtype=np.float32)
        for key, content in contents:
            yield key, StoredDocument(json.loads(content), vectors.get(key, {}))
