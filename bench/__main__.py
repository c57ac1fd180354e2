"""`python -m bench`: start a cloud of its own, measure, show a table."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from bench import first_token, joining, memory, startup, throughput, token_delay, units
from bench.capacity import command as capacity_command
from bench.cerebro import command as cerebro_command
from bench.chat import command as chat_command
from bench.effort import FULL, QUICK, Effort
from bench.figures import Report
from bench.host import command as host_command
from bench.reporting import Findings, show
from bench.stand import BenchError, Stand, stand
from emulator.cloud import CloudError
from emulator.tests.crashes.__main__ import main as kill_hosts_and_workers
from tests.e2e.under_fire.__main__ import main as prove_effects

type Measurement = Callable[[Stand, Effort], Awaitable[Report]]

MEASUREMENTS: Mapping[str, Measurement] = {
    "startup": startup.measure,
    "units": units.measure,
    "first-token": first_token.measure,
    "token-delay": token_delay.measure,
    "throughput": throughput.measure,
    "memory": memory.measure,
}
ON_REQUEST = "joining"
"""Several clouds one after the other, to choose a setting: not part of a normal run."""


def main(arguments: Sequence[str]) -> int:
    """Measures the app, its agent calls (`chat`), what a turn takes (`capacity`), the search
    (`cerebro`) or the local host alone (`host`); attacks app or host (`effects`, `crashes`).

    Answers the exit code.
    """
    match arguments[:1]:
        case ["capacity"]:
            return capacity_command.main(arguments[1:])
        case ["cerebro"]:
            return cerebro_command.main(arguments[1:])
        case ["chat"]:
            return chat_command.main(arguments[1:])
        case ["host"]:
            return host_command.main(arguments[1:])
        case ["crashes"]:
            return kill_hosts_and_workers(arguments[1:], prog="./eira bench crashes")
        case ["effects"]:
            return prove_effects(arguments[1:])
    options = _parser().parse_args(arguments)
    try:
        findings = asyncio.run(_measure(options))
    except (BenchError, CloudError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    show(findings, options.json)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./eira bench",
        description="Measure the app on a local cloud of its own; about 6 minutes. "
        "./eira bench chat measures inline agent calls, ./eira bench capacity what a turn takes "
        "for ./eira simulate, ./eira bench cerebro how well and how fast "
        "Cerebro finds, ./eira bench host the local Functions host alone, ./eira bench crashes "
        "kills it and its workers under load, ./eira bench effects kills workers and lets the ERP "
        "fail and checks every run; each has its own --help.",
    )
    parser.add_argument("--quick", action="store_true", help="fewer runs; about 1.5 minutes")
    parser.add_argument("--json", type=Path, metavar="FILE", help="all figures and the machine")
    parser.add_argument(
        "--only",
        nargs="+",
        metavar="NAME",
        choices=[*MEASUREMENTS, ON_REQUEST],
        help=f"of {', '.join([*MEASUREMENTS, ON_REQUEST])} (the last one only on request)",
    )
    parser.add_argument(
        "--workers",
        type=int,
        default=2,
        help="worker processes (%(default)s: an answer's writer and its reader are in different "
        "ones, as in Azure)",
    )
    return parser


async def _measure(options: argparse.Namespace) -> Findings:
    effort = QUICK if options.quick else FULL
    chosen: Sequence[str] = options.only or list(MEASUREMENTS)
    findings = Findings()
    findings.details["workers"] = options.workers
    if set(chosen) & set(MEASUREMENTS):
        async with stand(options.workers) as running:
            for name, measurement in MEASUREMENTS.items():
                if name in chosen:
                    print(f"measuring {name} …", file=sys.stderr, flush=True)
                    findings.add(name, await measurement(running, effort))
    if ON_REQUEST in chosen:
        findings.add(ON_REQUEST, await joining.measure(options.workers))
    return findings


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
