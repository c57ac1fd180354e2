"""Reading a run's event log as it grows."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from shared.contracts.events import ApprovalEvent, RunEvent, StateEvent, is_terminal
from shared.contracts.runs import RunState
from shared.ports import LogItem, LogItems

HEARTBEAT_SECONDS = 15.0
SOON_MS = 9.0
SOON_GROWTH = 0.1
"""First look when text is about to come, and after an entry that was due."""
IDLE_MS = 40.0
IDLE_GROWTH = 0.4
"""First look when nobody said when the next entry comes."""
SLOWEST_MS = 90.0
THINKING_MS = 110.0
"""What follows a message is what the model thinks of it: no text, and none before FIRST_WORD_MS."""
PLANNING_MS = 250.0
"""A plan takes a model call, and what follows it is not text: nobody waits for these ms."""
FIRST_WORD_MS = 80.0
"""No model says its first word sooner after it was asked, so nobody looks for that."""
LEAD_MS = 4.0
BUSY_LOOK_MS = 15.0
BUSY_FACTOR = 6.0
"""A look that takes so long says that the machine or the store is busy: the next one then waits a
multiple of that, or looking would make it worse."""
RESTING_AFTER_MS = 5_000.0
RESTING_MS = 400.0
"""A run that has been silent for so long is waiting for something slow."""
LONG_AFTER_MS = 60_000.0
LONGEST_REST_MS = 2_000.0
"""For something that takes a minute, or for a person: hundreds may wait so, for hours, and nobody
sees that what was decided shows 2 s later."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """An event and its number in the run's log."""

    number: int
    event: RunEvent


class Pace:
    """How long to wait before looking again; every look costs one request unit. Times are in ms.

    Waits grow with the time since the last entry, so a look is late by a fraction of what was
    waited for anyway. An entry that says when the next one is due is believed, and counted from
    when this one was due, not from when it was found, or the reader would fall behind a little
    with each. Where looking itself takes long, because the machine or the store is busy, it is
    done less often.
    """

    def __init__(self, now: float) -> None:
        self._since = self._last_miss = now
        self._due: float | None = None
        self._missed = True
        self._busy = False
        self._for_a_person = False
        self._shortest = IDLE_MS
        self._growth = IDLE_GROWTH
        self._slowest = SLOWEST_MS

    def after_entry(self, item: LogItem, now: float) -> float:
        """The look found an entry. Found at the first look, more may be there already."""
        caught_up = self._missed
        # Who finds an entry at the first look does not know how long it was there: come earlier,
        # until a look comes too early, or the delay of one look would stay for the whole answer.
        lead = 0.0 if self._busy else LEAD_MS
        base = now if caught_up or self._due is None else self._due - lead
        self._busy = False
        self._due = base + item.next_ms if item.next_ms else None
        if _state(item) == "STREAMING_RESPONSE":
            # At the look that found nothing it was not there yet.
            self._due = self._last_miss + FIRST_WORD_MS
        self._since = now if self._due is None else max(self._due, now)
        self._missed = False
        soon = item.next_ms is not None
        self._shortest, self._growth = (SOON_MS, SOON_GROWTH) if soon else (IDLE_MS, IDLE_GROWTH)
        self._slowest = SLOWEST_MS
        self._for_a_person = isinstance(item.events[-1], ApprovalEvent)
        match _state(item):
            case "RECEIVED":
                self._shortest, self._slowest = THINKING_MS, THINKING_MS
            case "RETRIEVED_CONTEXT":
                self._shortest, self._slowest = PLANNING_MS, PLANNING_MS
            case _:
                pass
        if self._due is not None:
            return max(self._due - now, 0.0)
        return self._shortest if caught_up else 0.0

    def after_miss(self, now: float, look: float) -> float:
        """The look found nothing; `look` is how long it took."""
        self._missed, self._last_miss = True, now
        self._busy = look > BUSY_LOOK_MS
        elapsed = now - self._since
        if elapsed > (RESTING_AFTER_MS if self._for_a_person else LONG_AFTER_MS):
            return LONGEST_REST_MS
        if self._for_a_person or elapsed > RESTING_AFTER_MS:
            return RESTING_MS
        patience = min(max(self._shortest, self._growth * elapsed), self._slowest)
        return max(patience, BUSY_FACTOR * look) if self._busy else patience


def _state(item: LogItem) -> RunState | None:
    """That which the entry ends with; the model has not been asked for what comes in it."""
    last = item.events[-1]
    return last.state if isinstance(last, StateEvent) else None


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
    pace = Pace(heard * 1000)
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
            # Not behind the heartbeat, which somebody's connection may depend on.
            until_heard = max(heard + heartbeat - clock(), SOON_MS / 1000)
            await items.changed(run_id, min(wait / 1000, until_heard))


def _behind(item: LogItem, after: int) -> tuple[Numbered, ...]:
    numbered = (Numbered(item.first + i, event) for i, event in enumerate(item.events))
    return tuple(entry for entry in numbered if entry.number > after)
