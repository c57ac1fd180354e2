"""`./eira bench chat`: a cloud of its own, calls of agents, a table."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from bench.chat import measuring
from bench.chat.measuring import FULL, QUICK, Effort
from bench.figures import Report
from bench.reporting import Findings, show
from bench.stand import BenchError, Stand, stand
from emulator.cloud import CloudError

type Measurement = Callable[[Stand, Effort], Awaitable[Report]]

MEASUREMENTS: Mapping[str, Measurement] = {
    "overhead": measuring.overhead,
    "fanout": measuring.fanout,
    "many": measuring.many,
}


def main(arguments: Sequence[str]) -> int:
    """Measures what is asked for; the exit code."""
    options = _parser().parse_args(arguments)
    try:
        findings = asyncio.run(_measure(options))
    except (BenchError, CloudError) as error:
        print(f"bench chat: {error}", file=sys.stderr)
        return 1
    show(findings, options.json)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./eira bench chat",
        description="Measure inline agent calls on a local cloud of its own: what they add to the "
        "first token by profile and mode, what a fan-out of three costs, 100 streams at once.",
    )
    names = list(MEASUREMENTS)
    parser.add_argument("--quick", action="store_true", help="fewer runs")
    parser.add_argument("--json", type=Path, metavar="FILE", help="all figures and the machine")
    parser.add_argument(
        "--only", nargs="+", metavar="NAME", choices=names, default=names, help=", ".join(names)
    )
    parser.add_argument(
        "--workers", type=int, default=2, help="worker processes (%(default)s, as ./eira bench)"
    )
    return parser


async def _measure(options: argparse.Namespace) -> Findings:
    effort = QUICK if options.quick else FULL
    findings = Findings()
    findings.details["workers"] = options.workers
    async with stand(options.workers) as running:
        for name, measurement in MEASUREMENTS.items():
            if name in options.only:
                print(f"measuring {name} …", file=sys.stderr, flush=True)
                findings.add(name, await measurement(running, effort))
    return findings
