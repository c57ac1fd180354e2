"""Looks at processes from outside."""

import asyncio
from pathlib import Path

SECONDS = 60.0


def lives(pid: object) -> bool:
    """False for a zombie as well: whoever reaps it is not our concern."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):  # the latter if it is reaped meanwhile
        return False


async def until_dead(pid: object) -> None:
    """Raises `TimeoutError` when the process does not end."""
    async with asyncio.timeout(SECONDS):
        while lives(pid):  # noqa: ASYNC110 (nobody tells us of the end of a stranger's child)
            await asyncio.sleep(0.01)
