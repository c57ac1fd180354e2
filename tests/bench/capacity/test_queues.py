"""The simulation says what is known of queues: laws exactly, waits within the noise of dice."""

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bench.capacity.arrivals import STEADY, Bursts, arrivals
from bench.capacity.clockwork import (
    Clockwork,
    Delay,
    Enter,
    Leave,
    Route,
    Stage,
    Work,
    closed_loop,
    open_loop,
)
from bench.capacity.formulas import (
    closed_rate,
    erlang_c,
    mean_wait,
    pollaczek_khinchine,
    waits_longer,
)
from bench.capacity.stations import Places, Pool, Rate

SECONDS = 20_000.0
ARRIVALS = 80_000
LONGER = 0.5
moments = some.floats(0, 100, allow_subnormal=False)
amounts = some.floats(0, 10, allow_subnormal=False)
turns = some.lists(some.tuples(moments, some.lists(amounts, max_size=4)), min_size=1, max_size=40)


def simulated(begins: list[tuple[float, list[float]]], servers: int) -> Clockwork:
    """Turns that begin then, each with work for one station, over and over."""
    pool = Pool(servers)
    clockwork = Clockwork()
    for at, works in begins:
        clockwork.begin(at, [Work(pool, amount) for amount in works])
    clockwork.run()
    return clockwork


def stays(clockwork: Clockwork) -> float:
    return sum(each.ended - each.began for each in clockwork.journeys)


@given(turns, some.integers(1, 4))
def test_littles_law_holds_from_empty_to_empty(
    begins: list[tuple[float, list[float]]], servers: int
) -> None:
    clockwork = simulated(begins, servers)
    assert clockwork.inside == 0
    assert clockwork.area == pytest.approx(stays(clockwork), abs=1e-6)


@given(turns, some.integers(1, 4))
def test_one_more_server_makes_nobody_wait_longer(
    begins: list[tuple[float, list[float]]], servers: int
) -> None:
    singles = [(at, works[:1]) for at, works in begins]
    fewer, more = simulated(singles, servers), simulated(singles, servers + 1)
    for one, other in zip(more.journeys, fewer.journeys, strict=True):
        assert one.ended <= other.ended + 1e-9


@given(some.lists(some.tuples(moments, amounts), min_size=2, max_size=60))
def test_a_rate_lets_through_no_more_than_it_may_and_its_burst(
    asked: list[tuple[float, float]],
) -> None:
    rate = Rate(per_second=2.0, burst=3.0)
    passed = [(rate.admit(at, amount), amount) for at, amount in sorted(asked)]
    first, last = passed[0][0], passed[-1][0]
    let_through = sum(amount for _, amount in passed[:-1])
    assert let_through <= 2.0 * (last - first + 3.0) + 1e-6
    assert [at for at, _ in passed] == sorted(at for at, _ in passed)


@given(some.lists(some.tuples(moments, amounts), min_size=1, max_size=40), some.integers(1, 3))
def test_no_more_are_inside_than_there_are_places(
    begins: list[tuple[float, float]], count: int
) -> None:
    places = Places(count)
    clockwork = Clockwork()
    for at, seconds in begins:
        clockwork.begin(at, [Enter(places), Delay(seconds), Leave(places)])
    clockwork.run()
    assert places.most <= count
    assert places.taken == 0
    assert places.waits.count == len(begins)
    assert all(each.ended >= each.began for each in clockwork.journeys)


def waits(servers: int, rate: float, service: Callable[[Random], float]) -> list[float]:
    """Of a long time; the seed is fixed, so that nothing here depends on luck."""
    dice, pool = Random(7), Pool(servers)
    taken: list[float] = []

    def route() -> Route:
        taken.append(service(dice))
        return [Work(pool, taken[-1])]

    clockwork = open_loop(arrivals(rate, ARRIVALS / rate, STEADY, Random(3)), route)
    return [
        each.ended - each.began - took for each, took in zip(clockwork.journeys, taken, strict=True)
    ]


@pytest.mark.parametrize(("servers", "rate"), [(1, 0.7), (2, 1.4), (10, 8.0)])
def test_waits_are_those_of_mmk(servers: int, rate: float) -> None:
    found = waits(servers, rate, lambda dice: dice.expovariate(1.0))
    known = mean_wait(servers, rate, 1.0)
    assert sum(found) / len(found) == pytest.approx(known, rel=0.1)
    waited = sum(each > 1e-9 for each in found) / len(found)
    assert waited == pytest.approx(erlang_c(servers, rate), rel=0.05)
    longer = sum(each > LONGER for each in found) / len(found)
    assert longer == pytest.approx(waits_longer(servers, rate, 1.0, LONGER), rel=0.15)


@pytest.mark.parametrize("rate", [0.7])
def test_waits_for_equal_work_are_half_as_long(rate: float) -> None:
    found = waits(1, rate, lambda _: 1.0)
    known = pollaczek_khinchine(rate, 1.0, 0.0)
    assert known == pytest.approx(mean_wait(1, rate, 1.0) / 2)
    assert sum(found) / len(found) == pytest.approx(known, rel=0.1)


@given(some.integers(1, 60), some.floats(0.01, 0.99))
def test_erlangs_formula_agrees_with_what_is_known(servers: int, used: float) -> None:
    offered = used * servers
    waiting = erlang_c(servers, offered)
    assert 0 <= waiting <= 1
    assert erlang_c(1, used) == pytest.approx(used)
    assert pollaczek_khinchine(used, 1.0, 1.0) == pytest.approx(mean_wait(1, used, 1.0))
    assert erlang_c(servers, offered * 0.9) <= waiting
    assert erlang_c(servers + 1, offered) <= waiting


@pytest.mark.parametrize("offered", [2.0, 3.0])
def test_more_than_the_servers_can_do_has_no_steady_state(offered: float) -> None:
    with pytest.raises(ValueError, match="too many"):
        erlang_c(2, offered)
    with pytest.raises(ValueError, match="used to"):
        pollaczek_khinchine(offered, 1.0, 1.0)


@given(some.integers(1, 12), some.integers(1, 4), some.lists(amounts, min_size=1, max_size=4))
def test_a_closed_loop_keeps_within_the_known_bounds(
    customers: int, servers: int, works: list[float]
) -> None:
    pool, count = Pool(servers), 60
    route: list[Stage] = [Work(pool, amount) for amount in works]
    clockwork = closed_loop(customers, count, lambda: route)
    assert len(clockwork.journeys) == count
    if (demand := sum(works)) > 0:
        assert count / clockwork.now <= closed_rate(customers, demand, servers) * (1 + 1e-9)


@pytest.mark.parametrize("bursts", [STEADY, Bursts(share=0.1, factor=2.0, seconds=20)])
def test_arrivals_keep_their_mean_in_bursts_too(bursts: Bursts) -> None:
    found = list(arrivals(2.0, SECONDS, bursts, Random(5)))
    assert len(found) / SECONDS == pytest.approx(2.0, rel=0.03)
    assert found == sorted(found)


def test_bursts_cannot_hold_more_than_everybody() -> None:
    with pytest.raises(ValueError, match="all turns"):
        Bursts(share=0.5, factor=2.0, seconds=20).rates(1.0)
