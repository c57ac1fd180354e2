"""Arguments with provenance: what nobody said is not sent to the ERP."""

from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from shared.contracts.plan import ArgumentSource, Choice, ToolCall
from shared.contracts.tools import ToolContract
from shared.packs import FolderPacks
from shared.tools.arguments import Checked, Offered, check, flow_of, label
from shared.tools.entities import Directory
from shared.tools.folding import folded
from shared.tools.plan_schema import Proposed, SourceEntry, proposed
from shared.tools.sources import Sources, Text
from tests.fakes.world import PACKS

PACK = FolderPacks(PACKS).get(FolderPacks(PACKS).current)
TASK = PACK.tools["createTask"]
USER = PACK.tools["createUser"]
REQUIRED = ("title", "dueDate")
SAID = "Crea una tarea: revisar contrato ACME, prioridad ALTA, para el 4 de diciembre"
SUNDAY = date(2026, 11, 22)
SOURCES = Sources(
    (
        Text(SAID, SUNDAY),
        Text("El plazo de revisión es de 30 días.", SUNDAY, "cerebro", "doc-7"),
        Text("La tarea T-1 es de Luis.", SUNDAY, "erp"),
    ),
    SUNDAY,
    {"user.name": "Ana López"},
)
SOURCE_NAMES: tuple[ArgumentSource, ...] = ("user", "session", "erp", "cerebro", "default")


def checked(
    offers: Mapping[str, Proposed],
    *,
    contract: ToolContract = TASK,
    required: tuple[str, ...] = REQUIRED,
    sources: Sources = SOURCES,
    kept: ToolCall | None = None,
    choices: Mapping[str, tuple[Choice, ...]] | None = None,
) -> Checked:
    offered = Offered(_without_records(contract), offers, required, kept, choices or {})
    return check(offered, sources, Directory(), "es")


def _without_records(contract: ToolContract) -> ToolContract:
    """Nobody is looked up here: names are taken as they were written."""
    properties = {
        name: {key: value for key, value in schema.items() if key != "x-entity"}
        for name, schema in contract.arguments["properties"].items()
    }
    arguments = {**contract.arguments, "properties": properties}
    return contract.model_copy(update={"arguments": arguments})


def one_line(text: str, day: date = SUNDAY) -> Sources:
    return Sources((Text(text, day),), SUNDAY)


def said(value: object, quote: str | None = "tarea") -> Proposed:
    return Proposed(value=value, source="user", quote=quote)


def complete() -> dict[str, Proposed]:
    return {
        "title": said("revisar contrato ACME", "revisar contrato ACME"),
        "dueDate": said("2026-12-04", "4 de diciembre"),
        "priority": said("alta", "prioridad alta"),
    }


def test_what_was_said_is_kept_with_the_words_it_was_read_from() -> None:
    result = checked(complete())
    assert result.missing == ()
    assert result.call.args == {
        "title": "revisar contrato ACME", "dueDate": "2026-12-04", "priority": "alta"
    }  # fmt: skip
    assert result.call.provenance["dueDate"].quote == "4 de diciembre"


@pytest.mark.parametrize("quote", [None, "", "  ", "para el viernes", "18 de marzo"])
def test_a_value_that_nobody_said_is_asked_for(quote: str | None) -> None:
    result = checked(complete() | {"dueDate": said("2026-12-31", quote)})
    assert "dueDate" not in result.call.args
    (missing,) = result.missing
    assert (missing.tool, missing.field, missing.reason) == (
        "createTask", "dueDate", "missing_no_source"
    )  # fmt: skip


@pytest.mark.parametrize(
    "value", ["2026-12-05", "2026-02-31", "31/12/2026", "pronto", 20261204, []]
)
def test_a_date_that_its_quote_does_not_say_is_asked_for(value: object) -> None:
    result = checked(complete() | {"dueDate": said(value, "4 de diciembre")})
    assert [(each.field, each.said) for each in result.missing] == [("dueDate", "4 de diciembre")]


def test_what_was_not_offered_is_simply_missing() -> None:
    missing = checked({}).missing
    assert [(each.field, each.reason) for each in missing] == [
        ("title", "missing_required"), ("dueDate", "missing_required")
    ]  # fmt: skip


def test_an_optional_value_without_a_source_is_dropped_and_not_asked_for() -> None:
    offer = complete() | {"assignee": said("Luis", "Luis Pérez")}
    result = checked(offer)
    assert "assignee" not in result.call.args
    assert result.missing == ()


def test_a_default_is_filled_in_and_says_that_it_is_one() -> None:
    offer = {name: value for name, value in complete().items() if name != "priority"}
    result = checked(offer)
    assert result.call.args["priority"] == "media"
    assert result.call.provenance["priority"].source == "default"


