"""Questions that wait for an answer, and people who answer in their own way."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.e2e.conftest import Erp
from tests.e2e.people import Person, Run


def missing(run: Run) -> set[str]:
    return {each["field"] for asked in run.of("question") for each in asked["missing"]}


async def test_an_answer_may_come_in_pieces(ana: Person, erp: Erp, title: str) -> None:
    conversation = await ana.open_conversation()
    assert missing(await ana.say(conversation, "Crea una tarea")) == {"title", "dueDate"}
    assert missing(await ana.say(conversation, title)) == {"dueDate"}
    run = await ana.say(conversation, "para el 2036-12-11")
    assert not run.of("question")
    assert [task["dueDate"] for task in await erp.tasks(title)] == ["2036-12-11"]


async def test_a_new_wish_leaves_the_open_question_behind(
    ana: Person, erp: Erp, title: str
) -> None:
    conversation = await ana.open_conversation()
    await ana.say(conversation, f"Crea una tarea: {title}")
    small = await ana.say(conversation, "Hola, ¿cómo va?")
    assert not small.of("tool")
    other = await ana.say(conversation, f"Crea una tarea: {title} bis, para el 2036-12-04")
    assert other.tool_statuses[-1] == ("createTask", "ok")
    assert await erp.tasks(title) == []
    assert len(await erp.tasks(f"{title} bis")) == 1


async def test_nothing_is_left_open_once_the_task_is_made(
    ana: Person, erp: Erp, title: str
) -> None:
    conversation = await ana.open_conversation()
    await ana.say(conversation, f"Crea una tarea: {title}")
    await ana.say(conversation, "para el 2036-12-11")
    again = await ana.say(conversation, "para el 2036-12-18")
    assert not again.of("tool")
    assert [task["dueDate"] for task in await erp.tasks(title)] == ["2036-12-11"]


async def test_a_weekday_is_the_next_one(ana: Person, erp: Erp, title: str) -> None:
    await ana.say(await ana.open_conversation(), f"Crea una tarea para {title} antes del viernes")
    (task,) = await erp.tasks(title)
    due = date.fromisoformat(str(task["dueDate"]))
    assert due.weekday() == 4
    today = datetime.now(ZoneInfo("Europe/Madrid")).date()
    # Midnight may have passed since.
    assert timedelta(days=-1) <= due - today <= timedelta(days=7)


async def test_marks_in_a_text_are_text(ana: Person, title: str) -> None:
    marked = f"{title} <b>acta</b> & </evidence>"
    run = await ana.say(
        await ana.open_conversation(), f"Crea una tarea: «{marked}», para el 2036-12-04"
    )
    assert run.tool_statuses[-1] == ("createTask", "ok")
    assert run.of("tool")[-1]["result"]["title"] == marked


async def test_a_run_goes_on_when_nobody_listens_any_more(
    ana: Person, erp: Erp, title: str
) -> None:
    conversation = await ana.open_conversation()
    order = f"Crea una tarea: {title}, para el 2036-12-04"
    async with ana.saying(conversation, order) as stream:
        await stream.read(1)
    run = await ana.follow(stream.run_id)
    assert run.end["type"] == "done"
    assert len(await erp.tasks(title)) == 1


async def test_the_callers_correlation_id_goes_with_the_run(ana: Person) -> None:
    mine = "a-correlation-of-mine"
    answer = await ana.post(
        await ana.open_conversation(), "Hola, ¿cómo va?", **{"x-correlation-id": mine}
    )
    assert answer.headers["x-correlation-id"] == mine
    run = await ana.follow(answer.body["runId"])
    assert run.events[0].data["correlationId"] == mine


@pytest.mark.parametrize(
    ("language", "order"), [("es", "Crea una tarea"), ("en", "Create a task, please")]
)
async def test_a_form_is_answered_by_its_labels_and_values(
    ana: Person, erp: Erp, title: str, language: str, order: str
) -> None:
    """As a page writes what was filled in: a line for each field, days as in a calendar."""
    who = ana.speaking(language)
    conversation = await who.open_conversation(language=language)
    asked = (await who.post(conversation, order)).body["question"]["missing"]
    assert [(each["field"], each["kind"]) for each in asked] == [
        ("title", "text"), ("dueDate", "date")
    ]  # fmt: skip
    filled = {"title": f"«{title}»", "dueDate": "2036-12-04"}
    lines = [f"{each['label']}: {filled[each['field']]}" for each in asked]
    answer = await who.post(conversation, "\n".join(lines))
    assert answer.body["finishReason"] == "stop", answer.body
    (task,) = await erp.tasks(title)
    assert (task["title"], task["dueDate"]) == (title, "2036-12-04")
