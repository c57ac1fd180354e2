"""Comparing a turn with its label: what counts as right, and how what is wrong is told."""

import pytest

from evaluation.labels import Expected, ExpectedCall
from evaluation.scoring import Got, Mismatch, matches, mismatches
from shared.contracts.plan import Choice, MissingField, Plan, Reference, ToolCall
from shared.packs import FolderPacks
from tests.fakes.world import PACKS

TOOLS = FolderPacks(PACKS).get(FolderPacks(PACKS).current).tools
ARGS = {"title": "Revisar el contrato", "dueDate": "2026-12-04"}


def got(*calls: ToolCall, missing: tuple[MissingField, ...] = (), question: str = "") -> Got:
    plan = Plan(flow_type="CreateTask", calls=calls, missing=missing, question=question)
    return Got("FLOW_EXECUTION", "es", continues=False, plan=plan)


def task(**args: object) -> ToolCall:
    return ToolCall(tool="createTask", args=args)


def label(**args: object) -> ExpectedCall:
    return ExpectedCall(tool="createTask", args=args)


def found(expected: Expected, what: Got) -> tuple[Mismatch, ...]:
    return mismatches(expected, what, TOOLS)


@pytest.mark.parametrize(
    ("wanted", "value", "right"),
    [
        ("Revisar el contrato", "  «revisár EL contrato».", True),
        ("revisar", "revisar el contrato", False),
        ("2026-12-04", "2026-12-04", True),
        (3, 3, True),
        (3, "3", False),
        (True, 1, False),
        ({"one_of": ["Tomás", "Tomás Ibarra"]}, "tomas ibarra", True),
        ({"one_of": ["Tomás"]}, None, False),
        ({"holds": ["revisar", "contrato"]}, "Revisar mañana el contrato", True),
        ({"holds": ["revisar"], "lacks": ["mañana"]}, "Revisar mañana el contrato", False),
        ({"lacks": ["x"]}, None, False),
        ({"a": 1}, {"a": 1}, True),
        (["a"], ["a"], True),
    ],
)
def test_a_value_matches_as_people_would_say(wanted: object, value: object, right: bool) -> None:
    assert matches(wanted, value) is right


def test_what_is_not_labelled_is_not_checked() -> None:
    assert found(Expected(), got(task(title="x"))) == ()


def test_defaults_and_optional_arguments_are_no_inventions() -> None:
    expected = Expected(calls=(ExpectedCall(tool="createTask", args=ARGS, optional=("assignee",)),))
    assert found(expected, got(task(**ARGS, priority="media", assignee="Ana"))) == ()


def test_an_argument_that_nobody_said_is_a_mismatch() -> None:
    expected = Expected(calls=(label(**ARGS),))
    assert found(expected, got(task(**ARGS, priority="alta"))) == (
        Mismatch("c0.priority", None, "alta"),
    )
    assert found(expected, got(task(title=ARGS["title"]))) == (
        Mismatch("c0.dueDate", "2026-12-04", None),
    )


def test_calls_are_compared_in_their_order() -> None:
    expected = Expected(calls=(label(title="a"), label(title="b")))
    assert found(expected, got(task(title="a"), task(title="b"))) == ()
    assert [each.check for each in found(expected, got(task(title="b"), task(title="a")))] == [
        "c0.title",
        "c1.title",
    ]
    assert found(expected, got(task(title="a"))) == (
        Mismatch("calls", ["createTask", "createTask"], ["createTask"]),
    )


def test_a_reference_to_an_earlier_result_is_a_value_like_others() -> None:
    expected = Expected(calls=(label(title="a", projectId="$c0.id"),))
    assert Reference.read("$c0.id") is not None
    assert found(expected, got(task(title="a", projectId="$c0.id"))) == ()
    assert found(expected, got(task(title="a", projectId="P-1")))


def test_no_call_is_a_label_too_also_for_a_message_that_is_not_planned() -> None:
    expected = Expected(calls=(), missing=())
    assert found(expected, Got("UNKNOWN", "es", False)) == ()
    assert found(expected, got(task(title="a"))) == (Mismatch("calls", [], ["createTask"]),)


def test_route_language_and_continuation_are_compared() -> None:
    expected = Expected(route=("SMALL_TALK", "UNKNOWN"), language="es", continues=True)
    assert found(expected, Got("UNKNOWN", "es", True)) == ()
    assert [each.check for each in found(expected, Got("FLOW_EXECUTION", "en", False))] == [
        "route",
        "language",
        "continues",
    ]


def test_all_that_is_asked_for_counts_and_only_that() -> None:
    date = MissingField(tool="createTask", field="dueDate", reason="missing_required")
    expected = Expected(missing=("dueDate",))
    assert found(expected, got(missing=(date,))) == ()
    assert found(expected, got()) == (Mismatch("missing", ["dueDate"], []),)
    assert found(Expected(missing=()), got(missing=(date,)))


def test_what_is_offered_may_stand_in_the_question_or_in_the_choices() -> None:
    choices = (Choice(value="U-1", label="Marta Salgado"),)
    who = MissingField(tool="createTask", field="assignee", reason="ambiguous", choices=choices)
    expected = Expected(offers=("marta salgado", "Marta Rivas"))
    assert found(expected, got(missing=(who,), question="¿O Marta Rivas?")) == ()
    assert [each.expected for each in found(expected, got(missing=(who,)))] == ["Marta Rivas"]


def test_what_must_never_be_said_is_looked_for_in_every_argument() -> None:
    expected = Expected(never=("eva@mal.example",))
    assert found(expected, got(task(title="a"))) == ()
    assert [each.check for each in found(expected, got(task(title="a EVA@mal.example")))] == [
        "never"
    ]
