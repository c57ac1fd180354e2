"""`POST /api/chat` over a real socket: the examples of the integration plan, and its answers."""

import json
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest

from tests.e2e.people import Answer, Person
from tests.e2e.test_bad_input import assert_problem
from tests.plan_requests import plan_requests

CHAT = "/chat"
AGENT_JSON = "application/vnd.agent+json"


async def call(who: Person, body: dict[str, Any], **headers: str) -> Answer:
    """Keyword arguments are headers, with `_` for `-`."""
    sent = {"Content-Type": AGENT_JSON} | {n.replace("_", "-"): v for n, v in headers.items()}
    return await who.ask("POST", CHAT, data=json.dumps(body), headers=sent)


def session(**fields: Any) -> dict[str, Any]:
    return {"sessionId": uuid4().hex, "message": "Hola", "agent": "normal", **fields}


@pytest.mark.parametrize("body", plan_requests().values(), ids=plan_requests())
async def test_every_example_of_the_plan_is_answered_as_it_stands(
    ana: Person, body: dict[str, Any]
) -> None:
    answer = await call(ana, body)
    assert answer.status == HTTPStatus.OK, answer.body
    assert {"text", "citations", "usage", "threadId", "runId"} <= set(answer.body)
    assert answer.body["text"]
    assert answer.body["runId"] == answer.headers["x-run-id"]
    assert answer.body["state"] == "DONE"


async def test_the_same_key_is_the_same_run(ana: Person) -> None:
    body = session()
    first, again = [await call(ana, body, Idempotency_Key=body["sessionId"]) for _ in range(2)]
    assert first.status == HTTPStatus.OK
    assert first.body == again.body


async def test_a_thread_goes_on_for_its_session_and_for_nobody_else(
    ana: Person, olga: Person
) -> None:
    body = session()
    first = await call(ana, body)
    thread = {"threadId": first.body["threadId"]}
    assert (await call(ana, body | thread)).body["threadId"] == first.body["threadId"]
    for who, more in ((ana, {"sessionId": "another"}), (olga, {})):
        assert_problem(await call(who, body | thread | more), 404, "NOT_FOUND")
    stored = f"/conversations/{thread['threadId']}"
    for path in (stored, f"{stored}/events"):
        assert (await ana.get(f"{path}?sessionId={body['sessionId']}")).status == HTTPStatus.OK
        assert_problem(await ana.get(path), 404, "NOT_FOUND")
        assert_problem(await ana.get(f"{path}?sessionId=another"), 404, "NOT_FOUND")


async def test_who_does_not_wait_is_told_where_to_look(ana: Person) -> None:
    answer = await call(ana, session(), Prefer="respond-async")
    assert answer.status == HTTPStatus.ACCEPTED
    assert answer.headers["Location"] == f"/api/runs/{answer.body['runId']}"
    run = await ana.follow(answer.body["runId"])
    assert run.end["type"] == "done"


async def test_what_is_on_no_list_is_refused_by_its_name(ana: Person) -> None:
    body = session(agent="domain_expert", search={"indexes": ["nominas"]})
    answer = await call(ana, body)
    assert_problem(answer, 403, "NOT_ALLOWED")
    assert "nominas" in answer.body["detail"]


async def test_an_endpoint_that_is_on_no_list_is_refused_before_a_run_begins(ana: Person) -> None:
    model = {"provider": "openai", "endpoint": "https://elsewhere.example"}
    answer = await call(ana, session(model=model))
    assert_problem(answer, 403, "NOT_ALLOWED")
    assert "elsewhere.example" in answer.body["detail"]
    assert "x-run-id" not in answer.headers


async def test_markup_is_neither_told_back_nor_sent_as_html(ana: Person) -> None:
    answer = await call(ana, session(mode="<script>alert(1)</script>"))
    assert_problem(answer, 400, "INVALID_REQUEST", ("/mode",))
    assert "script" not in json.dumps(answer.body)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
