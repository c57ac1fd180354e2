"""Replies to a question that is open: what they supply, change, or leave."""

import pytest
from pydantic import JsonValue

from demo.tests.model.dialogue import (
    Conversation,
    Json,
    calls_of,
    open_question,
    plan,
    quotes_of,
    triage,
)

type Args = dict[str, JsonValue]

TITLE = "revisar el contrato de ACME"
BARE_TASK = open_question("CreateTask", "createTask", {}, ["title", "dueDate"])
NO_DATE = open_question("CreateTask", "createTask", {"title": TITLE}, ["dueDate"])
NO_TITLE = open_question("CreateTask", "createTask", {"dueDate": "2026-11-27"}, ["title"])
BARE_PROJECT = open_question(
    "CreateProject", "createProject", {}, ["name", "customer", "startDate"]
)
NO_CUSTOMER = open_question("CreateProject", "createProject", {"name": "Portal"}, ["customer"])
BARE_USER = open_question("CreateUser", "createUser", {}, ["fullName", "email", "role"])
NO_ROLE = open_question("CreateUser", "createUser", {"fullName": "Juan Pérez"}, ["role"])

SUPPLIES: list[tuple[Json, str, Args]] = [
    (
        BARE_TASK,
        "revisar contrato ACME para el 4 de diciembre",
        {"title": "revisar contrato ACME", "dueDate": "2026-12-04"},
    ),
    (
        BARE_TASK,
        "Título: revisar contrato ACME, fecha límite: 2026-12-04",
        {"title": "revisar contrato ACME", "dueDate": "2026-12-04"},
    ),
    (
        BARE_TASK,
        "review the ACME contract, by December 4",
        {"title": "review the ACME contract", "dueDate": "2026-12-04"},
    ),
    (
        BARE_TASK,
        "que sea el viernes, y el título revisar nóminas",
        {"title": "revisar nóminas", "dueDate": "2026-11-27"},
    ),
    (NO_DATE, "el viernes", {"title": TITLE, "dueDate": "2026-11-27"}),
    (NO_DATE, "by Friday, please", {"title": TITLE, "dueDate": "2026-11-27"}),
    (
        NO_DATE,
        "para fin de mes, y con prioridad alta",
        {"title": TITLE, "dueDate": "2026-11-30", "priority": "alta"},
    ),
    (NO_DATE, "urgente", {"title": TITLE, "priority": "urgente"}),
    (
        NO_DATE,
        "mejor llámala revisar nóminas, para el lunes",
        {"title": "revisar nóminas", "dueDate": "2026-11-23"},
    ),
    (
        NO_DATE,
        "crea la tarea con fecha límite el viernes",
        {"title": TITLE, "dueDate": "2026-11-27"},
    ),
    (NO_TITLE, "llamar a Luis", {"title": "llamar a Luis", "dueDate": "2026-11-27"}),
    (
        NO_TITLE,
        "Informe anual, mejor para el jueves",
        {"title": "Informe anual", "dueDate": "2026-11-26"},
    ),
    (
        BARE_PROJECT,
        "Portal Ciudadano para Iberdrola, empieza el 1 de diciembre",
        {"name": "Portal Ciudadano", "customer": "Iberdrola", "startDate": "2026-12-01"},
    ),
    (
        BARE_PROJECT,
        "Portal Ciudadano, Iberdrola, 1 de diciembre",
        {"name": "Portal Ciudadano", "customer": "Iberdrola", "startDate": "2026-12-01"},
    ),
    (
        BARE_PROJECT,
        "Nombre: Portal\nCliente: Iberdrola\nInicio: 01/12/2026",
        {"name": "Portal", "customer": "Iberdrola", "startDate": "2026-12-01"},
    ),
    (NO_CUSTOMER, "iberdrola", {"name": "Portal", "customer": "iberdrola"}),
    (NO_CUSTOMER, "el cliente es Iberdrola", {"name": "Portal", "customer": "Iberdrola"}),
    (
        BARE_USER,
        "Juan Pérez, juan@x.es, gestor",
        {"fullName": "Juan Pérez", "email": "juan@x.es", "role": "gestor"},
    ),
    (NO_ROLE, "consulta", {"fullName": "Juan Pérez", "role": "consulta"}),
    (NO_ROLE, "manager", {"fullName": "Juan Pérez", "role": "gestor"}),
]


@pytest.mark.parametrize(("question", "text", "args"), SUPPLIES)
def test_an_answer_completes_the_open_call(question: Json, text: str, args: Args) -> None:
    conversation = Conversation(question=question)

    decided = triage(text, conversation)
    drafted = plan(text, conversation)

    assert (decided["route"], decided["continues_open_question"]) == ("FLOW_EXECUTION", True)
    assert [values for _, values in calls_of(drafted)] == [args]
    assert all(quote in text for quote in quotes_of(drafted))


@pytest.mark.parametrize(
    ("text", "route"),
    [
        ("¿Qué necesito para renovar la licencia?", "FLOW_EXECUTION"),
        ("crea un proyecto para Iberdrola", "FLOW_EXECUTION"),
        ("crea otra tarea: llamar a Luis para el jueves", "FLOW_EXECUTION"),
        ("gracias", "SMALL_TALK"),
        ("olvídalo", "SMALL_TALK"),
        ("never mind", "SMALL_TALK"),
        ("no lo sé", "NEED_MORE_CONTEXT"),
        ("asdf asdf", "UNKNOWN"),
    ],
)
def test_what_answers_nothing_does_not_continue(text: str, route: str) -> None:
    decided = triage(text, Conversation(question=NO_DATE))

    assert (decided["route"], decided["continues_open_question"]) == (route, False)


def test_a_new_wish_is_planned_on_its_own() -> None:
    drafted = plan("crea un proyecto para Iberdrola", Conversation(question=NO_DATE))

    assert calls_of(drafted) == [("createProject", {"customer": "Iberdrola"})]


def test_earlier_values_keep_the_words_they_were_read_from() -> None:
    said = "crea una tarea para revisar el contrato de ACME"

    drafted = plan("el viernes", Conversation(question=NO_DATE, turns=[said]))

    assert quotes_of(drafted) == [TITLE, "viernes"]


def test_two_open_calls_take_one_date_each() -> None:
    question = open_question(
        "CreateTask", "createTask", [{"title": "uno"}, {"title": "dos"}], ["dueDate", "dueDate"]
    )

    each = plan("el viernes y el lunes", Conversation(question=question))
    both = plan("las dos para el viernes", Conversation(question=question))

    assert [v["dueDate"] for _, v in calls_of(each)] == ["2026-11-27", "2026-11-23"]
    assert [v["dueDate"] for _, v in calls_of(both)] == ["2026-11-27", "2026-11-27"]
