"""When a reader looks into a run's log again; each look costs a request unit. Times are in ms."""

from collections import defaultdict, deque

from shared.contracts.events import RunEvent, StateEvent, ToolEvent
from shared.ports import LogItem

SOON_MS = 8.0
SOON_GROWTH = 0.1
"""First look when text is about to come, and after an entry that was due."""
IDLE_MS = 40.0
IDLE_GROWTH = 0.4
"""First look when nobody said when the next entry comes."""
SLOWEST_MS = 90.0
SLOWEST_PLANNING_MS = 250.0
"""A plan takes a model call, and what follows it is not text: nobody waits for these ms."""
LEAD_MS = 8.0
BUSY_LOOK_MS = 15.0
BUSY_FACTOR = 6.0
"""A look that takes so long says that the machine or the store is busy: the next one then waits a
multiple of that, or looking would make it worse."""
RESTING_AFTER_MS = 5_000.0
RESTING_MS = 400.0
"""A run that has been silent for so long is waiting for something slow."""
REMEMBERED_GAPS = 8
FEWEST_GAPS = 4
EARLY = 0.9
"""The first look comes before the second shortest gap of late: the shortest may have been luck."""
SURPRISED = 0.5
"""What is found at a look that was to come too early has been quicker than ever: nobody knows by
how much."""


class Rhythm:
    """How long it was, in the runs that this process has read of late, from one kind of entry to
    the next. Looking before that is in vain: models take their time, and so do plans."""

    def __init__(self) -> None:
        self._gaps: defaultdict[str, deque[float]] = defaultdict(
            lambda: deque(maxlen=REMEMBERED_GAPS)
        )

    def learn(self, kind: str, gap: float) -> None:
        self._gaps[kind].append(gap)

    def soonest(self, kind: str) -> float:
        """How long behind an entry of this kind nothing is to be expected; 0 if unknown.

        Bounded by what a reader may be late: the next run may be quicker than all before it.
        """
        gaps = self._gaps[kind]
        return min(EARLY * sorted(gaps)[1], RESTING_MS) if len(gaps) >= FEWEST_GAPS else 0.0


class Pace:
    """How long to wait before looking again.

    An entry that says when the next one is due is believed, and counted from when this one was
    due, not from when it was found, or the reader would fall behind a little with each. After
    another one the next is expected when it came in other runs. Behind what was expected waits
    grow with the time since the last entry, so a look is late by a fraction of what was waited for
    anyway. Where looking itself takes long, because the machine or the store is busy, it is done
    less often.
    """

    def __init__(self, now: float, rhythm: Rhythm) -> None:
        self._rhythm = rhythm
        self._kind: str | None = None
        self._looked = self._not_before = now
        self._since = now
        self._due: float | None = None
        self._missed = True
        self._busy = False
        self._shortest = IDLE_MS
        self._growth = IDLE_GROWTH
        self._slowest = SLOWEST_MS

    def after_entry(self, item: LogItem, now: float) -> float:
        """The look found an entry. Found at the first look, more may be there already."""
        self._learn(now)
        self._kind = None if item.next_ms else _kind(item.events[-1])
        # It was written some time after the look before this one.
        self._not_before, self._looked = self._looked, now
        caught_up = self._missed
        # Who finds an entry at the first look does not know how long it was there: come earlier,
        # until a look comes too early, or the delay of one look would stay for the whole answer.
        lead = 0.0 if self._busy else LEAD_MS
        base = now if caught_up or self._due is None else self._due - lead
        self._busy = False
        self._due = base + item.next_ms if item.next_ms else None
        self._since = now if self._due is None else max(self._due, now)
        self._missed = False
        soon = item.next_ms is not None
        self._shortest, self._growth = (SOON_MS, SOON_GROWTH) if soon else (IDLE_MS, IDLE_GROWTH)
        self._slowest = SLOWEST_PLANNING_MS if _is_planning(item) else SLOWEST_MS
        if self._due is not None:
            return max(self._due - now, 0.0)
        if not caught_up:
            return 0.0
        expected = self._not_before + self._rhythm.soonest(self._kind) - now if self._kind else 0.0
        return max(expected, self._shortest)

    def after_miss(self, now: float, look: float) -> float:
        """The look found nothing; `look` is how long it took."""
        self._missed = True
        self._looked = now
        self._busy = look > BUSY_LOOK_MS
        elapsed = now - self._since
        if elapsed > RESTING_AFTER_MS:
            return RESTING_MS
        patience = min(max(self._shortest, self._growth * elapsed), self._slowest)
        return max(patience, BUSY_FACTOR * look) if self._busy else patience

    def _learn(self, now: float) -> None:
        if self._kind is not None:
            gap = now - self._not_before
            self._rhythm.learn(self._kind, gap if self._missed else gap * SURPRISED)


def _kind(event: RunEvent) -> str:
    """What an entry said last, as far as the time to the next one depends on it."""
    if isinstance(event, StateEvent):
        return event.state
    return f"tool {event.status}" if isinstance(event, ToolEvent) else event.type


def _is_planning(item: LogItem) -> bool:
    last = item.events[-1]
    return isinstance(last, StateEvent) and last.state == "RETRIEVED_CONTEXT"
