"""What a plan is made of: days, records and results, each from where somebody said it."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from tests.e2e.conftest import Erp
from tests.e2e.people import Person, Run
from tests.e2e.surroundings import Surroundings


def reasons(run: Run) -> dict[str, str]:
    return {each["field"]: each["reason"] for q in run.of("question") for each in q["missing"]}


async def test_a_relative_day_is_resolved_and_told_with_its_weekday(
    ana: Person, erp: Erp, title: str
) -> None:
    run = await ana.say(await ana.open_conversation(), f"Crea una tarea para {title} mañana")
    (task,) = await erp.tasks(title)
    due = date.fromisoformat(str(task["dueDate"]))
    today = datetime.now(ZoneInfo("Europe/Madrid")).date()
    # Midnight may have passed since.
    assert timedelta(0) <= due - today <= timedelta(days=1)
    weekdays = "lunes martes miércoles jueves viernes sábado domingo".split()
    assert f"{weekdays[due.weekday()]} {due.day} de" in run.text


async def test_a_day_that_will_not_do_is_asked_again_with_the_reason(
    ana: Person, erp: Erp, title: str
) -> None:
    conversation = await ana.open_conversation()
    impossible = await ana.say(conversation, f"Crea una tarea: {title}, para el 31 de febrero")
    assert reasons(impossible) == {"dueDate": "missing_no_such_day"}
    assert "«31 de febrero» no existe en el calendario" in impossible.text
    past = await ana.say(conversation, "para ayer")
    assert reasons(past) == {"dueDate": "missing_past"}
    done = await ana.say(conversation, "para el 2036-12-11")
    assert done.tool_statuses[-1] == ("createTask", "ok")
    assert [task["dueDate"] for task in await erp.tasks(title)] == ["2036-12-11"]


async def test_an_ambiguous_name_is_asked_about_and_the_answer_chooses(
    ana: Person, erp: Erp, title: str
) -> None:
    conversation = await ana.open_conversation()
    order = f"Crea una tarea: {title}, para el 2036-12-11 en el proyecto de ACME"
    asked = await ana.say(conversation, order)
    (missing,) = asked.of("question")[0]["missing"]
    assert missing["field"] == "projectId"
    assert {"P-1001", "P-1002"} <= {choice["value"] for choice in missing["choices"]}
    assert "ACME S.A." in asked.text
    assert not asked.of("tool")
    await ana.say(conversation, "Reparto de material municipal")
    assert [task.get("projectId") for task in await erp.tasks(title)] == ["P-1002"]


async def test_a_person_is_found_by_a_part_of_their_name(ana: Person, erp: Erp, title: str) -> None:
    conversation = await ana.open_conversation()
    await ana.say(conversation, f"Crea una tarea: {title}, para el 2036-12-11, asígnala a Tomás")
    assert [task.get("assignee") for task in await erp.tasks(title)] == ["Tomás Ibarra"]


async def test_two_tasks_are_made_in_the_project_that_is_made_first(
    ana: Person, around: Surroundings, erp: Erp, title: str
) -> None:
    name = f"Auditoría {uuid4().int % 10**9}"
    run = await ana.say(
        await ana.open_conversation(),
        f"Crea un proyecto llamado «{name}» para el cliente Globex desde mañana y dos tareas "
        f"en él: {title} para el 2036-12-04 y {title} bis para el 2036-12-11",
    )
    results: list[Any] = [e["result"] for e in run.of("tool") if e["status"] == "ok"]
    assert [e["name"] for e in run.of("tool") if e["status"] == "ok"].count("createTask") == 2
    (project,) = [each["id"] for each in results if str(each["id"]).startswith("P-")]
    made = [*await erp.tasks(title), *await erp.tasks(f"{title} bis")]
    assert [task.get("projectId") for task in made] == [project, project]


async def test_a_change_of_mind_drops_the_open_plan_and_follows_the_new_wish(
    ana: Person, erp: Erp, title: str
) -> None:
    conversation = await ana.open_conversation()
    await ana.say(conversation, f"Crea una tarea: {title}")
    dropped = await ana.say(conversation, "mejor déjalo")
    assert not dropped.of("tool")
    late = await ana.say(conversation, "para el 2036-12-11")
    assert not late.of("tool"), "there is nothing left to complete"
    await ana.say(conversation, f"Crea una tarea: {title}")
    other = await ana.say(conversation, f"Crea una tarea: {title} bis, para el 2036-12-04")
    assert other.tool_statuses[-1] == ("createTask", "ok")
    assert await erp.tasks(title) == []


async def test_small_talk_leaves_an_open_question_open(ana: Person, erp: Erp, title: str) -> None:
    conversation = await ana.open_conversation()
    await ana.say(conversation, f"Crea una tarea: {title}")
    await ana.say(conversation, "muchas gracias")
    await ana.say(conversation, "para el 2036-12-11")
    assert [task["dueDate"] for task in await erp.tasks(title)] == ["2036-12-11"]
