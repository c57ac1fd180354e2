"""Services that fail: effects stay single, a run always ends, a conversation stays usable."""

from collections.abc import Mapping

import pytest

from shared.contracts.wording import say
from tests.e2e.conftest import Erp
from tests.e2e.people import Person, Run
from tests.e2e.surroundings import HELD_MS, Surroundings
from tests.e2e.waiting import until

FOR_LONG = 1_000
NEW_TASK = {"method": "POST", "path": "/tasks"}


def assert_one_end(run: Run, kind: str) -> None:
    ends = [event.type for event in run.events if event.type in ("done", "error")]
    assert ends == [kind]
    assert run.events[-1].type == kind
    assert run.numbers == list(range(1, len(run.events) + 1))


TROUBLE: dict[str, Mapping[str, object]] = {
    "429": {"status": 429, "count": 2},
    "429-with-retry-after": {"status": 429, "count": 1, "retryAfter": 1},
    "500": {"status": 500, "count": 2},
    "503": {"status": 503, "count": 2},
    "cut-before-the-answer": {"cut": "before", "count": 2},
    "cut-within-the-answer": {"cut": "mid", "count": 2},
}


@pytest.mark.parametrize("trouble", TROUBLE.values(), ids=TROUBLE.keys())
async def test_an_erp_in_trouble_gets_the_task_exactly_once(
    ana: Person, erp: Erp, around: Surroundings, title: str, trouble: Mapping[str, object]
) -> None:
    await around.fail("erp", **NEW_TASK, **trouble)
    run = await ana.say(
        await ana.open_conversation(), f"Crea una tarea: {title}, para el 2036-12-04"
    )
    (task,) = await erp.tasks(title)
    assert run.tool_statuses == [("createTask", "started"), ("createTask", "ok")]
    assert run.of("tool")[-1]["result"]["id"] == task["id"]
    assert await around.waiting_faults("erp") == 0
    assert_one_end(run, "done")


async def test_an_erp_that_acts_and_never_answers_is_asked_what_it_did(
    ana: Person, erp: Erp, around: Surroundings, title: str
) -> None:
    await around.fail("erp", **NEW_TASK, cut="mid", count=FOR_LONG)
    run = await ana.say(
        await ana.open_conversation(), f"Crea una tarea: {title}, para el 2036-12-04"
    )
    assert len(await erp.tasks(title)) == 1
    assert run.tool_statuses[-1] == ("createTask", "ok")


@pytest.mark.parametrize(
    ("trouble", "status"),
    [({"status": 429}, "failed"), ({"status": 500}, "unknown"), ({"cut": "before"}, "unknown")],
    ids=["429", "500", "cut"],
)
async def test_an_erp_that_stays_away_makes_nothing_and_the_person_is_told(
    ana: Person,
    erp: Erp,
    around: Surroundings,
    title: str,
    trouble: Mapping[str, object],
    status: str,
) -> None:
    conversation = await ana.open_conversation()
    await around.fail("erp", **NEW_TASK, count=FOR_LONG, **trouble)
    run = await ana.say(conversation, f"Crea una tarea: {title}, para el 2036-12-04")
    assert run.tool_statuses == [("createTask", "started"), ("createTask", status)]
    assert run.of("tool")[-1]["error"]
    assert run.text
    assert_one_end(run, "done")
    assert run.end["memory"] == "none"
    await around.heal()
    assert await erp.tasks(title) == []
    assert (await ana.say(conversation, "Hola, ¿cómo va?")).end["type"] == "done"


async def test_what_the_erp_refuses_is_told_and_not_tried_again(
    ana: Person, erp: Erp, around: Surroundings, title: str
) -> None:
    await around.fail("erp", **NEW_TASK, status=422)
    run = await ana.say(
        await ana.open_conversation(), f"Crea una tarea: {title}, para el 2036-12-04"
    )
    assert run.tool_statuses == [("createTask", "started"), ("createTask", "failed")]
    assert run.of("tool")[-1]["error"]
    assert await erp.tasks(title) == []
    assert_one_end(run, "done")


async def test_a_project_that_the_erp_does_not_have_is_asked_for(
    ana: Person, erp: Erp, title: str
) -> None:
    run = await ana.say(
        await ana.open_conversation(),
        f"Añade a P-9999 una tarea: {title}, para el 2036-12-04",
    )
    assert run.tool_statuses == []
    (question,) = run.of("question")
    assert "P-9999" in question["text"]
    assert await erp.tasks(title) == []
    assert_one_end(run, "done")


