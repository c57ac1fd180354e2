"""`./eira bench capacity`: measure what a turn takes, for `./eira simulate`."""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence

from bench.capacity.measured import FILE, Measured
from bench.capacity.measuring import measure
from bench.stand import BenchError, stand
from emulator.cloud import CloudError

WORKERS = 2
"""One serves HTTP, the other runs the steps: what each takes is known apart."""


def main(arguments: Sequence[str]) -> int:
    """Answers the exit code."""
    options = _parser().parse_args(arguments)
    try:
        document = asyncio.run(_measure())
    except (BenchError, CloudError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    text = json.dumps(document, indent=2) + "\n"
    Measured.model_validate_json(text)
    if options.write:
        FILE.write_text(text, "utf-8")
    else:
        print(text, end="")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./eira bench capacity",
        description="Measure what one turn of each kind takes: request units, Durable actions, "
        "tokens, CPU, bytes. Some two minutes on a quiet machine.",
    )
    parser.add_argument(
        "--write",
        action="store_true",
        help="feed ./eira simulate with it; then ./eira simulate --write brings the paper to it",
    )
    return parser


async def _measure() -> dict[str, object]:
    async with stand(WORKERS) as running:
        return await measure(running)
