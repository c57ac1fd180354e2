"""What is read from an order: tool, values, quotes. What is not said is not there."""

import pytest
from pydantic import JsonValue

from demo.tests.model.dialogue import Conversation, calls_of, plan, quotes_of

type Args = dict[str, JsonValue]

TASKS: list[tuple[str, Args]] = [
    (
        "Crea una tarea: revisar contrato ACME, prioridad alta, para el 2026-12-04",
        {"title": "revisar contrato ACME", "priority": "alta", "dueDate": "2026-12-04"},
    ),
    (
        "crea una tarea para revisar el contrato de ACME antes del viernes",
        {"title": "revisar el contrato de ACME", "dueDate": "2026-11-27"},
    ),
    (
        "Create a task: review the ACME contract, high priority, due December 4, 2026",
        {"title": "review the ACME contract", "priority": "alta", "dueDate": "2026-12-04"},
    ),
    ("Quiero crear una tarea", {}),
    ("Buenas, ¿me puedes crear una tarea?", {}),
    ("crea una tarea para hacer algo", {}),
    ("necesito una tarea para mañana", {"dueDate": "2026-11-23"}),
    (
        "Crea una tarea para mañana: comprar papel",
        {"title": "comprar papel", "dueDate": "2026-11-23"},
    ),
    (
        "Apunta que hay que llamar a la gestoría mañana",
        {"title": "llamar a la gestoría", "dueDate": "2026-11-23"},
    ),
    (
        "Recuérdame preparar el acta del pleno para el 4 de diciembre",
        {"title": "preparar el acta del pleno", "dueDate": "2026-12-04"},
    ),
    (
        "crea una tarea urgente para llamar a Luis mañana a las 10",
        {"title": "llamar a Luis a las 10", "dueDate": "2026-11-23", "priority": "urgente"},
    ),
    (
        'Crea la tarea "Preparar presupuesto 2027" con fecha límite 15 de enero y asígnala a Marta',
        {"title": "Preparar presupuesto 2027", "dueDate": "2027-01-15", "assignee": "Marta"},
    ),
    (
        "Añade a P-1001 una tarea urgente: enviar el presupuesto, para Luis, antes de fin de mes",
        {
            "title": "enviar el presupuesto",
            "dueDate": "2026-11-30",
            "priority": "urgente",
            "assignee": "Luis",
            "projectId": "P-1001",
        },
    ),
    (
        "Hola, buenos días. Necesito que me crees una tarea para revisar el contrato con Endesa. "
        "La fecha límite es el 12 de diciembre y la prioridad alta.",
        {"title": "revisar el contrato con Endesa", "dueDate": "2026-12-12", "priority": "alta"},
    ),
    (
        "Título: revisar contrato, fecha límite: 4 de diciembre, prioridad: baja. Crea la tarea",
        {"title": "revisar contrato", "dueDate": "2026-12-04", "priority": "baja"},
    ),
    (
        "Crear tarea revisar nóminas prioridad media fecha límite 30/11/2026",
        {"title": "revisar nóminas", "dueDate": "2026-11-30", "priority": "media"},
    ),
    (
        "crea una tarea: llamar a Pedro para el lunes, no, mejor el martes",
        {"title": "llamar a Pedro", "dueDate": "2026-11-24"},
    ),
    (
        "Crea una tarea para preparar la reunión del lunes antes del viernes",
        {"title": "preparar la reunión del lunes", "dueDate": "2026-11-27"},
    ),
    (
        "asigna a Luis la tarea de revisar el presupuesto para el viernes",
        {"title": "revisar el presupuesto", "dueDate": "2026-11-27", "assignee": "Luis"},
    ),
    (
        "crea una tarea para archivar las actas y asígnamela a mí",
        {"title": "archivar las actas", "assignee": "Ana López"},
    ),
    (
        "¿me creas una tarea para revisar las facturas el jueves?",
        {"title": "revisar las facturas", "dueDate": "2026-11-26"},
    ),
    (
        "Hazme una tarea para enviar la propuesta a Telefónica, la necesito para el jueves",
        {"title": "enviar la propuesta a Telefónica", "dueDate": "2026-11-26"},
    ),
    (
        "hay que revisar el contrato de ACME antes del viernes, apúntalo",
        {"title": "revisar el contrato de ACME", "dueDate": "2026-11-27"},
    ),
    (
        "Crea una tarea para el proyecto P-1002: revisar planos, descripción: mirar los anexos",
        {"title": "revisar planos", "description": "mirar los anexos", "projectId": "P-1002"},
    ),
    (
        "Crea una tarea para revisar el contrato de ACME. No es urgente.",
        {"title": "revisar el contrato de ACME", "priority": "baja"},
    ),
    (
        "Add a to-do: call the accountants tomorrow",
        {"title": "call the accountants", "dueDate": "2026-11-23"},
    ),
    (
        "Could you please create a task to review the invoices by next Friday?",
        {"title": "review the invoices", "dueDate": "2026-11-27"},
    ),
    (
        'I need a task titled "Quarterly review" due on the 15th, low priority, assigned to Marta',
        {
            "title": "Quarterly review",
            "dueDate": "2026-12-15",
            "priority": "baja",
            "assignee": "Marta",
        },
    ),
    (
        "create a high-priority task to fix the printer by Monday",
        {"title": "fix the printer", "dueDate": "2026-11-23", "priority": "alta"},
    ),
]
PROJECTS: list[tuple[str, Args]] = [
    (
        "Necesito crear un proyecto para el cliente Iberdrola con fecha de inicio 1 de diciembre",
        {"customer": "Iberdrola", "startDate": "2026-12-01"},
    ),
    (
        "Abre el proyecto «Renovación de alumbrado» para la Concejalía de Obras desde mañana "
        "hasta fin de año",
        {
            "name": "Renovación de alumbrado",
            "customer": "Concejalía de Obras",
            "startDate": "2026-11-23",
            "endDate": "2026-12-31",
        },
    ),
    (
        "crea el proyecto portal ciudadano para el cliente iberdrola, inicio 1/12/2026, "
        "fin 31/03/2027, responsable Ana López",
        {
            "name": "portal ciudadano",
            "customer": "iberdrola",
            "startDate": "2026-12-01",
            "endDate": "2027-03-31",
            "manager": "Ana López",
        },
    ),
    (
        "Nuevo proyecto Plataforma Solar, cliente: Repsol, inicio: 2027-01-15, "
        "jefe de proyecto: Luis García",
        {
            "name": "Plataforma Solar",
            "customer": "Repsol",
            "startDate": "2027-01-15",
            "manager": "Luis García",
        },
    ),
    ("Da de alta un proyecto nuevo para ACME Logística", {"customer": "ACME Logística"}),
    (
        "Create a project called Web Redesign for Acme Corp starting January 10",
        {"name": "Web Redesign", "customer": "Acme Corp", "startDate": "2027-01-10"},
    ),
    (
        "I need a project for the customer ACME S.A. starting on 1 December",
        {"customer": "ACME S.A.", "startDate": "2026-12-01"},
    ),
]
USERS: list[tuple[str, Args]] = [
    (
        "Dame de alta a Juan Pérez, juan@x.es, como gestor",
        {"fullName": "Juan Pérez", "email": "juan@x.es", "role": "gestor"},
    ),
    (
        "Alta de usuario: Pablo Nieto, pablo.nieto@valdeoro.example, gestor, Urbanismo",
        {
            "fullName": "Pablo Nieto",
            "email": "pablo.nieto@valdeoro.example",
            "role": "gestor",
            "department": "Urbanismo",
        },
    ),
    (
        "Añade a Pedro Sánchez Ruiz (pedro@x.es) como usuario con rol de gestor en el "
        "departamento de Compras",
        {
            "fullName": "Pedro Sánchez Ruiz",
            "email": "pedro@x.es",
            "role": "gestor",
            "department": "Compras",
        },
    ),
    ("Crea un usuario de consulta para la interventora", {"role": "consulta"}),
    (
        "da de alta a juan perez juan@x.es empleado",
        {"fullName": "juan perez", "email": "juan@x.es", "role": "empleado"},
    ),
    (
        "Register Carmen Ruiz, carmen.ruiz@valdeoro.example, as an employee",
        {"fullName": "Carmen Ruiz", "email": "carmen.ruiz@valdeoro.example", "role": "empleado"},
    ),
    (
        "set up a new user: John Smith, john.smith@acme.com, role manager, department Finance",
        {
            "fullName": "John Smith",
            "email": "john.smith@acme.com",
            "role": "gestor",
            "department": "Finance",
        },
    ),
    (
        "Please add user Mary Jones (mary@jones.org) as read-only",
        {"fullName": "Mary Jones", "email": "mary@jones.org", "role": "consulta"},
    ),
]
SINGLE = [
    *[(text, "createTask", "CreateTask", args) for text, args in TASKS],
    *[(text, "createProject", "CreateProject", args) for text, args in PROJECTS],
    *[(text, "createUser", "CreateUser", args) for text, args in USERS],
]
SEVERAL: list[tuple[str, list[Args]]] = [
    (
        "crea dos tareas: enviar el informe para el lunes y llamar a Luis para el martes",
        [
            {"title": "enviar el informe", "dueDate": "2026-11-23"},
            {"title": "llamar a Luis", "dueDate": "2026-11-24"},
        ],
    ),
    (
        "Crea una tarea para llamar a Luis mañana y otra para enviar el informe el viernes",
        [
            {"title": "llamar a Luis", "dueDate": "2026-11-23"},
            {"title": "enviar el informe", "dueDate": "2026-11-27"},
        ],
    ),
    (
        "necesito 2 tareas, una para llamar a Luis el lunes y otra para pagar la luz el martes",
        [
            {"title": "llamar a Luis", "dueDate": "2026-11-23"},
            {"title": "pagar la luz", "dueDate": "2026-11-24"},
        ],
    ),
    (
        "crea dos tareas para el lunes: revisar contrato y enviar informe",
        [
            {"title": "revisar contrato", "dueDate": "2026-11-23"},
            {"title": "enviar informe", "dueDate": "2026-11-23"},
        ],
    ),
    (
        "create three tasks: A for monday, B for tuesday and C for wednesday",
        [
            {"title": "A", "dueDate": "2026-11-23"},
            {"title": "B", "dueDate": "2026-11-24"},
            {"title": "C", "dueDate": "2026-11-25"},
        ],
    ),
    (
        "Crea las siguientes tareas:\n- Revisar contrato para el lunes\n- Llamar a Luis, urgente",
        [
            {"title": "Revisar contrato", "dueDate": "2026-11-23"},
            {"title": "Llamar a Luis", "priority": "urgente"},
        ],
    ),
]