def test_a_default_that_the_contract_does_not_declare_is_none() -> None:
    offer = complete() | {"priority": Proposed(value="urgente", source="default")}
    assert checked(offer).call.args["priority"] == "media"
    offer = complete() | {"assignee": Proposed(value="Luis", source="default")}
    assert "assignee" not in checked(offer).call.args


@pytest.mark.parametrize(
    ("source", "value", "quote", "kept"),
    [
        ("session", "ana lopez", None, True),
        ("session", "Luis", None, False),
        ("cerebro", "plazo", "plazo de revision", True),
        ("cerebro", "prioridad", "prioridad alta", False),
        ("erp", "Luis", "Luis", False),
        ("user", "30 días", "30 días", False),
        (None, "contrato", "contrato", False),
    ],
)
def test_each_source_is_searched_for_its_own_words(
    source: ArgumentSource | None, value: str, quote: str | None, kept: bool
) -> None:
    offer = complete() | {"assignee": Proposed(value=value, source=source, quote=quote)}
    assert ("assignee" in checked(offer).call.args) is kept


@pytest.mark.parametrize(
    ("field", "value", "quote", "kept"),
    [
        ("title", "revisar contrato", "revisar contrato ACME", True),
        ("title", "contrato revisar", "revisar contrato ACME", True),
        ("title", "pagar contrato", "revisar contrato ACME", False),
        ("title", "visar contrato", "visar contrato", False),
        ("title", "ACM", "ACM", False),
        ("dueDate", "2026-12-04", "4 de diciembre", True),
        ("dueDate", "4 de diciembre", "para el 4 de diciembre", True),
        ("dueDate", "2026-12-31", "4 de diciembre", False),
        ("priority", "alta", "prioridad ALTA", True),
        ("priority", "urgente", "prioridad ALTA", False),
    ],
)
def test_a_quote_stands_whole_in_what_was_said_and_says_the_value(
    field: str, value: str, quote: str, kept: bool
) -> None:
    result = checked(complete() | {field: said(value, quote)})
    origin = result.call.provenance.get(field)
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
    assert "salary" not in checked(offer).call.args


def test_a_field_with_choices_is_asked_for_with_their_names() -> None:
    (role,) = (m for m in checked({}, contract=USER, required=()).missing if m.field == "role")
    assert [choice.value for choice in role.choices] == ["consulta", "empleado", "gestor"]
    assert [choice.label for choice in role.choices] == ["consulta", "empleado", "gestor"]


def test_a_flow_may_require_more_than_its_tool() -> None:
    result = checked(complete(), required=("title", "assignee"))
    assert [each.field for each in result.missing] == ["assignee"]


def test_the_flow_of_a_tool_is_the_plans_or_the_first_that_has_it() -> None:
    assert flow_of(PACK, "createTask", "CreateProject") == PACK.flows["CreateTask"]
    assert flow_of(PACK, "createTask", "CreateTask") == PACK.flows["CreateTask"]
    assert flow_of(PACK, "findTasks", "Other") is None


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
    result = checked(offers)
    properties = TASK.arguments["properties"]
    assert set(result.call.args) == set(result.call.provenance)
    for field, value in result.call.args.items():
        assert Draft202012Validator(properties[field]).is_valid(value)
        origin = result.call.provenance[field]
        if origin.source == "user":
            assert origin.quote is not None
            assert folded(origin.quote) in folded(SAID)
        if origin.source == "default":
            assert value == properties[field]["default"]


@given(OFFERS)
def test_whatever_is_proposed_a_required_field_is_kept_or_asked_for(
    offers: dict[str, Proposed],
) -> None:
    result = checked(offers)
    asked = [each.field for each in result.missing]
    assert len(asked) == len(set(asked))
    for field in REQUIRED:
        assert (field in result.call.args) != (field in asked)


@given(OFFERS)
def test_what_an_open_plan_kept_stays_whatever_is_not_said_otherwise(
    offers: dict[str, Proposed],
) -> None:
    once = checked(offers).call
    again = checked({}, kept=once, sources=one_line("vale")).call
    for field, value in again.args.items():
        origin = again.provenance[field]
        if field in once.args:
            assert (value, origin) == (once.args[field], once.provenance[field])
        else:
            # What was said of it was refused then; now nobody says anything.
            assert origin.source == "default"
    assert once.args.keys() <= again.args.keys()


@given(OFFERS, OFFERS)
def test_a_kept_value_gives_way_only_to_one_that_was_said_now(
    offers: dict[str, Proposed], later: dict[str, Proposed]
) -> None:
    once = checked(offers).call
    for field, value in checked(later, kept=once, sources=one_line("vale")).call.args.items():
        assert value in (once.args.get(field), "Ana López", "media")


# --- dates ---------------------------------------------------------------------------------------


