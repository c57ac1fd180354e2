"""Who reads a run: the fake, and leases in Cosmos."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from shared.ports import Dependencies
from tests.contract.conftest import Sides

TENANT = "tenant-a"
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
SOON = NOW + timedelta(seconds=60)


async def test_a_run_is_deserted_when_the_last_reader_is_gone(
    deps: Dependencies, fresh: Callable[[], str]
) -> None:
    run, readers = fresh(), deps.readers
    assert not await readers.deserted(TENANT, run, NOW), "nobody has ever listened"
    await readers.stay(TENANT, run, "one", SOON)
    await readers.stay(TENANT, run, "two", SOON)
    assert not await readers.leave(TENANT, run, "one", NOW)
    assert not await readers.deserted(TENANT, run, NOW)
    assert await readers.leave(TENANT, run, "two", NOW)
    assert await readers.deserted(TENANT, run, NOW)


async def test_a_reader_that_is_not_heard_of_counts_no_longer(
    deps: Dependencies, fresh: Callable[[], str]
) -> None:
    run, readers = fresh(), deps.readers
    await readers.stay(TENANT, run, "one", SOON)
    assert not await readers.deserted(TENANT, run, SOON - timedelta(seconds=1))
    assert await readers.deserted(TENANT, run, SOON)
    await readers.stay(TENANT, run, "one", SOON + timedelta(seconds=60))
    assert not await readers.deserted(TENANT, run, SOON)
    await readers.stay(TENANT, run, "two", SOON + timedelta(seconds=300))
    assert await readers.leave(TENANT, run, "two", SOON + timedelta(seconds=60))


async def test_of_many_who_come_and_leave_in_two_processes_at_once_one_is_the_last(
    sides: Sides, fresh: Callable[[], str]
) -> None:
    run, places = fresh(), [sides.near.readers, sides.far.readers] * 5
    await asyncio.gather(*(each.stay(TENANT, run, f"r{n}", SOON) for n, each in enumerate(places)))
    last = await asyncio.gather(
        *(each.leave(TENANT, run, f"r{n}", NOW) for n, each in enumerate(places))
    )
    assert last.count(True) == 1
