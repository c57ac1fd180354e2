"""Where services end, what is needed, what it costs: more turns never take less."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bench.capacity.costs import bill
from bench.capacity.demand import Demand, demand_of, mean_demand
from bench.capacity.deployed import Deployed
from bench.capacity.facts import Facts, read_facts
from bench.capacity.limits import first_to_saturate, limits, stamps
from bench.capacity.measured import read_measured
from bench.capacity.running import bursts_of, run
from bench.capacity.stamp import Stamp, as_needed
from tests.infra.templates import MAIN, ROOT, declared

FACTS, MEASURED = read_facts(), read_measured()
DEMAND = mean_demand(FACTS.mix, MEASURED, FACTS)
LIMITS = limits(DEMAND, FACTS, Deployed())
HEADROOM = FACTS.assumed("headroom")
rates = some.floats(0.1, 1e6)


@given(rates, rates)
def test_more_turns_need_no_fewer_units(one: float, other: float) -> None:
    low, high = sorted((one, other))
    for limit in LIMITS:
        assert limit.needed(low, HEADROOM) <= limit.needed(high, HEADROOM)
        assert limit.used(low) <= limit.used(high)
    assert stamps(LIMITS, low, HEADROOM) <= stamps(LIMITS, high, HEADROOM)


@given(rates)
def test_what_is_needed_is_enough_and_one_unit_less_is_not(rate: float) -> None:
    for limit in LIMITS:
        units = limit.needed(rate, HEADROOM)
        taken = rate / 60 * limit.per_turn
        assert taken <= units * limit.unit * HEADROOM * (1 + 1e-6)
        assert units == 1 or taken > (units - 1) * limit.unit * HEADROOM * (1 - 1e-6)


def test_a_limit_is_used_up_where_it_is_said_to_saturate() -> None:
    for limit in LIMITS:
        assert limit.used(limit.saturates_at) == pytest.approx(1)
    assert first_to_saturate(LIMITS).saturates_at == min(each.saturates_at for each in LIMITS)


@pytest.mark.parametrize("rate", [10.0, 1_000.0])
def test_a_sized_stamp_keeps_up_and_half_of_it_does_not(rate: float) -> None:
    by_name = {limit.name: limit for limit in LIMITS}
    enough = as_needed(by_name, rate, Deployed(), FACTS)
    # What has the scarcest tokens for twice as many turns as it was sized for.
    asked = 2 * rate / HEADROOM
    calm = run(Stamp(enough, FACTS.mix, MEASURED, FACTS, 1), rate, bursts_of(FACTS))
    pressed = run(Stamp(enough, FACTS.mix, MEASURED, FACTS, 1), asked, bursts_of(FACTS))
    assert not calm.grows
    assert pressed.grows
    assert pressed.first_token[1] > calm.first_token[1]


def test_a_turn_is_the_mean_of_its_kinds() -> None:
    task = demand_of("task", MEASURED.of("task"), FACTS)
    assert mean_demand({"task": 1.0}, MEASURED, FACTS) == task
    talk = demand_of("small-talk", MEASURED.of("small-talk"), FACTS)
    half = mean_demand({"small-talk": 0.5, "task": 0.5}, MEASURED, FACTS)
    assert half.actions == pytest.approx((task.actions + talk.actions) / 2)
    with pytest.raises(ValueError, match="add up"):
        mean_demand({"task": 0.5}, MEASURED, FACTS)


@given(rates)
def test_a_price_that_was_not_found_is_in_no_sum(rate: float) -> None:
    found = bill(rate, DEMAND, LIMITS, FACTS, Deployed())
    unknown = [part for part in found.parts if part.month is None]
    assert [part.name for part in unknown] == ["Durable Task Scheduler"]
    known = sum(part.per_thousand(found.turns) or 0.0 for part in found.parts)
    assert known == pytest.approx(found.per_thousand)


def test_a_price_that_is_filled_in_is_in_the_sum() -> None:
    prices = dict(FACTS.prices)
    filled = {"value": 3.0, "assumed": "a test's"}
    prices["schedulerAction"] = prices["schedulerAction"].model_copy(update=filled)
    facts = FACTS.model_copy(update={"prices": prices})
    more = bill(10, DEMAND, LIMITS, facts, Deployed())
    less = bill(10, DEMAND, LIMITS, FACTS, Deployed())
    assert more.month - less.month == pytest.approx(less.turns * DEMAND.actions * 3.0 / 1e6)


@given(rates)
def test_twice_as_many_turns_cost_no_less_a_month(rate: float) -> None:
    """But where serverless gives way to autoscale, which is cheaper by the unit when it is used."""
    fixed = limits(_without_cosmos(DEMAND), FACTS, Deployed())
    one, two = (bill(each, DEMAND, fixed, FACTS, Deployed()) for each in (rate, 2 * rate))
    assert two.month >= one.month * (1 - 1e-9)


def _without_cosmos(demand: Demand) -> Demand:
    return replace(demand, stream_units=1e-9)


def test_the_defaults_are_those_of_the_templates() -> None:
    defaults = {name: of.get("default") for name, of in declared(MAIN, "parameters").items()}
    made = Deployed()
    assert defaults["maximumInstanceCount"] == made.maximum_instance_count
    assert defaults["requestsPerInstance"] == made.requests_per_instance
    assert defaults["instanceMemoryMB"] == made.instance_memory_mb
    assert defaults["alwaysReadyHttp"] == made.always_ready_http
    assert defaults["alwaysReadyDurable"] == made.always_ready_durable
    assert defaults["chatModel"]["capacity"] == made.chat_capacity
    assert defaults["embeddingsModel"]["capacity"] == made.embeddings_capacity
    assert defaults["searchReplicas"] * defaults["searchPartitions"] == made.search_units
    assert defaults["searchSku"] == "basic"
    durable = json.loads((ROOT / "host.json").read_text("utf-8"))["extensions"]["durableTask"]
    assert durable["maxConcurrentActivityFunctions"] == made.activities_per_instance
    assert (defaults["schedulerSku"], defaults["cosmosCapacity"]) == ("Consumption", "serverless")


def test_a_fact_has_a_source_or_a_reason_and_not_both() -> None:
    text = FACTS.model_dump(mode="json")
    for broken in ({"source": None, "assumed": None}, {"source": "flex", "assumed": "both"}):
        limit = text["limits"]["flexRegionMb"] | broken
        document = text | {"limits": text["limits"] | {"flexRegionMb": limit}}
        with pytest.raises(ValueError, match="a source or a reason"):
            Facts.model_validate(document)
    unnamed = text | {"sources": text["sources"] | {"nobody": text["sources"]["flex"]}}
    with pytest.raises(ValueError, match="nobody"):
        Facts.model_validate(unnamed)
