"""Arguments with provenance: what nobody said is not sent to the ERP."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from shared.contracts.plan import ArgumentSource
from shared.packs import FolderPacks
from shared.tools.arguments import (
    Proposed,
    SourceEntry,
    Sources,
    check,
    folded,
    label,
    proposed,
    required_of,
)
from tests.fakes.world import PACKS

PACK = FolderPacks(PACKS).get(FolderPacks(PACKS).current)
TASK = PACK.tools["createTask"]
USER = PACK.tools["createUser"]
REQUIRED = ("title", "dueDate")
SAID = "Crea una tarea: revisar contrato ACME, prioridad ALTA, para el 4 de diciembre"
SOURCES = Sources(
    said=SAID, documents="El plazo de revisión es de 30 días.", session=("Ana López",)
)
SOURCE_NAMES: tuple[ArgumentSource, ...] = ("user", "session", "erp", "cerebro", "default")


def said(value: object, quote: str | None = "tarea") -> Proposed:
    return Proposed(value=value, source="user", quote=quote)


def complete() -> dict[str, Proposed]:
    return {
        "title": said("revisar contrato ACME", "revisar contrato ACME"),
        "dueDate": said("2026-12-04", "4 de diciembre"),
        "priority": said("alta", "prioridad alta"),
    }


def test_what_was_said_is_kept_with_the_words_it_was_read_from() -> None:
    checked = check(TASK, REQUIRED, complete(), SOURCES, "es")
    assert checked.missing == ()
    assert checked.call.args == {
        "title": "revisar contrato ACME", "dueDate": "2026-12-04", "priority": "alta"
    }  # fmt: skip
    assert checked.call.provenance["dueDate"].quote == "4 de diciembre"


@pytest.mark.parametrize("quote", [None, "", "  ", "para el viernes", "18 de marzo"])
def test_a_value_that_nobody_said_is_asked_for(quote: str | None) -> None:
    checked = check(
        TASK, REQUIRED, complete() | {"dueDate": said("2026-12-31", quote)}, SOURCES, "es"
    )
    assert "dueDate" not in checked.call.args
    (missing,) = checked.missing
    assert (missing.tool, missing.field, missing.reason) == (
        "createTask", "dueDate", "missing_no_source"
    )  # fmt: skip


@pytest.mark.parametrize("value", ["31/12/2026", "2026-13-01", "pronto", 20261204, True, []])
def test_a_value_that_does_not_fit_its_schema_is_asked_for(value: object) -> None:
    offer = complete() | {"dueDate": said(value)}
    (missing,) = check(TASK, REQUIRED, offer, SOURCES, "es").missing
    assert (missing.field, missing.reason) == ("dueDate", "missing_invalid")


def test_what_was_not_offered_is_simply_missing() -> None:
    missing = check(TASK, REQUIRED, {}, SOURCES, "es").missing
    assert [(each.field, each.reason) for each in missing] == [
        ("title", "missing_required"), ("dueDate", "missing_required")
    ]  # fmt: skip


def test_an_optional_value_without_a_source_is_dropped_and_not_asked_for() -> None:
    offer = complete() | {"assignee": said("Luis", "Luis Pérez")}
    checked = check(TASK, REQUIRED, offer, SOURCES, "es")
    assert "assignee" not in checked.call.args
    assert checked.missing == ()


def test_a_default_is_filled_in_and_says_that_it_is_one() -> None:
    offer = {name: value for name, value in complete().items() if name != "priority"}
    checked = check(TASK, REQUIRED, offer, SOURCES, "es")
    assert checked.call.args["priority"] == "media"
    assert checked.call.provenance["priority"].source == "default"


def test_a_default_that_the_contract_does_not_declare_is_none() -> None:
    offer = complete() | {"priority": Proposed(value="urgente", source="default")}
    assert check(TASK, REQUIRED, offer, SOURCES, "es").call.args["priority"] == "media"
    offer = complete() | {"assignee": Proposed(value="Luis", source="default")}
    assert "assignee" not in check(TASK, REQUIRED, offer, SOURCES, "es").call.args


@pytest.mark.parametrize(
    ("source", "value", "quote", "kept"),
    [
        ("session", "ana lopez", None, True),
        ("session", "Luis", None, False),
        ("cerebro", "plazo", "plazo de revision", True),
        ("cerebro", "prioridad", "prioridad alta", False),
        ("erp", "30 días", "30 días", True),
        ("user", "30 días", "30 días", False),
    ],
)
def test_each_source_is_searched_for_its_own_words(
    source: ArgumentSource, value: str, quote: str | None, kept: bool
) -> None:
    offer = complete() | {"assignee": Proposed(value=value, source=source, quote=quote)}
    assert ("assignee" in check(TASK, REQUIRED, offer, SOURCES, "es").call.args) is kept


@pytest.mark.parametrize(
    ("field", "value", "quote", "kept"),
    [
        ("title", "revisar contrato", "revisar contrato ACME", True),
        ("title", "contrato revisar", "revisar contrato ACME", True),
        ("title", "pagar contrato", "revisar contrato ACME", False),
        ("title", "visar contrato", "visar contrato", False),
        ("title", "ACM", "ACM", False),
        ("dueDate", "2026-12-04", "4 de diciembre", True),
        ("priority", "urgente", "prioridad ALTA", True),
    ],
)
def test_a_quote_stands_whole_in_what_was_said_and_says_the_value(
    field: str, value: str, quote: str, kept: bool
) -> None:
    """Dates and choices are said in other words; whether they are the right ones is the model's."""
    checked = check(TASK, REQUIRED, complete() | {field: said(value, quote)}, SOURCES, "es")
    origin = checked.call.provenance.get(field)
    assert (origin is not None and origin.quote == quote) is kept


