"""The records that the tools read and add to, by partition; kept in SQLite."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

from emulator.services.configuration import as_object

type Record = dict[str, object]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS records (
    part TEXT, kind TEXT, id TEXT, body TEXT NOT NULL, PRIMARY KEY (part, kind, id)
);
CREATE TABLE IF NOT EXISTS answered (
    part TEXT, key TEXT, answer TEXT NOT NULL, PRIMARY KEY (part, key)
);
"""


class Records:
    """`part` keeps callers apart who must not see each other's records."""

    def __init__(self, file: Path, seed: Mapping[str, object]) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(file, isolation_level=None)
        self._db.executescript(_SCHEMA)
        for part, kinds in seed.items():
            for kind, records in as_object(kinds, f'"records.{part}"').items():
                self._seed(part, kind, records)

    def close(self) -> None:
        self._db.close()

    def get(self, part: str, kind: str, record_id: str) -> Record | None:
        sql = "SELECT body FROM records WHERE part = ? AND kind = ? AND id = ?"
        row = self._db.execute(sql, (part, kind, record_id)).fetchone()
        return None if row is None else json.loads(row[0])

    def all(self, part: str, kind: str) -> Sequence[Record]:
        sql = "SELECT body FROM records WHERE part = ? AND kind = ? ORDER BY id"
        return [json.loads(row[0]) for row in self._db.execute(sql, (part, kind))]

    def put(self, part: str, kind: str, record: Record) -> None:
        values = (part, kind, str(record["id"]), json.dumps(record, ensure_ascii=False))
        self._db.execute("INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?)", values)

    def answered(self, part: str, key: str) -> Record | None:
        """What a call with this key was answered, if there was one."""
        sql = "SELECT answer FROM answered WHERE part = ? AND key = ?"
        row = self._db.execute(sql, (part, key)).fetchone()
        return None if row is None else json.loads(row[0])

    def remember(self, part: str, key: str, answer: Record) -> None:
        self._db.execute("INSERT INTO answered VALUES (?, ?, ?)", (part, key, json.dumps(answer)))

    def _seed(self, part: str, kind: str, records: object) -> None:
        assert isinstance(records, list), f'"records.{part}.{kind}" is no list'
        for record in records:
            if self.get(part, kind, str(record["id"])) is None:
                self.put(part, kind, record)
