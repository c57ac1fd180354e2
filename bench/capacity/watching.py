"""What a stand's processes take of the CPU, by what they are for."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.host.running import cpu_of
from bench.processes import children
from bench.stand import BenchError, Stand
from emulator.cloud import HOST

HEALTH_LOOKS = 150
CLIENT, HTTP, STEPS = "client", "http", "steps"
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Watch:
    """Process ids by role: `http` and `steps` are the app's two workers, `client` the bench."""

    pids: Mapping[str, int]

    def taken(self) -> dict[str, float]:
        """Milliseconds of CPU so far, by role."""
        return {role: cpu_of(pid) for role, pid in self.pids.items()}


async def watch(stand: Stand) -> Watch:
    """Of two workers the one that serves HTTP is the one that gets busy when it is asked."""
    running = stand.cloud.children
    workers = children(running[HOST].process.pid)
    if len(workers) != 2:
        raise BenchError(f"{len(workers)} workers; which one runs the steps is known of two only")
    before = {pid: cpu_of(pid) for pid in workers}
    for _ in range(HEALTH_LOOKS):
        async with stand.session.get(f"{stand.app}/api/health") as answer:
            await answer.read()
    http = max(workers, key=lambda pid: cpu_of(pid) - before[pid])
    (steps,) = set(workers) - {http}
    services = {name: child.process.pid for name, child in running.items()}
    return Watch({CLIENT: os.getpid(), HTTP: http, STEPS: steps, **services})


def less(now: Mapping[str, float], before: Mapping[str, float], turns: int) -> dict[str, float]:
    """Milliseconds a turn that each role took between two looks."""
    return {role: round((now[role] - before[role]) / turns, 2) for role in now}


def busy_ms() -> float:
    """Milliseconds that all cores together have worked, whoever for (proc_stat(5))."""
    line = Path("/proc/stat").read_text("ascii").splitlines()[0]
    user, nice, system, _, _, irq, softirq = map(int, line.split()[1:8])
    return (user + nice + system + irq + softirq) / _TICKS * 1000
