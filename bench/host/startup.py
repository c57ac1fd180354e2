"""From the command to the first answer of a function, in fresh processes."""

import time

from bench.figures import Figure, Report, Target, p50
from bench.host.effort import Effort
from bench.host.running import running_host
from bench.stand import BenchError

SECTION = "start-up"
TARGET = Target("at most", 1.5)


async def measure(effort: Effort) -> Report:
    starts = [await _start() for _ in range(effort.starts)]
    ready, answered = zip(*starts, strict=True)
    figures = [
        Figure(SECTION, "host and worker: READY", p50(ready), "s"),
        Figure(SECTION, "host and worker: first answer", p50(answered), "s", TARGET),
    ]
    return Report(figures, {"starts": starts})


async def _start() -> tuple[float, float]:
    async with running_host() as host:
        ready = time.monotonic() - host.began
        async with host.session.get(f"{host.url}/api/ping") as response:
            if await response.text() != "pong":
                raise BenchError(f"the bench's app answered {response.status}")
        return ready, time.monotonic() - host.began
