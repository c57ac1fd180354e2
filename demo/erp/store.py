"""Keeps the records in SQLite: numbered, by tenant, with the key of the request that made them."""

import json
import sqlite3
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from .kinds import Json, Kind

FIRST_NUMBER = 1001

_SCHEMA = """
CREATE TABLE IF NOT EXISTS records (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    kind TEXT NOT NULL,
    number INTEGER NOT NULL,
    id TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL,
    words TEXT NOT NULL,
    unique_value TEXT,
    idempotency_key TEXT,
    request_hash TEXT,
    UNIQUE (kind, number),
    UNIQUE (tenant, kind, unique_value),
    UNIQUE (tenant, kind, idempotency_key)
);
CREATE TABLE IF NOT EXISTS changes (
    tenant TEXT NOT NULL,
    kind TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    id TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    PRIMARY KEY (tenant, kind, idempotency_key)
);
CREATE TABLE IF NOT EXISTS outbox (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    event TEXT NOT NULL
);
"""

_INSERT = """
INSERT INTO records
    (tenant, kind, number, id, body, words, unique_value, idempotency_key, request_hash)
VALUES
    (:tenant, :kind, :number, :id, :body, :words, :unique_value, :idempotency_key, :request_hash)
"""

# The filters arrive as JSON objects {field: value}, so that one constant statement serves all.
_LIST = """
WITH found AS (
    SELECT seq, body FROM records
    WHERE tenant = :tenant AND kind = :kind
      AND (:idempotency_key IS NULL OR idempotency_key = :idempotency_key)
      AND NOT EXISTS (
          SELECT 1 FROM json_each(:equals) AS f
          WHERE json_extract(records.body, '$.' || f.key) IS NOT f.value)
      AND NOT EXISTS (
          SELECT 1 FROM json_each(:contains) AS f
          WHERE instr(fold(coalesce(json_extract(records.body, '$.' || f.key), '')), f.value) = 0)
      AND NOT EXISTS (
          SELECT 1 FROM json_each(:words) AS f WHERE instr(records.words, f.value) = 0)
      AND (:project IS NULL OR json_extract(body, '$.projectId') IN (
          SELECT p.id FROM records AS p
          WHERE p.tenant = :tenant AND p.kind = 'projects'
            AND (fold(p.id) = :project OR instr(p.words, :project) > 0)))
),
page AS (
    SELECT seq, body FROM found
    WHERE :after IS NULL OR seq < :after ORDER BY seq DESC LIMIT :limit + 1
)
SELECT total.n, page.seq, page.body
FROM (SELECT count(*) AS n FROM found) AS total LEFT JOIN page ON true
ORDER BY page.seq DESC
"""


type Announce = Callable[[Json], Json]
"""Makes the event that tells of a stored record."""


class KeyReused(Exception):  # noqa: N818 (what happened, not a fault)
    """The idempotency key belongs to a request with another body."""


class ValueTaken(Exception):  # noqa: N818 (what happened, not a fault)
    """Another record of the tenant has the value that must occur once."""


@dataclass(frozen=True, slots=True)
class NewRecord:
    """What is to be stored; `record` is complete but for its id."""

    tenant: str
    record: Json
    request_hash: str
    idempotency_key: str | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """Who asks for a change; the hash is of the record's id and of what it shall become."""

    tenant: str
    request_hash: str
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Created:
    """The record, and whether an earlier equal request had already made it."""

    record: Json
    replayed: bool


@dataclass(frozen=True, slots=True)
class Query:
    """What a list asks for; `after` is the cursor of the page before."""

    tenant: str
    limit: int
    after: int | None = None
    equals: Mapping[str, str] = field(default_factory=dict)
    contains: Mapping[str, str] = field(default_factory=dict)
    words: str = ""
    project: str | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Newest first; `total` counts all that match, `after` is the cursor of the next page."""

    records: Sequence[Json]
    total: int
    after: int | None


def fold(text: str) -> str:
    """Lower case without accents, as people type when they search."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign)).casefold()


