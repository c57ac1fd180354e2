"""What a flow leaves behind fits into the store, whatever it has said and done."""

import json

import pytest

from shared.contracts.conversations import Exchange, Mentioned, Turn, TurnEffect
from shared.contracts.evidence import Citation
from shared.contracts.runs import ToolOutcome
from shared.streams.fitting import cut, fitting_results, fitting_turn, shortened
from tests.fakes.samples import AT

ITEM_BYTES = 2 * 1024 * 1024
SOURCE = Citation(
    number=1, source="s", snippet="ñ" * 2_000, score=0.5, index="i", document_id="d", verified=True
)


def turn(**more: object) -> Turn:
    return Turn.model_validate(
        {
            "run_id": "r", "conversation_id": "c", "tenant_id": "t", "asked_at": AT,
            "message": "Hola", "text": "Vale", "finish_reason": "stop", **more,
        }
    )  # fmt: skip


def outcome(number: int, size: int, *, changes: bool = False) -> ToolOutcome:
    return ToolOutcome(
        call_id=f"n{number}",
        tool="http",
        status="ok",
        args={"url": f"https://api.example.org/{number}"},
        result={"text": "x" * size},
        effect_id=f"e{number}" if changes else None,
    )


@pytest.mark.parametrize("letter", ["x", "ñ", '"', "😀", "\n"])
@pytest.mark.parametrize("most", [2, 3, 13, 14, 15, 400])
def test_a_text_is_cut_where_its_json_is_full(letter: str, most: int) -> None:
    text = letter * 500
    found = cut(text, most)
    assert text.startswith(found)
    assert len(json.dumps(found)) <= most < len(json.dumps(text[: len(found) + 1]))
    assert cut(found, most) == found


def test_of_a_text_without_room_nothing_is_left() -> None:
    assert cut("Hola", 0) == ""


def test_of_a_text_that_is_shortened_it_is_seen() -> None:
    assert shortened("ñ" * 5, 32) == "ñ" * 5
    found = shortened("ñ" * 50, 32)
    assert found == "ñ" * 3 + " …"
    assert len(json.dumps(found)) <= 32


def test_a_turn_of_more_records_than_fit_keeps_the_first() -> None:
    many = [Mentioned(type="task", id=f"T-{n}", name="ñ" * 100) for n in range(4_000)]
    fits = fitting_turn(turn(entities=many))
    assert 0 < len(fits.entities) < len(many)
    assert fits.entities == tuple(many[: len(fits.entities)])
    assert len(json.dumps(fits.wire())) < ITEM_BYTES


def test_a_turn_that_fits_stays_as_it_is() -> None:
    whole = turn(exchanges=(Exchange(message="Hola", text="Vale"),), citations=(SOURCE,))
    assert fitting_turn(whole) == whole


def test_a_turn_of_a_flow_that_says_much_fits_and_says_that_it_ends_early() -> None:
    long = "😀" * 900_000
    effects = [TurnEffect(call_id=f"n{n}", tool="http", status="ok") for n in range(4_000)]
    fits = fitting_turn(
        turn(
            text=long,
            exchanges=[Exchange(message="ñ" * 8_000, text="ñ" * 9_000)] * 200,
            citations=[SOURCE] * 400,
            effects=effects,
        )
    )
    assert len(json.dumps(fits.wire())) < ITEM_BYTES
    assert fits.finish_reason == "length"
    assert fits.text
    assert len(fits.exchanges) > 1
    assert fits.citations
    assert fits.effects == tuple(effects[:1_000])
    assert fitting_turn(turn(text=long, finish_reason="error")).finish_reason == "error"


def test_results_that_fit_stay_as_they_are() -> None:
    some = (outcome(1, 100), outcome(2, 100, changes=True))
    assert fitting_results(some) == some


def test_of_many_results_those_that_changed_something_are_kept_first() -> None:
    many = [outcome(n, 60_000, changes=n == 90) for n in range(100)]
    fits = fitting_results(many)
    assert sum(len(json.dumps(each.wire())) for each in fits) < ITEM_BYTES
    assert [each.call_id for each in fits] == [each.call_id for each in many]
    assert fits[90] == many[90]
    assert fits[99].result is None


def test_of_very_many_results_the_rest_is_with_the_run_only() -> None:
    many = [outcome(n, 10, changes=n > 9_000) for n in range(10_000)]
    fits = fitting_results(many)
    assert sum(len(json.dumps(each.wire())) for each in fits) < ITEM_BYTES
    assert {each.call_id for each in many[9_001:]} <= {each.call_id for each in fits}
