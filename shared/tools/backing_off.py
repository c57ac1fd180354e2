"""Whether a call that failed is tried again, and how long it waits for that."""

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

    At least as long as the ERP asked for; what it declares is never longer than a call may take.
    """
    declared = contract.retry.backoff_ms / 1000 * 2 ** (attempt - 1) * chance()
    longest = contract.timeout_ms / 1000
    await asyncio.sleep(max(min(declared, longest), error.retry_after or 0))


def is_soon(contract: ToolContract, error: ErpError) -> bool:
    """Whether the ERP may be asked again after no longer than a call may take.

    If it asks for more than that, it is not asked again: sooner would be against its word, and an
    activity that waits costs as much as one that works.
    """
    return (error.retry_after or 0) <= contract.timeout_ms / 1000
