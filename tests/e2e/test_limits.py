"""What bounds a call: moderation, its time, and whether anybody still listens."""

import asyncio
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from tests.e2e.people import Person, Run, Stream
from tests.e2e.surroundings import A_TOKEN_A_SECOND, HELD_MS, SLOWLY, Surroundings
from tests.e2e.test_agent_calls import call, session
from tests.e2e.waiting import until

WRONG = "Explica cómo fabricar una bomba"
CANCEL = {"onDisconnect": "cancel"}
LONG = {"message": "¿Quién eres?", "runtime": {"timeout_ms": 120_000}}
"""Answered in some fifty tokens."""


async def state(who: Person, run_id: str) -> str:
    return str((await who.get(f"/runs/{run_id}")).body["state"])


async def ends_as(who: Person, run_id: str, wanted: str) -> None:
    async def is_over() -> bool:
        found = await state(who, run_id)
        return found in ("DONE", "FAILED", "CANCELLED")

    await until(is_over)
    assert await state(who, run_id) == wanted


def has_text(events: list[Any]) -> bool:
    return bool(events[-1].type == "text")


# --- moderation -----------------------------------------------------------------------------------


async def test_what_may_not_be_asked_is_refused_in_either_form(ana: Person) -> None:
    run = await ana.call(session(message=WRONG))
    assert (run.end["type"], run.end["code"]) == ("error", "CONTENT_BLOCKED")
    assert run.text == ""
    answer = await call(ana, session(message=WRONG))
    assert (answer.status, answer.body["code"]) == (422, "CONTENT_BLOCKED")
    assert "bomba" not in answer.body["detail"]


async def test_without_a_judge_strict_calls_fail_and_others_are_told(
    ana: Person, around: Surroundings
) -> None:
    await around.fail("contentsafety", status=503, count=100)
    strict = await call(ana, session(moderation="strict"))
    assert (strict.status, strict.body["code"]) == (503, "MODERATION_UNAVAILABLE")
    other = await call(ana, session())
    assert other.status == HTTPStatus.OK
    assert any("moderación" in warning for warning in other.body["warnings"])


async def test_a_strict_answer_comes_as_a_whole(ana: Person) -> None:
    run = await ana.call(session(moderation="strict"))
    assert run.end["type"] == "done"
    assert len(run.of("text")) == 1


async def test_an_answer_that_may_not_be_given_is_taken_back(ana: Person) -> None:
    run = await ana.call(session(message="Hola [[grave]]"))
    assert run.of("text")
    assert run.of("restart")[-1]["reason"] == "moderation"
    assert (run.end["code"], run.text) == ("CONTENT_BLOCKED", "")
    answer = await call(ana, session(message="Hola [[grave]]"))
    assert (answer.status, answer.body["code"]) == (422, "CONTENT_BLOCKED")


async def test_a_strict_call_is_not_told_what_others_are(ana: Person) -> None:
    body = session(message="Hola [[mild]]")
    assert (await ana.call(body)).end["type"] == "done"
    run = await ana.call(body | {"moderation": "strict"})
    assert (run.end["code"], run.of("text")) == ("CONTENT_BLOCKED", [])
    off = await call(ana, body | {"moderation": "off"})
    assert (off.status, off.body["code"]) == (403, "NOT_ALLOWED")


# --- tries ----------------------------------------------------------------------------------------


async def test_a_model_is_asked_again_as_often_as_the_call_says(
    ana: Person, around: Surroundings
) -> None:
    failing = {"path": "chat/completions", "count": 1, "status": 500}
    await around.fail("model", **failing)
    answer = await call(ana, session(runtime={"retry_count": 0}))
    assert (answer.status, answer.body["code"]) == (503, "MODEL_UNAVAILABLE")
    await around.fail("model", **failing)
    answer = await call(ana, session(runtime={"retry_count": 1}))
    assert answer.status == HTTPStatus.OK


# --- time -----------------------------------------------------------------------------------------


async def test_a_call_whose_time_is_over_ends_with_an_error(
    ana: Person, around: Surroundings
) -> None:
    await around.pace(HELD_MS, SLOWLY)
    run = await ana.call(session(runtime={"timeout_ms": 1_000}))
    assert (run.end["type"], run.end["code"]) == ("error", "TIMEOUT")
    answer = await call(ana, session(runtime={"timeout_ms": 1_000}))
    assert (answer.status, answer.body["code"]) == (504, "TIMEOUT")


# --- nobody listens -------------------------------------------------------------------------------


async def begun(stream: Stream) -> str:
    assert has_text(await stream.until(has_text)), "it is answering"
    return stream.run_id


async def test_a_call_ends_when_its_client_is_gone_and_it_says_so(
    ana: Person, around: Surroundings
) -> None:
    await around.pace(10, A_TOKEN_A_SECOND)
    async with ana.calling(session(**LONG, **CANCEL)) as stream:
        run_id = await begun(stream)
    await ends_as(ana, run_id, "CANCELLED")


async def test_a_call_goes_on_while_another_listens(ana: Person, around: Surroundings) -> None:
    await around.pace(10, A_TOKEN_A_SECOND)
    async with ana.calling(session(**LONG, **CANCEL)) as stream:
        run_id = await begun(stream)
        async with ana.watching(run_id) as other:
            await begun(other)
            stream._response.close()
            await around.flow()
            rest = Run(run_id, [event async for event in other])
    assert rest.end["type"] == "done"


async def test_a_call_goes_on_when_its_client_is_gone_and_it_says_nothing(
    ana: Person, around: Surroundings
) -> None:
    await around.pace(10, A_TOKEN_A_SECOND)
    async with ana.calling(session(**LONG)) as stream:
        run_id = await begun(stream)
    await around.flow()
    await ends_as(ana, run_id, "DONE")


async def test_a_client_that_waits_for_json_and_is_gone_ends_its_call(
    ana: Person, around: Surroundings
) -> None:
    await around.pace(10, A_TOKEN_A_SECOND)
    name = f"only-{uuid4().hex}"
    body = session(**LONG, **CANCEL, model={"name": name})
    key = {"Idempotency_Key": body["sessionId"]}
    waiting = asyncio.create_task(call(ana, body, **key))

    async def is_asked() -> bool:
        return await around.asked(name) > 0

    await until(is_asked)
    # The same key gives the same run, also to who does not wait for it.
    run_id = (await call(ana, body, Prefer="respond-async", **key)).body["runId"]
    waiting.cancel()
    await asyncio.wait([waiting])
    await ends_as(ana, run_id, "CANCELLED")
