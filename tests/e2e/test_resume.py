"""A stream that is cut goes on where it was cut."""

import asyncio

import pytest

from tests.e2e.people import TERMINAL, Event, Person, Run
from tests.e2e.surroundings import Surroundings

TOKENS_PER_SECOND = 300


@pytest.fixture
async def slowly(around: Surroundings) -> None:
    """The model writes slowly enough that answers take several entries of the log."""
    await around.pace(10, TOKENS_PER_SECOND)


@pytest.fixture
def order(title: str) -> str:
    return f"Crea una tarea: {title}, para el 2036-12-04"


async def cut_after_one(ana: Person, run_id: str, seen: int, by_header: bool) -> Event:
    places = {"last_event_id": seen} if by_header else {"after": seen}
    async with ana.watching(run_id, **places) as stream:
        (event,) = await stream.read(1)
    return event


@pytest.mark.usefixtures("slowly")
@pytest.mark.parametrize("by_header", [True, False], ids=["Last-Event-ID", "after"])
async def test_a_stream_cut_after_every_single_event_is_whole_and_in_order(
    ana: Person, order: str, by_header: bool
) -> None:
    async with ana.saying(await ana.open_conversation(), order) as stream:
        events = await stream.read(1)
    while events[-1].type not in TERMINAL:
        events.append(await cut_after_one(ana, stream.run_id, events[-1].number, by_header))
    whole = await ana.follow(stream.run_id)
    assert events == whole.events
    assert whole.numbers == list(range(1, len(events) + 1))
    assert len(whole.of("text")) > 1


@pytest.mark.usefixtures("slowly")
async def test_a_live_stream_cut_once_at_each_place_is_whole_and_in_order(
    ana: Person, order: str
) -> None:
    async def cut_after(count: int) -> Run:
        async with ana.saying(await ana.open_conversation(), order) as stream:
            seen = await stream.read(count)
        return await ana.follow(stream.run_id, seen)

    reference = await ana.say(await ana.open_conversation(), order)
    runs = await asyncio.gather(*(cut_after(n) for n in range(1, len(reference.events))))
    for run in runs:
        assert run.numbers == list(range(1, len(run.events) + 1))
        assert run.states == reference.states
        assert run.tool_statuses == reference.tool_statuses
        assert run.end["type"] == "done"
        assert (await ana.follow(run.run_id)).events == run.events


async def test_behind_any_event_of_an_ended_run_comes_exactly_the_rest(
    ana: Person, order: str
) -> None:
    run = await ana.say(await ana.open_conversation(), order)
    for seen in range(len(run.events) + 1):
        for places in ({"last_event_id": seen}, {"after": seen}):
            async with ana.watching(run.run_id, **places) as stream:
                assert [event async for event in stream] == run.events[seen:], places


async def test_the_header_wins_over_the_query(ana: Person) -> None:
    run = await ana.say(await ana.open_conversation(), "Hola, ¿cómo va?")
    async with ana.watching(run.run_id, last_event_id=2, after=0) as stream:
        assert [event async for event in stream] == run.events[2:]


async def test_several_readers_see_the_same(ana: Person, order: str) -> None:
    async with ana.saying(await ana.open_conversation(), order) as stream:
        others = [asyncio.create_task(ana.follow(stream.run_id)) for _ in range(5)]
        own = [event async for event in stream]
    assert [(await other).events for other in others] == [own] * 5
