"""Runs checks side by side, each with its time, and tells how far they are."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from azure.core.exceptions import AzureError

from cli.deployment.findings import Finding, error
from cli.deployment.mending import why
from shared.errors import AppError

SECONDS = 45.0
"""Longer than an SDK's retries of a service that is busy, shorter than a person's patience."""


@dataclass(frozen=True, slots=True)
class Check:
    """`look` gives all that it finds. What it raises besides is a mistake of ours."""

    area: str
    look: Callable[[], Awaitable[Iterable[Finding]]]
    seconds: float = SECONDS


type Tell = Callable[[Check, int, int], None]
"""Which check is done, how many are, of how many."""


async def examine(checks: Sequence[Check], tell: Tell) -> list[Finding]:
    """Everything found, in the order of the checks, whichever is done first."""
    done = 0

    async def look(check: Check) -> list[Finding]:
        nonlocal done
        try:
            async with asyncio.timeout(check.seconds):
                found = list(await check.look())
        except TimeoutError:
            found = [error(check.area, f"no answer within {check.seconds:.0f} s", _tried(check))]
        except (AppError, AzureError) as failed:
            found = [error(check.area, f"it cannot be asked: {why(failed)}", _tried(check))]
        done += 1
        tell(check, done, len(checks))
        return found

    found = await asyncio.gather(*map(look, checks))
    return [each for some in found for each in some]


def _tried(check: Check) -> str:
    return f"all that belongs to {check.area}"


def show(check: Check, done: int, total: int) -> None:
    """A line that rewrites itself at a terminal; elsewhere nobody watches."""
    if sys.stderr.isatty():
        end = "" if done < total else "\r\033[K"
        said = f"\r\033[K{done} of {total} checks: {check.area}"
        print(said, end=end, file=sys.stderr, flush=True)
