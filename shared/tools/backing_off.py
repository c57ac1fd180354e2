"""How long a call that failed waits before its next attempt."""

import asyncio
import random
from collections.abc import Callable

from shared.contracts.tools import ToolContract
from shared.errors import ErpError


async def back_off(
    contract: ToolContract,
    attempt: int,
    error: ErpError,
    chance: Callable[[], float] = random.random,
) -> None:
    """Wait before the next attempt: "full jitter" (Brooker, "Exponential backoff and jitter").

    At least as long as the ERP asked for, and never longer than a call may take.
    """
    declared = contract.retry.backoff_ms / 1000 * 2 ** (attempt - 1) * chance()
    await asyncio.sleep(min(max(declared, error.retry_after or 0), contract.timeout_ms / 1000))
