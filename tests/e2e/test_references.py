"""What was spoken of before can be changed without naming it; of several nobody is guessed."""

from collections.abc import Mapping
from typing import Any

from tests.e2e.cloud import Host
from tests.e2e.conftest import Call, Erp
from tests.e2e.people import Person, Run
from tests.e2e.stores import Stores
from tests.e2e.surroundings import Surroundings
from tests.e2e.waiting import until


async def origin_of_the_task(person: Person, conversation: str, run: Run) -> Mapping[str, Any]:
    """Where the changed task's id came from, as the timeline keeps it."""
    page = (await person.get(f"/conversations/{conversation}/events")).body
    (done,) = [
        each
        for each in page["items"]
        if (each.get("runId"), each["kind"]) == (run.run_id, "flow.executed")
    ]
    origin: Mapping[str, Any] = done["provenance"]["c0"]["id"]
    return origin


async def test_the_task_just_made_is_assigned_without_being_named(
    ana: Person, erp: Erp, title: str
) -> None:
    conversation = await ana.open_conversation()
    await ana.say(conversation, f"Crea una tarea: {title}, para el 2036-12-11")
    run = await ana.say(conversation, "Asígnasela a Marta")
    assert run.tool_statuses == [("updateTask", "started"), ("updateTask", "ok")]
    (task,) = await erp.tasks(title)
    assert (task["assignee"], task["dueDate"]) == ("Marta Salgado", "2036-12-11")
    assert str(task["id"]) in run.text
    origin = await origin_of_the_task(ana, conversation, run)
    assert (origin["source"], origin["record"], origin["field"]) == ("erp", task["id"], "id")


async def test_of_two_tasks_that_were_made_together_none_is_guessed(
    ana: Person, erp: Erp, title: str
) -> None:
    conversation = await ana.open_conversation()
    north, south = f"{title} norte", f"{title} sur"
    await ana.say(
        conversation, f"Crea dos tareas: {north} para el 2036-12-11 y {south} para el 2036-12-12"
    )
    asked = await ana.say(conversation, "Asígnasela a Marta")
    ((missing,),) = [each["missing"] for each in asked.of("question")]
    labels = " ".join(choice["label"] for choice in missing["choices"])
    assert (missing["field"], north in labels, south in labels) == ("id", True, True)
    assert not asked.of("tool")
    await ana.say(conversation, "la segunda")
    assert [task.get("assignee") for task in await erp.tasks(north)] == [None]
    assert [task["assignee"] for task in await erp.tasks(south)] == ["Marta Salgado"]


async def test_without_anything_spoken_of_the_question_offers_tasks(ana: Person) -> None:
    english = ana.speaking("en")
    run = await english.say(await english.open_conversation(language="en"), "Assign it to Marta")
    ((missing,),) = [each["missing"] for each in run.of("question")]
    assert missing["field"] == "id"
    assert 2 <= len(missing["choices"]) <= 5
    assert not run.of("tool")


async def test_what_happened_to_the_project_of_a_conversation_can_be_meant(
    ana: Person, host: Host, around: Surroundings, stores: Stores, person: Call, title: str
) -> None:
    """Somebody else makes a task in the project; only Cerebro's event of it says which."""
    conversation = await ana.open_conversation()
    made = await ana.say(
        conversation, f"Crea el proyecto «Obra {title}» para ACME Logística desde el 2036-12-01"
    )
    (project,) = [each["result"]["id"] for each in made.of("tool") if each["status"] == "ok"]
    marta = await person("marta")
    assert marta.token is not None
    fields = {"title": title, "dueDate": "2036-12-04", "projectId": project}
    async with around.subscribed(host.url):
        task = await around.create_task(marta.token, fields)

        async def remembered() -> list[dict[str, Any]]:
            done = "select c.id from c where c.entityKey = @entity and c.state = 'done'"
            return await stores.items("entities", done, entity=f"task:{task}")

        await until(remembered)
    run = await ana.say(conversation, "Asígnasela a Luis")
    assert run.tool_statuses == [("updateTask", "started"), ("updateTask", "ok")]
    origin = await origin_of_the_task(ana, conversation, run)
    assert (origin["source"], origin["record"]) == ("cerebro", task)
    assert origin["document"].startswith("erp-")
