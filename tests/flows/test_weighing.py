"""A flow of few lines that grows without end is stopped before it fills a worker's memory."""

from collections.abc import Sequence
from typing import Any

import pytest

from shared.contracts.flows.names import MAX_VARIABLES_BYTES
from shared.contracts.flows.running import MAIN, FlowFailure, Succeeded
from shared.flows.checking import program_of
from shared.flows.graph import Program
from shared.flows.interpreting import advance, begin
from shared.flows.room import NoRoomError, Room, weight_of

BIG = "x" * 100_000


def loaded(nodes: Sequence[object]) -> Program:
    program = program_of(list(nodes), "es")
    assert isinstance(program, Program)
    return program


def failure_of(*nodes: object) -> FlowFailure:
    step = begin(loaded(nodes), {"x": "xxxxxxxx", "big": BIG})
    assert step.state.failure is not None
    assert len(step.state.model_dump_json()) < 2 * MAX_VARIABLES_BYTES
    return step.state.failure


def rounds(node: object) -> dict[str, object]:
    return {"id": "l", "type": "loop", "while": "true", "max_iterations": 60, "body": [node]}


@pytest.mark.parametrize(
    "node",
    [
        {"type": "assign_var", "name": "x", "value": "${x}${x}"},
        {"type": "assign_var", "name": "x", "value": ["${x}", "${x}"]},
        {"type": "assign_var", "name": "x", "value": {"a": "${x}", "b": ["${x}"]}},
        {"type": "assign_var", "name": "y", "value": "${big}", "mode": "append"},
        {"type": "assign_var", "name": "y", "value": "${big}", "mode": "add"},
        {"type": "response", "text": "${big}"},
        {"type": "response", "text": "x", "citations": ["${big}"]},
    ],
)
def test_what_grows_with_each_round_ends_the_flow(node: dict[str, Any]) -> None:
    failure = failure_of(rounds({"id": "grows", **node}))
    assert failure.code == "variables_too_large"
    assert failure.node.startswith("grows[")


def test_what_rounds_leave_behind_is_counted_too() -> None:
    items = list(range(60))
    loop = {"id": "l", "type": "loop", "over": items, "collect": "${big}", "save_as": "all"}
    quiet = {"type": "assign_var", "name": "z", "value": 1}
    for parallel in (False, True):
        found = failure_of({**loop, "parallel": parallel, "body": [quiet]})
        assert found.code == "variables_too_large"


def test_one_text_that_takes_a_variable_many_times_is_refused() -> None:
    text = "-${big}" * 1_000
    assert failure_of({"id": "says", "type": "response", "text": text}).node == "says"


@pytest.mark.parametrize(
    "node",
    [
        {"type": "rest_call", "method": "POST", "url": "https://x.test", "body": ["${big}"] * 60},
        {"type": "rest_call", "url": "https://x.test", "query": {"q": "${big}" * 60}},
        {"type": "agent_call", "message": "x", "context": {"a": ["${big}"] * 60}},
    ],
)
def test_a_call_that_takes_a_variable_many_times_is_refused(node: dict[str, Any]) -> None:
    assert failure_of({"id": "calls", **node}).code == "variables_too_large"


def test_rounds_side_by_side_have_what_they_hold_together() -> None:
    call = {"type": "agent_call", "message": "x"}
    loop = {"type": "loop", "over": [1, 2, 3, 4], "parallel": True, "body": [call]}
    grown = {"type": "assign_var", "name": "x", "value": "${big}" * 6}
    assert failure_of(grown, loop).code == "variables_too_large"


def test_what_was_kept_before_an_answer_is_counted_behind_it() -> None:
    program = loaded(
        [{"id": "asks", "type": "agent_call", "message": "x", "save_as": "r"},
         {"id": "adds", "type": "assign_var", "name": "more", "value": "${r.text}${r.text}"}]
    )  # fmt: skip
    first = begin(program, {"big": BIG})
    fits = advance(program, first.state, MAIN, Succeeded(value={"text": "y" * 500_000}))
    assert fits.state.status == "done"
    beyond = advance(program, first.state, MAIN, Succeeded(value={"text": "y" * 700_000}))
    assert beyond.state.failure is not None
    assert (beyond.state.failure.code, beyond.state.failure.node) == ("variables_too_large", "adds")


def test_each_place_of_a_value_counts_as_it_will_be_written() -> None:
    value: Any = "x"
    for _ in range(10):
        value = [value, value]
    assert weight_of(value) >= 2**10 * 3
    for _ in range(60):
        value = {"a": value, "b": value}
    assert MAX_VARIABLES_BYTES < weight_of(value) < 2 * MAX_VARIABLES_BYTES
    with pytest.raises(NoRoomError):
        Room().take(value)
