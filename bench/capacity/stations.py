"""What a turn waits for: servers, rates and places. Times are seconds, asked in their order."""

from collections import deque
from dataclasses import dataclass, field
from heapq import heapreplace


@dataclass(slots=True)
class Waits:
    """How long those that came had to wait, and how much they asked for."""

    count: int = 0
    seconds: float = 0.0
    amount: float = 0.0

    def note(self, waited: float, amount: float) -> None:
        self.count += 1
        self.seconds += waited
        self.amount += amount

    @property
    def mean(self) -> float:
        return self.seconds / self.count if self.count else 0.0


class Pool:
    """So many servers, first come, first served. An amount is seconds of one server."""

    def __init__(self, servers: int) -> None:
        self.waits = Waits()
        self._free_at = [0.0] * servers

    def admit(self, now: float, amount: float) -> float:
        """When it will be done."""
        start = max(now, self._free_at[0])
        heapreplace(self._free_at, start + amount)
        self.waits.note(start - now, amount)
        return start + amount


class Rate:
    """So many units a second, in turn; what was not used for `burst` seconds is still there.

    Who gets through goes on at once: a quota costs no time but that of waiting. The generic cell
    rate algorithm (ITU-T I.371), with a queue in place of a refusal.
    """

    def __init__(self, per_second: float, burst: float = 1.0) -> None:
        self.waits = Waits()
        self._per_second = per_second
        self._burst = burst
        self._due = 0.0

    def admit(self, now: float, amount: float) -> float:
        """When there is room for it."""
        start = max(now, self._due - self._burst)
        self._due = max(self._due, now) + amount / self._per_second
        self.waits.note(start - now, amount)
        return start


@dataclass(slots=True)
class Places:
    """So many may be inside at the same time; the others wait in their order."""

    count: int
    waits: Waits = field(default_factory=Waits)
    taken: int = 0
    most: int = 0
    waiting: deque[tuple[float, int]] = field(default_factory=deque)

    def enter(self, now: float, who: int) -> bool:
        """Whether there is a place; otherwise `who` is told of by a later `leave`."""
        if self.taken >= self.count:
            self.waiting.append((now, who))
            return False
        self._take(0.0)
        return True

    def leave(self, now: float) -> int | None:
        """Who has the place from now on, if somebody waits."""
        self.taken -= 1
        if not self.waiting:
            return None
        since, who = self.waiting.popleft()
        self._take(now - since)
        return who

    def _take(self, waited: float) -> None:
        self.taken += 1
        self.most = max(self.most, self.taken)
        self.waits.note(waited, 1.0)


type Station = Pool | Rate
