"""The answers: results confirmed, documents cited, chat, questions back."""

import json
from collections.abc import Mapping

import pytest

from demo.tests.model.dialogue import respond

TASK: Mapping[str, object] = {
    "id": "T-1042",
    "title": "revisar contrato ACME",
    "dueDate": "2026-12-04",
    "priority": "alta",
    "status": "pendiente",
}
EVIDENCE = """<evidence>
<doc n="1" title="Vacaciones y permisos" source="personal.md"># Vacaciones

Cada persona tiene veintidós días hábiles de vacaciones por año completo trabajado. Las vacaciones
se piden en el ERP con al menos quince días naturales de antelación.</doc>
<doc n="2" title="Holidays" source="holidays.md">Holidays are requested in the ERP at least fifteen
calendar days in advance.</doc>
<doc n="3" title="Impresoras" source="printers.md">Las averías de la impresora se comunican a
soporte por teléfono.</doc>
</evidence>"""


def _results(**result: object) -> str:
    outcome: dict[str, object] = {
        "tool": "createTask",
        "status": "ok",
        "args": {},
        "result": None,
        "error": None,
    }
    return f"<results>{json.dumps([{**outcome, **result}])}</results>"


def test_a_created_task_is_confirmed_with_the_erps_values() -> None:
    assert respond("crea…", [_results(result=TASK)]) == (
        "He creado la tarea T-1042, «revisar contrato ACME», con fecha límite el 4 de diciembre de"
        " 2026 y prioridad alta."
    )
    assert respond("create…", [_results(result=TASK)], "en") == (
        "I have created the task T-1042, “revisar contrato ACME”, due on 4 December 2026 with high"
        " priority."
    )


@pytest.mark.parametrize("status", ["failed", "skipped"])
def test_what_was_not_done_says_why_and_claims_nothing(status: str) -> None:
    text = respond("crea…", [_results(status=status, error="la fecha ya ha pasado.")])

    assert "la fecha ya ha pasado" in text
    assert "He creado" not in text
    assert "no se sabe" not in text


def test_what_was_skipped_is_told_as_not_done_without_a_doubt() -> None:
    reason = "whoever had to approve it rejected it"
    assert respond("…", [_results(status="skipped", error=reason)], "en") == (
        f"What you asked for the task was not done: {reason}."
    )
    assert (
        respond("crea…", [_results(status="skipped")]) == "No se ha hecho la gestión con la tarea."
    )


def test_an_unknown_outcome_asks_not_to_repeat_it() -> None:
    assert "No la repitas" in respond("crea…", [_results(status="unknown")])


def test_found_records_are_counted_and_listed() -> None:
    found = {"items": [TASK], "total": 3, "next": None}

    text = respond("lista…", [_results(tool="findTasks", result=found)])

    assert text.startswith("He encontrado 3 tareas:\n- T-1042: «revisar contrato ACME»")
    assert "2 más" in text
    empty = {"items": [], "total": 0, "next": None}
    assert respond("…", [_results(tool="findTasks", result=empty)]).startswith("No hay tareas")


def test_a_tool_without_a_sentence_is_confirmed_all_the_same() -> None:
    text = respond("…", [_results(tool="createInvoice", result={"id": "I-7", "total": 12})])

    assert "createInvoice" in text
    assert "I-7" in text


def test_an_answer_comes_from_the_documents_and_cites_them() -> None:
    text = respond("¿Cuántos días de vacaciones tengo?", [EVIDENCE])

    assert text.startswith(
        "Cada persona tiene veintidós días hábiles de vacaciones por año completo trabajado [1]."
    )
    assert "impresora" not in text


def test_documents_in_the_turns_language_are_preferred() -> None:
    assert respond("How do I request holidays?", [EVIDENCE], "en").startswith("Holidays are")


def test_what_only_another_language_says_is_announced() -> None:
    text = respond("Who repairs the printer?", [EVIDENCE], "en")

    assert text == (
        "The documentation says it in Spanish:\n"
        "Las averías de la impresora se comunican a soporte por teléfono [3]."
    )


@pytest.mark.parametrize("evidence", [EVIDENCE, "<evidence></evidence>"])
def test_what_no_document_says_is_not_made_up(evidence: str) -> None:
    text = respond("¿Cuál es la capital de Francia?", [evidence])

    assert text.startswith("La documentación no lo dice")
    assert "[" not in text


def test_results_come_before_what_documents_add() -> None:
    text = respond("¿vacaciones?", [_results(result=TASK), EVIDENCE])

    assert text.index("T-1042") < text.index("[1]")


def test_an_unclear_order_is_asked_back() -> None:
    assert respond("hazlo", ["<ask/>"]).startswith("¿A qué te refieres?")
    assert respond("crea una tarea", ["<ask/>"]).startswith("¿Qué hay que hacer")
    assert "in another way" in respond("asdf", ["<ask/>"], "en")


@pytest.mark.parametrize(
    ("text", "language", "part"),
    [
        ("Hola", "es", "¡Hola, Ana!"),
        ("Hello", "en", "Hello, Ana!"),
        ("gracias", "es", "De nada, Ana."),
        ("who are you?", "en", "scripted local model"),
        ("¿Quién eres?", "es", "modelo local de guion"),
        ("olvídalo", "es", "no se hará nada"),
        ("asdf", "es", "No he entendido"),
    ],
)
def test_chat_is_answered_in_its_language(text: str, language: str, part: str) -> None:
    assert part in respond(text, [], language)


def test_the_length_of_an_answer_can_be_chosen() -> None:
    assert respond("hola [[tokens:20]]", [EVIDENCE]).startswith("Esta es una respuesta de prueba")


def test_documents_may_stand_before_what_the_person_says() -> None:
    question = "¿Cuántos días de vacaciones tengo?"
    beside = respond(f"{EVIDENCE}\n{question}", [])

    assert beside == respond(question, [EVIDENCE])
    assert respond(f"<evidence></evidence>\n{question}", []) == respond(
        question, ["<evidence></evidence>"]
    )


@pytest.mark.parametrize(
    ("question", "language", "reply"),
    [
        ("¿Cuántos días de vacaciones tengo?", "es", "No he buscado en la documentación"),
        ("How many days of holiday do I have?", "en", "I have not looked into the documentation"),
        ("asdkjh qwrtp", "es", "No he entendido el mensaje"),
    ],
)
def test_a_question_that_nobody_looked_up_is_not_called_unclear(
    question: str, language: str, reply: str
) -> None:
    assert respond(question, [], language).startswith(reply)
