"""Quotas: the fake, and counters in Cosmos."""

import asyncio
from collections.abc import Callable

from shared.contracts.quotas import Allowance, Use
from shared.ports import Dependencies
from tests.contract.conftest import Sides


async def test_as_many_are_counted_as_may_be(deps: Dependencies, fresh: Callable[[], str]) -> None:
    subject = fresh()
    left = [await deps.quotas.take(subject, "2026112210", 3) for _ in range(5)]
    assert left == [2, 1, 0, None, None]


async def test_of_many_at_once_in_two_processes_exactly_as_many_are_counted(
    sides: Sides, fresh: Callable[[], str]
) -> None:
    subject = fresh()
    both = [sides.near.quotas, sides.far.quotas] * 10
    left = await asyncio.gather(*(each.take(subject, "2026112210", 7) for each in both))
    assert sorted(each for each in left if each is not None) == list(range(7))


async def test_it_counts_as_exactly_where_several_think_that_they_are_the_first(
    sides: Sides, fresh: Callable[[], str]
) -> None:
    subject = fresh()
    both = [sides.near.quotas, sides.far.quotas] * 6
    taken = (each.take(subject, "2026112210", 7, begins=n % 3 != 0) for n, each in enumerate(both))
    left = await asyncio.gather(*taken)
    assert sorted(each for each in left if each is not None) == list(range(7))


async def test_windows_and_subjects_are_counted_apart(
    deps: Dependencies, fresh: Callable[[], str]
) -> None:
    one, two = fresh(), fresh()
    assert await deps.quotas.take(one, "2026112210", 1) == 0
    assert await deps.quotas.take(one, "2026112211", 1) == 0
    assert await deps.quotas.take(two, "2026112210", 1) == 0
    assert await deps.quotas.take(one, "2026112210", 1) is None


async def test_a_higher_limit_counts_what_was_counted_before(
    deps: Dependencies, fresh: Callable[[], str]
) -> None:
    subject = fresh()
    assert await deps.quotas.take(subject, "2026112210", 1) == 0
    assert await deps.quotas.take(subject, "2026112210", 3) == 1


DAY = "d20261122"
TWO_RUNS = Allowance(runs=2, tokens=None)


async def test_what_did_not_come_about_is_given_back(
    deps: Dependencies, fresh: Callable[[], str]
) -> None:
    subject = fresh()
    assert await deps.quotas.take(subject, "2026112210", 1) == 0
    await deps.quotas.give_back(subject, "2026112210")
    assert await deps.quotas.take(subject, "2026112210", 1) == 0
    await deps.quotas.give_back(fresh(), "2026112210")


async def test_as_many_runs_as_may_be_are_under_way(
    deps: Dependencies, fresh: Callable[[], str]
) -> None:
    subject = fresh()
    entered = [await deps.quotas.enter(subject, run, DAY, TWO_RUNS) for run in ("A", "B", "C")]
    assert entered == [True, True, False]
    assert await deps.quotas.enter(subject, "A", DAY, TWO_RUNS), "it is in already"
    await deps.quotas.leave(subject, "A", DAY, 10)
    await deps.quotas.leave(subject, "A", DAY, 10)
    assert await deps.quotas.enter(subject, "C", DAY, TWO_RUNS)
    assert not await deps.quotas.enter(subject, "D", DAY, TWO_RUNS)
    assert await deps.quotas.use(subject, DAY) == Use(runs=("B", "C"), tokens=10)


async def test_tokens_are_counted_by_the_day_and_once_for_each_run(
    deps: Dependencies, fresh: Callable[[], str]
) -> None:
    subject, few = fresh(), Allowance(runs=None, tokens=100)
    for run in ("A", "B"):
        assert await deps.quotas.enter(subject, run, DAY, few)
    for run in ("A", "A", "B", "X"):
        await deps.quotas.leave(subject, run, DAY, 60)
    assert await deps.quotas.use(subject, DAY) == Use(runs=(), tokens=120)
    assert not await deps.quotas.enter(subject, "C", DAY, few)
    assert await deps.quotas.enter(subject, "C", "d20261123", few)
    assert (await deps.quotas.use(subject, "d20261123")).tokens == 0


async def test_of_many_runs_at_once_exactly_as_many_enter(
    sides: Sides, fresh: Callable[[], str]
) -> None:
    subject, three = fresh(), Allowance(runs=3, tokens=None)
    both = [sides.near.quotas, sides.far.quotas] * 10
    entering = (each.enter(subject, f"R{n}", DAY, three) for n, each in enumerate(both))
    assert sum(await asyncio.gather(*entering)) == 3
    assert len((await sides.near.quotas.use(subject, DAY)).runs) == 3
