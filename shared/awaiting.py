"""Reading what another instance has just written: the replica asked may not have it yet."""

import asyncio
from collections.abc import Awaitable, Callable

from shared.errors import StoreError

LOOKS = 40
LOOK_SECONDS = 0.05


async def must_be_there[Value](read: Callable[[], Awaitable[Value | None]], what: str) -> Value:
    """Look until it is there, for two seconds at most. Raises StoreError, naming `what`."""
    for _ in range(LOOKS):
        if (value := await read()) is not None:
            return value
        await asyncio.sleep(LOOK_SECONDS)
    raise StoreError(f"{what} cannot be read")
