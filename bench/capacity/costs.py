"""What 1,000 turns cost, by part, and what is paid whether anybody comes or not."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

from bench.capacity.demand import Demand
from bench.capacity.deployed import Deployed
from bench.capacity.facts import Facts
from bench.capacity.limits import Limit

HOURS_A_MONTH, HOUR, MINUTE = 730.0, 3_600.0, 60.0
MILLION, GIGABYTE, THOUSAND = 1e6, 1e9, 1_000.0
STREAM_DAYS, MONTH_DAYS = 7, 30
"""Event logs are kept so long (defaultTtl of the container `streams`)."""


@dataclass(frozen=True, slots=True)
class Part:
    """`month` is None where a price was not found; `what` says what it is of."""

    name: str
    month: float | None
    what: str

    def per_thousand(self, turns: float) -> float | None:
        return None if self.month is None else self.month / turns * THOUSAND


@dataclass(frozen=True, slots=True)
class Bill:
    """A month of `turns`."""

    turns: float
    parts: Sequence[Part]

    @property
    def month(self) -> float:
        """Of all parts whose price is known."""
        return sum(part.month for part in self.parts if part.month is not None)

    @property
    def per_thousand(self) -> float:
        return self.month / self.turns * THOUSAND


def bill(
    turns_per_minute: float,
    demand: Demand,
    found: Sequence[Limit],
    facts: Facts,
    deployed: Deployed,
) -> Bill:
    """`turns_per_minute` in the busiest hour of a day."""
    turns = turns_per_minute * 60 * facts.hours_a_month
    by_name = {limit.name: limit for limit in found}
    parts = [
        _priced("models: input", turns * demand.input_tokens, facts, "modelInput", "tokens"),
        _priced("models: output", turns * demand.output_tokens, facts, "modelOutput", "tokens"),
        _priced("embeddings", turns * demand.embedding_tokens, facts, "embedding", "tokens"),
        _cosmos(turns_per_minute, turns, demand, by_name, facts),
        _storage(turns, demand, facts),
        _app(turns_per_minute, turns, demand, facts, deployed),
        _scheduler(turns_per_minute, turns, demand, by_name, facts),
        *_search(turns_per_minute, turns, demand, by_name, facts),
        _logs(turns, demand, facts),
        _priced(
            "Event Grid",
            turns * demand.events * facts.assumed("eventOperations"),
            facts,
            "eventGrid",
            "operations",
        ),
    ]
    return Bill(turns, parts)


def _priced(name: str, amount: float, facts: Facts, price: str, of: str) -> Part:
    """An amount whose price is of a million."""
    one = facts.price(price)
    month = None if one is None else amount / MILLION * one
    return Part(name, month, f"{amount / MILLION:,.1f} million {of}")


def _cosmos(
    turns_per_minute: float, turns: float, demand: Demand, by_name: dict[str, Limit], facts: Facts
) -> Part:
    name, headroom = "Cosmos DB: throughput", facts.assumed("headroom")
    if by_name["Cosmos DB: serverless, streams"].used(turns_per_minute) <= headroom:
        units = turns * demand.request_units
        return _priced(name, units, facts, "cosmosServerlessUnits", "RU, serverless")
    partitions = by_name["Cosmos DB: autoscale"].needed(turns_per_minute, headroom)
    most = partitions * facts.limit("cosmosPartition")
    least = most * facts.limit("cosmosAutoscaleLeast")
    peak = turns_per_minute / MINUTE * demand.request_units * facts.assumed("burstFactor")
    days = facts.assumed("workdays")
    on_days = sum(min(max(weight * peak, least), most) for weight in facts.day.weights)
    idle = (HOURS_A_MONTH - days * len(facts.day.weights)) * least
    price = facts.price("cosmosAutoscale")
    month = None if price is None else (days * on_days + idle) / 100 * price
    return Part(name, month, f"autoscale up to {most:,.0f} RU/s")


def _storage(turns: float, demand: Demand, facts: Facts) -> Part:
    months = facts.assumed("monthsKept")
    kept = turns * demand.kept_bytes * months
    kept += turns * demand.stream_bytes * STREAM_DAYS / MONTH_DAYS
    price = facts.price("cosmosGbMonth")
    month = None if price is None else kept / GIGABYTE * price
    return Part("Cosmos DB: storage", month, f"{kept / GIGABYTE:,.0f} GB after {months:.0f} months")


def _app(
    turns_per_minute: float, turns: float, demand: Demand, facts: Facts, deployed: Deployed
) -> Part:
    """Instances that work, hour by hour, and those that never sleep."""
    memory = deployed.instance_memory_mb / 1024
    headroom = facts.assumed("headroom")
    seconds = 0.0
    for weight in facts.day.weights:
        rate = weight * turns_per_minute / MINUTE
        inside = rate * demand.stream_seconds
        somebody = 1 - exp(-inside)
        http = max(somebody, inside / (deployed.requests_per_instance * headroom))
        steps = max(somebody, rate * demand.steps_cpu / headroom)
        seconds += (http + steps) * HOUR
    seconds *= facts.assumed("workdays")
    ready = (deployed.always_ready_http + deployed.always_ready_durable) * HOURS_A_MONTH * HOUR
    costs = (
        _times(facts.price("flexGbSecond"), seconds * memory),
        _times(facts.price("flexAlwaysReadyGbSecond"), ready * memory),
        _times(facts.price("flexExecutions"), turns * demand.executions / MILLION),
    )
    known = [cost for cost in costs if cost is not None]
    month = sum(known) if len(known) == len(costs) else None
    return Part("Function App", month, f"{seconds / HOUR:,.0f} hours of instances that work")


def _scheduler(
    turns_per_minute: float, turns: float, demand: Demand, by_name: dict[str, Limit], facts: Facts
) -> Part:
    name = "Durable Task Scheduler"
    headroom = facts.assumed("headroom")
    if by_name[name].used(turns_per_minute) <= headroom:
        return _priced(name, turns * demand.actions, facts, "schedulerAction", "actions")
    units = by_name[name].needed(turns_per_minute, headroom)
    return Part(name, _times(facts.price("schedulerUnitMonth"), units), f"{units} capacity units")


def _search(
    turns_per_minute: float, turns: float, demand: Demand, by_name: dict[str, Limit], facts: Facts
) -> tuple[Part, Part]:
    limit = by_name["AI Search: semantic ranker"]
    headroom = facts.assumed("headroom")
    fits = limit.used(turns_per_minute) <= headroom
    units = 1 if fits else limit.needed(turns_per_minute, headroom)
    price = facts.price("searchBasicMonth" if fits else "searchS1Month")
    tier = "Basic" if fits else "S1"
    ranked = turns * demand.rankings / THOUSAND
    return (
        Part("AI Search: units", _times(price, units), f"{units} units of {tier}"),
        Part(
            "AI Search: semantic ranker",
            _times(facts.price("searchSemantic"), ranked),
            f"{ranked:,.0f} thousand rankings",
        ),
    )


def _logs(turns: float, demand: Demand, facts: Facts) -> Part:
    gigabytes = turns * demand.log_bytes / GIGABYTE
    return Part("telemetry", _times(facts.price("logsGb"), gigabytes), f"{gigabytes:,.1f} GB")


def _times(price: float | None, amount: float) -> float | None:
    return None if price is None else price * amount
