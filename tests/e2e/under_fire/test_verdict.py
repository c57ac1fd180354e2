"""The judge sees what it is there for: without that, a clean verdict would prove nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.contracts.wording import say
from tests.e2e.people import Event, Run
from tests.e2e.under_fire.hits import Blow, hit_in
from tests.e2e.under_fire.ordering import Placed
from tests.e2e.under_fire.plan import BOUNDED, WHOLE, Kind, Order, orders
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
    error: str | None = None,
    finish_reason: str = "stop",
) -> Evidence:
    """`text` is what was read; `stored` what the run's turn keeps, where that is not the same."""
    end = {"type": "done"} if end is None else end
    kept = text if stored is None else stored
    result = TASK if status == "ok" else None
    effect = {"callId": "c0", "status": status, "result": result, "error": error}
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
            "text": kept,
            "effects": [effect],
            "error": {"code": end.get("code")} if failed else None,
        },
        run=Run("r", [Event(number, data) for number, data in numbered]),
        turns=[{"text": kept, "finishReason": finish_reason}],
        audit=[flow] * flows + [{"kind": "turn.completed", "runId": "r"}] * turns_completed,
    )


def offences(seen: Evidence) -> set[str]:
    return {finding.offence for finding in judge(seen)}


def test_an_honest_run_is_let_pass() -> None:
    assert judge(evidence()) == []
    assert judge(evidence("unknown", text="Todavía no se sabe si se hizo.")) == []
    assert judge(evidence("unknown", records=(), text="Todavía no se sabe si se hizo.")) == []
    assert judge(evidence("failed", records=(), text="No se ha podido completar.")) == []
    why = say("approval_rejected", "es")
    rejected = evidence("skipped", records=(), text=f"No se ha hecho: {why}.", error=why)
    placed = replace(rejected.placed, decision="rejected")
    assert judge(replace(rejected, placed=placed)) == []


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


STOPPED = f"{say('cancelled_behind_tools', 'es')}\nHecho: tarea T-1."
FAILED = f"{say('failed_behind_tools', 'es')}\nHecho: tarea T-1."


def broken_off(
    message: str, *, read: str, stored: str, status: str = "ok", code: str = "CANCELLED"
) -> Evidence:
    """A run that ended badly, with this message, when so much of its answer had been read."""
    end = {"type": "error", "code": code, "message": message, "retryable": status == "skipped"}
    why = say("cancelled", "es") if status == "skipped" else None
    seen = evidence(
        status,
        records=(TASK,) if status == "ok" else (),
        text=read,
        stored=stored,
        end=end,
        error=why,
        finish_reason="cancelled" if code == "CANCELLED" else "error",
    )
    placed = replace(seen.placed, order=replace(seen.placed.order, kind="stopped"))
    state = "CANCELLED" if code == "CANCELLED" else "FAILED"
    return replace(seen, placed=placed, view={**seen.view, "state": state})


READ = "He creado la tarea"
BEFORE_ALL = say("cancelled", "es")


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(broken_off(STOPPED, read="", stored=STOPPED), id="stopped-behind-its-effect"),
        pytest.param(
            broken_off(STOPPED, read=READ, stored=f"{READ}\n\n{STOPPED}"),
            id="stopped-while-it-answered",
        ),
        pytest.param(
            broken_off(STOPPED, read=TEXT, stored=f"{TEXT}\n\n{STOPPED}"),
            id="stopped-when-all-was-read",
        ),
        pytest.param(
            broken_off(BEFORE_ALL, read="Voy a", stored="Voy a", status="skipped"),
            id="stopped-before-its-effect",
        ),
        pytest.param(
            broken_off(FAILED, read=READ, stored=FAILED, code="INTERNAL"),
            id="failed-while-it-answered",
        ),
        pytest.param(
            broken_off("Vuelve a intentarlo.", read="Voy a", stored="", status="failed", code="X"),
            id="failed-without-effect",
        ),
    ],
)
def test_a_run_that_broke_off_keeps_what_was_read_before_a_stop_and_what_it_did(
    seen: Evidence,
) -> None:
    assert judge(seen) == []


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(broken_off(STOPPED, read=READ, stored=STOPPED), id="forgot-what-was-read"),
        pytest.param(broken_off(STOPPED, read=READ, stored=READ), id="forgot-what-was-done"),
        pytest.param(
            broken_off(STOPPED, read=READ, stored=f"{STOPPED}\n\n{READ}"), id="other-order"
        ),
        pytest.param(
            broken_off(FAILED, read=READ, stored=f"{READ}\n\n{FAILED}", code="INTERNAL"),
            id="kept-what-a-failure-made-void",
        ),
        pytest.param(
            broken_off(BEFORE_ALL, read="", stored=BEFORE_ALL, status="skipped"),
            id="told-of-effects-that-are-none",
        ),
        pytest.param(
            broken_off(STOPPED, read=f"{TEXT} {READ}.", stored=f"{TEXT} {READ}.\n\n{STOPPED}"),
            id="claimed-twice-in-what-was-read",
        ),
        pytest.param(
            broken_off(
                STOPPED + " Hecho: T-1.", read=READ, stored=f"{READ}\n\n{STOPPED} Hecho: T-1."
            ),
            id="claimed-twice-in-what-was-told",
        ),
        pytest.param(
            broken_off(STOPPED, read="Es T-9", stored=f"Es T-9\n\n{STOPPED}"),
            id="another-record-in-what-was-read",
        ),
    ],
)
def test_a_run_that_broke_off_and_keeps_anything_else_is_untrue(seen: Evidence) -> None:
    assert "untrue" in offences(seen)


