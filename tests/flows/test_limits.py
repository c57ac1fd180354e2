"""What is over a limit of the flow language, and what running out of turn comes to."""

import pytest

from shared.contracts.flows.names import MAX_NODES, MAX_TEMPLATES, MAX_TEXT
from shared.contracts.flows.running import MAIN, Failed, Succeeded
from shared.flows.checking import check, program_of
from shared.flows.graph import Program
from shared.flows.interpreting import OutOfTurnError, advance, begin

SAID = {"type": "response", "text": "x"}
CALL = {"type": "agent_call", "message": "x", "save_as": "r"}


def loaded(nodes: list[object]) -> Program:
    program = program_of(nodes, "es")
    assert isinstance(program, Program)
    return program


def test_a_flow_has_a_number_of_nodes_that_it_may_not_go_beyond() -> None:
    assert check([SAID] * MAX_NODES, "es") == ()
    [problem] = check([SAID] * (MAX_NODES + 1), "es")
    assert (problem.code, problem.severity) == ("too_many_nodes", "error")


def test_a_flow_of_too_many_nodes_is_told_that_alone_whatever_leads_to_those_left_out() -> None:
    last = MAX_NODES + 1
    nodes = [{"type": "response", "id": f"n{n}", "text": "${n}"} for n in range(last + 1)]
    edges = [{"from": f"n{n}", "to": f"n{n + 1}"} for n in range(last)]
    [problem] = check({"nodes": nodes, "edges": edges}, "es")
    assert (problem.code, problem.pointer) == ("too_many_nodes", "/nodes")
    blocks = [{"type": "loop", "over": [1], "body": [SAID] * last}, CALL, CALL]
    [problem] = check({"nodes": blocks}, "es")
    assert (problem.code, problem.pointer) == ("too_many_nodes", "/nodes/0/body")


def test_texts_with_templates_have_a_length_that_they_may_not_go_beyond_together() -> None:
    """Each is within its own limit; what is beyond that of all is not read."""
    told = [{"type": "response", "text": "x" * MAX_TEXT}] * (MAX_TEMPLATES // MAX_TEXT)
    assert check(told, "es") == ()
    [problem] = check([*told, {"type": "response", "text": "${"}, SAID], "en")
    assert (problem.code, problem.pointer) == ("templates_too_long", f"/{len(told)}/text")
    assert "200000" in problem.message


def test_a_flow_with_errors_is_no_program() -> None:
    problems = program_of([{"type": "response"}], "en")
    assert not isinstance(problems, Program)
    assert [each.code for each in problems] == ["field_missing"]


def test_an_outcome_that_nothing_waits_for_is_refused() -> None:
    program = loaded([CALL])
    first = begin(program, {})
    done = advance(program, first.state, MAIN, Succeeded(value={"text": "a"}))
    assert done.state.status == "done"
    for branch in (MAIN, "x[1]"):
        with pytest.raises(OutOfTurnError):
            advance(program, done.state, branch, Succeeded())


def test_a_run_that_has_failed_stays_so() -> None:
    program = loaded([{"type": "loop", "over": [1, 2], "parallel": True, "body": [CALL]}])
    first = begin(program, {})
    failed = advance(program, first.state, "@0[0]", Failed(code="TIMEOUT"))
    assert failed.state.status == "failed"
    late = advance(program, failed.state, "@0[1]", Succeeded(value={"text": "a"}))
    assert late.state == failed.state
    assert late.actions == ()


def test_the_same_outcome_on_the_same_state_is_the_same_step() -> None:
    program = loaded([CALL, {"type": "response", "text": "${r.text}"}])
    first = begin(program, {})
    outcome = Succeeded(value={"text": "a"})
    assert advance(program, first.state, MAIN, outcome) == advance(
        program, first.state, MAIN, outcome
    )
