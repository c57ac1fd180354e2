"""Messages that are due later: one heap, one timer of the event loop."""

import asyncio
import heapq
from collections.abc import Callable

from emulator.host.durable.clock import SECOND, Clock
from emulator.host.durable.records import Message


class Alarms:
    """Calls `ring` with each message when its time has come."""

    def __init__(self, clock: Clock, ring: Callable[[Message], None]) -> None:
        self._clock = clock
        self._ring = ring
        self._heap: list[tuple[int, int, Message]] = []
        self._handle: asyncio.TimerHandle | None = None

    def set(self, message: Message) -> None:
        """Keep a message until it is due."""
        heapq.heappush(self._heap, (message.due, message.seq, message))
        if self._heap[0][2] is message:
            self._wait()

    def stop(self) -> None:
        """Ring no more."""
        if self._handle is not None:
            self._handle.cancel()
        self._heap.clear()

    def _wait(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        if self._heap:
            # A day at most: the wall clock may be set meanwhile.
            delay = min(max(0, self._heap[0][0] - self._clock.now()) / SECOND, 86_400)
            self._handle = asyncio.get_running_loop().call_later(delay, self._due)

    def _due(self) -> None:
        now = self._clock.now()
        while self._heap and self._heap[0][0] <= now:
            self._ring(heapq.heappop(self._heap)[2])
        self._wait()
