"""A study as tables: for a terminal, for the paper, as JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from math import inf

from bench.capacity.limits import Limit, first_to_saturate
from bench.capacity.study import TENANTS, Load, Study

NOBODY = "–"
UNKNOWN, TOO_LITTLE = "not found", "too little"


@dataclass(frozen=True, slots=True)
class Table:
    """`name` is that of the place in the paper that holds it."""

    name: str
    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]

    def plain(self) -> str:
        lines = [self.headings, *self.rows]
        widths = [max(map(len, column)) for column in zip_longest(*lines, fillvalue="")]
        shown = [
            "  ".join(
                cell.ljust(width) if place == 0 else cell.rjust(width)
                for place, (cell, width) in enumerate(zip(line, widths, strict=False))
            ).rstrip()
            for line in lines
        ]
        return "\n".join([self.title, *(f"  {line}" for line in shown)])

    def markdown(self) -> str:
        lines = [self.headings, ["---"] * len(self.headings), *self.rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)

    def to_json(self) -> dict[str, object]:
        return {
            "title": self.title,
            "rows": [dict(zip(self.headings, row, strict=True)) for row in self.rows],
        }


def tables(found: Study) -> list[Table]:
    return [
        _demand(found),
        _saturation(found),
        _needed(found),
        _latencies(found),
        _prices(found),
        _heat(found),
        _tenants(found),
        _here(found),
    ]


def number(value: float) -> str:
    """Two or three digits that count."""
    if value == inf:
        return NOBODY
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def rate(load: Load) -> str:
    return f"{load.turns_per_minute:,.0f}/min"


def _demand(found: Study) -> Table:
    kinds = {kind: found.measured.of(kind) for kind in found.mix}
    rows = [
        ("part of all turns", *(f"{share:.0%}" for share in found.mix.values())),
        ("request units", *(number(turn.all_units) for turn in kinds.values())),
        ("Durable actions", *(number(turn.actions) for turn in kinds.values())),
        ("tokens: prompts", *(number(turn.prompt_tokens) for turn in kinds.values())),
        ("tokens: written", *(number(turn.completion_tokens) for turn in kinds.values())),
        ("calls of the model", *(number(turn.model_calls) for turn in kinds.values())),
        ("semantic rankings", *(number(turn.searches) for turn in kinds.values())),
        ("ms of CPU: requests", *(number(turn.cpu_ms["http"]) for turn in kinds.values())),
        ("ms of CPU: steps", *(number(turn.cpu_ms["steps"]) for turn in kinds.values())),
        ("ms of CPU: host", *(number(turn.cpu_ms["host"]) for turn in kinds.values())),
        ("bytes of telemetry", *(number(turn.span_bytes) for turn in kinds.values())),
    ]
    return Table("demand", "What a turn takes, measured", ("", *kinds), rows)


def _saturation(found: Study) -> Table:
    rows = [
        (
            limit.name,
            number(limit.saturates_at),
            number(limit.stamp_ends_at),
            *(_percent(limit.used(load.turns_per_minute)) for load in found.loads),
        )
        for limit in sorted(found.limits, key=lambda limit: limit.saturates_at)
    ]
    headings = ("", "turns/min as deployed", "with most units", *map(rate, found.loads))
    return Table("saturation", "What saturates first", headings, rows)


def _percent(part: float) -> str:
    return "0 %" if part == 0 else "< 1 %" if part < 0.01 else f"{part * 100:,.0f} %"


def _needed(found: Study) -> Table:
    headroom = found.facts.assumed("headroom")
    rows = [
        (
            limit.name,
            limit.unit_name,
            *(_units(limit, load.turns_per_minute, headroom) for load in found.loads),
        )
        for limit in found.limits
    ]
    ptu = _provisioned(found)
    rows.append(("model: as PTU instead", "PTU", *(number(units) for units in ptu)))
    rows.append(("stamps", "deployments", *(str(load.stamps) for load in found.loads)))
    return Table("needed", "What is needed", ("", "unit", *map(rate, found.loads)), rows)


def _units(limit: Limit, turns_per_minute: float, headroom: float) -> str:
    units = limit.needed(turns_per_minute, headroom)
    return TOO_LITTLE if limit.most == 1 and units > 1 else number(units)


def _provisioned(found: Study) -> list[float]:
    """Provisioned units that write and read as many tokens in the busiest hour, with headroom."""
    facts, demand = found.facts, found.demand
    weighed = demand.input_tokens + facts.limit("modelOutputWeight") * demand.output_tokens
    per_turn = weighed / facts.limit("modelUnitTokens") / facts.assumed("headroom")
    return [max(round(per_turn * load.turns_per_minute), 1) for load in found.loads]


def _latencies(found: Study) -> Table:
    rows = [
        (
            rate(load),
            _as_deployed(found, load),
            str(load.stamps),
            *(number(seconds) for seconds in load.sized.first_token),
            *(number(seconds) for seconds in load.sized.whole),
            number(load.sized.most_streams),
            _longest_wait(load),
        )
        for load in found.loads
    ]
    headings = (
        "",
        "as deployed",
        "stamps",
        "first token p50 (s)",
        "p95",
        "p99",
        "whole turn p50 (s)",
        "p95",
        "most streams of a stamp",
        "longest mean wait",
    )
    return Table("latencies", "Under load, simulated", headings, rows)


def _longest_wait(load: Load) -> str:
    name = load.sized.slowest
    waited = load.sized.waits[name] * 1000
    return f"{name}, {number(waited)} ms" if waited >= 1 else "less than 1 ms"


def _as_deployed(found: Study, load: Load) -> str:
    if load.deployed is not None:
        return f"first token p95 {number(load.deployed.first_token[1])} s"
    first = first_to_saturate(found.limits)
    more = number(load.turns_per_minute - first.saturates_at)
    return f"no: {first.name}, {more}/min too many"


def _prices(found: Study) -> Table:
    bills = [load.bill for load in found.loads]
    rows = []
    for parts in zip(*(each.parts for each in bills), strict=True):
        costs = (
            UNKNOWN if (cost := part.per_thousand(each.turns)) is None else f"{cost:.4f}"
            for part, each in zip(parts, bills, strict=True)
        )
        rows.append((parts[0].name, *costs, "; ".join(part.what for part in parts)))
    rows.append(("1,000 turns", *(f"{each.per_thousand:.2f}" for each in bills), ""))
    rows.append(("a month", *(f"{each.month:,.0f}" for each in bills), ""))
    rows.append(("turns a month", *(f"{each.turns:,.0f}" for each in bills), ""))
    headings = (found.facts.currency, *map(rate, found.loads), "what a month is of")
    return Table("prices", "Price of 1,000 turns", headings, rows)


def _heat(found: Study) -> Table:
    by_tenants = [{heat.container: heat for heat in found.heats[count]} for count in TENANTS]
    rows = [
        (
            name,
            "".join(by_tenants[0][name].key),
            number(by_tenants[0][name].units),
            *(
                f"{heats[name].hottest * 100:.1f} %: {number(heats[name].ends_at)}"
                for heats in by_tenants
            ),
        )
        for name in by_tenants[0]
    ]
    counts = (f"{count:,} tenant{'s' if count > 1 else ''}" for count in TENANTS)
    title = f"The hottest of {found.partitions} partitions"
    return Table("heat", title, ("", "key", "RU a turn", *counts), rows)


def _tenants(found: Study) -> Table:
    rows = [(cap.name, f"{number(cap.ends_at)}/min", cap.what) for cap in found.tenant_caps]
    rows += [
        (
            "anchors: one logical partition of 20 GB",
            f"{rate(load)} for {load.anchor_days:,.0f} days",
            "they stay for good",
        )
        for load in found.loads
    ]
    headings = ("of one tenant", "ends at", "")
    return Table("tenants", "What a tenant has one of", headings, rows)


def _here(found: Study) -> Table:
    rows = [
        (
            str(each.conversations),
            f"{each.measured:.2f}",
            f"{each.predicted:.2f}",
            f"{each.off_by:+.0%}",
        )
        for each in found.here
    ]
    headings = ("conversations", "measured turns/s", "predicted", "off by")
    return Table("here", "The same model of the measuring machine", headings, rows)
