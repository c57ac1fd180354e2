"""An answer says what tools returned, and tells nothing as done that was not."""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.material import Material, facts_of
from activities.plain_answers import told_outcomes
from activities.verifying import id_shapes, problems_of, said_in
from shared.contracts.activities import RespondRequest, RunRef
from shared.contracts.calendar import written_day
from shared.contracts.conversations import History, Turn
from shared.contracts.evidence import ContextPack
from shared.contracts.grounding import Grounding
from shared.contracts.identity import Language
from shared.contracts.plan import Route
from shared.contracts.runs import RunRecord, ToolOutcome
from shared.packs import FolderPacks
from tests.fakes.samples import AT, evidence, past_turn
from tests.fakes.world import ANA, PACKS

PACK = FolderPacks(PACKS).get(FolderPacks(PACKS).current)
RUN = RunRef(run_id="r1", tenant_id="t", conversation_id="c", correlation_id="x")
TASK: dict[str, object] = {
    "id": "T-7",
    "title": "Revisar el contrato de ACME",
    "dueDate": "2026-12-04",
    "priority": "alta",
    "status": "pendiente",
    "createdAt": "2026-11-22T23:30:00Z",
}
LANGUAGES: tuple[Language, ...] = ("es", "en")


def made(**changes: object) -> ToolOutcome:
    args = {"title": "Revisar contrato", "dueDate": "2026-12-04", "priority": "alta"}
    return ToolOutcome(
        call_id="c0", tool="createTask", status="ok", args=args, result=TASK | changes,
        effect_id="e0",
    )  # fmt: skip


def not_made(status: str = "failed", title: str = "Comprar papel") -> ToolOutcome:
    return ToolOutcome.model_validate(
        {
            "call_id": "c1",
            "tool": "createTask",
            "status": status,
            "args": {"title": title, "dueDate": "2026-12-11", "projectId": "P-9"},
            "error": "el proyecto P-9 no existe",
            "effect_id": "e1",
        }
    )


def found(*items: dict[str, object]) -> ToolOutcome:
    result: dict[str, object] = {"items": list(items), "total": len(items), "next": None}
    return ToolOutcome(call_id="c0", tool="findTasks", status="ok", args={}, result=result)


def wrong(
    text: str,
    *outcomes: ToolOutcome,
    route: Route = "FLOW_EXECUTION",
    documents: ContextPack | None = None,
    turns: Sequence[Turn] = (),
    message: str = "Crea la tarea T-1",
) -> tuple[str, ...]:
    record = RunRecord(
        run_id="r1", tenant_id="t", conversation_id="c", correlation_id="x", caller=ANA,
        message=message, language="es", time_zone="Europe/Madrid", pack_version=PACK.version,
        received_at=AT,
    )  # fmt: skip
    request = RespondRequest(run=RUN, route=route, language="es", steps=len(outcomes))
    pack = documents or ContextPack()
    material = Material(
        record, PACK, History(turns=tuple(turns)), pack, None, outcomes, Grounding(), pack
    )
    return problems_of(text, facts_of(request, material))


# --- what is right --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "He creado la tarea T-7, «Revisar el contrato de ACME», con fecha límite el 4 de diciembre "
        "de 2026 y prioridad alta.",
        "I have created task T-7, “Revisar el contrato de ACME”, due on Friday 4 December 2026.",
        "Hecho: t-7 («revisar contrato»), para el viernes 4 de diciembre.",
        "He creado T-7 hoy, 22 de noviembre; en Madrid ya es 23 de noviembre de 2026.",
        "He creado T-7: 3/4 de las tareas tienen prioridad «alta».",
        "He creado T-7 con la «fecha límite» que pedías.",
    ],
)
def test_what_the_result_holds_may_be_said(text: str) -> None:
    assert wrong(text, made()) == ()


@pytest.mark.parametrize(
    "text",
    [
        "No he podido crear la tarea «Comprar papel»: el proyecto P-9 no existe.",
        "I could not create the task “Comprar papel”, because P-9 does not exist.",
        "El ERP rechazó la tarea: el proyecto P-9 no existe.",
        "No se ha creado nada. Revisa si P-9 está bien escrito.",
    ],
)
def test_what_was_not_done_may_be_told_as_such(text: str) -> None:
    assert wrong(text, not_made()) == ()


