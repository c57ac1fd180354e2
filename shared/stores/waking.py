"""Waking readers in the process that wrote."""

import asyncio
from collections import defaultdict


class WakeUps[Key]:
    """Tells readers in this process that something was stored, which saves them the poll."""

    def __init__(self) -> None:
        self._waiting: defaultdict[Key, set[asyncio.Event]] = defaultdict(set)

    def notify(self, key: Key) -> None:
        for event in self._waiting.get(key, ()):
            event.set()

    async def wait(self, key: Key, within: float) -> None:
        event = asyncio.Event()
        self._waiting[key].add(event)
        try:
            async with asyncio.timeout(within):
                await event.wait()
        except TimeoutError:
            pass
        finally:
            self._waiting[key].discard(event)
            if not self._waiting[key]:
                del self._waiting[key]
