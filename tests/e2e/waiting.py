"""Waiting for a condition, never for a time."""

import asyncio
import time
from collections.abc import Awaitable, Callable

PATIENCE_SECONDS = 90.0
LOOK_AGAIN_SECONDS = 0.03


async def until[T](look: Callable[[], Awaitable[T]]) -> T:
    """What `look` finds, as soon as that is true; fails when that takes too long."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := await look()):
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
    return found
