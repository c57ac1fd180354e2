"""`./eira bench host`: a host and a worker of its own, a small app, a table."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from bench.figures import Report
from bench.host import memory, orchestrations, startup, streams
from bench.host.effort import FULL, QUICK, Effort
from bench.host.running import RunningHost, running_host
from bench.reporting import Findings, show
from bench.stand import BenchError

type Measurement = Callable[[RunningHost, Effort], Awaitable[Report]]

ON_A_HOST: Mapping[str, Measurement] = {
    "memory": memory.measure,
    "durable": orchestrations.measure,
    "streams": streams.measure,
}
"""Each on a host of its own: what one measurement leaves behind must not touch the next."""
START = "startup"


def main(arguments: Sequence[str]) -> int:
    """Measures what is asked for; the exit code."""
    options = _parser().parse_args(arguments)
    try:
        findings = asyncio.run(_measure(options.only, QUICK if options.quick else FULL))
    except BenchError as error:
        print(f"bench host: {error}", file=sys.stderr)
        return 1
    show(findings, options.json)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./eira bench host",
        description="Measure the local Functions host with a small app; about 1.5 minutes.",
    )
    names = [START, *ON_A_HOST]
    parser.add_argument("--quick", action="store_true", help="fewer runs; about half a minute")
    parser.add_argument("--json", type=Path, metavar="FILE", help="all figures and the machine")
    parser.add_argument(
        "--only", nargs="+", metavar="NAME", choices=names, default=names, help=", ".join(names)
    )
    return parser


async def _measure(chosen: Sequence[str], effort: Effort) -> Findings:
    findings = Findings()
    if START in chosen:
        findings.add(START, await startup.measure(effort))
    for name, measurement in ON_A_HOST.items():
        if name in chosen:
            print(f"measuring {name} …", file=sys.stderr, flush=True)
            async with running_host() as host:
                findings.add(name, await measurement(host, effort))
    return findings
