"""Joining pieces of text: nothing lost, the first at once, few writes, no piece kept too long."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.errors import StoreError
from shared.streams.joining import FIRST_STEP_MS, TextJoiner
from tests.fakes.virtual_time import now, run_virtually

LONGEST_MS = 140
PIECES = st.lists(
    st.tuples(st.text("abc ", min_size=1, max_size=3), st.integers(0, 300)), max_size=40
)


class Writes:
    """What was written, when it was begun (virtual seconds), and when the next was promised."""

    def __init__(self, latency_ms: int = 0) -> None:
        self.texts: list[str] = []
        self.begun: list[float] = []
        self.promised: list[int] = []
        self._latency_ms = latency_ms

    async def write(self, text: str, next_ms: int) -> None:
        self.texts.append(text)
        self.begun.append(now())
        self.promised.append(next_ms)
        await asyncio.sleep(self._latency_ms / 1000)


async def stream(
    pieces: list[tuple[str, int]],
    write: Callable[[str, int], Awaitable[None]],
    longest_ms: int = LONGEST_MS,
) -> str:
    """Add the pieces, each after its own wait in ms; answers the rest."""
    async with TextJoiner(write, longest_ms) as joiner:
        for piece, wait_ms in pieces:
            await asyncio.sleep(wait_ms / 1000)
            joiner.add(piece)
    return joiner.rest()


@given(PIECES, st.integers(0, 60), st.integers(0, 200))
def test_what_is_added_is_written_whole_and_in_order(
    pieces: list[tuple[str, int]], latency_ms: int, longest_ms: int
) -> None:
    writes = Writes(latency_ms)
    rest = run_virtually(stream(pieces, writes.write, longest_ms))
    assert "".join(writes.texts) + rest == "".join(piece for piece, _ in pieces)
    assert all(writes.texts), "no write without text"


@given(PIECES.filter(lambda pieces: len(pieces) > 1), st.integers(0, 200))
@example([("a", 0), ("b", 1), ("c", 100)], 5)
def test_no_piece_waits_longer_than_the_longest_join(
    pieces: list[tuple[str, int]], longest_ms: int
) -> None:
    writes = Writes()

    async def program() -> list[float]:
        added: list[float] = []
        async with TextJoiner(writes.write, longest_ms) as joiner:
            for piece, wait_ms in pieces:
                await asyncio.sleep(wait_ms / 1000)
                joiner.add(piece)
                added.extend([now()] * len(piece))
        return added

    added = run_virtually(program())
    written_at = [at for at, text in zip(writes.begun, writes.texts, strict=True) for _ in text]
    for came, left in zip(added, written_at, strict=False):
        assert left - came <= longest_ms / 1000 + 1e-6


def test_the_first_piece_is_written_at_once() -> None:
    writes = Writes()
    run_virtually(stream([("Hola", 700), (", ", 5), ("Ana", 5)], writes.write))
    assert writes.texts[0] == "Hola"
    assert writes.begun[0] == pytest.approx(0.7)


def test_a_piece_after_a_silence_does_not_wait_for_more() -> None:
    writes = Writes()
    run_virtually(stream([("a", 0), ("b", 5_000), ("c", 5_000), ("d", 9)], writes.write))
    assert writes.begun == pytest.approx([0, 5, 10])


def test_the_steps_between_writes_grow_to_the_longest_join() -> None:
    writes = Writes()
    run_virtually(stream([("x", 10)] * 200, writes.write))
    gaps = [later - earlier for earlier, later in pairwise(writes.begun)]
    assert gaps[0] == pytest.approx(FIRST_STEP_MS / 1000)
    assert gaps[-1] == pytest.approx(LONGEST_MS / 1000)
    assert all(later >= earlier - 1e-6 for earlier, later in pairwise(gaps))
    assert len(writes.texts) < 25, "two seconds of tokens in a few writes"


def test_each_write_says_when_the_next_is_due() -> None:
    writes = Writes()
    run_virtually(stream([("x", 10)] * 100, writes.write))
    gaps = [1000 * (later - earlier) for earlier, later in pairwise(writes.begun)]
    assert gaps == pytest.approx(writes.promised[: len(gaps)], abs=1e-3)


def test_a_slow_store_delays_no_write_further_than_itself() -> None:
    writes = Writes(latency_ms=100)
    run_virtually(stream([("x", 10)] * 100, writes.write, longest_ms=20))
    gaps = [later - earlier for earlier, later in pairwise(writes.begun)]
    assert gaps == pytest.approx([0.1] * len(gaps))


def test_a_write_that_fails_stops_the_producer() -> None:
    async def fail(text: str, next_ms: int) -> None:
        raise StoreError("no store")

    async def endless() -> int:
        added = 0
        async with TextJoiner(fail, LONGEST_MS) as joiner:
            while added < 1_000:
                joiner.add("x")
                added += 1
                await asyncio.sleep(0.01)
        return added

    with pytest.raises(StoreError):
        run_virtually(endless())


def test_a_write_that_fails_after_the_last_piece_is_not_swallowed() -> None:
    async def fail(text: str, next_ms: int) -> None:
        await asyncio.sleep(0.05)
        raise StoreError("no store")

    with pytest.raises(StoreError):
        run_virtually(stream([("x", 0), ("y", 10)], fail))


def test_a_producer_that_fails_stops_the_writing_and_is_heard() -> None:
    writes = Writes(latency_ms=50)

    async def program() -> None:
        async with TextJoiner(writes.write, LONGEST_MS) as joiner:
            joiner.add("a")
            await asyncio.sleep(0.01)
            joiner.add("b")
            raise ValueError("the model broke off")

    async def and_later() -> None:
        with pytest.raises(ValueError, match="broke off"):
            await program()
        await asyncio.sleep(10)

    run_virtually(and_later())
    assert writes.texts == ["a"]


def test_cancelling_the_producer_leaves_no_writer_behind() -> None:
    writes = Writes()

    async def program() -> set[asyncio.Task[object]]:
        task = asyncio.create_task(stream([("a", 0), ("b", 60_000)], writes.write))
        await asyncio.sleep(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return asyncio.all_tasks() - {asyncio.current_task()}

    assert run_virtually(program()) == set()


def test_an_answer_without_any_text_writes_nothing() -> None:
    writes = Writes()
    assert run_virtually(stream([], writes.write)) == ""
    assert writes.texts == []
