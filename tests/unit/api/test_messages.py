"""One message: its body, its run, and the form of its answer."""

import json

import pytest

from api import messages
from api.bodies import MAX_BODY_BYTES
from shared.errors import ModelError
from tests.fakes.http import Answer
from tests.unit.api.people import ASYNC, SSE, Desk, running_desk


def frames(answer: Answer) -> list[tuple[int, dict[str, object]]]:
    found = []
    for frame in answer.body.decode().strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in frame.splitlines())
        found.append((int(fields["id"]), json.loads(fields["data"])))
    return found


async def test_a_patient_caller_gets_the_answer_as_json() -> None:
    desk = running_desk()
    answer = await desk.post(await desk.conversation())
    assert answer.status == 200
    body = answer.json
    assert (body["text"], body["state"], body["finishReason"]) == ("Hola, Ana.", "DONE", "stop")
    assert body["runId"] == answer.headers["x-run-id"]
    assert body["usage"]["totalTokens"] == 23


async def test_a_streaming_caller_gets_every_event_from_one_to_the_end() -> None:
    desk = running_desk()
    answer = await desk.post(await desk.conversation(), **SSE)
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert "no-cache" in answer.headers["cache-control"]
    events = frames(answer)
    assert [number for number, _ in events] == list(range(1, len(events) + 1))
    first, last = events[0][1], events[-1][1]
    assert first["state"] == "RECEIVED"
    assert first["correlationId"] == answer.headers["x-correlation-id"]
    assert (last["type"], last["runId"]) == ("done", answer.headers["x-run-id"])
    assert "".join(str(e["text"]) for _, e in events if e["type"] == "text") == "Hola, Ana."


async def test_an_impatient_caller_is_told_where_to_look() -> None:
    desk = running_desk()
    answer = await desk.post(await desk.conversation(), **ASYNC)
    assert answer.status == 202
    run_id = answer.json["runId"]
    assert answer.headers["location"] == f"/api/runs/{run_id}"
    assert answer.headers["x-run-id"] == run_id


async def test_a_question_is_in_the_json_answer() -> None:
    plan = {"flow_type": "CreateTask", "calls": [{"tool": "createTask", "args": {}, "sources": []}]}
    route = {
        "route": "FLOW_EXECUTION", "reason": "", "confidence": 1, "continues_open_question": False
    }  # fmt: skip
    desk = running_desk(triage=route, plan=plan)
    body = (await desk.post(await desk.conversation(), "Crea una tarea")).json
    assert body["finishReason"] == "question"
    assert [each["field"] for each in body["question"]["missing"]] == ["title", "dueDate"]
    assert body["question"]["text"] == body["text"]


async def test_a_run_that_fails_is_a_problem_with_its_run_id() -> None:
    desk = running_desk()
    desk.world.model.failure = ModelError("slow", code="MODEL_RATE_LIMIT", retry_after=7)
    answer = await desk.post(await desk.conversation())
    assert (answer.status, answer.code) == (429, "MODEL_RATE_LIMIT")
    assert answer.headers["retry-after"] == "7"
    assert answer.headers["x-run-id"]


async def test_a_run_that_fails_in_the_stream_ends_in_the_same_object() -> None:
    desk = running_desk()
    desk.world.model.failure = ModelError("slow", code="MODEL_RATE_LIMIT", retry_after=7)
    _, last = frames(await desk.post(await desk.conversation(), **SSE))[-1]
    assert (last["type"], last["code"], last["retryAfter"]) == ("error", "MODEL_RATE_LIMIT", 7)
    assert last["correlationId"]


@pytest.mark.parametrize("step", ["prepare", "respond"])
async def test_a_step_that_crashes_for_good_is_an_error_without_detail(step: str) -> None:
    desk = running_desk(crashing=frozenset({step}))
    answer = await desk.post(await desk.conversation())
    assert (answer.status, answer.code) == (500, "INTERNAL")
    assert answer.json["retryable"] is True