def test_two_entries_for_one_field_are_the_first_one() -> None:
    entries = [
        SourceEntry(field="title", source="user", quote="uno"),
        SourceEntry(field="title", source="session", quote="dos"),
    ]
    offers = proposed({"title": "x", "dueDate": None}, entries)
    assert (offers["title"].source, offers["title"].quote) == ("user", "uno")
    assert offers["dueDate"].source is None


def test_an_argument_that_the_contract_does_not_know_is_dropped() -> None:
    offer = complete() | {"salary": said("alta", "alta")}
    assert "salary" not in check(TASK, REQUIRED, offer, SOURCES, "es").call.args


def test_a_field_with_choices_is_asked_for_with_their_names() -> None:
    (role,) = (m for m in check(USER, (), {}, SOURCES, "en").missing if m.field == "role")
    assert [choice.value for choice in role.choices] == ["consulta", "empleado", "gestor"]
    assert all(choice.label for choice in role.choices)


def test_a_flow_may_require_more_than_its_tool() -> None:
    checked = check(TASK, ("title", "assignee"), complete(), SOURCES, "es")
    assert [each.field for each in checked.missing] == ["assignee"]
    assert required_of(PACK.flows["CreateTask"], "createTask") == REQUIRED
    assert required_of(None, "createTask") == ()


def test_fields_are_called_what_people_call_them() -> None:
    assert label(TASK, "dueDate", "es") == "fecha límite"
    assert label(TASK, "dueDate", "en") == "due date"


OFFERS = st.dictionaries(
    st.sampled_from([*TASK.arguments["properties"], "madeUp"]),
    st.builds(
        Proposed,
        value=st.one_of(
            st.none(), st.sampled_from(["revisar", "2026-12-04", "alta", "media", "Ana López", ""]),
            st.integers(), st.booleans(),
        ),
        source=st.sampled_from(SOURCE_NAMES),
        quote=st.one_of(st.none(), st.sampled_from(["tarea", "30 días", "nunca dicho", ""])),
    ),
)  # fmt: skip


@given(OFFERS)
def test_whatever_is_proposed_every_value_kept_fits_and_has_a_source(
    offers: dict[str, Proposed],
) -> None:
    checked = check(TASK, REQUIRED, offers, SOURCES, "es")
    properties = TASK.arguments["properties"]
    assert set(checked.call.args) == set(checked.call.provenance)
    for field, value in checked.call.args.items():
        assert Draft202012Validator(properties[field]).is_valid(value)
        origin = checked.call.provenance[field]
        if origin.source == "user":
            assert origin.quote is not None
            assert folded(origin.quote) in folded(SAID)
        if origin.source == "default":
            assert value == properties[field]["default"]


@given(OFFERS)
def test_whatever_is_proposed_a_required_field_is_kept_or_asked_for(
    offers: dict[str, Proposed],
) -> None:
    checked = check(TASK, REQUIRED, offers, SOURCES, "es")
    asked = [each.field for each in checked.missing]
    assert len(asked) == len(set(asked))
    for field in REQUIRED:
        assert (field in checked.call.args) != (field in asked)


@given(OFFERS)
def test_checking_what_was_kept_keeps_it(offers: dict[str, Proposed]) -> None:
    """An open plan is checked again when it is continued."""
    once = check(TASK, REQUIRED, offers, SOURCES, "es").call
    again = {
        field: Proposed(value=value, source=p.source, quote=p.quote)
        for field, value in once.args.items()
        if (p := once.provenance[field])
    }
    assert check(TASK, REQUIRED, again, SOURCES, "es").call == once


@given(st.text())
def test_comparing_forgives_case_accents_and_blanks_whatever_the_text(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    assert folded(f"  {text} \n") == folded(text)


def test_comparing_forgives_how_people_write() -> None:
    assert folded("  Revisión\n del  CONTRATO ") == folded("revision del contrato")
