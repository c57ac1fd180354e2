"""Everything durable, in one SQLite file (WAL) with one connection and group commits."""

import asyncio
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from emulator.host.durable.checkpoints import Checkpoints
from emulator.host.durable.history import Event, Kind
from emulator.host.durable.records import (
    Instance,
    InstanceFilter,
    Message,
    Status,
    Work,
    parent_of,
    parent_text,
)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS instances (
  id TEXT PRIMARY KEY, execution_id TEXT NOT NULL, name TEXT NOT NULL, version TEXT, input TEXT,
  status TEXT NOT NULL, custom_status TEXT, output TEXT, created INTEGER NOT NULL,
  updated INTEGER NOT NULL, generation INTEGER, parent TEXT, ledger TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS history (
  instance_id TEXT NOT NULL, position INTEGER NOT NULL, kind INTEGER NOT NULL, ref INTEGER NOT NULL,
  name TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (instance_id, position)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS inbox (
  seq INTEGER NOT NULL, instance_id TEXT NOT NULL, execution_id TEXT, due INTEGER NOT NULL,
  kind INTEGER NOT NULL, ref INTEGER NOT NULL, name TEXT NOT NULL, text TEXT NOT NULL,
  PRIMARY KEY (instance_id, seq)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS work (
  instance_id TEXT NOT NULL, execution_id TEXT NOT NULL, task_id INTEGER NOT NULL,
  kind TEXT NOT NULL, name TEXT NOT NULL, input TEXT,
  PRIMARY KEY (instance_id, execution_id, task_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entities (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, key TEXT NOT NULL, present INTEGER NOT NULL, state TEXT,
  created INTEGER NOT NULL, touched INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS operations (
  seq INTEGER PRIMARY KEY, entity TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, input TEXT,
  caller TEXT, caller_execution TEXT, call INTEGER NOT NULL, requested INTEGER NOT NULL
);
"""

type Value = str | int | None


class Store:
    """Writes go into one open transaction that is committed once per turn of the event loop.

    Reads see what was written. Nobody may act on a write (start an activity, answer a client)
    before `committed()` has returned.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, cached_statements=128)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(_SCHEMA)
        self._checkpoints = Checkpoints(path, self._db)
        self._waiting: list[asyncio.Future[None]] | None = None
        self._seq = max(self._last_seq("inbox"), self._last_seq("operations"))

    def _last_seq(self, table: str) -> int:
        row = self._db.execute(f"SELECT coalesce(max(seq), 0) FROM {table}").fetchone()  # noqa: S608 - two fixed names
        return int(row[0])

    def next_seq(self) -> int:
        """A number larger than that of any message so far."""
        self._seq += 1
        return self._seq

    def write(self, sql: str, *values: Value) -> int:
        """Run one statement in the current group; answers how many rows it changed."""
        self._begin()
        return self._db.execute(sql, values).rowcount

    def write_many(self, sql: str, rows: Sequence[tuple[Value, ...]]) -> None:
        """Run one statement for each row in the current group."""
        if rows:
            self._begin()
            self._db.executemany(sql, rows)

    def read(self, sql: str, *values: Value) -> Iterator[tuple[Value, ...]]:
        """Rows of a query."""
        return self._db.execute(sql, values)

    def _begin(self) -> None:
        if self._waiting is None:
            self._db.execute("BEGIN")
            self._waiting = []
            asyncio.get_running_loop().call_soon(self._commit)

    def _commit(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is None:
            return
        try:
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            self._db.execute("ROLLBACK")
            for one in waiting:
                if not one.done():
                    one.set_exception(error)
        else:
            for one in waiting:
                if not one.done():
                    one.set_result(None)
            self._checkpoints.count_commit()

    async def committed(self) -> None:
        """Wait until everything written so far is on disk. Raises sqlite3.Error."""
        if self._waiting is not None:
            written = asyncio.get_running_loop().create_future()
            self._waiting.append(written)
            await written

    def close(self) -> None:
        """Commit what is open and close the file."""
        self._commit()
        self._checkpoints.close()
        self._db.close()

    # Instances

    def instance(self, instance_id: str) -> Instance | None:
        """One instance, or None."""
        rows = self.read("SELECT * FROM instances WHERE id = ?", instance_id)
        return next((_instance(row) for row in rows), None)

    def put_instance(self, row: Instance) -> None:
        """Insert an instance or replace it."""
        self.write(
            "INSERT OR REPLACE INTO instances VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
            row.id,
            row.execution_id,
            row.name,
            row.version,
            row.input,
            row.status.value,
            row.custom_status,
            row.output,
            row.created,
            row.updated,
            row.generation,
            parent_text(row.parent),
            row.ledger,
        )

    def update_instance(self, row: Instance) -> None:
        """Store what changes from episode to episode."""
        self.write(
            "UPDATE instances SET status=?, custom_status=?, output=?, updated=?, ledger=?"
            " WHERE id=?",
            row.status.value,
            row.custom_status,
            row.output,
            row.updated,
            row.ledger,
            row.id,
        )

    def find(self, wanted: InstanceFilter) -> list[Instance]:
        """The instances that match, by id."""
        where, values = _conditions(wanted)
        sql = f"SELECT * FROM instances WHERE {where} ORDER BY id LIMIT ?"  # noqa: S608 - fixed parts
        limit = -1 if wanted.limit is None else wanted.limit
        return [_instance(row) for row in self.read(sql, *values, limit)]

    def latest(self, statuses: Sequence[Status], name: str, limit: int) -> list[Instance]:
        """The youngest instances first; with any status if none is given; name holds `name`."""
        wanted = ",".join("?" * len(statuses))
        condition = f"status IN ({wanted})" if statuses else "1"
        sql = (
            f"SELECT * FROM instances WHERE {condition} AND instr(lower(name), lower(?)) "  # noqa: S608 - placeholders only
            "ORDER BY created DESC LIMIT ?"
        )
        return [_instance(row) for row in self.read(sql, *statuses, name, limit)]

    def purge(self, instance_id: str) -> bool:
        """Delete an instance and all that belongs to it; False if there was none."""
        self.forget_pending(instance_id)
        self.write("DELETE FROM history WHERE instance_id = ?", instance_id)
        return self.write("DELETE FROM instances WHERE id = ?", instance_id) > 0

    def forget_pending(self, instance_id: str) -> None:
        """Delete an instance's messages, timers and work."""
        self.write("DELETE FROM inbox WHERE instance_id = ?", instance_id)
        self.write("DELETE FROM work WHERE instance_id = ?", instance_id)

    def forget_execution(self, instance_id: str, execution_id: str) -> None:
        """Delete the history and what still belongs to an execution (continue_as_new)."""
        self.write("DELETE FROM history WHERE instance_id = ?", instance_id)
        for table in ("inbox", "work"):
            self.write(
                f"DELETE FROM {table} WHERE instance_id = ? AND execution_id = ?",  # noqa: S608 - two fixed names
                instance_id,
                execution_id,
            )

    # History

    def history(self, instance_id: str) -> list[Event]:
        """The committed events of the current execution."""
        rows = self.read(
            "SELECT kind, text, ref, name FROM history WHERE instance_id = ? ORDER BY position",
            instance_id,
        )
        return [_event(*row) for row in rows]

    def replace_history(self, instance_id: str, events: Sequence[Event]) -> None:
        """Keep only these events (rewind)."""
        self.write("DELETE FROM history WHERE instance_id = ?", instance_id)
        self.append_history(instance_id, 0, events)

    def append_history(self, instance_id: str, start: int, events: Sequence[Event]) -> None:
        """Add events from position `start` on."""
        self.write_many(
            "INSERT INTO history VALUES (?,?,?,?,?,?)",
            [
                (instance_id, start + offset, event.kind.value, event.ref, event.name, event.text)
                for offset, event in enumerate(events)
            ],
        )

    # Messages

    def post(self, message: Message) -> None:
        """Store a message."""
        event = message.event
        self.write(
            "INSERT INTO inbox VALUES (?,?,?,?,?,?,?,?)",
            message.seq,
            message.instance_id,
            message.execution_id,
            message.due,
            event.kind.value,
            event.ref,
            event.name,
            event.text,
        )

    def take(self, messages: Sequence[Message]) -> None:
        """Delete messages that were dealt with."""
        for message in messages:
            self.write(
                "DELETE FROM inbox WHERE instance_id = ? AND seq = ?",
                message.instance_id,
                message.seq,
            )

    def messages(self) -> list[Message]:
        """All stored messages in the order of their coming."""
        rows = self.read(
            "SELECT kind, text, ref, name, seq, instance_id, execution_id, due FROM inbox"
            " ORDER BY seq"
        )
        return [_message(row) for row in rows]

    def first_events(self, instance_id: str) -> list[Event]:
        """The start of an execution that has no history yet."""
        rows = self.read(
            "SELECT kind, text, ref, name FROM inbox WHERE instance_id = ? AND kind = ?",
            instance_id,
            Kind.EXECUTION_STARTED.value,
        )
        return [_event(*row) for row in rows]

    def has_message(self, message: Message) -> bool:
        """Whether a message still waits."""
        rows = self.read(
            "SELECT 1 FROM inbox WHERE instance_id = ? AND seq = ?",
            message.instance_id,
            message.seq,
        )
        return next(iter(rows), None) is not None

    # Work

    def add_work(self, work: Work) -> None:
        """Store an activity to run."""
        self.write(
            "INSERT OR REPLACE INTO work VALUES (?,?,?,?,?,?)",
            work.instance_id,
            work.execution_id,
            work.task_id,
            work.kind,
            work.name,
            work.input,
        )

    def finish_work(self, work: Work) -> bool:
        """Delete an activity that has run; False if nobody waits for it any more."""
        return (
            self.write(
                "DELETE FROM work WHERE instance_id=? AND execution_id=? AND task_id=?",
                work.instance_id,
                work.execution_id,
                work.task_id,
            )
            > 0
        )

    def work(self) -> list[Work]:
        """All activities without an answer."""
        rows = self.read("SELECT * FROM work ORDER BY instance_id, task_id")
        return [_work(row) for row in rows]


def _conditions(wanted: InstanceFilter) -> tuple[str, list[Value]]:
    parts: list[str] = ["1"]
    values: list[Value] = []
    if wanted.prefix is not None:
        parts.append("substr(id, 1, ?) = ?")
        values += [len(wanted.prefix), wanted.prefix]
    if wanted.statuses is not None:
        parts.append(f"status IN ({','.join('?' * len(wanted.statuses))})")
        values += sorted(wanted.statuses)
    if wanted.created_from is not None:
        parts.append("created >= ?")
        values.append(wanted.created_from)
    if wanted.created_to is not None:
        parts.append("created <= ?")
        values.append(wanted.created_to)
    if wanted.after is not None:
        parts.append("id >= ?")
        values.append(wanted.after)
    return " AND ".join(parts), values


def _text(value: Value) -> str:
    return str(value)


def _maybe(value: Value) -> str | None:
    return None if value is None else str(value)


def _number(value: Value) -> int:
    return int(value or 0)


def _instance(row: tuple[Value, ...]) -> Instance:
    return Instance(
        id=_text(row[0]),
        execution_id=_text(row[1]),
        name=_text(row[2]),
        version=_maybe(row[3]),
        input=_maybe(row[4]),
        status=Status(_text(row[5])),
        custom_status=_maybe(row[6]),
        output=_maybe(row[7]),
        created=_number(row[8]),
        updated=_number(row[9]),
        generation=None if row[10] is None else _number(row[10]),
        parent=parent_of(_maybe(row[11])),
        ledger=_text(row[12]),
    )


def _event(kind: Value, text: Value, ref: Value, name: Value) -> Event:
    return Event(Kind(_number(kind)), _text(text), _number(ref), _text(name))


def _message(row: tuple[Value, ...]) -> Message:
    return Message(
        seq=_number(row[4]),
        instance_id=_text(row[5]),
        execution_id=_maybe(row[6]),
        due=_number(row[7]),
        event=_event(*row[:4]),
    )


def _work(row: tuple[Value, ...]) -> Work:
    return Work(
        instance_id=_text(row[0]),
        execution_id=_text(row[1]),
        task_id=_number(row[2]),
        kind="http" if row[3] == "http" else "activity",
        name=_text(row[4]),
        input=_maybe(row[5]),
    )
