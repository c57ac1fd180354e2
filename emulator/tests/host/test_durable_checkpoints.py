"""The write-ahead log is emptied beside the event loop, and does not grow for ever."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from emulator.host.durable.checkpoints import Checkpoints
from emulator.tests.host.harness import eventually

PAGE = 4096


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "hub.db"


@pytest.fixture
def db(database: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(database, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("CREATE TABLE texts (text TEXT)")
        yield db


def write(db: sqlite3.Connection, checkpoints: Checkpoints, commits: int) -> None:
    for _ in range(commits):
        db.execute("INSERT INTO texts VALUES (?)", ("x" * PAGE,))
        checkpoints.count_commit()


def test_the_database_takes_in_the_log_after_so_many_commits(
    database: Path, db: sqlite3.Connection
) -> None:
    checkpoints = Checkpoints(database, db, every=20)
    write(db, checkpoints, 19)
    before = database.stat().st_size
    write(db, checkpoints, 1)
    eventually(lambda: database.stat().st_size >= before + 20 * PAGE)
    checkpoints.close()


def test_a_long_log_begins_anew_although_writing_never_stops(
    database: Path, db: sqlite3.Connection
) -> None:
    log = database.with_name("hub.db-wal")
    checkpoints = Checkpoints(database, db, every=5, longest_log=50)
    sizes: list[int] = []

    def stays_as_it_is() -> bool:
        write(db, checkpoints, 5)
        sizes.append(log.stat().st_size)
        return len(sizes) > 40 and sizes[-1] == sizes[-40]

    eventually(stays_as_it_is)
    checkpoints.close()


def test_another_connection_sees_every_commit(database: Path, db: sqlite3.Connection) -> None:
    checkpoints = Checkpoints(database, db, every=3, longest_log=10)
    write(db, checkpoints, 100)
    with closing(sqlite3.connect(database)) as other:
        assert other.execute("SELECT count(*) FROM texts").fetchone() == (100,)
    checkpoints.close()
