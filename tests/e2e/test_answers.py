"""The other forms of an answer, and what is told about a run."""

from datetime import datetime

from tests.e2e.cloud import Host
from tests.e2e.conftest import Erp
from tests.e2e.people import EVENTS, Person
from tests.e2e.surroundings import Durable, Surroundings
from tests.e2e.waiting import until

TASK_STATES = [
    "RECEIVED",
    "TRIAGED",
    "RETRIEVED_CONTEXT",
    "PLANNED",
    "EXECUTING_TOOLS",
    "STREAMING_RESPONSE",
    "PERSISTED_EVENT",
    "DONE",
]


async def test_without_accept_the_answer_is_json_when_the_run_has_ended(ana: Person) -> None:
    conversation = await ana.open_conversation()
    answer = await ana.post(conversation, "¿Qué necesito para renovar la licencia?")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.headers["x-run-id"] == answer.body["runId"]
    assert answer.body["threadId"] == conversation
    assert answer.body["state"] == "DONE"
    assert answer.body["citations"]
    usage = answer.body["usage"]
    assert usage["totalTokens"] == usage["promptTokens"] + usage["completionTokens"] > 0
    told = await ana.follow(answer.body["runId"])
    assert told.text == answer.body["text"]
    assert told.end["usage"] == usage


async def test_a_question_is_in_the_json_answer(ana: Person) -> None:
    answer = await ana.post(await ana.open_conversation(), "Crea una tarea")
    assert answer.body["question"]["text"] == answer.body["text"]
    missing = {each["field"] for each in answer.body["question"]["missing"]}
    assert missing == {"title", "dueDate"}


async def test_respond_async_says_where_to_look(ana: Person, erp: Erp, title: str) -> None:
    conversation = await ana.open_conversation()
    order = f"Crea una tarea: {title}, para el 2036-12-04"
    answer = await ana.post(conversation, order, Prefer="respond-async")
    assert answer.status == 202
    run_id = answer.headers["x-run-id"]
    assert answer.headers["Location"] == f"/api/runs/{run_id}"
    place = answer.headers["Location"].removeprefix("/api")

    async def done() -> bool:
        return bool((await ana.get(place)).body["state"] == "DONE")

    await until(done)
    view = (await ana.get(place)).body
    (task,) = await erp.tasks(title)
    assert view["text"] == (await ana.follow(run_id)).text
    assert [effect["result"]["id"] for effect in view["effects"]] == [task["id"]]


async def test_a_task_passes_all_states_and_they_can_be_read(
    ana: Person, durable: Durable, title: str
) -> None:
    conversation = await ana.open_conversation()
    run = await ana.say(conversation, f"Crea una tarea: {title}, para el 2036-12-04")
    view = (await ana.get(f"/runs/{run.run_id}")).body
    assert run.states == TASK_STATES
    assert [each["state"] for each in view["states"]] == TASK_STATES
    times = [datetime.fromisoformat(each["since"]) for each in view["states"]]
    assert times == sorted(times)
    assert view["conversationId"] == conversation
    assert view["finishReason"] == "stop"
    assert view["correlationId"] == run.events[0].data["correlationId"]

    async def completed() -> bool:
        return bool((await durable.instance(run.run_id))["runtimeStatus"] == "Completed")

    await until(completed)
    status = (await durable.instance(run.run_id))["customStatus"]
    assert [each["state"] for each in status["states"]] == TASK_STATES
    assert status["state"] == "DONE"


async def test_durable_holds_no_personal_data(ana: Person, durable: Durable, title: str) -> None:
    run = await ana.say(
        await ana.open_conversation(title="Asuntos de Ana"),
        f"Crea una tarea: {title}, para el 2036-12-04, prioridad alta",
    )
    await until(lambda: _ended(durable, run.run_id))
    whole = await durable.instance_text(run.run_id)
    assert "HistoryEvents" in whole or "historyEvents" in whole
    for said in (title, "2036-12-04", 'alta"', "Ana", "López", "Asuntos", run.text[:30]):
        assert said not in whole, said
    status = (await durable.instance(run.run_id))["customStatus"]
    allowed = {"state", "since", "conversationId", "route", "flowType", "tools", "states"}
    assert set(status) <= allowed


