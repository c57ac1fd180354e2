"""What is still to be delivered, and what never will be: kept in SQLite until it is settled."""

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from .schemas import Event

_SCHEMA = """
CREATE TABLE IF NOT EXISTS deliveries (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    subscription TEXT NOT NULL,
    event TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    due REAL NOT NULL,
    dead TEXT
);
CREATE TABLE IF NOT EXISTS validated (subscription TEXT PRIMARY KEY);
"""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one subscription (`<topic>/<name>`); `attempts` were made so far."""

    number: int
    subscription: str
    event: Event
    attempts: int


class Deliveries:
    """Times are Unix time, in seconds."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(file, isolation_level=None, timeout=10)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        self._db.close()

    def add(self, subscription: str, event: Event, due: float) -> None:
        self._db.execute(
            "INSERT INTO deliveries (subscription, event, due) VALUES (?, ?, ?)",
            (subscription, json.dumps(event, ensure_ascii=False), due),
        )

    def due(self, subscription: str, now: float, limit: int) -> list[Delivery]:
        rows = self._db.execute(
            "SELECT number, subscription, event, attempts FROM deliveries"
            " WHERE dead IS NULL AND subscription = ? AND due <= ? ORDER BY due LIMIT ?",
            (subscription, now, limit),
        )
        return [Delivery(row[0], row[1], json.loads(row[2]), row[3]) for row in rows]

    def next_due(self, subscription: str) -> float | None:
        row = self._db.execute(
            "SELECT min(due) FROM deliveries WHERE dead IS NULL AND subscription = ?",
            (subscription,),
        )
        due: float | None = row.fetchone()[0]
        return due

    def delivered(self, delivery: Delivery) -> None:
        self._db.execute("DELETE FROM deliveries WHERE number = ?", (delivery.number,))

    def postpone(self, delivery: Delivery, due: float) -> None:
        self._db.execute(
            "UPDATE deliveries SET attempts = attempts + 1, due = ? WHERE number = ?",
            (due, delivery.number),
        )

    def bury(self, delivery: Delivery, reason: str) -> None:
        self._db.execute(
            "UPDATE deliveries SET attempts = attempts + 1, dead = ? WHERE number = ?",
            (reason, delivery.number),
        )

    def pending(self) -> int:
        row = self._db.execute("SELECT count(*) FROM deliveries WHERE dead IS NULL")
        return int(row.fetchone()[0])

    def dead(self) -> list[dict[str, object]]:
        rows = self._db.execute(
            "SELECT subscription, event, attempts, dead FROM deliveries"
            " WHERE dead IS NOT NULL ORDER BY number"
        )
        return [
            {
                "subscription": row[0],
                "event": json.loads(row[1]),
                "attempts": row[2],
                "reason": row[3],
            }
            for row in rows
        ]

    def validate(self, subscription: str) -> None:
        self._db.execute("INSERT OR IGNORE INTO validated VALUES (?)", (subscription,))

    def is_validated(self, subscription: str) -> bool:
        row = self._db.execute("SELECT 1 FROM validated WHERE subscription = ?", (subscription,))
        return row.fetchone() is not None

    def forget(self, subscription: str) -> None:
        """The subscription is gone, and what was due to it."""
        self._db.execute("DELETE FROM validated WHERE subscription = ?", (subscription,))
        self._db.execute("DELETE FROM deliveries WHERE subscription = ?", (subscription,))
