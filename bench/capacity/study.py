"""Everything that is said of one mix at some rates; the tables show it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.capacity.costs import Bill, bill
from bench.capacity.demand import Demand, Mix, mean_demand
from bench.capacity.deployed import Deployed
from bench.capacity.facts import Facts
from bench.capacity.heat import Heat, heats, keys, turns, units_by_container
from bench.capacity.here import Compared, compare
from bench.capacity.limits import Limit, first_to_saturate, limits, stamps
from bench.capacity.measured import Measured
from bench.capacity.running import SEED, Outcome, bursts_of, run
from bench.capacity.stamp import Sizes, Stamp, as_deployed, as_needed
from bench.capacity.tenants import TenantCap, caps, days_until_anchors_are_full

RATES = (10.0, 1_000.0, 100_000.0)
"""Turns a minute."""
TENANTS = (1, 20, 1_000)
TENANT_KEY = "/tenantId"


@dataclass(frozen=True, slots=True)
class Load:
    """A rate: how many stamps of which sizes it takes, and how a turn fares there. `deployed` is
    the same of what the templates make, or None where that can never keep up."""

    turns_per_minute: float
    stamps: int
    sizes: Sizes
    deployed: Outcome | None
    sized: Outcome
    bill: Bill
    anchor_days: float


@dataclass(frozen=True, slots=True)
class Study:
    facts: Facts
    measured: Measured
    mix: Mix
    demand: Demand
    limits: Sequence[Limit]
    loads: Sequence[Load]
    partitions: int
    heats: dict[int, Sequence[Heat]]
    tenant_caps: Sequence[TenantCap]
    here: Sequence[Compared]


def study(rates: Sequence[float], mix: Mix, measured: Measured, facts: Facts) -> Study:
    demand = mean_demand(mix, measured, facts)
    found = limits(demand, facts, Deployed())
    units = units_by_container(mix, measured)
    by_name = {limit.name: limit for limit in found}
    partitions = by_name["Cosmos DB: autoscale"].needed(max(rates), facts.assumed("headroom"))
    per_conversation = round(facts.assumed("turnsPerConversation"))
    return Study(
        facts,
        measured,
        mix,
        demand,
        found,
        [_load(rate, mix, measured, facts, found, demand) for rate in rates],
        partitions,
        {
            tenants: heats(turns(tenants, per_conversation, SEED), partitions, units, facts)
            for tenants in TENANTS
        },
        caps(measured, _of_tenants(units), demand.stream_seconds, facts),
        compare(measured),
    )


def _of_tenants(units: dict[str, float]) -> float:
    """Request units of a turn in the containers whose key begins with the tenant."""
    return sum(each for name, each in units.items() if keys()[name][0] == TENANT_KEY)


def _load(
    rate: float, mix: Mix, measured: Measured, facts: Facts, found: Sequence[Limit], demand: Demand
) -> Load:
    deployed, bursts = Deployed(), bursts_of(facts)
    count = stamps(found, rate, facts.assumed("headroom"))
    by_name = {limit.name: limit for limit in found}
    sizes = as_needed(by_name, rate / count, deployed, facts)
    there = Stamp(as_deployed(deployed, facts), mix, measured, facts, SEED)
    keeps_up = first_to_saturate(found).used(rate) < 1
    wanted = Stamp(sizes, mix, measured, facts, SEED)
    return Load(
        rate,
        count,
        sizes,
        run(there, rate, bursts) if keeps_up else None,
        run(wanted, rate / count, bursts),
        bill(rate, demand, found, facts, deployed),
        days_until_anchors_are_full(rate, facts),
    )
