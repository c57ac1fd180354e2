"""Memory of host and worker at rest: after some work, when nothing more happens."""

import asyncio

from bench.figures import Figure, Report, Target
from bench.host.effort import Effort
from bench.host.orchestrations import run_some
from bench.host.running import RunningHost
from bench.processes import memory_of, total

SECTION = "memory"
TARGET = Target("at most", 180)
_ORCHESTRATIONS = 5
_REST_SECONDS = 2.0


async def measure(host: RunningHost, _effort: Effort) -> Report:
    await run_some(host, _ORCHESTRATIONS)
    async with host.session.get(f"{host.url}/api/ping") as response:
        await response.read()
    await asyncio.sleep(_REST_SECONDS)
    parts = {"host": memory_of(host.pid), "worker": memory_of(host.worker)}
    whole = total(parts.values())
    figures = [
        Figure(SECTION, "host and worker, at rest: PSS", whole.pss, "MB", TARGET),
        Figure(SECTION, "host and worker, at rest: RSS", whole.rss, "MB"),
        Figure(SECTION, "the host's part: PSS", parts["host"].pss, "MB"),
    ]
    return Report(figures, {name: memory.to_json() for name, memory in parts.items()})
