"""The limits of host.json on HTTP requests at once."""

import asyncio

import pytest

from emulator.host.settings import CannotStart, HttpLimits, read_http_limits
from emulator.host.throttle import Throttle, TooBusy


async def entered(throttle: Throttle, running: list[int], leave: asyncio.Event) -> None:
    async with throttle.admitted():
        running.append(1)
        await leave.wait()


async def test_as_many_run_as_may_and_the_next_waits_for_its_turn() -> None:
    throttle, running, leave = Throttle(HttpLimits(concurrent=2)), list[int](), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(entered(throttle, running, leave))
        for _ in range(10):
            await asyncio.sleep(0)
        assert len(running) == 2
        leave.set()
    assert len(running) == 3


async def test_who_finds_no_room_to_wait_in_is_sent_away() -> None:
    throttle, running, leave = Throttle(HttpLimits(1, 2)), list[int](), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for _ in range(2):
            group.create_task(entered(throttle, running, leave))
        for _ in range(10):
            await asyncio.sleep(0)
        with pytest.raises(TooBusy):
            await entered(throttle, running, leave)
        leave.set()
    await entered(throttle, running, leave)


def test_limits_are_read_from_host_json() -> None:
    http = {"maxConcurrentRequests": 5, "maxOutstandingRequests": -1}
    assert read_http_limits({"extensions": {"http": http}}) == HttpLimits(concurrent=5)
    assert read_http_limits({}) == HttpLimits()


@pytest.mark.parametrize("value", [0, -2, True, "5", 1.5])
def test_what_is_no_limit_is_refused(value: object) -> None:
    with pytest.raises(CannotStart, match=r"extensions\.http\.maxConcurrentRequests"):
        read_http_limits({"extensions": {"http": {"maxConcurrentRequests": value}}})
