"""Reading a run's event log as it grows."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from shared.contracts.events import RunEvent, is_terminal
from shared.ports import LogItem, LogItems

HEARTBEAT_SECONDS = 15.0
SOON_MS = 8.0
"""First look when text is about to come, and after an entry that is due."""
IDLE_MS = 40.0
"""First look when nobody said when the next entry comes."""
SLOWEST_MS = 90.0
BUSY_FACTOR = 4.0
"""Looking takes at most a fifth of a reader's time, except right when an entry is due."""
RESTING_AFTER_MS = 5_000.0
RESTING_MS = 400.0
"""A run that has been silent for so long is waiting for something slow."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """An event and its number in the run's log."""

    number: int
    event: RunEvent


class Pace:
    """How long to wait before looking again; every look costs one request unit.

    Waits grow with the time since the last entry, so a look is late by a fraction of what was
    waited for anyway. An entry that says when the next one is due is believed. Where looking
    itself takes long, because the machine or the store is busy, it is done less often.
    """

    def __init__(self, item: LogItem | None) -> None:
        self._due = float(item.next_ms) if item and item.next_ms else 0.0
        self._shortest = IDLE_MS if item is None or item.next_ms is None else SOON_MS

    def wait_ms(self, elapsed_ms: float, look_ms: float) -> float:
        """`elapsed_ms` since the entry was seen; `look_ms` is what the last look took."""
        if elapsed_ms < self._due:
            return max(self._due - elapsed_ms, 1.0)
        if elapsed_ms > RESTING_AFTER_MS:
            return RESTING_MS
        patience = min(max(self._shortest, 0.2 * (elapsed_ms - self._due)), SLOWEST_MS)
        return max(patience, BUSY_FACTOR * look_ms)


async def tail(
    items: LogItems, run_id: str, after: int, heartbeat: float = HEARTBEAT_SECONDS
) -> AsyncGenerator[tuple[Numbered, ...]]:
    """Yield the events behind `after` as they are stored, until the run's terminal event.

    An empty tuple is yielded when nothing came for `heartbeat` seconds. Raises StoreError.
    """
    position = after
    latest: LogItem | None = None
    if after > 0:
        for latest in await items.all(run_id):
            if fresh := _behind(latest, position):
                yield fresh
            if is_terminal(latest.events[-1]):
                return
        # A number that was never given out can only be a mistake: go on behind what there is.
        position = latest.last if latest else 0
    loop = asyncio.get_running_loop()
    pace, seen, heard = Pace(latest), loop.time(), loop.time()
    while True:
        looked = loop.time()
        if (item := await items.get(run_id, position + 1)) is not None:
            yield _behind(item, position)
            if is_terminal(item.events[-1]):
                return
            position, pace = item.last, Pace(item)
            seen = heard = loop.time()
            continue
        now = loop.time()
        if now - heard >= heartbeat:
            heard = now
            yield ()
        wait = pace.wait_ms((now - seen) * 1000, (now - looked) * 1000) / 1000
        await items.changed(run_id, min(wait, heartbeat))


def _behind(item: LogItem, after: int) -> tuple[Numbered, ...]:
    numbered = (Numbered(item.first + i, event) for i, event in enumerate(item.events))
    return tuple(entry for entry in numbered if entry.number > after)
