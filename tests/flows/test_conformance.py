"""The conformance suite, run by the interpreter in Python."""

from typing import Any

import pytest

from shared.contracts.flows.document import FlowLists
from shared.contracts.flows.running import FlowAction
from shared.contracts.identity import Language
from shared.flows.checking import check, program_of
from shared.flows.evaluating import EvaluationError, evaluate
from shared.flows.exporting import export
from shared.flows.expressions import ExpressionError
from shared.flows.findings import told
from shared.flows.graph import Program
from shared.flows.json_values import equal
from shared.flows.templates import MissingVariableError, TemplateError, render
from tests.flows.cases import Case, called, cases
from tests.flows.driving import drive

LANGUAGES: tuple[Language, ...] = ("es", "en")


def templated(case: Case) -> Any:
    try:
        return {"value": render(case["template"], case["variables"])}
    except MissingVariableError:
        return {"error": "missing_variable"}
    except TemplateError as error:
        return {"error": error.code}


def evaluated(case: Case) -> Any:
    try:
        return {"value": evaluate(case["expression"], case["variables"])}
    except ExpressionError:
        return {"error": "expression_invalid"}
    except EvaluationError as error:
        return {"error": "expression_failed", "reason": error.reason}


def expected(case: Case) -> Any:
    return {name: case[name] for name in ("value", "error", "reason") if name in case}


@pytest.mark.parametrize("case", cases("template"), ids=called)
def test_a_template_comes_to(case: Case) -> None:
    assert equal(templated(case), expected(case)), templated(case)


@pytest.mark.parametrize("case", cases("expression"), ids=called)
def test_an_expression_comes_to(case: Case) -> None:
    assert equal(evaluated(case), expected(case)), evaluated(case)


@pytest.mark.parametrize("case", cases("check"), ids=called)
def test_a_flow_is_checked(case: Case) -> None:
    lists = FlowLists.model_validate(case["lists"]) if "lists" in case else None
    for language in LANGUAGES:
        problems = check(case["flow"], language, lists)
        found = [[each.severity, each.code, each.pointer] for each in problems]
        assert found == case["problems"]
        assert all(each.message and "{" not in each.message for each in problems)
        if "messages" in case:
            assert [each.message for each in problems] == case["messages"][language]


@pytest.mark.parametrize("case", cases("export"), ids=called)
def test_a_flow_is_exported(case: Case) -> None:
    found = export(case["flow"])
    assert found is not None
    assert found.flow == case["exported"]
    warnings = told(found.findings, "es")
    assert [[each.code, each.pointer] for each in warnings] == case["warnings"]
    again = export(found.flow)
    assert again is not None
    assert again.flow == found.flow


@pytest.mark.parametrize("case", cases("run"), ids=called)
def test_a_flow_is_run(case: Case) -> None:
    program = program_of(case["flow"], "es")
    assert isinstance(program, Program), program
    order = tuple(case.get("order", ()))
    driven = drive(program, case.get("inputs", {}), case.get("answers", {}), order)
    wanted = case["expected"]
    state = driven.state
    assert state.status == wanted["status"], state.failure
    if "trace" in wanted:
        assert driven.trace == wanted["trace"]
    if "variables" in wanted:
        found = {name: state.variables.get(name) for name in wanted["variables"]}
        assert equal(found, wanted["variables"]), found
    for name in wanted.get("absent", ()):
        assert name not in state.variables
    if "actions" in wanted:
        assert len(driven.actions) == len(wanted["actions"])
        for action, told_of in zip(driven.actions, wanted["actions"], strict=True):
            assert seen(action, told_of) == told_of
    if "failure" in wanted:
        assert state.failure is not None
        failure = {name: getattr(state.failure, name) for name in wanted["failure"]}
        assert failure == wanted["failure"]


def seen(action: FlowAction, told_of: dict[str, Any]) -> dict[str, Any]:
    """The fields of an action that a case tells of."""
    wire = action.model_dump(mode="json", by_alias=True)
    return {name: wire.get(name) for name in told_of}


def test_the_suite_is_large_and_every_case_is_run() -> None:
    kinds = ("template", "expression", "check", "export", "run")
    found = [called(case) for kind in kinds for case in cases(kind)]
    assert len(found) >= 120
    assert len(found) == len(set(found))
    assert all(len(cases(kind)) >= 10 for kind in kinds)
