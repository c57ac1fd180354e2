"""How many HTTP requests run and wait at once: the limits of host.json's `extensions.http`.

Source: "host.json settings" of the HTTP trigger's documentation; too many are answered 429.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from emulator.host.settings import HttpLimits


class TooBusy(Exception):  # noqa: N818 - a state of the world, not a mistake
    """As many requests as are allowed are running or waiting already."""


class Throttle:
    """Lets requests in."""

    def __init__(self, limits: HttpLimits) -> None:
        self._outstanding = limits.outstanding
        concurrent = limits.concurrent
        self._turn = None if concurrent is None else asyncio.Semaphore(concurrent)
        self._inside = 0

    @asynccontextmanager
    async def admitted(self) -> AsyncIterator[None]:
        """Wait for the turn and run; raises TooBusy when there is no room to wait in."""
        if self._outstanding is not None and self._inside >= self._outstanding:
            raise TooBusy
        self._inside += 1
        try:
            if self._turn is None:
                yield
            else:
                async with self._turn:
                    yield
        finally:
            self._inside -= 1
