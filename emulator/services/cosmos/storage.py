"""The SQLite file: one connection of the event loop's thread, and commits shared by writers."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS databases (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, ts INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS containers (
    number INTEGER PRIMARY KEY, database INTEGER NOT NULL, id TEXT NOT NULL,
    properties TEXT NOT NULL, UNIQUE (database, id)
);
CREATE TABLE IF NOT EXISTS items (
    seq INTEGER PRIMARY KEY,   -- the LSN at its creation: the order of unsorted queries
    container INTEGER NOT NULL,
    epk TEXT NOT NULL,         -- effective partition key
    id TEXT NOT NULL,
    lsn INTEGER NOT NULL,      -- of its last change: the order of the change feed
    ts INTEGER NOT NULL,
    etag TEXT NOT NULL,
    expires REAL,              -- epoch seconds, NULL for never
    leaves INTEGER NOT NULL,   -- indexed values, for the charge of a delete
    body BLOB NOT NULL,        -- UTF-8 JSON with system properties, sent as it is
    UNIQUE (container, epk, id)
);
CREATE INDEX IF NOT EXISTS items_by_change ON items (container, lsn);
CREATE INDEX IF NOT EXISTS items_by_expiry ON items (expires) WHERE expires IS NOT NULL;
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
INSERT OR IGNORE INTO counters VALUES ('lsn', 0);
"""


class Storage:
    """Readers see committed data only; transactions of writers end within a turn of the loop.

    With synchronous=NORMAL a commit survives the end of the process, `kill -9` included; a power
    cut may take the last ones.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = _connect(path)
        self._connection.executescript(_SCHEMA)
        self._lsn = int(self._connection.execute("SELECT value FROM counters").fetchone()[0])
        self.committed_lsn = self._lsn
        """The log sequence number of the last change that readers see."""
        self._waiting: list[asyncio.Future[None]] = []

    @property
    def reader(self) -> sqlite3.Connection:
        """For reads: it commits first what is open.

        A second connection would see committed data only by itself, but SQLite drops its page
        cache after every commit of the first, and a read then takes several times as long.
        """
        self._commit()
        return self._connection

    def next_lsn(self) -> int:
        """The number of the next change; never used twice, after deletes and restarts neither."""
        self._lsn += 1
        return self._lsn

    async def write[Result](self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Runs `work` now and returns once its transaction is committed.

        All writes of one turn of the event loop share a commit, which is what makes many small
        ones cheap. So `work` must leave nothing behind when it raises: it checks first and then
        changes, or uses a savepoint. Errors, too, are raised after the commit: a 409 speaks of
        what is there for everybody.
        """
        loop = asyncio.get_running_loop()
        if not self._waiting:
            self._connection.execute("BEGIN IMMEDIATE")
            loop.call_soon(self._commit)
        committed: asyncio.Future[None] = loop.create_future()
        self._waiting.append(committed)
        try:
            return work(self._connection)
        finally:
            await committed

    def write_now(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """A transaction of its own, for what is rare: it does not wait for the loop's turn."""
        self._commit()
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            work(self._connection)
            self._connection.execute("UPDATE counters SET value = ?", (self._lsn,))
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")
        self.committed_lsn = self._lsn

    def close(self) -> None:
        """Commits what is open and closes the file."""
        self._commit()
        self._connection.execute("PRAGMA optimize")
        self._connection.close()

    def _commit(self) -> None:
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        failure: sqlite3.Error | None = None
        try:
            self._connection.execute("UPDATE counters SET value = ?", (self._lsn,))
            self._connection.execute("COMMIT")
            self.committed_lsn = self._lsn
        except sqlite3.Error as error:
            self._connection.rollback()
            failure = error
        for future in waiting:
            if future.done():
                continue
            if failure is None:
                future.set_result(None)
            else:
                future.set_exception(failure)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=10)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA cache_size=-32768")
    return connection
