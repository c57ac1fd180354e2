"""Reading a run's event log as it grows."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from shared.contracts.events import RunEvent, is_terminal
from shared.ports import LogItem, LogItems
from shared.streams.pacing import Pace, Rhythm

HEARTBEAT_SECONDS = 15.0

_rhythms: WeakKeyDictionary[LogItems, Rhythm] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Numbered:
    """An event and its number in the run's log."""

    number: int
    event: RunEvent


async def tail(
    items: LogItems,
    run_id: str,
    after: int,
    heartbeat: float = HEARTBEAT_SECONDS,
    *,
    begun: bool = True,
) -> AsyncGenerator[tuple[Numbered, ...]]:
    """Yield the events behind `after` as they are stored, until the run's terminal event.

    An empty tuple is yielded when nothing came for `heartbeat` seconds. Of a run that was begun
    before, what there is comes at once, read in one query. Raises StoreError.
    """
    latest: LogItem | None = None
    for latest in await items.all(run_id) if begun else ():
        if fresh := _behind(latest, after):
            yield fresh
        if is_terminal(latest.events[-1]):
            return
    # An `after` that was never given out can only be a mistake: go on behind what there is.
    async with aclosing(_live(items, run_id, latest, heartbeat)) as entries:
        async for entry in entries:
            yield entry


async def _live(
    items: LogItems, run_id: str, latest: LogItem | None, heartbeat: float
) -> AsyncGenerator[tuple[Numbered, ...]]:
    clock = asyncio.get_running_loop().time
    heard = clock()
    pace = Pace(heard * 1000, _rhythms.setdefault(items, Rhythm()))
    position = 0
    if latest is not None:
        position = latest.last
        await items.changed(run_id, pace.after_entry(latest, heard * 1000) / 1000)
    while True:
        looked = clock()
        item = await items.get(run_id, position + 1)
        now = clock()
        if item is not None:
            yield _behind(item, position)
            if is_terminal(item.events[-1]):
                return
            position, heard = item.last, now
            wait = pace.after_entry(item, now * 1000)
        else:
            if now - heard >= heartbeat:
                heard = now
                yield ()
            wait = pace.after_miss(now * 1000, (now - looked) * 1000)
        if wait > 0:
            await items.changed(run_id, min(wait / 1000, heartbeat))


def _behind(item: LogItem, after: int) -> tuple[Numbered, ...]:
    numbered = (Numbered(item.first + i, event) for i, event in enumerate(item.events))
    return tuple(entry for entry in numbered if entry.number > after)