@pytest.mark.parametrize(("text", "tool", "flow", "args"), SINGLE)
def test_an_order_is_read_whole_and_nothing_is_invented(
    text: str, tool: str, flow: str, args: Args
) -> None:
    drafted = plan(text)

    assert drafted["flow_type"] == flow
    assert calls_of(drafted) == [(tool, args)]
    assert all(quote in text for quote in quotes_of(drafted))


@pytest.mark.parametrize(("text", "expected"), SEVERAL)
def test_several_things_become_several_calls(text: str, expected: list[Args]) -> None:
    drafted = plan(text)

    assert calls_of(drafted) == [("createTask", args) for args in expected]
    assert all(quote in text for quote in quotes_of(drafted))


def test_orders_of_different_kinds_are_kept_apart() -> None:
    drafted = plan(
        "Crea un proyecto llamado Portal Ciudadano para Iberdrola que empiece el 1 de diciembre "
        "y una tarea para preparar el arranque el 2 de diciembre"
    )

    assert calls_of(drafted) == [
        (
            "createProject",
            {"name": "Portal Ciudadano", "customer": "Iberdrola", "startDate": "2026-12-01"},
        ),
        ("createTask", {"title": "preparar el arranque", "dueDate": "2026-12-02"}),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "¿Qué necesito para renovar la licencia?",
        "¿Cómo doy de alta a un usuario?",
        "how do I create a project?",
        "I want to know how to renew the permit",
        "vacaciones",
    ],
)
def test_a_question_for_the_documents_calls_nothing(text: str) -> None:
    drafted = plan(text)

    assert (drafted["flow_type"], drafted["calls"]) == ("Other", [])