def test_each_of_several_calls_may_be_told_as_what_it_is() -> None:
    text = (
        "He creado la tarea T-7, «Revisar el contrato de ACME».\n"
        "La tarea «Comprar papel» no se ha creado: el proyecto P-9 no existe."
    )
    assert wrong(text, made(), not_made()) == ()


def test_a_search_may_tell_of_what_others_have_done() -> None:
    text = "Hay 1 tarea: T-7, «Revisar el contrato de ACME», creada el 22 de noviembre de 2026."
    assert wrong(text, found(TASK)) == ()


# --- what is wrong --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("He creado la tarea T-8.", "T-8"),
        ("He creado la tarea T-1.", "T-1"),
        ("He creado la tarea T-7 en el proyecto P-1001.", "P-1001"),
        ("He creado la tarea T-7, «Comprar papel».", "Comprar papel"),
        ("He creado la tarea T-7 para el 5 de diciembre de 2026.", "5 de diciembre de 2026"),
        ("He creado la tarea T-7 para el 4 de diciembre de 2027.", "4 de diciembre de 2027"),
        ("I have created T-7, due on 2026-12-05.", "2026-12-05"),
        ("I have created T-7, due on December 5.", "December 5"),
    ],
)
def test_what_the_result_does_not_hold_may_not_be_said(text: str, said: str) -> None:
    (problem,) = wrong(text, made())
    assert said in problem


@pytest.mark.parametrize("status", ["failed", "unknown", "skipped"])
@pytest.mark.parametrize(
    "text",
    [
        "He creado la tarea.",
        "La tarea ha sido creada sin problemas.",
        "Hecho.",
        "¡Listo! Ya la tienes.",
        "I've created the task.",
        "The task has been created without any problems.",
        "Done.",
        "El proyecto no existe. He creado la tarea igualmente.",
    ],
)
def test_what_did_not_succeed_is_never_told_as_done(text: str, status: str) -> None:
    assert wrong(text, not_made(status))


def test_a_claim_may_not_name_what_failed_beside_what_succeeded() -> None:
    text = "He creado las tareas «Revisar el contrato de ACME» y «Comprar papel». No falta nada."
    (problem,) = wrong(text, made(), not_made())
    assert "Comprar papel" in problem


def test_a_failure_may_not_be_left_out() -> None:
    (problem,) = wrong("He creado la tarea T-7.", made(), not_made())
    assert "succeed" in problem


@pytest.mark.parametrize(
    "text",
    [
        "Todavía no se sabe si la gestión con la tarea llegó a hacerse.",
        "No puedo confirmar que la tarea se haya creado.",
        "Puede que la tarea ya se haya creado.",
        "No estoy seguro de si se creó.",
        "It is not known yet whether the task was created.",
        "I could not confirm whether it was done.",
        "The task may have been created.",
    ],
)
def test_only_what_nobody_knows_may_be_called_into_doubt(text: str) -> None:
    assert wrong(text, not_made("unknown")) == ()
    for status in ("failed", "skipped"):
        assert wrong(text, not_made(status)) == (
            f"it is known what became of that, but it says: {text}",
        )
    assert wrong(f"He creado la tarea T-7. {text}", made())


@pytest.mark.parametrize(
    "text",
    [
        "No se ha podido crear la tarea.",
        "No he creado la tarea.",
        "La tarea no se creó.",
        "La gestión ha fallado.",
        "I was unable to create the task.",
        "The task wasn't created.",
        "Creating it failed.",
    ],
)
def test_only_what_surely_did_not_happen_is_told_as_not_done(text: str) -> None:
    for status in ("failed", "skipped"):
        assert wrong(text, not_made(status)) == ()
    problem = f"that is not known to have failed, but it says: {text}"
    assert problem in wrong(text, not_made("unknown"))
    assert problem in wrong(text, made())


def test_of_several_calls_each_is_denied_or_doubted_by_its_own_name() -> None:
    good = "He creado T-7. No se sabe si «Comprar papel» llegó a crearse."
    assert wrong(good, made(), not_made("unknown")) == ()
    (problem,) = wrong(
        "No se sabe si T-7 llegó a crearse, ni la otra.", made(), not_made("unknown")
    )
    assert "known" in problem
    (problem,) = wrong("La tarea «Revisar contrato» no se ha creado.", made(), not_made())
    assert "Revisar contrato" in problem


