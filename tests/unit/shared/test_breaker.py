"""A host that does not answer is left alone, and tried again one call at a time."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import ErpError
from shared.tools.breaker import (
    FAILURES,
    LONGEST_PAUSE_SECONDS,
    PAUSE_SECONDS,
    CircuitBreaker,
    HostDownError,
)

type End = Literal["answered", "bad answer", "lost", "not sent"]
ENDS: tuple[End, ...] = ("answered", "bad answer", "lost")


@dataclass
class Host:
    """Calls through a breaker, on a clock that the test moves."""

    now: float = 0.0
    reached: int = 0
    breaker: CircuitBreaker = field(init=False)

    def __post_init__(self) -> None:
        self.breaker = CircuitBreaker(lambda: self.now)

    def call(self, end: End, retry_after: float | None = None) -> End:
        before = self.reached
        try:
            with self.breaker.call():
                self.reached += 1
                match end:
                    case "lost":
                        raise HostDownError("no answer", sent=True, retry_after=retry_after)
                    case "bad answer":
                        raise ErpError("no JSON", sent=True)
                    case _:
                        return "answered"
        except ErpError as error:
            told = error.sent
        if self.reached == before:
            assert not told
            return "not sent"
        return end

    def break_down(self) -> None:
        for _ in range(FAILURES):
            self.call("lost")


def test_failures_in_a_row_open_the_circuit_and_nothing_is_sent() -> None:
    host = Host()
    host.break_down()
    assert host.call("answered") == "not sent"
    assert host.reached == FAILURES


@pytest.mark.parametrize(
    ("asked", "pause"),
    [
        (None, PAUSE_SECONDS),
        (1, PAUSE_SECONDS),
        (60, 60),
        (86_400, LONGEST_PAUSE_SECONDS),
    ],
)
def test_a_host_is_left_alone_for_as_long_as_it_asks_within_reason(
    asked: float | None, pause: float
) -> None:
    host = Host()
    for _ in range(FAILURES):
        host.call("lost", asked)
    host.now += pause - 1
    assert host.call("answered") == "not sent"
    host.now += 1
    assert host.call("answered") == "answered"


def test_a_failure_that_asks_for_less_does_not_shorten_the_pause() -> None:
    """It was under way when the circuit opened."""
    host = Host()
    with suppress(HostDownError), host.breaker.call():
        for _ in range(FAILURES):
            host.call("lost", 60)
        raise HostDownError("no answer", sent=True)
    host.now += 59
    assert host.call("answered") == "not sent"


@pytest.mark.parametrize("end", ["answered", "bad answer"])
def test_an_answer_of_any_kind_begins_the_count_again(end: End) -> None:
    host = Host()
    for _ in range(3):
        for _ in range(FAILURES - 1):
            host.call("lost")
        assert host.call(end) == end


@pytest.mark.parametrize(("trial", "then"), [("answered", "answered"), ("lost", "not sent")])
def test_the_trial_after_the_pause_decides(trial: End, then: End) -> None:
    host = Host()
    host.break_down()
    host.now += PAUSE_SECONDS
    assert host.call(trial) == trial
    assert host.call("answered") == then


def test_a_half_open_circuit_lets_one_call_through() -> None:
    host = Host()
    host.break_down()
    host.now += PAUSE_SECONDS
    with host.breaker.call():
        assert host.call("answered") == "not sent"
    assert host.call("answered") == "answered"


@pytest.mark.parametrize(
    ("trial", "then", "reached"), [("answered", "answered", 3), ("lost", "not sent", 1)]
)
async def test_calls_that_wait_for_the_trial_fare_as_it_did(
    trial: End, then: End, reached: int
) -> None:
    host = Host()
    host.break_down()
    host.now += PAUSE_SECONDS
    ends: list[End] = []

    async def call_after_trial() -> None:
        await host.breaker.tried()
        ends.append(host.call("answered"))

    with suppress(HostDownError), host.breaker.call():
        waiting = [asyncio.create_task(call_after_trial()) for _ in range(2)]
        await asyncio.sleep(0)
        assert ends == []
        host.reached += 1
        if trial == "lost":
            raise HostDownError("no answer", sent=True)
    await asyncio.gather(*waiting)
    assert ends == [then] * 2
    assert host.reached == FAILURES + reached


async def test_of_those_that_waited_for_a_cancelled_trial_one_is_the_next() -> None:
    host = Host()
    host.break_down()
    host.now += PAUSE_SECONDS
    under_way: list[int] = []

    async def call_after_trial() -> None:
        await host.breaker.tried()
        with host.breaker.call():
            under_way.append(len(under_way))
            # The second comes while the first, now the trial, is under way, or behind it.
            await asyncio.sleep(0)

    with suppress(asyncio.CancelledError), host.breaker.call():
        waiting = [asyncio.create_task(call_after_trial()) for _ in range(3)]
        await asyncio.sleep(0)
        raise asyncio.CancelledError
    await asyncio.gather(*waiting)
    assert under_way == [0, 1, 2]


def test_a_trial_that_was_cancelled_leaves_room_for_the_next() -> None:
    host = Host()
    host.break_down()
    host.now += PAUSE_SECONDS
    with pytest.raises(asyncio.CancelledError), host.breaker.call():
        raise asyncio.CancelledError
    assert host.call("answered") == "answered"


@given(st.lists(st.tuples(st.sampled_from(ENDS), st.floats(0, 2 * PAUSE_SECONDS))))
def test_it_is_closed_or_was_not_answered_five_times_in_a_row(
    calls: list[tuple[End, float]],
) -> None:
    host = Host()
    ends: list[End] = []
    for end, pause in calls:
        host.now += pause
        ended = host.call(end)
        if ended == "not sent":
            made = [each for each in ends if each != "not sent"]
            assert made[-FAILURES:] == ["lost"] * FAILURES
            assert pause < PAUSE_SECONDS
        ends.append(ended)