@pytest.mark.parametrize(
    ("text", "tool", "args"),
    [
        (
            "¿Qué tareas tengo pendientes?",
            "findTasks",
            {"status": "pendiente", "assignee": "Ana López"},
        ),
        (
            "Busca las tareas urgentes del proyecto P-1001",
            "findTasks",
            {"priority": "urgente", "project": "P-1001"},
        ),
        ("show me my open tasks", "findTasks", {"status": "pendiente", "assignee": "Ana López"}),
        ("lista los proyectos de Iberdrola", "findProjects", {"q": "Iberdrola"}),
        ("muéstrame los usuarios gestores", "findUsers", {"role": "gestor"}),
        ("find the user John Smith", "findUsers", {"q": "John Smith"}),
    ],
)
def test_a_search_reads_its_filters(text: str, tool: str, args: Args) -> None:
    drafted = plan(text, Conversation(language="en"))

    assert drafted["flow_type"] == "Other"
    assert calls_of(drafted) == [(tool, args)]


def test_a_declared_default_says_that_it_is_one() -> None:
    drafted = plan("crea una tarea para llamar a Luis")

    calls = drafted["calls"]
    assert isinstance(calls, list)
    assert isinstance(calls[0], dict)
    args, sources = calls[0]["args"], calls[0]["sources"]
    assert isinstance(args, dict)
    assert isinstance(sources, list)
    assert (args["priority"], args["dueDate"]) == ("media", None)
    assert {"field": "priority", "source": "default", "quote": None} in sources
    assert len(sources) == 2, "what nobody said has no source"


