"""How much a session, a user and a tenant may ask for."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from shared.contracts.quotas import QuotaLimits
from shared.contracts.runs import RunOutcome, Usage
from shared.errors import DependencyError, StoreError
from shared.ports import OrchestrationState
from shared.streams.ending import close_run
from shared.streams.writing import TERMINAL_STEP, LogWriter
from tests.fakes.quotas import FakeQuotas
from tests.fakes.services import FakeClock, FakeOrchestrations
from tests.fakes.world import ANA, World
from tests.unit.api.people import ASYNC, Desk, running_desk
from tests.unit.api.rules import CALLERS, ChatDesk

CALL = {"sessionId": "s1", "message": "Hola"}


def limited(limit: int | None) -> ChatDesk:
    return ChatDesk(World(callers=CALLERS, quota_limits=QuotaLimits(session_per_hour=limit)))


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
    desk.world.quota_limits = QuotaLimits(session_per_hour=1)
    one, two = await desk.conversation(), await desk.conversation()
    told = [await desk.post(each, **headers) for each in (one, two)]
    assert [answer.headers["x-ratelimit-remaining"] for answer in told] == ["0", "0"]


async def test_a_message_that_is_refused_for_a_busy_conversation_is_not_counted() -> None:
    desk = Desk(World(quota_limits=QuotaLimits(session_per_hour=2)))
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


class OrchestrationsAway(FakeOrchestrations):
    async def start(self, run_id: str, orchestrator: str, request: Mapping[str, object]) -> None:
        raise StoreError("Durable is away")


def bounded(**limits: int) -> ChatDesk:
    return ChatDesk(World(callers=CALLERS, quota_limits=QuotaLimits(**limits)))


async def end(desk: ChatDesk, run_id: str, tokens: int = 0) -> None:
    """As the last step of a run ends it."""
    record = await desk.world.deps().runs.get(ANA.tenant_id, run_id)
    assert record is not None
    outcome = RunOutcome(
        run_id=run_id,
        tenant_id=record.tenant_id,
        state="DONE",
        finish_reason="stop",
        ended_at=desk.world.clock.now,
        usage=Usage(total_tokens=tokens),
    )
    writer = LogWriter(desk.world.log, run_id, TERMINAL_STEP, record.correlation_id, 1)
    await close_run(record, outcome, "es", (), writer, desk.world.deps())


async def test_a_user_is_counted_over_all_sessions_and_a_tenant_over_all_users() -> None:
    desk = bounded(user_per_hour=2, tenant_per_hour=3)
    for session in ("s1", "s2"):
        assert (await desk.ask({**CALL, "sessionId": session})).status == 202
    refused = await desk.ask({**CALL, "sessionId": "s3"})
    assert (refused.status, refused.headers["x-ratelimit-remaining"]) == (429, "0")
    assert "Has agotado tus peticiones" in refused.json["detail"]
    assert (await desk.ask(CALL, token="luis")).status == 202
    refused = await desk.ask(CALL, token="luis")
    assert "Tu organización ha agotado" in refused.json["detail"]


async def test_the_headers_tell_the_counter_with_least_left() -> None:
    desk = bounded(session_per_hour=60, user_per_hour=10, tenant_per_hour=1_000)
    answer = await desk.ask(CALL)
    told = [answer.headers[f"x-ratelimit-{name}"] for name in ("limit", "remaining")]
    assert told == ["10", "9"]


async def test_what_the_tenant_refuses_is_not_counted_by_session_and_user() -> None:
    desk = bounded(session_per_hour=5, user_per_hour=5, tenant_per_hour=1)
    for _ in range(3):
        await desk.ask(CALL)
    assert sorted(desk.world.quotas.counts.values()) == [1, 1, 1]


async def test_as_many_runs_as_may_be_are_under_way_until_one_ends() -> None:
    desk = bounded(user_runs=2)
    answers = [await desk.ask(CALL) for _ in range(3)]
    assert [answer.status for answer in answers] == [202, 202, 429]
    assert answers[2].headers["retry-after"] == "10"
    assert "todas las ejecuciones que puedes" in answers[2].json["detail"]
    await end(desk, answers[0].json["runId"])
    assert (await desk.ask(CALL)).status == 202
    assert (await desk.ask(CALL, token="luis")).status == 202


async def test_a_run_whose_end_was_never_counted_is_in_nobodys_way() -> None:
    desk = bounded(user_runs=1)
    first = (await desk.ask(CALL)).json["runId"]
    desk.world.quota_limits = QuotaLimits()
    await end(desk, first)
    desk.world.quota_limits = QuotaLimits(user_runs=1)
    assert (await desk.ask(CALL)).status == 202
    assert (await desk.ask(CALL)).status == 429


async def test_tokens_of_a_run_whose_end_is_not_counted_yet_are_counted_for_it() -> None:
    desk = bounded(user_runs=1, user_tokens_per_day=1_000)
    first = (await desk.ask(CALL)).json["runId"]
    limits, desk.world.quota_limits = desk.world.quota_limits, QuotaLimits()
    await end(desk, first, 1_200)
    desk.world.quota_limits = limits
    assert (await desk.ask(CALL)).status == 429
    assert list(desk.world.quotas.tokens.values()) == [1_200]


@dataclass
class QuotasThroughTheHour(FakeQuotas):
    """Counting takes until the next hour."""

    clock: FakeClock = field(default_factory=FakeClock)

    async def take(
        self, subject: str, window: str, limit: int, *, begins: bool = False
    ) -> int | None:
        self.clock.now += timedelta(hours=1)
        return await super().take(subject, window, limit)


async def test_what_is_given_back_is_of_the_hour_that_it_was_taken_of() -> None:
    desk = bounded(session_per_hour=5, user_runs=1)
    assert (await desk.ask(CALL)).status == 202
    counts, under_way = desk.world.quotas.counts, desk.world.quotas.under_way
    desk.world.quotas = QuotasThroughTheHour(counts, under_way, clock=desk.world.clock)
    assert (await desk.ask(CALL)).status == 429
    assert list(counts.values()) == [1]


class StatesAway(FakeOrchestrations):
    async def state(self, run_id: str) -> OrchestrationState | None:
        raise DependencyError("Durable is away")


async def test_what_was_counted_before_durable_was_found_away_is_given_back() -> None:
    desk = bounded(session_per_hour=5, user_runs=5, tenant_runs=1)
    assert (await desk.ask(CALL)).status == 202
    desk.orchestrations = StatesAway()
    assert (await desk.ask(CALL)).status == 500
    assert list(desk.world.quotas.counts.values()) == [1]
    assert [len(runs) for runs in desk.world.quotas.under_way.values()] == [1, 1]


async def test_a_run_that_could_not_be_started_is_not_under_way() -> None:
    desk = bounded(user_runs=1)
    working, desk.orchestrations = desk.orchestrations, OrchestrationsAway()
    assert (await desk.ask(CALL)).status == 503
    desk.orchestrations = working
    assert (await desk.ask(CALL)).status == 202


async def test_the_tokens_of_a_day_are_counted_as_runs_end() -> None:
    desk = bounded(tenant_tokens_per_day=1_000)
    for tokens in (600, 600):
        answer = await desk.ask(CALL)
        assert answer.status == 202
        await end(desk, answer.json["runId"], tokens)
    refused = await desk.ask(CALL, token="luis")
    assert (refused.status, refused.code) == (429, "QUOTA_EXCEEDED")
    assert "los tokens de modelo de hoy" in refused.json["detail"]
    desk.world.clock.now += timedelta(seconds=int(refused.headers["retry-after"]))
    assert (await desk.ask(CALL)).status == 202