class Store:
    """One SQLite file; several processes may share it."""

    def __init__(self, file: Path) -> None:
        self._db = sqlite3.connect(file, isolation_level=None, timeout=10)
        self._db.create_function("fold", 1, fold, deterministic=True)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        self._db.close()

    def knows(self, tenant: str) -> bool:
        row = self._db.execute("SELECT 1 FROM records WHERE tenant = ? LIMIT 1", (tenant,))
        return row.fetchone() is not None

    def create(self, kind: Kind, new: NewRecord, announce: Announce | None = None) -> Created:
        """Stores it once per idempotency key, and the event with it; raises `KeyReused` and
        `ValueTaken`."""
        with self._transaction():
            if (earlier := self.replay(kind, new)) is not None:
                return earlier
            number = self._next_number(kind) if new.number is None else new.number
            record = {"id": f"{kind.prefix}-{number}", **new.record}
            row = {
                "tenant": new.tenant,
                "kind": kind.path,
                "number": number,
                "idempotency_key": new.idempotency_key,
                "request_hash": new.request_hash,
                **_columns(kind, record),
            }
            self._write(_INSERT, row)
            self._announce(record, announce)
            return Created(record, replayed=False)

    def replay(self, kind: Kind, new: NewRecord) -> Created | None:
        """What an equal request has made before; raises `KeyReused` if it was not equal."""
        if new.idempotency_key is None:
            return None
        row = self._db.execute(
            "SELECT body, request_hash FROM records"
            " WHERE tenant = ? AND kind = ? AND idempotency_key = ?",
            (new.tenant, kind.path, new.idempotency_key),
        ).fetchone()
        if row is None:
            return None
        if row[1] != new.request_hash:
            raise KeyReused
        return Created(json.loads(row[0]), replayed=True)

    def read(self, kind: Kind, tenant: str, record_id: str) -> Json | None:
        row = self._db.execute(
            "SELECT body FROM records WHERE tenant = ? AND kind = ? AND id = ?",
            (tenant, kind.path, record_id),
        ).fetchone()
        return None if row is None else json.loads(row[0])

    def replace(
        self, kind: Kind, asked: ChangeRequest, record: Json, announce: Announce | None = None
    ) -> Json:
        """Overwrites the record with the same id once per idempotency key, the event with it.

        The record as it is now; raises `KeyReused` and `ValueTaken`.
        """
        row = {
            "tenant": asked.tenant,
            "kind": kind.path,
            "key": asked.idempotency_key,
            "hash": asked.request_hash,
            **_columns(kind, record),
        }
        with self._transaction():
            if (earlier := self.changed(kind, asked)) is not None:
                return earlier
            self._write(
                "UPDATE records SET body = :body, words = :words, unique_value = :unique_value"
                " WHERE tenant = :tenant AND kind = :kind AND id = :id",
                row,
            )
            if asked.idempotency_key is not None:
                self._write("INSERT INTO changes VALUES (:tenant, :kind, :key, :id, :hash)", row)
            self._announce(record, announce)
        return record

    def changed(self, kind: Kind, asked: ChangeRequest) -> Json | None:
        """As it is now, the record that an equal request has changed before; raises `KeyReused` if
        that was not equal."""
        if asked.idempotency_key is None:
            return None
        row = self._db.execute(
            "SELECT id, request_hash FROM changes"
            " WHERE tenant = ? AND kind = ? AND idempotency_key = ?",
            (asked.tenant, kind.path, asked.idempotency_key),
        ).fetchone()
        if row is None:
            return None
        if row[1] != asked.request_hash:
            raise KeyReused
        return self.read(kind, asked.tenant, row[0])

    def unpublished(self, limit: int) -> list[tuple[int, Json]]:
        """The oldest events that wait in the outbox, by their numbers."""
        rows = self._db.execute(
            "SELECT number, event FROM outbox ORDER BY number LIMIT ?", (limit,)
        )
        return [(row[0], json.loads(row[1])) for row in rows]

    def published(self, up_to: int) -> None:
        self._db.execute("DELETE FROM outbox WHERE number <= ?", (up_to,))

    def find(self, kind: Kind, query: Query) -> Page:
        parameters = {
            "tenant": query.tenant,
            "kind": kind.path,
            "idempotency_key": query.idempotency_key,
            "equals": json.dumps(dict(query.equals)),
            "contains": json.dumps({name: fold(text) for name, text in query.contains.items()}),
            "words": json.dumps(fold(query.words).split()),
            "project": None if query.project is None else fold(query.project),
            "after": query.after,
            "limit": query.limit,
        }
        rows = self._db.execute(_LIST, parameters).fetchall()
        shown = [row for row in rows if row[2] is not None][: query.limit]
        more = len(rows) > query.limit
        return Page(
            records=[json.loads(row[2]) for row in shown],
            total=rows[0][0],
            after=shown[-1][1] if more else None,
        )

    def _next_number(self, kind: Kind) -> int:
        row = self._db.execute("SELECT max(number) FROM records WHERE kind = ?", (kind.path,))
        last: int | None = row.fetchone()[0]
        return FIRST_NUMBER if last is None else last + 1

    def _announce(self, record: Json, announce: Announce | None) -> None:
        if announce is not None:
            event = json.dumps(announce(record), ensure_ascii=False)
            self._db.execute("INSERT INTO outbox (event) VALUES (?)", (event,))

    def _write(self, statement: str, row: Mapping[str, object]) -> None:
        try:
            self._db.execute(statement, row)
        except sqlite3.IntegrityError as error:
            if "unique_value" in str(error):
                raise ValueTaken from None
            raise

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        # IMMEDIATE: two processes with one key must not both find that it is new.
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")


def _columns(kind: Kind, record: Json) -> dict[str, object]:
    searched = " ".join(str(record[name]) for name in kind.searched if name in record)
    unique = None if kind.unique is None else fold(str(record[kind.unique]))
    return {
        "id": record["id"],
        "body": json.dumps(record, ensure_ascii=False),
        "words": fold(searched),
        "unique_value": unique,
    }
