"""What an agent call is made with is looked at before anything is started."""

import pytest

from shared.contracts.credentials import Holder, SecretRef, SecureAlias
from shared.errors import SecretError
from tests.fakes.agents import FakeModels
from tests.fakes.credentials import FakeCredentials
from tests.fakes.services import FakeModel
from tests.fakes.world import ANA, LUIS, World
from tests.unit.api.rules import CALLERS, ChatDesk

MINIMAL = {"message": "Hola", "agent_profile": "normal", "sessionId": "s1"}
ALIAS = SecureAlias("kv", SecretRef(source="key_vault", name="a-key"), ("ai_search", "openai"))
MINE = Holder(ANA.tenant_id, ANA.user_id, "s1")


def desk() -> ChatDesk:
    credentials = FakeCredentials(aliases={"kv": ALIAS})
    return ChatDesk(World(callers=CALLERS, credentials=credentials), models=FakeModels(FakeModel()))


async def handle(at: ChatDesk, holder: Holder = MINE) -> str:
    return (await at.world.credentials.seal(ALIAS, holder)).handle


async def test_the_runs_record_has_profile_and_handles_and_so_has_every_step() -> None:
    at = desk()
    held = await handle(at)
    body = {**MINIMAL, "profile": "prod", "credentials": {"search": held}}
    record = await at.run(body)
    assert record.call is not None
    assert record.call.credential_profile == "prod"
    assert record.call.credentials == {"ai_search": held}
    assert record.scope is not None
    assert (record.scope.holder, record.scope.profile) == (MINE, "prod")
    assert isinstance(at.models, FakeModels)
    assert at.models.scopes == [record.scope]
    assert held not in repr(record)
    ((_, _, started),) = at.orchestrations.started
    assert held not in str(started)


@pytest.mark.parametrize(
    "holder",
    [
        Holder(ANA.tenant_id, ANA.user_id, "s2"),
        Holder(LUIS.tenant_id, LUIS.user_id, "s1"),
        Holder("tenant-b", ANA.user_id, "s1"),
    ],
)
async def test_the_handle_of_somebody_else_is_refused_by_its_field(holder: Holder) -> None:
    at = desk()
    answer = await at.ask({**MINIMAL, "credentials": {"search": await handle(at, holder)}})
    assert (answer.status, answer.code) == (403, "NOT_ALLOWED")
    assert "credentials/search" in answer.json["detail"]
    assert (at.world.runs.records, at.orchestrations.started) == ({}, [])


async def test_a_handle_for_other_tools_is_refused() -> None:
    at = desk()
    answer = await at.ask({**MINIMAL, "credentials": {"mcp:corp-tools": await handle(at)}})
    assert (answer.status, answer.code) == (403, "NOT_ALLOWED")
    assert at.world.runs.records == {}


async def test_a_handle_that_cannot_be_looked_at_for_now_is_503() -> None:
    at = desk()
    held = await handle(at)
    at.world.credentials.failure = SecretError("away")
    answer = await at.ask({**MINIMAL, "credentials": {"search": held}}, accept_language="en")
    assert (answer.status, answer.code) == (503, "CREDENTIALS_UNAVAILABLE")
    assert "credential store" in answer.json["detail"]
    assert at.world.runs.records == {}


async def test_a_profile_that_is_not_for_the_caller_is_refused() -> None:
    at = desk()
    answer = await at.ask({**MINIMAL, "profile": "ops"})
    assert (answer.status, answer.code) == (403, "NOT_ALLOWED")
    assert "ops" in answer.json["detail"]
    assert at.world.runs.records == {}