def test_an_answer_that_was_stored_before_its_run_was_stopped_is_kept_as_it_was_read() -> None:
    stopped = broken_off(STOPPED, read=TEXT, stored=TEXT)
    assert "untrue" in offences(stopped)
    answered = replace(stopped, turns=[{"text": TEXT, "finishReason": "stop"}])
    assert judge(answered) == []
    other = replace(stopped, turns=[{"text": STOPPED, "finishReason": "stop"}])
    assert "untrue" in offences(other)


def skipped(
    why: str, kind: Kind = "project with tasks", first: str = "unknown", text: str | None = None
) -> Evidence:
    """A run of two calls, of which the second was skipped for the reason of this key."""
    base = evidence(first, records=())
    sentence = say(why, "es")
    second = {"callId": "c1", "status": "skipped", "result": None, "error": sentence}
    effects = [*base.effects, second]
    told = text if text is not None else f"No se sabe. No se ha hecho: la tarea: {sentence}."
    texts = {"type": "text", "text": told}
    event = {"type": "tool", "callId": "c1", "status": "skipped"}
    events = [*base.run.events[:2], Event(3, event), Event(4, texts), Event(5, {"type": "done"})]
    return Evidence(
        placed=Placed(Order(kind, "", ("7", "8"), 0), "r", "c"),
        records=[(), ()],
        view={"state": "DONE", "text": told, "effects": effects, "error": None},
        run=Run("r", events),
        turns=[{"text": told, "finishReason": "stop"}],
        audit=[
            {"kind": "flow.executed", "runId": "r", "results": effects},
            {"kind": "turn.completed", "runId": "r"},
        ],
    )


def test_a_call_whose_needs_may_not_be_there_is_let_pass_when_the_answer_says_so() -> None:
    assert judge(skipped("needs_failed")) == []


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(skipped("needs_failed", text="No se sabe."), id="silent-on-what-was-skipped"),
        pytest.param(
            skipped("needs_failed", text="No se sabe. No se ha hecho."), id="without-the-reason"
        ),
        pytest.param(skipped("needs_failed", kind="two tasks"), id="needed-nothing"),
        pytest.param(skipped("needs_failed", first="ok"), id="had-what-it-needed"),
        pytest.param(skipped("approval_rejected"), id="nobody-rejected-it"),
        pytest.param(skipped("cancelled", kind="stopped"), id="stopped-and-not-cancelled"),
        pytest.param(skipped("internal"), id="no-reason-at-all"),
    ],
)
def test_a_call_that_was_skipped_has_a_reason_that_is_so_and_is_told(seen: Evidence) -> None:
    assert "untrue" in offences(seen)


def test_a_task_of_another_project_is_untrue() -> None:
    project = {"id": "P-1", "name": "Lote 7"}
    task = {"id": "T-1", "title": "lote 8", "projectId": "P-2"}
    seen = replace(skipped("needs_failed"), records=[(project,), (task,)])
    assert "T-1 is not in the project" in " ".join(str(finding) for finding in judge(seen))


def test_a_plan_is_that_of_its_seed_and_each_order_has_marks_of_its_own() -> None:
    def all_of(seed: int) -> list[Order]:
        return list(orders(WHOLE, seed, "b"))

    assert all_of(1) == all_of(1) != all_of(2)
    marks = [mark for order in all_of(1) for mark in order.marks]
    assert len(marks) == len(set(marks)) > 300
    assert sum(BOUNDED.orders.values()) == 12


# --- which runs were hit --------------------------------------------------------------------------

VIEW = {
    "states": [
        {"state": "RECEIVED", "since": "2026-11-22T10:00:00Z"},
        {"state": "PLANNED", "since": "2026-11-22T10:00:02Z"},
        {"state": "WAITING_APPROVAL", "since": "2026-11-22T10:00:03Z"},
        {"state": "EXECUTING_TOOLS", "since": "2026-11-22T10:00:05Z"},
        {"state": "PERSISTED_EVENT", "since": "2026-11-22T10:00:09Z"},
    ]
}
RECORDED = [
    {"kind": "turn.completed", "at": "2026-11-22T10:00:10Z"},
    {"kind": "flow.executed", "at": "2026-11-22T10:00:08Z"},
]
RECEIVED_AT = datetime(2026, 11, 22, 10, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("second", "state"),
    [
        (1, None),
        (2.5, "PLANNED"),
        (4, None),
        (6, "EXECUTING_TOOLS"),
        (8.5, None),
    ],
    ids=["not-planned", "planned", "waits-for-a-person", "at-work", "recorded"],
)
def test_a_run_is_hit_when_all_workers_die_between_its_plan_and_its_record(
    second: float, state: str | None
) -> None:
    assert hit_in(VIEW, RECORDED, [Blow(RECEIVED_AT + second, whole=True)]) == state
    assert hit_in(VIEW, RECORDED, [Blow(RECEIVED_AT + second, whole=False)]) is None
    assert hit_in(VIEW, RECORDED[:1], [Blow(RECEIVED_AT + second, whole=True)]) is None
