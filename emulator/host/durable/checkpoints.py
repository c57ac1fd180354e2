"""Moves what was committed from the write-ahead log into the database, beside the event loop.

SQLite would do it within a commit now and then, and wait for the disk: all orchestrations would
wait with it. What is committed is safe in the log already.
"""

import contextlib
import sqlite3
import threading
from pathlib import Path


class Checkpoints:
    """A thread that wakes up after every `every` commits of `db`, the only connection that writes.

    The log is a file that grows up to about `longest_log` pages of 4 kB.
    """

    def __init__(
        self, path: Path, db: sqlite3.Connection, *, every: int = 500, longest_log: int = 16_384
    ) -> None:
        self._db = db
        self._every = every
        self._longest_log = longest_log
        self._db.execute("PRAGMA wal_autocheckpoint=0")
        self._path = path
        self._commits = 0
        self._log_is_long = False
        self._due = threading.Event()
        self._closing = False
        self._thread: threading.Thread | None = None

    def count_commit(self) -> None:
        """To be called after each commit."""
        self._commits += 1
        if self._commits < self._every:
            return
        self._commits = 0
        if self._log_is_long:
            self._log_is_long = False
            self._begin_log_anew()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="checkpoints", daemon=True)
            self._thread.start()
        self._due.set()

    def close(self) -> None:
        """End the thread; closing the database moves the rest."""
        self._closing = True
        self._due.set()
        if self._thread is not None:
            self._thread.join()

    def _begin_log_anew(self) -> None:
        # Little is left to move, for the thread has just done it; but only a moment in which
        # nothing is left lets the log begin again, and under load there is none by itself.
        with contextlib.suppress(sqlite3.OperationalError):  # busy: the thread is at it
            self._db.execute("PRAGMA wal_checkpoint(RESTART)")

    def _run(self) -> None:
        db = sqlite3.connect(self._path, isolation_level=None)
        with contextlib.closing(db):
            while self._due.wait() and not self._closing:
                self._due.clear()
                _busy, pages, _moved = db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
                self._log_is_long = pages > self._longest_log
