"""Removes items whose time to live has passed; they are invisible from that moment on anyway."""

import asyncio
import sqlite3
from collections.abc import Callable

from .storage import Storage

PAUSE_SECONDS = 5.0
AT_ONCE = 500
"""Few enough that nobody waits long for the removal."""


async def remove_expired_for_ever(storage: Storage, clock: Callable[[], float]) -> None:
    """Until cancelled."""
    while True:
        removed = await remove_expired(storage, clock())
        if removed < AT_ONCE:
            await asyncio.sleep(PAUSE_SECONDS)


async def remove_expired(storage: Storage, now: float) -> int:
    """How many rows went."""
    sought = "SELECT seq FROM items WHERE expires <= ? LIMIT ?"
    if storage.reader.execute(sought, (now, 1)).fetchone() is None:
        return 0

    def remove(db: sqlite3.Connection) -> int:
        statement = f"DELETE FROM items WHERE seq IN ({sought})"  # noqa: S608 (a constant)
        return db.execute(statement, (now, AT_ONCE)).rowcount

    return await storage.write(remove)
