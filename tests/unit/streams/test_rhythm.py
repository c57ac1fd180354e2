"""What readers learn from the runs they have read: when looking is in vain."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.events import RunEvent, StateEvent
from shared.ports import LogItem
from shared.streams.tailing import tail
from tests.fakes.log_events import done, text
from tests.fakes.stores import FakeLogItems
from tests.fakes.virtual_time import now, run_virtually
from tests.unit.streams.test_tailing import RemoteLogItems

PLAN_AT, CLAIM_AT, TEXT_AT, END_AT = 0.4, 1.5, 1.6, 1.9
"""When the entries of a usual run are stored, in seconds since its first one."""
USUAL = (PLAN_AT, CLAIM_AT, TEXT_AT, END_AT)


def entries() -> list[LogItem]:
    said: list[tuple[RunEvent, int | None]] = [
        (StateEvent(state="RECEIVED"), None),
        (StateEvent(state="RETRIEVED_CONTEXT"), None),
        (StateEvent(state="STREAMING_RESPONSE"), 0),
        (text("Hola"), None),
        (done(), None),
    ]
    return [
        LogItem(number, (event,), f"k{number}", "w", next_ms)
        for number, (event, next_ms) in enumerate(said, start=1)
    ]


async def write(log: FakeLogItems, run_id: str, times: tuple[float, ...]) -> None:
    """All entries but the first."""
    began = now()
    for item, at in zip(entries()[1:], times, strict=True):
        await asyncio.sleep(began + at - now())
        await log.create(run_id, item)


async def one_run(
    log: RemoteLogItems, name: str, times: tuple[float, ...] = USUAL
) -> tuple[int, list[float]]:
    """How often a reader looked, and how late it found each entry but the first, in seconds."""
    began, looks = now(), log.looks
    await log.create(name, entries()[0])
    writing = asyncio.create_task(write(log, name, times))
    found = [now() - began async for batch in tail(log, name, 0, begun=False) if batch]
    await writing
    return log.looks - looks, [seen - at for seen, at in zip(found[1:], times, strict=True)]


def test_who_has_read_such_runs_looks_less_often_and_is_no_later_with_the_text() -> None:
    async def program() -> tuple[tuple[int, list[float]], tuple[int, list[float]]]:
        log = RemoteLogItems()
        first = await one_run(log, "first")
        for number in range(6):
            await one_run(log, f"run {number}")
        return first, await one_run(log, "last")

    (looks_first, late_first), (looks_last, late_last) = run_virtually(program())
    assert looks_last <= looks_first - 8
    assert late_last[2] <= max(late_first[2], 0.015)


@given(st.lists(st.integers(1, 2_000), min_size=4, max_size=4))
def test_a_run_unlike_all_before_is_read_late_by_less_than_half_a_second(gaps: list[int]) -> None:
    times = tuple(sum(gaps[: n + 1]) / 1000 for n in range(4))

    async def program() -> list[float]:
        log = RemoteLogItems()
        for number in range(6):
            await one_run(log, f"run {number}")
        return (await one_run(log, "another", times))[1]

    assert max(run_virtually(program())) < 0.5


def test_when_runs_become_quicker_their_readers_soon_know() -> None:
    quicker = tuple(at / 10 for at in USUAL)

    async def program() -> tuple[int, list[float]]:
        log = RemoteLogItems()
        for number in range(6):
            await one_run(log, f"slow run {number}")
        for number in range(4):
            await one_run(log, f"quick run {number}", quicker)
        return await one_run(log, "last", quicker)

    looks, late = run_virtually(program())
    assert max(late) <= 0.09
    assert looks <= 20
