"""How long it takes until something answers: imports, host and worker, the whole cloud; and how
much is deployed, which has to be there before."""

import asyncio
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from bench import package
from bench.effort import Effort
from bench.figures import Figure, Report, Target, p50
from bench.host.running import running_host
from bench.stand import INSTANT, BenchError, Stand
from bench.turn_kinds import SMALL_TALK

SECTION = "start-up"
IMPORT_TARGET = Target("at most", 1.0)
READY_TARGET = Target("at most", 10.0)


async def measure(stand: Stand, effort: Effort) -> Report:
    bare = [await _python_seconds("pass", {}) for _ in range(effort.imports)]
    whole = [
        await _python_seconds("import function_app", stand.cloud.environment)
        for _ in range(effort.imports)
    ]
    imported = median(whole) - median(bare)
    await stand.pace(INSTANT)
    starts = [await _host_seconds(stand) for _ in range(effort.starts)]
    ready, health, answer = (p50(column) for column in zip(*starts, strict=True))
    figures = [
        Figure(SECTION, "import function_app", imported, "s", IMPORT_TARGET),
        Figure(SECTION, "host and 1 worker: READY", ready, "s"),
        Figure(SECTION, "host and 1 worker: first answer (health)", health, "s"),
        Figure(SECTION, "host and 1 worker: first turn's end (small talk)", answer, "s"),
        Figure(SECTION, "all services, host, knowledge", stand.ready_seconds, "s", READY_TARGET),
        *package.figures(),
    ]
    return Report(figures, {"imports": whole, "bareInterpreter": bare, "starts": starts})


async def _python_seconds(program: str, environment: Mapping[str, str]) -> float:
    begin = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, env={**os.environ, **environment}
    )
    if await process.wait() != 0:
        raise BenchError(f"python -c {program!r} failed; the reason is above.")
    return time.monotonic() - begin


async def _host_seconds(stand: Stand) -> tuple[float, float, float]:
    """A host of its own on the stand's services: READY, an answer, the end of a first turn."""
    async with running_host(Path(), stand.cloud.environment) as host:
        ready = time.monotonic() - host.began
        async with stand.session.get(f"{host.url}/api/health") as response:
            await response.read()
        health = time.monotonic() - host.began
        other = stand.with_app(host.url)
        await other.turn(await other.conversation(), SMALL_TALK.message(1))
        return ready, health, time.monotonic() - host.began