async def _ended(durable: Durable, run_id: str) -> bool:
    return bool((await durable.instance(run_id))["runtimeStatus"] == "Completed")


async def test_the_timeline_tells_what_was_done_and_how_it_ended(
    ana: Person, erp: Erp, title: str
) -> None:
    conversation = await ana.open_conversation()
    small = await ana.say(conversation, "Hola, ¿cómo va?")
    run = await ana.say(conversation, f"Crea una tarea: {title}, para el 2036-12-04")
    page = (await ana.get(f"/conversations/{conversation}/events")).body
    kinds = [(event["runId"], event["kind"]) for event in page["items"]]
    assert kinds == [
        (small.run_id, "turn.completed"),
        (run.run_id, "flow.executed"),
        (run.run_id, "turn.completed"),
    ]
    (task,) = await erp.tasks(title)
    _, flow, turn = page["items"]
    assert flow["flowType"] == "CreateTask"
    assert flow["tools"] == ["createTask"]
    assert flow["entities"] == [{"type": "task", "id": task["id"]}]
    assert flow["provenance"]["c0"]["title"]["quote"] == title
    assert turn["usage"] == run.end["usage"]
    assert turn["finishReason"] == "stop"
    assert turn["durationMs"] > 0


async def test_the_timeline_is_read_in_pages(ana: Person) -> None:
    conversation = await ana.open_conversation()
    runs = [await ana.say(conversation, "Hola, ¿cómo va?") for _ in range(3)]
    path = f"/conversations/{conversation}/events"
    seen, place = [], f"{path}?limit=2"
    while True:
        page = (await ana.get(place)).body
        seen += [event["runId"] for event in page["items"]]
        if "next" not in page:
            break
        place = f"{path}?limit=2&after={page['next']}"
    assert seen == [run.run_id for run in runs]


async def test_every_answer_of_a_run_names_it(ana: Person) -> None:
    conversation = await ana.open_conversation()
    async with ana.saying(conversation, "Hola, ¿cómo va?") as stream:
        run_id = stream.run_id
        await stream.until(lambda _: False)
    for path in (f"/runs/{run_id}", f"/runs/{run_id}/events"):
        answer = await ana.get(path, Accept=EVENTS if path.endswith("events") else "*/*")
        assert answer.headers["x-run-id"] == run_id
        assert answer.headers["x-correlation-id"]


async def test_the_log_tells_runs_and_not_what_people_said(
    ana: Person, host: Host, title: str
) -> None:
    assert ana.token is not None
    order = f"Crea una tarea: {title}, para el 2036-12-04"
    run = await ana.say(await ana.open_conversation(title="Asuntos de Ana"), order)
    wanted = (run.run_id, str(run.events[0].data["correlationId"]))

    async def named() -> bool:
        return all(each in host.log.read_text("utf-8") for each in wanted)

    await until(named)
    log = host.log.read_text("utf-8")
    for said in (title, "Asuntos", "López", run.text[:30], ana.token[-40:]):
        assert said not in log, said


async def test_an_answer_that_leaves_a_failure_out_is_corrected_before_done(
    ana: Person, around: Surroundings, title: str
) -> None:
    """The model answers with a text of that length, whatever the results say."""
    await around.fail("erp", method="POST", path="/tasks", status=422)
    run = await ana.say(
        await ana.open_conversation(),
        f"Crea una tarea: {title}, para el 2036-12-04 [[tokens:30]]",
    )
    assert run.tool_statuses[-1] == ("createTask", "failed")
    assert {each["reason"] for each in run.of("restart")} == {"corrected"}
    assert run.text.startswith("No se ha hecho: la tarea")
    assert run.events[-1].type == "done"
    stored = (await ana.get(f"/runs/{run.run_id}")).body
    assert stored["text"] == run.text
