"""Five activities in a row: one orchestration at a time, and a hundred at once."""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bench.figures import Figure, Report, Target, p50, p95
from bench.host.effort import Effort
from bench.host.running import Cpu, RunningHost
from bench.stand import BenchError

SECTION = "durable"
ACTIVITIES = 5
AT_ONCE = 100
HOP_TARGET = Target("at most", 3)
AT_ONCE_TARGET = Target("at most", 1.2)

_WEBHOOK = "/runtime/webhooks/durabletask"
_WARM_UP = 10
_LOOK_SECONDS = 0.05
_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Span:
    """When an orchestration began and ended, by its history: milliseconds since 1970."""

    begun: float
    ended: float

    @property
    def hop(self) -> float:
        """Milliseconds for each of its activities, the orchestrator's share included."""
        return (self.ended - self.begun) / ACTIVITIES


@dataclass(frozen=True, slots=True)
class Round:
    """Orchestrations that were begun together: their spans, and how long it all took."""

    spans: Sequence[Span]
    seconds: float
    cpu: Cpu


async def measure(host: RunningHost, effort: Effort) -> Report:
    await run_some(host, _WARM_UP)
    alone = await run_some(host, effort.orchestrations)
    hops = [span.hop for round_ in alone for span in round_.spans]
    await _together(host, AT_ONCE)
    at_once = [await _together(host, AT_ONCE) for _ in range(effort.rounds)]
    seconds = [round_.seconds for round_ in at_once]
    figures = [
        Figure(SECTION, f"{ACTIVITIES} in a row: a hop", p50(hops), "ms", HOP_TARGET),
        Figure(SECTION, f"{ACTIVITIES} in a row: a hop, p95", p95(hops), "ms"),
        *_cpu_figures(f"{ACTIVITIES} in a row", alone),
        Figure(SECTION, f"{AT_ONCE} at once: all ended", p50(seconds), "s", AT_ONCE_TARGET),
        Figure(SECTION, f"{AT_ONCE} at once: all ended, the best", min(seconds), "s"),
        *_cpu_figures(f"{AT_ONCE} at once", at_once),
    ]
    return Report(figures, {"hopsMs": hops, "atOnceSeconds": seconds})


def _cpu_figures(where: str, rounds: Sequence[Round]) -> list[Figure]:
    hops = ACTIVITIES * sum(len(round_.spans) for round_ in rounds)
    host = sum(round_.cpu.host for round_ in rounds) / hops
    worker = sum(round_.cpu.worker for round_ in rounds) / hops
    return [
        Figure(SECTION, f"{where}: CPU of the host, a hop", host, "ms"),
        Figure(SECTION, f"{where}: CPU of the worker, a hop", worker, "ms"),
    ]


async def run_some(host: RunningHost, count: int) -> list[Round]:
    """One after the other."""
    return [await _together(host, 1) for _ in range(count)]


async def _together(host: RunningHost, count: int) -> Round:
    """From the first request to the end of the last orchestration; reading them is not counted."""
    before = host.cpu()
    begun = time.time()
    instances = await asyncio.gather(*(_begin(host) for _ in range(count)))
    await _until_ended(host)
    cpu = host.cpu() - before
    spans = [await _span(host, instance) for instance in instances]
    return Round(spans, max(span.ended for span in spans) / 1000 - begun, cpu)


async def _begin(host: RunningHost) -> str:
    url = f"{host.url}{_WEBHOOK}/orchestrators/in_a_row"
    async with host.session.post(url) as response:
        if response.status != 202:
            raise BenchError(f"{response.status}: {await response.text()}")
        return str((await response.json())["id"])


async def _until_ended(host: RunningHost) -> None:
    url = f"{host.url}{_WEBHOOK}/instances?runtimeStatus=Pending,Running&top=1"
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            async with host.session.get(url) as response:
                if not await response.json():
                    return


async def _span(host: RunningHost, instance: str) -> Span:
    url = f"{host.url}{_WEBHOOK}/instances/{instance}?showHistory=true"
    async with host.session.get(url) as response:
        document = json.loads(await response.text())
    if document["runtimeStatus"] != "Completed" or document["output"] != ACTIVITIES:
        raise BenchError(f"{instance} is {document['runtimeStatus']}: {document['output']}")
    return span_of(document["historyEvents"])


def span_of(history: Sequence[dict[str, object]]) -> Span:
    """The first and the last time in a history as the management API shows it."""
    return Span(_milliseconds(history[0]), _milliseconds(history[-1]))


def _milliseconds(event: dict[str, object]) -> float:
    return datetime.fromisoformat(str(event["Timestamp"])).timestamp() * 1000
