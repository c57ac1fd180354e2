"""`./eira simulate`: what a rate of turns asks of Azure, and what it costs."""

import argparse
import json
import sys
from collections.abc import Sequence

from bench.capacity.demand import RESERVED, Mix
from bench.capacity.facts import read_facts
from bench.capacity.measured import read_measured
from bench.capacity.paper import PAPER, with_tables
from bench.capacity.study import RATES, study
from bench.capacity.tables import tables

LEAST, MOST = 1.0, 1e7
"""Turns a minute: less needs no more than one of everything."""


def main(arguments: Sequence[str]) -> int:
    """Prints tables or JSON; answers the exit code."""
    options = _parser().parse_args(arguments)
    facts, measured = read_facts(), read_measured()
    mix: Mix = options.mix or facts.mix
    shown = tables(study(options.turns_per_minute or RATES, mix, measured, facts))
    if options.write:
        PAPER.write_text(with_tables(PAPER.read_text("utf-8"), shown), "utf-8")
    elif options.json:
        document = {table.name: table.to_json() for table in shown}
        print(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        print("\n\n".join(table.plain() for table in shown))
        print(f"\n{facts.currency}, {facts.region}, {facts.read}. {facts.verify}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./eira simulate",
        description="What a rate of turns asks of Azure: what saturates first, how much is needed, "
        "how long people wait, what it costs. Fed with what ./eira bench capacity has measured and "
        "with limits and prices that bench/capacity/azure.json names the sources of.",
    )
    parser.add_argument(
        "--turns-per-minute",
        nargs="+",
        type=_rate,
        metavar="N",
        help="in the busiest hour of a day (10 1000 100000)",
    )
    parser.add_argument(
        "--mix",
        type=parse_mix,
        metavar="KIND:SHARE,…",
        help=f"parts of {', '.join(RESERVED)}, such as small-talk:1,knowledge:2,task:2",
    )
    kinds = parser.add_mutually_exclusive_group()
    kinds.add_argument("--json", action="store_true", help="print JSON")
    kinds.add_argument(
        "--write", action="store_true", help=f"bring the tables of {PAPER} to the last state"
    )
    return parser


def parse_mix(text: str) -> Mix:
    """Shares by kind, brought to a sum of 1."""
    try:
        shares = {
            kind: float(share) for kind, share in (part.split(":") for part in text.split(","))
        }
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not like knowledge:2,task:1") from None
    if unknown := set(shares) - set(RESERVED):
        raise argparse.ArgumentTypeError(
            f"there is no kind {min(unknown)}; there are {', '.join(RESERVED)}"
        )
    total = sum(shares.values())
    if min(shares.values()) < 0 or not 0 < total < float("inf"):
        raise argparse.ArgumentTypeError("shares are 0 or more, and one of them is more")
    return {kind: share / total for kind, share in shares.items()}


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no number") from None
    if not LEAST <= rate <= MOST:
        raise argparse.ArgumentTypeError("1 at least, and at most ten million")
    return rate


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