# --- bodies ---------------------------------------------------------------------------------------


async def refused(body: object, **changes: object) -> tuple[Answer, Desk]:
    """The answer, and the desk at which nothing may have happened."""
    desk = running_desk()
    conversation = await desk.conversation()
    answer = await desk.person().call(
        messages.post,
        "POST",
        body,
        path={"id": conversation},
        **changes,  # type: ignore[arg-type]
    )
    assert desk.world.runs.records == {}
    assert desk.world.log.runs == {}
    assert desk.orchestrations.started == []
    return answer, desk


@pytest.mark.parametrize("size", [8_001, 9_999])
async def test_a_message_over_the_limit_is_too_large(size: int) -> None:
    answer, _ = await refused({"message": "x" * size})
    assert (answer.status, answer.code) == (413, "TOO_LARGE")
    assert str(size) in answer.json["detail"]


async def test_a_message_at_the_limit_is_taken() -> None:
    desk = running_desk()
    assert (await desk.post(await desk.conversation(), "ñ" * 8_000)).status == 200


async def test_a_body_over_the_limit_is_refused_by_its_announcement() -> None:
    headers = {"content-length": str(MAX_BODY_BYTES + 1)}
    answer, _ = await refused(None, headers=headers)
    assert (answer.status, answer.code) == (413, "TOO_LARGE")


async def test_a_body_over_the_limit_is_refused_before_it_is_all_there() -> None:
    chunks = [b"x" * 1024] * (MAX_BODY_BYTES // 1024 + 1) + [b"never read" * 1_000_000]
    answer, _ = await refused(None, raw=chunks)
    assert (answer.status, answer.code) == (413, "TOO_LARGE")


@pytest.mark.parametrize("message", ["", " ", "\n\t", "\u200b\u200e", "\x00", "\u00a0"])
async def test_a_message_that_says_nothing_is_refused(message: str) -> None:
    answer, _ = await refused({"message": message})
    assert (answer.status, answer.code) == (400, "INVALID_REQUEST")
    assert answer.json["errors"][0]["pointer"] == "/message"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/message"),
        ({"message": 7}, "/message"),
        ({"message": None}, "/message"),
        ({"message": ["Hola"]}, "/message"),
        ({"message": "Hola", "massage": "x"}, "/massage"),
        ({"message": "Hola", "onBusy": "explode"}, "/onBusy"),
        ([], ""),
        ("Hola", ""),
    ],
)
async def test_a_wrong_field_is_pointed_at(body: object, pointer: str) -> None:
    answer, _ = await refused(body)
    assert (answer.status, answer.code) == (400, "INVALID_REQUEST")
    assert [problem["pointer"] for problem in answer.json["errors"]] == [pointer]


@pytest.mark.parametrize("raw", [b"{", b"Hola", b'{"message": "\xff"}', b'{"message": "\\ud800"}'])
async def test_what_is_no_json_is_said_to_be_none(raw: bytes) -> None:
    answer, _ = await refused(None, raw=[raw])
    assert (answer.status, answer.code) == (400, "INVALID_REQUEST")
    assert answer.json["detail"] == "El cuerpo de la petición no es un objeto JSON."


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data; x=y"])
async def test_another_media_type_is_refused(kind: str) -> None:
    answer, _ = await refused({"message": "Hola"}, headers={"content-type": kind})
    assert (answer.status, answer.code) == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize("token", ["olga", "luis"])
async def test_nobody_posts_into_somebody_elses_conversation(token: str) -> None:
    desk = running_desk()
    conversation = await desk.conversation()
    other = await desk.post(conversation, token=token)
    unknown = await desk.post("01NOPE", token=token)
    assert (other.status, unknown.status) == (404, 404)
    assert other.json["detail"] == unknown.json["detail"]
    assert desk.world.runs.records == {}