@pytest.mark.parametrize(
    ("trouble", "code", "status"),
    [
        ({"status": 503}, "MODEL_UNAVAILABLE", 503),
        ({"status": 429, "retryAfter": 0}, "MODEL_RATE_LIMIT", 429),
        ({"cut": "before"}, "MODEL_UNAVAILABLE", 503),
    ],
    ids=["503", "429", "cut"],
)
async def test_a_model_that_is_away_ends_the_run_with_an_error(
    ana: Person, around: Surroundings, trouble: Mapping[str, object], code: str, status: int
) -> None:
    conversation = await ana.open_conversation()
    await around.fail("model", count=FOR_LONG, **trouble)
    run = await ana.say(conversation, "Hola, ¿cómo va?")
    assert_one_end(run, "error")
    assert run.end["code"] == code
    assert run.end["retryable"] is True
    assert run.end["message"]
    assert run.end["correlationId"] == run.events[0].data["correlationId"]
    assert run.states[-1] == "FAILED"
    as_json = await ana.post(conversation, "Hola, ¿cómo va?")
    assert (as_json.status, as_json.body["code"]) == (status, code)
    assert as_json.headers["x-run-id"]
    view = (await ana.get(f"/runs/{run.run_id}")).body
    assert (view["state"], view["error"]["code"]) == ("FAILED", code)
    await around.heal()
    assert (await ana.say(conversation, "Hola, ¿cómo va?")).end["type"] == "done"


async def test_a_model_that_breaks_off_its_answer_ends_the_run_and_the_task_stays_single(
    ana: Person, erp: Erp, around: Surroundings, title: str
) -> None:
    conversation = await ana.open_conversation()
    await around.fail("erp", **NEW_TASK, delayMs=HELD_MS)
    order = f"[[tokens:100]] Crea una tarea: {title}, para el 2036-12-04"
    async with ana.saying(conversation, order) as stream:
        # Triage and plan are over once the tool runs; what comes then is the answer.
        seen = await stream.until(lambda now: now[-1].type == "tool")
        await around.pace(10, 400)
        await around.fail("model", cut="mid", count=FOR_LONG, path="chat/completions")
        await around.go_on("erp")
    run = await ana.follow(stream.run_id, seen)
    assert_one_end(run, "error")
    assert run.end["code"] == "MODEL_UNAVAILABLE"
    assert len(await erp.tasks(title)) == 1
    view = (await ana.get(f"/runs/{run.run_id}")).body
    assert [effect["status"] for effect in view["effects"]] == ["ok"]
    await around.heal()
    assert (await ana.say(conversation, "Hola, ¿cómo va?")).end["type"] == "done"


async def test_a_model_that_breaks_off_once_begins_its_answer_again(
    ana: Person, around: Surroundings
) -> None:
    await around.pace(10, 400)
    await around.fail("model", delayMs=HELD_MS, path="chat/completions")

    async def triage_has_begun() -> bool:
        return await around.waiting_faults("model") == 0

    async with ana.saying(await ana.open_conversation(), "Hola [[tokens:100]]") as stream:
        await until(triage_has_begun)
        # A failure hits the next call: the one for the answer.
        await around.fail("model", cut="mid", path="chat/completions")
        await around.go_on("model")
    run = await ana.follow(stream.run_id)
    assert len(run.of("restart")) == 1
    assert_one_end(run, "done")
    assert (await ana.get(f"/runs/{run.run_id}")).body["text"] == run.text


async def test_a_search_that_is_away_is_not_taken_for_silent_documents(
    ana: Person, around: Surroundings
) -> None:
    conversation = await ana.open_conversation()
    nothing_fits = await ana.say(conversation, "¿Cuál es la velocidad de la luz en el vacío?")
    await around.fail("search", status=503, count=FOR_LONG)
    run = await ana.say(conversation, "¿Qué necesito para renovar la licencia?")
    assert run.text
    assert run.text != nothing_fits.text
    assert not run.of("citations")
    assert_one_end(run, "done")
    # Whether its evidence is doubted depends on what else the index holds by then.
    assert set(nothing_fits.end.get("warnings", ())) <= {say("warning_evidence_weak", "es")}
    assert run.end["warnings"] == [say("warning_search_failed", "es")]
    assert (await ana.get(f"/runs/{run.run_id}")).body["text"] == run.text
    await around.heal()
    again = await ana.say(conversation, "¿Qué necesito para renovar la licencia?")
    assert again.of("citations")


async def test_a_task_is_made_while_search_is_away_and_its_memory_comes_later(
    ana: Person, erp: Erp, around: Surroundings, title: str
) -> None:
    await around.fail("search", status=503, count=FOR_LONG)
    run = await ana.say(
        await ana.open_conversation(), f"Crea una tarea: {title}, para el 2036-12-04"
    )
    assert len(await erp.tasks(title)) == 1
    assert_one_end(run, "done")
    assert run.end["memory"] == "pending"


async def test_without_embeddings_search_goes_by_the_words(
    ana: Person, around: Surroundings
) -> None:
    await around.fail("model", status=503, count=FOR_LONG, path="/embeddings")
    run = await ana.say(await ana.open_conversation(), "¿Qué necesito para renovar la licencia?")
    assert run.of("citations")
    assert_one_end(run, "done")


async def test_a_store_with_hiccups_loses_nothing(
    ana: Person, erp: Erp, around: Surroundings, title: str
) -> None:
    conversation = await ana.open_conversation()
    for path in ("streams", "runs", "conversations", "events"):
        await around.fail("cosmos", status=429, retryAfter=0.05, count=3, path=f"/{path}/docs")
    run = await ana.say(conversation, f"Crea una tarea: {title}, para el 2036-12-04")
    assert len(await erp.tasks(title)) == 1
    assert_one_end(run, "done")
    assert (await ana.get(f"/runs/{run.run_id}")).body["text"] == run.text
