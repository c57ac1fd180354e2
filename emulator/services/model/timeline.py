"""When requests came and when their tokens went out, for whoever measures what stands before."""

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from .pacing import Pace

_KEPT = 4096


@dataclass(frozen=True, slots=True)
class Served:
    """One answered chat request. Times are milliseconds since 1970 that never run backwards."""

    id: str
    streamed: bool
    tokens: int
    pace: Pace
    arrival: float
    first_token: float
    last_token: float

    def to_json(self) -> dict[str, object]:
        return {
            "id": self.id,
            "streamed": self.streamed,
            "tokens": self.tokens,
            "pace": self.pace.to_json(),
            "arrivalMs": round(self.arrival, 3),
            "firstTokenMs": round(self.first_token, 3),
            "lastTokenMs": round(self.last_token, 3),
        }


@dataclass(frozen=True, slots=True)
class Embedded:
    """One answered embeddings request, timed likewise."""

    texts: int
    arrival: float
    end: float

    def to_json(self) -> dict[str, object]:
        return {
            "texts": self.texts,
            "arrivalMs": round(self.arrival, 3),
            "endMs": round(self.end, 3),
        }


@dataclass(slots=True)
class Timeline:
    """The last few thousand answers, oldest first. Lives in memory only."""

    served: deque[Served] = field(default_factory=lambda: deque(maxlen=_KEPT))
    embedded: deque[Embedded] = field(default_factory=lambda: deque(maxlen=_KEPT))
    # The wall clock may be set back; the offset is taken once and the monotonic clock added.
    _offset: float = field(default_factory=lambda: time.time() - time.monotonic())

    def at(self, monotonic: float) -> float:
        """Epoch milliseconds of a reading of `time.monotonic()` (the event loop's clock)."""
        return (self._offset + monotonic) * 1000

    def add(self, served: Served) -> None:
        self.served.append(served)

    def last(self, count: int) -> dict[str, object]:
        """As JSON, so many of each kind."""
        return {
            "served": [one.to_json() for one in _last(self.served, count)],
            "embedded": [one.to_json() for one in _last(self.embedded, count)],
        }


def _last[Entry](entries: Sequence[Entry], count: int) -> Sequence[Entry]:
    return list(entries)[-count:] if count > 0 else []
