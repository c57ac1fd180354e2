"""What is made of what the bench reads while it measures a turn."""

import pytest

from bench.capacity.measuring import by_container, growth, means, steps_of, tokens_of_calls
from bench.capacity.watching import less
from bench.stand import BenchError
from bench.turn_kinds import SMALL_TALK
from bench.turns import ModelCall

TURNS = 5


def call(tokens: int) -> ModelCall:
    return ModelCall(tokens, False, 0, 0, 0)


def test_units_of_a_container_are_those_of_all_its_operations() -> None:
    create, read = {"charge": 6.5, "requests": 1}, {"charge": 2.0, "requests": 2}
    charged = {"runs": {"create": create, "read": read}, "": {"metadata": {"charge": 9.0}}}
    assert by_container({"byContainer": charged}) == {"runs": 8.5}


def test_a_container_that_a_turn_does_not_touch_counts_as_nothing() -> None:
    assert means([{"runs": 8.0}, {"runs": 10.0, "entities": 3.0}]) == {
        "entities": 1.5,
        "runs": 9.0,
    }


def test_growth_is_that_of_one_turn() -> None:
    before, after = {"runs": (10, 1_000), "flows": (1, 50)}, {"runs": (20, 6_000), "flows": (1, 50)}
    assert growth(after, before) == {"runs": {"items": 10 / TURNS, "bytes": 1_000}}


def test_calls_are_told_apart_by_their_place_in_a_turn() -> None:
    calls = [call(tokens) for _ in range(TURNS) for tokens in (36, 30)]
    assert tokens_of_calls(calls, SMALL_TALK) == [36, 30]
    with pytest.raises(BenchError, match="do not fit"):
        tokens_of_calls(calls[1:], SMALL_TALK)


def test_steps_are_in_the_order_in_which_they_were_scheduled() -> None:
    history = [
        {"EventType": "TaskCompleted", "ScheduledTime": f"2026-11-22T00:00:0{second}Z"}
        | {"FunctionName": name}
        for second, name in ((2, "respond"), (1, "prepare"))
    ]
    assert steps_of([*history, {"EventType": "ExecutionStarted"}]) == ["prepare", "respond"]


def test_cpu_is_what_each_took_of_a_turn() -> None:
    assert less({"http": 30.0}, {"http": 10.0}, 8) == {"http": 2.5}
