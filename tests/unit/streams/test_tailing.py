"""Reading a log while it grows: everything once, in order, from any place, with few looks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.events import RunEvent, StateEvent
from shared.ports import LogItem
from shared.streams.tailing import Numbered, tail
from tests.fakes.log_events import RUN, approval, done, text, texts
from tests.fakes.stores import FakeLogItems
from tests.fakes.virtual_time import now, run_virtually


class RemoteLogItems(FakeLogItems):
    """The writer is in another process: no wake-up tells of its entries."""

    async def changed(self, run_id: str, within: float) -> None:
        await asyncio.sleep(within)


def items_of(sizes: list[int], next_ms: int | None = None) -> list[LogItem]:
    """Items of these sizes, the last of which ends with the terminal event."""
    items: list[LogItem] = []
    first = 1
    for place, size in enumerate(sizes):
        events: tuple[RunEvent, ...] = texts(*(f"e{first + n}" for n in range(size)))
        if place == len(sizes) - 1:
            events = (*events[:-1], done())
        items.append(LogItem(first, events, f"k{place}", "w", next_ms))
        first += size
    return items


async def write_at(log: FakeLogItems, items: list[LogItem], times: list[float]) -> None:
    for item, at in zip(items, times, strict=True):
        await asyncio.sleep(at - now())
        await log.create(RUN, item)


async def read(log: FakeLogItems, after: int = 0) -> list[Numbered]:
    return [entry async for batch in tail(log, RUN, after) for entry in batch]


async def read_while_written(
    log: FakeLogItems, items: list[LogItem], times: list[float], after: int
) -> list[Numbered]:
    writing = asyncio.create_task(write_at(log, items, times))
    entries = await read(log, after)
    await writing
    return entries


SIZES = st.lists(st.integers(1, 4), min_size=1, max_size=12)
GAPS = st.lists(st.integers(0, 900), min_size=12, max_size=12)


@pytest.mark.parametrize("make", [FakeLogItems, RemoteLogItems])
@given(sizes=SIZES, gaps=GAPS, data=st.data())
def test_from_any_place_the_whole_rest_is_read_once_and_in_order(
    make: type[FakeLogItems], sizes: list[int], gaps: list[int], data: st.DataObject
) -> None:
    """The reader comes at any moment, with the number of any event that was there by then."""
    items = items_of(sizes)
    times = [sum(gaps[: n + 1]) / 1000 for n in range(len(items))]
    there = data.draw(st.integers(0, len(items)), label="items there when the reader comes")
    seen = items[there - 1].last if there else 0
    after = data.draw(st.integers(0, seen), label="last event the reader saw")

    async def program() -> list[Numbered]:
        log = make()
        await write_at(log, items[:there], [0.0] * there)
        return await read_while_written(log, items[there:], times[there:], after)

    total = items[-1].last
    entries = run_virtually(program())
    assert [entry.number for entry in entries] == list(range(after + 1, total + 1))
    every = [event for item in items for event in item.events]
    assert [entry.event for entry in entries] == every[after:]


def test_a_resumed_reader_gets_the_rest_of_an_item_it_saw_half_of() -> None:
    async def program() -> list[int]:
        log = FakeLogItems()
        await write_at(log, items_of([3, 4]), [0, 0])
        return [entry.number for entry in await read(log, after=2)]

    assert run_virtually(program()) == [3, 4, 5, 6, 7]


def test_who_saw_the_end_is_told_nothing_more() -> None:
    async def program() -> list[Numbered]:
        log = FakeLogItems()
        await write_at(log, items_of([2, 2]), [0, 0])
        return await read(log, after=4)

    assert run_virtually(program()) == []


def test_a_number_that_was_never_given_out_goes_on_behind_what_there_is() -> None:
    async def program() -> list[int]:
        log = FakeLogItems()
        await write_at(log, items_of([2, 2, 2])[:1], [0])
        rest = await read_while_written(log, items_of([2, 2, 2])[1:], [1, 2], after=77)
        return [entry.number for entry in rest]

    assert run_virtually(program()) == [3, 4, 5, 6]


def test_a_silent_run_is_heard_of_every_fifteen_seconds() -> None:
    async def program() -> list[float]:
        log = FakeLogItems()
        writing = asyncio.create_task(write_at(log, items_of([1, 1]), [0, 61]))
        beats = [now() async for batch in tail(log, RUN, 0) if not batch]
        await writing
        return beats

    beats = run_virtually(program())
    assert len(beats) == 4
    assert beats == pytest.approx([15, 30, 45, 60], abs=2)


def test_the_heartbeat_counts_from_the_last_event() -> None:
    async def program() -> list[float]:
        log = FakeLogItems()
        writing = asyncio.create_task(
            write_at(log, items_of([1] * 10), [n * 10 for n in range(10)])
        )
        beats = [now() async for batch in tail(log, RUN, 0) if not batch]
        await writing
        return beats

    assert run_virtually(program()) == []


# --- what reading costs and how late it is -------------------------------------------------------


def hinted(count: int, step_ms: int) -> tuple[list[LogItem], list[float]]:
    """Entries that say when the next one is due, each a little later than it was said."""
    items = items_of([1] * count, next_ms=step_ms)
    return items, [n * (step_ms + 4) / 1000 for n in range(count)]


def test_a_reader_that_is_told_when_to_look_looks_at_most_three_times_an_entry() -> None:
    items, times = hinted(30, 140)

    async def program() -> int:
        log = RemoteLogItems()
        await read_while_written(log, items, times, 0)
        return log.looks

    assert run_virtually(program()) <= 3 * len(items) + 2


def test_an_entry_that_was_announced_is_read_within_a_few_milliseconds() -> None:
    items, times = hinted(30, 140)

    async def program() -> list[float]:
        log = RemoteLogItems()
        await write_at(log, items[:1], times[:1])
        writing = asyncio.create_task(write_at(log, items[1:], times[1:]))
        seen = [now() async for batch in tail(log, RUN, 0) if batch]
        await writing
        return seen

    lateness = [
        seen - stored for seen, stored in zip(run_virtually(program())[1:], times[1:], strict=True)
    ]
    assert max(lateness) <= 0.010


def test_nobody_looks_for_a_word_that_no_model_can_have_said_yet() -> None:
    """The announced start of an answer is read quickly, and its first word as soon as before."""
    said_after = 110

    async def program() -> tuple[int, float]:
        log = RemoteLogItems()
        tool, begun, text = items_of([1, 1, 1], next_ms=0)
        begun = replace(begun, events=(StateEvent(state="STREAMING_RESPONSE"),))
        times = [0, 0.024, (24 + said_after) / 1000]
        await read_while_written(log, [tool, begun, text], times, 0)
        return log.looks, now() - times[-1]

    looks, late = run_virtually(program())
    assert looks <= 4 + (said_after - 80) / 8 + 4
    assert late <= 0.012


def test_while_the_model_thinks_and_plans_a_reader_looks_a_few_times_only() -> None:
    """A task: 0.8 s until it is understood, 2.7 s until it is planned."""

    async def program() -> tuple[int, float]:
        log = RemoteLogItems()
        received, understood, planned = items_of([1, 1, 1])
        received = replace(received, events=(StateEvent(state="RECEIVED"),))
        understood = replace(understood, events=(StateEvent(state="RETRIEVED_CONTEXT"),))
        await read_while_written(log, [received, understood, planned], [0, 0.8, 3.5], 0)
        return log.looks, now() - 3.5

    looks, late = run_virtually(program())
    assert looks <= 3 + 8 + 12
    assert late <= 0.25


def test_a_reader_that_finds_the_start_of_an_answer_late_is_not_later_for_that() -> None:
    async def program() -> float:
        log = RemoteLogItems()
        first, begun, text = items_of([1, 1, 1])
        begun = replace(begun, events=(StateEvent(state="STREAMING_RESPONSE"),), next_ms=0)
        # Found up to 90 ms later, as nobody said when it comes.
        await read_while_written(log, [first, begun, text], [0, 0.701, 0.801], 0)
        return now() - 0.801

    assert run_virtually(program()) <= 0.012


@given(st.integers(1, 60_000))
def test_after_a_silence_an_entry_is_read_late_by_a_fraction_of_it_only(silence_ms: int) -> None:
    async def program() -> tuple[float, int]:
        log = RemoteLogItems()
        await read_while_written(log, items_of([1, 1]), [0, silence_ms / 1000], 0)
        return now() - silence_ms / 1000, log.looks

    late, looks = run_virtually(program())
    assert late <= (0.09 if silence_ms <= 5_000 else 0.4) + 1e-6
    assert looks <= 80 + silence_ms / 400, "a long silence costs two or three looks a second"


@pytest.mark.parametrize(("last", "silent"), [(text("Hola"), 600), (approval(), 120)])
def test_what_waits_for_a_person_is_hardly_looked_at_and_shown_two_seconds_later(
    last: RunEvent, silent: int
) -> None:
    async def program() -> tuple[float, int]:
        log = RemoteLogItems()
        first, end = items_of([1, 1])
        await read_while_written(log, [replace(first, events=(last,)), end], [0, silent], 0)
        return now() - silent, log.looks

    late, looks = run_virtually(program())
    assert late <= 2 + 1e-6
    assert looks <= 250 + silent / 2


def test_inside_one_process_the_wake_up_saves_the_poll() -> None:
    async def program() -> tuple[int, float]:
        log = FakeLogItems()
        items = items_of([1] * 20)
        await read_while_written(log, items, [n / 100 for n in range(20)], 0)
        return log.looks, now()

    looks, ended = run_virtually(program())
    assert looks <= 2 * 20 + 2
    assert ended == pytest.approx(0.19)


def test_a_reader_that_leaves_is_gone() -> None:
    async def first(log: FakeLogItems) -> AsyncIterator[Numbered]:
        async with aclosing(tail(log, RUN, 0)) as batches:
            async for batch in batches:
                for entry in batch:
                    yield entry
                return

    async def program() -> int:
        log = FakeLogItems()
        await write_at(log, items_of([1, 1])[:1], [0])
        async for _ in first(log):
            pass
        looks = log.looks
        await asyncio.sleep(60)
        return log.looks - looks

    assert run_virtually(program()) == 0


def test_a_run_that_is_over_is_read_at_once_whatever_its_entries_announced() -> None:
    items, _ = hinted(30, 140)

    async def program() -> tuple[int, float]:
        log = RemoteLogItems()
        for item in items:
            await log.create(RUN, item)
        return len(await read(log)), now()

    entries, ended = run_virtually(program())
    assert entries == 30
    assert ended == 0


def test_a_run_that_has_just_begun_costs_no_query() -> None:
    class Unqueried(RemoteLogItems):
        async def all(self, run_id: str) -> tuple[LogItem, ...]:
            raise AssertionError("a query for what this request has just begun")

    async def program() -> list[Numbered]:
        log = Unqueried()
        writing = asyncio.create_task(write_at(log, items_of([1, 2]), [0.01, 0.02]))
        stream = tail(log, RUN, 0, begun=False)
        entries = [entry async for batch in stream for entry in batch]
        await writing
        return entries

    assert [entry.number for entry in run_virtually(program())] == [1, 2, 3]
