"""How many runs a session may start in an hour."""

import asyncio
from datetime import timedelta

import pytest

from tests.fakes.world import World
from tests.unit.api.people import ASYNC, Desk, running_desk
from tests.unit.api.rules import CALLERS, ChatDesk

CALL = {"sessionId": "s1", "message": "Hola"}


def limited(limit: int | None) -> ChatDesk:
    return ChatDesk(World(callers=CALLERS, session_per_hour=limit))


async def test_what_is_left_is_told_until_nothing_is() -> None:
    desk = limited(2)
    answers = [await desk.ask(CALL) for _ in range(3)]
    assert [answer.status for answer in answers] == [202, 202, 429]
    assert [each.headers["x-ratelimit-remaining"] for each in answers[:2]] == ["1", "0"]
    assert {each.headers["x-ratelimit-limit"] for each in answers[:2]} == {"2"}
    refused = answers[2]
    assert (refused.code, refused.json["retryable"]) == ("QUOTA_EXCEEDED", True)
    assert refused.headers["retry-after"] == answers[0].headers["x-ratelimit-reset"]
    assert 0 < int(refused.headers["retry-after"]) <= 3600
    assert len(desk.orchestrations.started) == 2


async def test_of_many_at_once_exactly_as_many_start_as_may() -> None:
    desk = limited(5)
    answers = await asyncio.gather(*(desk.ask(CALL) for _ in range(20)))
    assert sorted(answer.status for answer in answers) == [202] * 5 + [429] * 15


async def test_the_next_hour_begins_anew() -> None:
    desk = limited(1)
    first = await desk.ask(CALL)
    assert (await desk.ask(CALL)).status == 429
    desk.world.clock.now += timedelta(seconds=int(first.headers["x-ratelimit-reset"]))
    assert (await desk.ask(CALL)).status == 202


async def test_sessions_and_users_are_counted_apart() -> None:
    desk = limited(1)
    assert (await desk.ask(CALL)).status == 202
    assert (await desk.ask(CALL, token="luis")).status == 202
    assert (await desk.ask({**CALL, "sessionId": "s2"})).status == 202
    assert (await desk.ask({"message": "Hola"})).status == 202
    assert (await desk.ask({"message": "Hola"})).status == 429, "the unnamed session is one"


async def test_what_was_started_before_is_found_and_not_counted() -> None:
    desk = limited(1)
    first = await desk.ask(CALL, idempotency_key="k")
    again = await desk.ask(CALL, idempotency_key="k")
    assert (again.status, again.json["runId"]) == (202, first.json["runId"])


@pytest.mark.parametrize("headers", [{}, ASYNC])
async def test_messages_are_counted_in_their_conversation(headers: dict[str, str]) -> None:
    desk = running_desk()
    desk.world.session_per_hour = 1
    one, two = await desk.conversation(), await desk.conversation()
    told = [await desk.post(each, **headers) for each in (one, two)]
    assert [answer.headers["x-ratelimit-remaining"] for answer in told] == ["0", "0"]


async def test_a_message_that_is_refused_for_a_busy_conversation_is_not_counted() -> None:
    desk = Desk(World(session_per_hour=2))
    conversation = await desk.conversation()
    assert (await desk.post(conversation, **ASYNC)).headers["x-ratelimit-remaining"] == "1"
    assert (await desk.post(conversation, **ASYNC)).code == "CONVERSATION_BUSY"
    assert set(desk.world.quotas.counts.values()) == {1}


async def test_without_a_limit_nothing_is_counted() -> None:
    desk = limited(None)
    answer = await desk.ask(CALL)
    assert answer.status == 202
    assert "x-ratelimit-limit" not in answer.headers
    assert desk.world.quotas.counts == {}
