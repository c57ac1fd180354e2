"""A host of the bench's own, run as a program: its address, its processes, its CPU time."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp

from bench.processes import children
from bench.stand import BenchError

APP = Path(__file__).parent / "app"
_NANOSECONDS_PER_MILLISECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Cpu:
    """Milliseconds of CPU of a host and of its worker."""

    host: float
    worker: float

    def __sub__(self, other: "Cpu") -> "Cpu":
        return Cpu(self.host - other.host, self.worker - other.worker)


@dataclass(frozen=True, slots=True)
class RunningHost:
    """A host with one worker; `began` is when it was started, on the monotonic clock."""

    url: str
    pid: int
    session: aiohttp.ClientSession
    began: float

    @property
    def worker(self) -> int:
        """The worker's process id."""
        return children(self.pid)[0]

    def cpu(self) -> Cpu:
        """What host and worker have taken so far."""
        return Cpu(cpu_of(self.pid), cpu_of(self.worker))


def cpu_of(pid: int) -> float:
    """Milliseconds of CPU, user and system, that the threads of a process have taken."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(parse_schedstat((thread / "schedstat").read_text("ascii")) for thread in threads)


def parse_schedstat(text: str) -> float:
    """Milliseconds on the CPU, from /proc/PID/schedstat (Documentation/scheduler/sched-stats)."""
    return int(text.split()[0]) / _NANOSECONDS_PER_MILLISECOND


@asynccontextmanager
async def running_host(
    app: Path = APP, environment: Mapping[str, str] | None = None
) -> AsyncIterator[RunningHost]:
    """Starts a host on free ports with its data in a temporary folder; ready when entered.

    `environment` is added to this program's own.
    """
    with TemporaryDirectory(prefix="eira-bench-host-") as folder:
        began = time.monotonic()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "emulator.host", "--app", str(app)),
            *("--port", "0", "--rpc-port", "0", "--data", folder, "--no-watch"),
            env={**os.environ, **(environment or {})},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            url = await _url_when_ready(process)
            connector = aiohttp.TCPConnector(limit=0)
            async with aiohttp.ClientSession(connector=connector) as session:
                yield RunningHost(url, process.pid, session, began)
        finally:
            process.terminate()
            await process.wait()


async def _url_when_ready(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    async for line in process.stdout:
        if line.startswith(b"READY host "):
            return line.decode().split()[-1]
    raise BenchError("the local host did not become ready; run it by hand to see why.")
