"""Secrets and their versions in SQLite; deleting is soft, as in a vault."""

import json
import secrets
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS versions (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL COLLATE NOCASE,
    version TEXT NOT NULL,
    properties TEXT NOT NULL,
    seeded INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS versions_by_name ON versions (name, position);
CREATE TABLE IF NOT EXISTS deleted (name TEXT PRIMARY KEY COLLATE NOCASE, at INTEGER NOT NULL);
"""


class NameIsDeleted(Exception):  # noqa: N818 (a state of the vault, not a fault)
    """A deleted secret keeps its name until it is recovered or purged."""


@dataclass(frozen=True, slots=True)
class Properties:
    """What a version holds; `not_before` and `expires` are epoch seconds."""

    value: str
    content_type: str | None = None
    tags: Mapping[str, str] | None = None
    enabled: bool = True
    not_before: int | None = None
    expires: int | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a secret; `created` and `updated` are epoch seconds."""

    name: str
    version: str
    properties: Properties
    created: int
    updated: int


class SecretStore:
    """Not thread-safe: one service process, one event loop."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(file, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.executescript(_SCHEMA)

    def close(self) -> None:
        self._database.close()

    def seed(self, values: Mapping[str, str]) -> None:
        """Makes each secret hold its value, unless somebody has set or deleted it since."""
        for name, value in values.items():
            row = self._database.execute(
                "SELECT seeded, properties FROM versions WHERE name = ? ORDER BY position DESC",
                (name,),
            ).fetchone()
            is_due = row is None or (row[0] and json.loads(row[1])["value"] != value)
            if is_due and self.deleted_at(name) is None:
                self._add(name, Properties(value), seeded=True)

    def set(self, name: str, properties: Properties) -> Version:
        """Adds a version; raises `NameIsDeleted`."""
        if self.deleted_at(name) is not None:
            raise NameIsDeleted(name)
        return self._add(name, properties, seeded=False)

    def get(self, name: str, version: str | None) -> Version | None:
        """The named version, or the latest for None; nothing for a deleted secret."""
        return None if self.deleted_at(name) is not None else self._find(name, version)

    def replace(self, found: Version, properties: Properties) -> Version:
        """Changes a version in place."""
        changed = replace(found, properties=properties, updated=int(time.time()))
        self._database.execute(
            "UPDATE versions SET properties = ? WHERE name = ? AND version = ?",
            (_dumped(changed), found.name, found.version),
        )
        return changed

    def names(self, after: str, limit: int, *, deleted: bool) -> list[Version]:
        """The latest version of up to `limit` secrets whose names follow `after`, by name."""
        rows = self._database.execute(
            "SELECT name, version, properties FROM versions "
            "WHERE position IN (SELECT max(position) FROM versions GROUP BY name) "
            "AND name > ? AND (name IN (SELECT name FROM deleted)) = ? ORDER BY name LIMIT ?",
            (after, int(deleted), limit),
        )
        return [_version(row) for row in rows]

    def versions(self, name: str, after: str, limit: int) -> list[Version]:
        """Up to `limit` versions that are newer than the version `after`, oldest first."""
        if self.deleted_at(name) is not None:
            return []
        rows = self._database.execute(
            "SELECT name, version, properties FROM versions WHERE name = ? AND position > "
            "coalesce((SELECT position FROM versions WHERE version = ?), 0) "
            "ORDER BY position LIMIT ?",
            (name, after, limit),
        )
        return [_version(row) for row in rows]

    def delete(self, name: str) -> Version | None:
        """Deletes a secret softly; answers its latest version."""
        found = self.get(name, None)
        if found is not None:
            self._database.execute("INSERT INTO deleted VALUES (?, ?)", (name, int(time.time())))
        return found

    def deleted_at(self, name: str) -> int | None:
        """When it was deleted, in epoch seconds; None for a secret in use or unknown."""
        row = self._database.execute("SELECT at FROM deleted WHERE name = ?", (name,)).fetchone()
        return None if row is None else int(row[0])

    def deleted(self, name: str) -> Version | None:
        """The latest version of a deleted secret."""
        return None if self.deleted_at(name) is None else self._find(name, None)

    def recover(self, name: str) -> Version | None:
        found = self.deleted(name)
        self._database.execute("DELETE FROM deleted WHERE name = ?", (name,))
        return found

    def purge(self, name: str) -> bool:
        """Forgets a deleted secret for good; False when it was not deleted."""
        if self.deleted_at(name) is None:
            return False
        with self._transaction():
            self._database.execute("DELETE FROM versions WHERE name = ?", (name,))
            self._database.execute("DELETE FROM deleted WHERE name = ?", (name,))
        return True

    def _find(self, name: str, version: str | None) -> Version | None:
        row = self._database.execute(
            "SELECT name, version, properties FROM versions "
            "WHERE name = ? AND version = coalesce(?, version) ORDER BY position DESC",
            (name, version),
        ).fetchone()
        return None if row is None else _version(row)

    def _add(self, name: str, properties: Properties, *, seeded: bool) -> Version:
        now = int(time.time())
        made = Version(name, secrets.token_hex(16), properties, created=now, updated=now)
        self._database.execute(
            "INSERT INTO versions (name, version, properties, seeded) VALUES (?, ?, ?, ?)",
            (made.name, made.version, _dumped(made), int(seeded)),
        )
        return made

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")


def _dumped(version: Version) -> str:
    properties = version.properties
    return json.dumps(
        {
            "value": properties.value,
            "contentType": properties.content_type,
            "tags": None if properties.tags is None else dict(properties.tags),
            "enabled": properties.enabled,
            "notBefore": properties.not_before,
            "expires": properties.expires,
            "created": version.created,
            "updated": version.updated,
        }
    )


def _version(row: tuple[str, str, str]) -> Version:
    name, version, text = row
    kept = json.loads(text)
    properties = Properties(
        value=kept["value"],
        content_type=kept["contentType"],
        tags=kept["tags"],
        enabled=kept["enabled"],
        not_before=kept["notBefore"],
        expires=kept["expires"],
    )
    return Version(name, version, properties, kept["created"], kept["updated"])