def test_only_tools_that_the_schema_allows_are_called() -> None:
    drafted = plan("crea una tarea para llamar a Luis", Conversation(allowed=["createUser"]))

    assert calls_of(drafted) == []


def test_without_a_description_the_tools_are_read_from_the_schema() -> None:
    drafted = plan(
        "crea una tarea: llamar a Luis, prioridad alta, asignada a Marta",
        Conversation(described=False),
    )

    assert calls_of(drafted) == [
        ("createTask", {"title": "llamar a Luis", "priority": "alta", "assignee": "Marta"})
    ]


TWO_DATES = [("2026-12-04", "2026-12-11"), ("2026-11-27", "2026-11-23")]


@pytest.mark.parametrize(
    ("text", "name", "titles", "dates"),
    [
        (
            "Crea un proyecto llamado Auditoría para el cliente Globex desde mañana y dos tareas "
            "en él: revisar actas para el 4 de diciembre y pagar tasas para el 11 de diciembre",
            "Auditoría",
            ("revisar actas", "pagar tasas"),
            TWO_DATES[0],
        ),
        (
            "Create a project called Audit for the customer Globex starting tomorrow with two "
            "tasks: call Luis by Friday and measure the room by Monday",
            "Audit",
            ("call Luis", "measure the room"),
            TWO_DATES[1],
        ),
    ],
)
def test_what_belongs_to_a_thing_that_is_made_first_refers_to_its_result(
    text: str, name: str, titles: tuple[str, str], dates: tuple[str, str]
) -> None:
    drafted = plan(text)

    assert drafted["flow_type"] == "CreateProject"
    first, *rest = calls_of(drafted)
    assert first == (
        "createProject",
        {"name": name, "customer": "Globex", "startDate": "2026-11-23"},
    )
    assert rest == [
        ("createTask", {"title": title, "dueDate": day, "projectId": "$c0.id"})
        for title, day in zip(titles, dates, strict=True)
    ]


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("Crea una tarea para revisar actas para el 31 de febrero", "31 de febrero"),
        ("Crea una tarea: revisar actas, para ayer", "2026-11-21"),
        ("Create a task: revisar actas, by 30 February 2027", "30 February 2027"),
    ],
)
def test_a_date_that_will_not_do_is_copied_for_the_app_to_say_so(text: str, due: str) -> None:
    assert calls_of(plan(text)) == [("createTask", {"title": "revisar actas", "dueDate": due})]


def test_a_day_behind_us_may_be_part_of_the_matter() -> None:
    drafted = plan("Crea una tarea para revisar el informe de ayer para mañana")

    assert calls_of(drafted) == [
        ("createTask", {"title": "revisar el informe de ayer", "dueDate": "2026-11-23"})
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Crea una tarea: revisar actas, para el viernes en el proyecto de ACME",
        "Create a task: revisar actas, by Friday in the project for ACME",
    ],
)
def test_a_record_may_be_said_by_its_name(text: str) -> None:
    ((_, args),) = calls_of(plan(text))

    assert args == {"title": "revisar actas", "dueDate": "2026-11-27", "projectId": "ACME"}
