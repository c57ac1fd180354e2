"""Joining small pieces of text into entries worth a write."""

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType

FIRST_STEP_MS = 25
GROWTH = 2.8


class TextJoiner:
    """Writes the first piece at once and what follows in growing steps.

    Each write costs about 6 request units, however small, so an answer of 3 s must not take 300
    of them; the first words must not wait all the same. `write` gets the text and how many ms
    later the next write is due; `longest_ms` bounds a piece's wait.
    """

    def __init__(self, write: Callable[[str, int], Awaitable[None]], longest_ms: int) -> None:
        self._write = write
        self._longest_ms = longest_ms
        self._pieces: list[str] = []
        self._arrived = asyncio.Event()
        self._closing = False
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "TextJoiner":
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._task is not None
        if kind is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
            return
        self._closing = True
        self._arrived.set()
        await self._task

    def add(self, piece: str) -> None:
        """Take a piece of text. Raises what a write raised, so that the producer stops."""
        assert self._task is not None
        if self._task.done():
            self._task.result()
        self._pieces.append(piece)
        self._arrived.set()

    def rest(self) -> str:
        """What was not written yet, once closed: the caller's last entry carries it."""
        text = "".join(self._pieces)
        self._pieces.clear()
        return text

    async def _run(self) -> None:
        step_ms = min(FIRST_STEP_MS, self._longest_ms)
        loop = asyncio.get_running_loop()
        while True:
            await self._arrived.wait()
            if self._closing:
                return
            self._arrived.clear()
            started = loop.time()
            await self._write(self.rest(), step_ms)
            await self._pause(step_ms / 1000 - (loop.time() - started))
            step_ms = min(int(step_ms * GROWTH), self._longest_ms)

    async def _pause(self, seconds: float) -> None:
        """Wait until the next write is due, or the end of the answer."""
        try:
            async with asyncio.timeout(max(seconds, 0)):
                while not self._closing:
                    await self._arrived.wait()
                    if not self._closing:
                        self._arrived.clear()
        except TimeoutError:
            if self._pieces:
                self._arrived.set()
