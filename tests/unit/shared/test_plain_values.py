"""Numbers and truths, whatever they are said to come from: they follow, or they are asked for."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.plan import ArgumentSource, Provenance
from shared.packs import FolderPacks
from shared.tools.arguments import Checked, Offered, check
from shared.tools.entities import Directory
from shared.tools.plan_schema import Proposed
from shared.tools.sources import Sources, Text
from tests.fakes.world import PACKS

TODAY = date(2026, 11, 22)
EARLIER = FolderPacks(PACKS).get(FolderPacks(PACKS).current).tools["createTask"].model_copy(
    update={"result": {"type": "object", "properties": {
        "total": {"type": "number"}, "paid": {"type": "boolean"}, "id": {"type": "string"}}}}
)  # fmt: skip
ARGUMENTS = {
    "type": "object",
    "additionalProperties": False,
    "required": ["amount", "billable"],
    "properties": {
        "amount": {"type": "number", "title": "importe", "x-label": {"en": "amount"}},
        "billable": {
            "type": "boolean",
            "title": "facturable",
            "x-label": {"es": "facturable", "en": "billable"},
            "x-synonyms": {
                "true": {"es": ["se cobra"], "en": ["charged"]},
                "false": {"es": ["gratis"], "en": ["free"]},
            },
        },
    },
}
CONTRACT = EARLIER.model_copy(update={"arguments": ARGUMENTS})
SOURCES: tuple[ArgumentSource, ...] = ("user", "cerebro", "erp")


def checked(field: str, value: object, source: ArgumentSource, quote: str, text: str) -> Checked:
    """`text` stands where that source has its texts; the ERP's is a record's own field."""
    held = Text(text, TODAY, source, record="R-1" if source == "erp" else None, field="note")
    sources = Sources(
        (Text("-", TODAY), held), TODAY, {"context.amount": "12", "context.paid": "True"}
    )
    offers = {field: Proposed.model_validate({"value": value, "source": source, "quote": quote})}
    return check(Offered(CONTRACT, offers, earlier=(EARLIER,)), sources, Directory(), "es")


def kept(field: str, value: object, source: ArgumentSource, quote: str, text: str) -> bool:
    result = checked(field, value, source, quote, text)
    asked = field in {missing.field for missing in result.missing}
    assert asked is (field not in result.call.args), "what does not follow is asked for"
    if not asked:
        assert result.call.args[field] is value or result.call.args[field] == value
        assert isinstance(result.call.provenance[field], Provenance)
    return not asked


@given(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6), st.sampled_from(SOURCES))
def test_a_number_follows_only_from_that_number(
    said: int, value: int, source: ArgumentSource
) -> None:
    text = f"Son {said} euros"
    assert kept("amount", value, source, str(said), text) is (said == value)
    assert kept("amount", float(value), source, text, text) is (said == value)


@given(st.integers(2, 10**5), st.sampled_from(SOURCES), st.sampled_from(
    ["el doble de {}", "la mitad de {}", "tres veces {}", "twice {}", "half of {}", "10 % de {}",
     "100 más que {}", "two times {}"]))  # fmt: skip
def test_a_number_that_something_is_reckoned_from_is_not_the_amount(
    number: int, source: ArgumentSource, reckoning: str
) -> None:
    text = f"Ponle {reckoning.format(number)} euros"
    for value in (number, 2 * number, number / 2, 3 * number):
        assert not kept("amount", value, source, str(number), text)
        assert not kept("amount", value, source, reckoning.format(number), text)


@pytest.mark.parametrize("value", [True, False, "500", None, [500], {"amount": 500}])
def test_what_is_no_number_is_no_amount(value: Any) -> None:
    assert not kept("amount", value, "user", "500", "Son 500 euros")


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(
    ("quote", "text", "truth"),
    [
        ("Sí", "Sí, por favor", True),
        ("yes", "yes", True),
        ("No", "No", False),
        ("facturable", "La hora es facturable", True),
        ("facturable", "La hora no es facturable", False),
        ("billable", "It is not urgent, but billable", True),
        ("isn't billable", "This isn't billable", False),
        ("se cobra", "Esto se cobra", True),
        ("no se cobra", "Esto no se cobra", False),
        ("gratis", "Es gratis", False),
        ("not free", "It is not free", True),
    ],
)
def test_yes_and_no_are_said_outright_or_of_what_the_argument_is_called(
    source: ArgumentSource, quote: str, text: str, truth: bool
) -> None:
    assert kept("billable", truth, source, quote, text)
    assert not kept("billable", not truth, source, quote, text)


NEITHER = ("Crea la factura", "Si puedes, hoy", "facturable y gratis", "sí y no", "Marta", "1")


@given(st.booleans(), st.sampled_from(SOURCES), st.sampled_from(NEITHER))
def test_nothing_else_says_yes_or_no(value: bool, source: ArgumentSource, text: str) -> None:
    assert not kept("billable", value, source, text, f"{text} mañana")


@given(st.booleans(), st.sampled_from(SOURCES))
def test_a_condition_agrees_to_nothing(value: bool, source: ArgumentSource) -> None:
    assert not kept("billable", value, source, "Si", "Si puedes, hoy")


@given(st.sampled_from([1, 0, "true", "sí", "false", 1.0]), st.sampled_from(SOURCES))
def test_what_is_no_truth_is_none(value: object, source: ArgumentSource) -> None:
    assert not kept("billable", value, source, "sí", "sí")


def test_a_fact_of_the_session_has_to_be_of_the_arguments_kind() -> None:
    assert kept("amount", 12, "session", "", "")
    assert kept("billable", True, "session", "", "")
    assert not kept("amount", 13, "session", "", "")
    assert not kept("billable", False, "session", "", "")
    assert not kept("amount", "12", "session", "", "")
    assert not kept("amount", True, "session", "", "")


@pytest.mark.parametrize(("field", "good", "bad"), [
    ("amount", "$c0.total", "$c0.paid"),
    ("billable", "$c0.paid", "$c0.total"),
    ("amount", "$c0.total", "$c0.id"),
    ("amount", "$c0.total", "$c1.total"),
    ("billable", "$c0.paid", "$c0.nothing"),
])  # fmt: skip
def test_a_result_of_an_earlier_call_has_to_be_of_the_arguments_kind(
    field: str, good: str, bad: str
) -> None:
    assert kept(field, good, "erp", "", "")
    assert not kept(field, bad, "erp", "", "")
    assert not kept(field, good, "user", "", "")


@given(st.sampled_from([0, 1, True, False, 1.0, 0.0]), st.sampled_from([0, 1, True, False]))
def test_a_default_is_the_declared_one_and_no_other_kind_of_value(
    value: object, default: object
) -> None:
    schema = {"type": "boolean" if isinstance(default, bool) else "number", "default": default}
    contract = CONTRACT.model_copy(update={"arguments": {"properties": {"x": schema}}})
    offers = {"x": Proposed.model_validate({"value": value, "source": "default"})}
    sources = Sources((Text("-", TODAY),), TODAY)
    found = check(Offered(contract, offers), sources, Directory(), "es").call.args["x"]
    assert (found, type(found)) == (default, type(default))