def test_what_is_unknown_has_to_be_told_as_such() -> None:
    assert wrong("El ERP no ha contestado.", not_made("unknown"))
    text = "El ERP no ha contestado; míralo allí antes de repetirlo."
    assert wrong(text, not_made("unknown")) == ()


@pytest.mark.parametrize(
    "text",
    [
        "He creado T-7. No se ha asignado a nadie.",
        "He creado T-7 sin ningún problema. No sé si quieres crear otra.",
        "I have created T-7. You may want to assign it. No due date was given.",
    ],
)
def test_what_was_left_open_beside_a_success_is_no_failure(text: str) -> None:
    assert wrong(text, made()) == ()


def test_a_search_makes_nothing() -> None:
    assert wrong("He creado la tarea T-7.", found(TASK))


# --- where no tool ran ----------------------------------------------------------------------------


def test_documents_are_cited_by_numbers_that_exist() -> None:
    assert wrong("Hace falta el DNI [1].", documents=evidence()) == ()
    (problem,) = wrong("Hace falta el DNI [1][2].", documents=evidence())
    assert "[2]" in problem
    assert wrong("No lo dice [1].")


def test_ids_come_from_the_conversation_or_the_documents() -> None:
    assert wrong("No encuentro nada sobre T-1.", documents=evidence()) == ()
    assert wrong("Eso es de T-44.", documents=evidence())
    assert wrong("Me hablabas de T-44.", route="SMALL_TALK", turns=[past_turn(text="T-44")]) == ()


@pytest.mark.parametrize("route", ["SMALL_TALK", "NEED_MORE_CONTEXT", "UNKNOWN"])
def test_chat_does_not_pretend_to_have_done_something(route: Route) -> None:
    assert wrong("He creado la tarea que querías.", route=route)
    assert wrong("No he hecho nada en el ERP.", route=route) == ()
    assert wrong("¡Hola, Ana! ¿En qué te ayudo?", route=route) == ()


# --- for all --------------------------------------------------------------------------------------

TITLES = st.text("abcdefgh áéñ", min_size=3, max_size=20).filter(lambda text: len(text.split()) > 0)


@given(st.integers(1, 99), st.integers(1, 99), st.sampled_from(LANGUAGES))
def test_an_id_is_right_if_and_only_if_it_was_returned(
    said: int, returned: int, language: Language
) -> None:
    text = {"es": f"He creado la tarea T-{said}.", "en": f"I have created the task T-{said}."}
    assert bool(wrong(text[language], made(id=f"T-{returned}"))) == (said != returned)


@given(st.dates(date(2026, 1, 1), date(2030, 1, 1)), st.sampled_from(LANGUAGES))
def test_every_day_is_recognised_as_people_write_it(day: date, language: Language) -> None:
    text = f"T-7: {written_day(day, language)}."
    assert wrong(text, made(dueDate=day.isoformat())) == ()
    other = made(dueDate="2031-05-05", createdAt="2031-05-05T10:00:00Z")
    assert wrong(text, other) or day == AT.date()


@given(
    st.lists(st.sampled_from(["ok", "failed", "unknown", "skipped", "read"]), min_size=1),
    st.sampled_from(LANGUAGES),
    TITLES,
)
def test_the_answer_made_in_code_is_always_right(
    kinds: list[str], language: Language, title: str
) -> None:
    known = {"ok": made(title=title), "read": found(TASK | {"title": title})}
    outcomes = [known.get(kind) or not_made(kind, title) for kind in kinds]
    text = told_outcomes(outcomes, PACK, language)
    assert wrong(text, *outcomes) == ()
    assert len(text.splitlines()) >= len(kinds)


def test_the_shapes_of_ids_are_those_of_the_contracts() -> None:
    shapes = id_shapes(PACK.tools.values())
    told = "T-1 P-22 U-333 X-4 12 tarea 2026 AT-1 T-1-2"
    assert {match.group() for s in shapes for match in s.finditer(told)} == {"T-1", "P-22", "U-333"}


@pytest.mark.parametrize("zone", ["America/Mexico_City", "Europe/Madrid", "Asia/Tokyo"])
def test_a_date_is_one_day_in_every_zone(zone: str) -> None:
    said = said_in(["2026-12-04"], (), AT, ZoneInfo(zone))
    assert said.days == {date(2026, 12, 4)}
