"""Quotas: the fake, and counters in Cosmos."""

import asyncio
from collections.abc import Callable

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
