"""`python -m bench`: start a cloud of its own, measure, show a table."""

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from bench import first_token, joining, memory, startup, throughput, token_delay, units
from bench.effort import FULL, QUICK, Effort
from bench.figures import Figure, Report
from bench.machine import describe_machine
from bench.stand import BenchError, Stand, stand
from bench.table import table
from emulator.cloud import CloudError

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


def main() -> int:
    options = _parser().parse_args()
    try:
        figures, details = asyncio.run(_measure(options))
    except (BenchError, CloudError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    print(table(figures))
    if options.json is not None:
        options.json.write_text(_document(figures, details), "utf-8")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./eira bench",
        description="Measure the app on a local cloud of its own; about 6 minutes.",
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


async def _measure(options: argparse.Namespace) -> tuple[list[Figure], dict[str, object]]:
    effort = QUICK if options.quick else FULL
    chosen: Sequence[str] = options.only or list(MEASUREMENTS)
    figures: list[Figure] = []
    details: dict[str, object] = {"machine": describe_machine(), "workers": options.workers}
    if set(chosen) & set(MEASUREMENTS):
        async with stand(options.workers) as running:
            for name, measurement in MEASUREMENTS.items():
                if name in chosen:
                    print(f"measuring {name} …", file=sys.stderr, flush=True)
                    report = await measurement(running, effort)
                    figures += report.figures
                    details[name] = report.details
    if ON_REQUEST in chosen:
        report = await joining.measure(options.workers)
        figures += report.figures
        details[ON_REQUEST] = report.details
    details["loadAverageAtEnd"] = describe_machine()["loadAverage"]
    return figures, details


def _document(figures: Sequence[Figure], details: Mapping[str, object]) -> str:
    document = {**details, "figures": [one.to_json() for one in figures]}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(main())