def due(value: object, quote: str, text: str, day: date = SUNDAY) -> tuple[object, str | None]:
    """The due date that is kept, or why it is not."""
    offers = {"dueDate": said(value, quote)}
    result = checked(offers, required=("dueDate",), sources=one_line(text, day))
    reasons = {each.field: each.reason for each in result.missing}
    return result.call.args.get("dueDate"), reasons.get("dueDate")


def test_the_words_of_a_date_are_read_in_code() -> None:
    assert due("el viernes", "el viernes", "Antes del viernes: para el viernes") == (
        "2026-11-27", None
    )  # fmt: skip
    assert due("2026-11-27", "viernes", "para el viernes") == ("2026-11-27", None)


def test_words_are_read_in_their_sentence() -> None:
    """A quote may be shorter than what was said."""
    assert due("2026-12-04", "4", "para el 4 de diciembre") == ("2026-12-04", None)
    assert due("2026-11-27", "viernes", "desde el viernes pasado") == (None, "missing_other_date")


def test_words_are_read_by_the_calendar_of_the_day_they_were_written() -> None:
    monday = date(2026, 11, 23)
    sources = Sources((Text("sí", monday), Text("para mañana", SUNDAY)), monday)
    offers = {"dueDate": said("mañana", "mañana")}
    result = checked(offers, required=("dueDate",), sources=sources)
    assert result.call.args == {"dueDate": "2026-11-23", "priority": "media"}


@pytest.mark.parametrize(
    ("value", "quote", "reason"),
    [
        ("ayer", "ayer", "missing_past"),
        ("2026-11-20", "20/11/2026", "missing_past"),
        ("31 de febrero", "31 de febrero", "missing_no_such_day"),
        ("2027-03-03", "31 de febrero", "missing_no_such_day"),
        ("2026-12-05", "viernes 5 de diciembre", "missing_other_weekday"),
        ("pronto", "pronto", "missing_no_date"),
        ("2026-11-30", "el lunes o el martes", "missing_other_date"),
        ("el lunes o el martes", "el lunes o el martes", "missing_other_date"),
    ],
)
def test_a_date_that_will_not_do_is_asked_for_with_the_reason(
    value: str, quote: str, reason: str
) -> None:
    assert due(value, quote, f"Una tarea para {quote}") == (None, reason)


def test_the_reason_is_found_even_when_the_model_proposes_nothing() -> None:
    (_, day) = checked({}, sources=one_line("Crea una tarea para el 30 de febrero")).missing
    assert (day.reason, day.said) == ("missing_no_such_day", "30 de febrero")


def test_a_project_may_have_begun_before_today() -> None:
    offers = {"startDate": said("2026-11-02", "2/11/2026")}
    project = PACK.tools["createProject"]
    result = checked(offers, contract=project, required=(), sources=one_line("empezó el 2/11/2026"))
    assert result.call.args["startDate"] == "2026-11-02"


# --- choices -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quote", "value"),
    [
        ("muy importante", "alta"),
        ("high priority", "alta"),
        ("no es urgente", "baja"),
        ("not urgent", "baja"),
        ("URGENTES", "urgente"),
        ("cuanto antes", "alta"),
    ],
)
def test_a_choice_is_said_by_its_name_or_a_synonym_in_either_language(
    quote: str, value: str
) -> None:
    sources = one_line(f"Es {quote}, por favor")
    for proposed_value in ("baja", "media", "alta", "urgente"):
        result = checked({"priority": said(proposed_value, quote)}, sources=sources)
        assert ("priority" in result.call.args) is (proposed_value == value)


def test_words_that_name_two_choices_are_asked_about() -> None:
    offers = complete() | {"priority": said("alta", "alta o urgente")}
    (missing,) = checked(offers, sources=one_line(f"{SAID}: alta o urgente")).missing
    assert (missing.field, missing.reason) == ("priority", "missing_several")
    assert len(missing.choices) == 4


# --- answers that pick a choice ------------------------------------------------------------------

OFFERED = {
    "projectId": (
        Choice(value="P-1001", label="Mantenimiento de sistemas, ACME S.A."),
        Choice(value="P-1002", label="Reparto, ACME Logística"),
    )
}


@pytest.mark.parametrize(
    ("quote", "value"),
    [
        ("ACME Logística", "P-1002"),
        ("la segunda", "P-1002"),
        ("the first one", "P-1001"),
        ("la última", "P-1002"),
        ("P-1001", "P-1001"),
        ("ACME", None),
        ("la tercera", None),
    ],
)
def test_an_answer_may_name_a_choice_or_its_place(quote: str, value: str | None) -> None:
    offers = {"projectId": said(value or quote, quote)}
    result = checked(offers, required=(), sources=one_line(quote), choices=OFFERED)
    assert result.call.args.get("projectId") == value
