"""`python -m bench.cerebro.measuring`: asks the Cerebro that the environment names."""

import asyncio
import sys
import time
from collections.abc import Sequence

from bench.cerebro import latency, quality
from bench.cerebro.command import build_parser
from bench.cerebro.labelled import LabelledSet, read_set
from bench.cerebro.searching import searcher
from bench.cerebro.tables import (
    latency_tables,
    quality_tables,
    verdict_on_latency,
    verdicts_on_quality,
)
from bench.figures import Report
from bench.reporting import Findings
from bench.stand import BenchError


def main(arguments: Sequence[str]) -> int:
    options = build_parser().parse_args(arguments)
    try:
        findings = asyncio.run(_measure(options.only, options.quick))
    except BenchError as error:
        print(f"bench cerebro: {error}", file=sys.stderr)
        return 1
    if options.json is not None:
        options.json.write_text(findings.document(), "utf-8")
    return 0


async def _measure(chosen: Sequence[str], quick: bool) -> Findings:
    labelled, findings = read_set(), Findings()
    verdicts: list[str] = []
    if "quality" in chosen:
        verdicts += await _quality(labelled, findings)
    if "latency" in chosen:
        verdicts += await _latency(labelled, findings, latency.QUICK if quick else latency.FULL)
    print("\n".join(verdicts))
    return findings


async def _quality(labelled: LabelledSet, findings: Findings) -> list[str]:
    count = len(labelled.queries)
    print(f"asking {count} questions in {len(quality.MODES)} modes …", file=sys.stderr, flush=True)
    begin = time.monotonic()
    async with searcher() as asking:
        answers = await quality.ask(asking, labelled.queries)
    print(*quality_tables(answers), sep="\n\n", end="\n\n", flush=True)
    details = {"questions": count, "seconds": round(time.monotonic() - begin, 1)}
    findings.add("quality", Report(quality.figures_of(answers), details))
    return verdicts_on_quality(answers)


async def _latency(labelled: LabelledSet, findings: Findings, effort: latency.Effort) -> list[str]:
    print("timing searches …", file=sys.stderr, flush=True)
    measured = await latency.measure(labelled.queries, effort)
    print(*latency_tables(measured), sep="\n\n", end="\n\n", flush=True)
    details = {"searches": {each.name: len(taken) for each, taken in measured.times.items()}}
    findings.add("latency", Report(latency.figures_of(measured), details))
    return [verdict_on_latency(measured)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
