"""`./eira bench cerebro`: a cloud of its own with the labelled set in Cerebro, then measuring."""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.cerebro.labelled import problems_of, read_set
from bench.cerebro.library import embed, library
from bench.stand import BenchError
from emulator.cloud import CloudError

PARTS = ("quality", "latency")


def main(arguments: Sequence[str]) -> int:
    """The exit code: 0 when everything could be measured, whatever came out."""
    # Here for its --help, and for what is wrong: the measuring process reads them again.
    build_parser().parse_args(arguments)
    try:
        return asyncio.run(_run(arguments))
    except (BenchError, CloudError) as error:
        print(f"bench cerebro: {error}", file=sys.stderr)
        return 1


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./eira bench cerebro",
        description="Load a labelled set of Spanish and English documents into a local Cerebro of "
        "its own, ask what it is labelled with in every mode, and say how well it was found and "
        "how long it took. The first run embeds all texts; their vectors are kept for the next.",
    )
    parser.add_argument("--quick", action="store_true", help="fewer searches are timed")
    parser.add_argument("--json", type=Path, metavar="FILE", help="all figures and the machine")
    parser.add_argument(
        "--only", nargs="+", metavar="NAME", choices=PARTS, default=PARTS, help=", ".join(PARTS)
    )
    return parser


async def _run(arguments: Sequence[str]) -> int:
    labelled = read_set()
    if problems := problems_of(labelled):
        raise BenchError("; ".join(problems))
    await embed(labelled)
    async with library(labelled.documents) as environment:
        # A process of its own: what the SDKs trust, they read once, when they are imported.
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bench.cerebro.measuring", *arguments),
            env={**os.environ, **environment},
        )
        return await process.wait()
