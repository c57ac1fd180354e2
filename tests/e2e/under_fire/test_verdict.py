"""The judge sees what it is there for: without that, a clean verdict would prove nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tests.e2e.people import Event, Run
from tests.e2e.under_fire.ordering import Placed
from tests.e2e.under_fire.plan import BOUNDED, WHOLE, Order, orders
from tests.e2e.under_fire.verdict import Evidence, judge

TASK = {"id": "T-1", "title": "revisar el lote 7"}
TEXT = "He creado la tarea T-1, «revisar el lote 7»."


def evidence(
    status: str = "ok",
    records: Sequence[Mapping[str, Any]] = (TASK,),
    text: str = TEXT,
    stored: str | None = None,
    told: Sequence[str] | None = None,
    end: Mapping[str, Any] | None = None,
    flows: int = 1,
    turns_completed: int = 1,
    numbers: Sequence[int] | None = None,
) -> Evidence:
    end = {"type": "done"} if end is None else end
    effect = {"callId": "c0", "status": status, "result": TASK if status == "ok" else None}
    events: list[Mapping[str, Any]] = [
        {"type": "tool", "callId": "c0", "status": "started"},
        *({"type": "tool", "callId": "c0", "status": one} for one in told or [status]),
        {"type": "text", "text": text},
        end,
    ]
    numbered = zip(numbers or range(1, len(events) + 1), events, strict=True)
    failed = end["type"] == "error"
    flow = {"kind": "flow.executed", "runId": "r", "results": [effect]}
    return Evidence(
        placed=Placed(Order("one task", "", ("7",), 0), "r", "c"),
        records=[records],
        view={
            "state": "FAILED" if failed else "DONE",
            "text": text if stored is None else stored,
            "effects": [effect],
            "error": {"code": end.get("code")} if failed else None,
        },
        run=Run("r", [Event(number, data) for number, data in numbered]),
        turns=[{"text": text}],
        audit=[flow] * flows + [{"kind": "turn.completed", "runId": "r"}] * turns_completed,
    )


def offences(seen: Evidence) -> set[str]:
    return {finding.offence for finding in judge(seen)}


def test_an_honest_run_is_let_pass() -> None:
    assert judge(evidence()) == []
    assert judge(evidence("unknown", text="Todavía no se sabe si se hizo.")) == []
    assert judge(evidence("unknown", records=(), text="Todavía no se sabe si se hizo.")) == []
    assert judge(evidence("failed", records=(), text="No se ha podido completar.")) == []
    assert judge(evidence("skipped", records=(), text="No se ha hecho: lo rechazó.")) == []


def test_a_second_record_is_a_duplicate() -> None:
    assert offences(evidence(records=(TASK, {"id": "T-2", "title": "lote 7"}))) == {"duplicate"}


def test_what_is_told_as_made_and_is_not_there_is_lost() -> None:
    assert "lost" in offences(evidence(records=()))


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(evidence("failed", text="No se ha podido."), id="made-and-told-as-failed"),
        pytest.param(evidence(text="He creado la tarea T-9."), id="another-record-named"),
        pytest.param(evidence(text="Hecho."), id="no-record-named"),
        pytest.param(evidence("unknown", text=TEXT), id="claimed-and-unknown"),
        pytest.param(evidence("failed", records=(), text="Listo."), id="silent-on-a-failure"),
        pytest.param(
            evidence("skipped", records=(), text="Todavía no se sabe si se hizo."),
            id="doubtful-and-skipped",
        ),
        pytest.param(
            evidence(text=TEXT + " No se ha podido completar."), id="made-and-told-as-failed-too"
        ),
        pytest.param(evidence("skipped", records=(), text="De nada."), id="silent-on-a-skip"),
        pytest.param(evidence(stored="Otra cosa."), id="stored-another-text"),
        pytest.param(evidence(told=["unknown"]), id="event-unlike-ledger"),
        pytest.param(evidence(told=["ok", "ok"]), id="told-twice"),
        pytest.param(evidence(flows=0), id="not-audited"),
        pytest.param(evidence(flows=2), id="audited-twice"),
        pytest.param(evidence(turns_completed=2), id="ended-twice-in-the-audit"),
        pytest.param(evidence(numbers=(1, 2, 3, 5)), id="gap"),
        pytest.param(
            evidence(end={"type": "error", "code": "INTERNAL", "retryable": True}),
            id="invites-to-repeat-what-was-done",
        ),
    ],
)
def test_untruths_are_found(seen: Evidence) -> None:
    assert "untrue" in offences(seen)


def test_a_plan_is_that_of_its_seed_and_each_order_has_marks_of_its_own() -> None:
    assert orders(WHOLE, 1, "b") == orders(WHOLE, 1, "b") != orders(WHOLE, 2, "b")
    marks = [mark for order in orders(WHOLE, 1, "b") for mark in order.marks]
    assert len(marks) == len(set(marks)) > 300
    assert sum(BOUNDED.orders.values()) == 12
