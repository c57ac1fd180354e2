"""Streamed answers: the first byte beside the worker alone, and 200 streams at once."""

import asyncio
import logging
import os
import random
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp

from bench.figures import Figure, Report, Target, p50, p95
from bench.host.effort import Effort
from bench.host.running import APP, RunningHost
from bench.stand import BenchError
from emulator.host.http_datum import HttpCall
from emulator.host.invocation import Datum
from emulator.host.log_levels import LogLevels
from emulator.host.messages import LoadFailed, Run
from emulator.host.worker_process import WorkerProcess, WorkerSpec, spawn

SECTION = "streams"
STREAMS = 200
EVENTS = 50
EVERY_MILLISECONDS = 100
ADDED_TARGET = Target("at most", 1.5)
DELAY_TARGET = Target("at most", 10)
_WARM_UP = 20

type Get = Callable[[], Awaitable[float]]


async def measure(host: RunningHost, effort: Effort) -> Report:
    through, alone = await _first_bytes(host, effort.first_bytes)
    delays = []
    before = host.cpu()
    for _ in range(effort.rounds):
        delays += await _delays(host)
    cpu = host.cpu() - before
    thousands = effort.rounds * STREAMS * EVENTS / 1000
    figures = [
        Figure(SECTION, "first byte, through the host", p50(through), "ms"),
        Figure(SECTION, "first byte, the worker alone", p50(alone), "ms"),
        Figure(SECTION, "first byte, added", p50(through) - p50(alone), "ms", ADDED_TARGET),
        Figure(SECTION, f"{STREAMS} at once: delay", p50(delays), "ms"),
        Figure(SECTION, f"{STREAMS} at once: delay, p95", p95(delays), "ms", DELAY_TARGET),
        Figure(SECTION, "CPU of the host, 1000 events", cpu.host / thousands, "ms"),
        Figure(SECTION, "CPU of the worker, 1000 events", cpu.worker / thousands, "ms"),
    ]
    return Report(figures, {"firstByteMs": through, "workerAloneMs": alone})


async def _first_bytes(host: RunningHost, count: int) -> tuple[list[float], list[float]]:
    """Milliseconds until the first byte; both ways in turn, so that both see the same machine."""
    async with _worker_alone(host.session) as alone:

        async def through() -> float:
            return await _first_byte(host.session, f"{host.url}/api/ticks/1/0", {})

        for _ in range(_WARM_UP):
            await through()
            await alone()
        pairs = [(await through(), await alone()) for _ in range(count)]
    ours, theirs = zip(*pairs, strict=True)
    return list(ours), list(theirs)


@asynccontextmanager
async def _worker_alone(session: aiohttp.ClientSession) -> AsyncIterator[Get]:
    """A worker that this process drives: an invocation, and the request straight to its server."""
    worker = WorkerProcess(spawn(WorkerSpec(APP, os.environ, LogLevels(logging.WARNING))))
    if isinstance(await worker.attach(), LoadFailed):
        raise BenchError("the worker did not load the bench's app.")

    async def get() -> float:
        invocation = str(uuid.uuid4())
        call = Datum("http", HttpCall({"count": "1", "milliseconds": "0"}))
        with worker.exchange(invocation):
            running = asyncio.create_task(worker.run(Run(0, "ticks", invocation, (("req", call),))))
            headers = {"x-ms-invocation-id": invocation}
            took = await _first_byte(session, f"{worker.http_uri}/api/ticks/1/0", headers)
            await running
        return took

    try:
        yield get
    finally:
        worker.kill()
        await worker.gone.wait()


async def _first_byte(session: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> float:
    begun = time.monotonic()
    async with session.get(url, headers=headers) as response:
        if response.status != 200:
            raise BenchError(f"{url}: {response.status}")
        await response.content.readany()
        took = time.monotonic() - begun
        await response.read()
    return took * 1000


async def _delays(host: RunningHost) -> list[float]:
    """From the worker's writing of each event to its reading here, all streams at once."""
    each = await asyncio.gather(*(_stream(host) for _ in range(STREAMS)))
    return [delay for delays in each for delay in delays]


async def _stream(host: RunningHost) -> list[float]:
    # Streams that begin together would tick together for ever.
    await asyncio.sleep(random.uniform(0, 10 * EVERY_MILLISECONDS / 1000))  # noqa: S311
    url = f"{host.url}/api/ticks/{EVENTS}/{EVERY_MILLISECONDS}"
    delays: list[float] = []
    async with host.session.get(url) as response:
        async for chunk in response.content.iter_any():
            now = time.monotonic_ns()
            delays += delays_of(chunk, now)
    if len(delays) != EVENTS:
        raise BenchError(f"{len(delays)} events of {EVENTS} arrived")
    return delays


def delays_of(chunk: bytes, now: int) -> list[float]:
    """Milliseconds from the writing of each event in a chunk to `now` (monotonic ns)."""
    return [
        (now - int(line.removeprefix(b"data: "))) / 1e6
        for line in chunk.split(b"\n")
        if line.startswith(b"data: ")
    ]
