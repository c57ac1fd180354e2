"""What a person can do in a first conversation."""

from tests.e2e.conftest import Erp
from tests.e2e.people import Person
from tests.e2e.surroundings import Surroundings

ALL_STATES = [
    "RECEIVED",
    "TRIAGED",
    "RETRIEVED_CONTEXT",
    "PLANNED",
    "EXECUTING_TOOLS",
    "STREAMING_RESPONSE",
    "PERSISTED_EVENT",
    "DONE",
]


async def test_small_talk_is_answered_without_search_or_tool(
    ana: Person, around: Surroundings
) -> None:
    conversation = await ana.open_conversation()
    run = await around.without_calls(
        lambda: ana.say(conversation, "Hola, ¿cómo va?"), "search", "erp"
    )
    assert run.states == ["RECEIVED", "TRIAGED", "STREAMING_RESPONSE", "DONE"]
    assert run.text
    assert [run.of(kind) for kind in ("tool", "citations", "question")] == [[], [], []]
    assert run.end["finishReason"] == "stop"


async def test_an_order_without_an_object_gets_a_question(
    ana: Person, around: Surroundings
) -> None:
    conversation = await ana.open_conversation()
    run = await around.without_calls(lambda: ana.say(conversation, "hazlo"), "search", "erp")
    assert run.end["finishReason"] == "question"
    assert run.of("question")[0]["text"] == run.text
    assert "?" in run.text


async def test_a_task_is_created_with_exactly_the_values_said(ana: Person, erp: Erp) -> None:
    before = await erp.tasks("revisar contrato ACME")
    conversation = await ana.open_conversation()
    run = await ana.say(
        conversation,
        "Crea una tarea: revisar contrato ACME, prioridad alta, para el 2036-12-04",
    )
    created = [task for task in await erp.tasks("revisar contrato ACME") if task not in before]
    assert len(created) == 1
    assert created[0]["priority"] == "alta"
    assert created[0]["dueDate"] == "2036-12-04"
    assert run.states == ALL_STATES
    assert run.tool_statuses == [("createTask", "started"), ("createTask", "ok")]
    assert str(created[0]["id"]) in run.text


async def test_missing_data_is_asked_for_and_the_answer_completes_the_task(
    ana: Person, erp: Erp, title: str
) -> None:
    conversation = await ana.open_conversation()
    asked = await ana.say(conversation, "Crea una tarea")
    assert asked.end["finishReason"] == "question"
    assert len(asked.of("question")) == 1
    assert {each["field"] for each in asked.of("question")[0]["missing"]} == {"title", "dueDate"}
    assert not asked.of("tool")
    run = await ana.say(conversation, f"{title}, para el 2036-12-11")
    tasks = await erp.tasks(title)
    assert [task["dueDate"] for task in tasks] == ["2036-12-11"]
    assert run.tool_statuses == [("createTask", "started"), ("createTask", "ok")]
