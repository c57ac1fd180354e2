"""`POST /api/config/resolve`: who gets a handle, for what; and that no secret is ever answered."""

from dataclasses import dataclass, field, replace

import pytest

from api import config
from shared.contracts.credentials import (
    Holder,
    ProfileAccess,
    SecretRef,
    SecureAlias,
    SecureValues,
)
from shared.errors import SecretError
from tests.fakes.credentials import FakeCredentials
from tests.fakes.http import Answer, Caller
from tests.fakes.services import FakeOrchestrations
from tests.fakes.world import ANA, LUIS, OLGA, World

TOOLS = ("ai_search",)
ALIASES = {
    each.name: each
    for each in (
        SecureAlias(
            "search-prod", SecretRef(source="app_settings", name="azuresearch__apikey"), TOOLS
        ),
        SecureAlias("kv-search", SecretRef(source="key_vault", name="search-api-key"), TOOLS),
        SecureAlias(
            "of-a", SecretRef(source="key_vault", name="a"), TOOLS, ProfileAccess(("tenant-a",))
        ),
    )
}
VALUES = SecureValues(ALIASES, per_minute=3)
HAS_THE_RIGHT = {"rights": ("secrets:use",)}
CALLERS = {
    "ana": ANA.model_copy(update=HAS_THE_RIGHT),
    "luis": LUIS.model_copy(update=HAS_THE_RIGHT),
    "olga": OLGA.model_copy(update=HAS_THE_RIGHT),
    "nobody": ANA,
}
KV = {"source": "key_vault", "alias": "kv-search"}
SETTING = {"source": "app_settings", "alias": "search-prod"}


@dataclass
class Desk:
    world: World = field(
        default_factory=lambda: World(callers=CALLERS, credentials=FakeCredentials(aliases=ALIASES))
    )
    values: SecureValues = VALUES

    async def ask(self, body: object, token: str = "ana", **headers: str) -> Answer:
        deps = self.world.deps()
        deps = replace(deps, policy=replace(deps.policy, secure_values=self.values))
        caller = Caller(deps, FakeOrchestrations(), token)
        return await caller.call(config.resolve, "POST", body, headers=headers)


async def test_an_alias_gives_a_handle_that_is_bound_to_the_session() -> None:
    desk = Desk()
    answer = await desk.ask({**KV, "sessionId": "s1"})
    assert answer.status == 200, answer.body
    sealed = await desk.world.credentials.seal(
        ALIASES["kv-search"], Holder(ANA.tenant_id, ANA.user_id, "s1")
    )
    assert answer.json == {"handleId": sealed.handle, "expiresAt": "2026-11-22T10:15:00Z"}
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "body",
    [
        {**KV, "secret": "secrets/search-api-key"},
        {**KV, "secret": "kv://search-api-key", "mode": "opaque"},
        {**SETTING, "name": "AzureSearch__ApiKey"},
        {**SETTING, "name": "AzureSearch:ApiKey"},
    ],
)
async def test_what_the_alias_stands_for_may_be_told_in_any_spelling(body: object) -> None:
    assert (await Desk().ask(body)).status == 200


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({**KV, "alias": "other"}, "other"),
        ({**KV, "source": "app_settings"}, "kv-search"),
        ({**KV, "secret": "secrets/search-prod-key"}, "secret"),
        ({**KV, "secret": "search-api-key"}, "secret"),
        ({**KV, "name": "AzureSearch__ApiKey"}, "name"),
        ({**SETTING, "name": "PATH"}, "name"),
        ({**SETTING, "name": "AzureWebJobsStorage"}, "name"),
        ({**SETTING, "secret": "kv://search-api-key"}, "secret"),
        ({**KV, "mode": "plaintext"}, "plaintext"),
    ],
)
async def test_what_is_on_no_list_is_refused_by_its_name(body: object, named: str) -> None:
    desk = Desk()
    answer = await desk.ask(body)
    assert (answer.status, answer.code) == (403, "NOT_ALLOWED")
    assert named in answer.json["detail"]
    assert b"azuresearch" not in answer.body.lower()
    assert not desk.world.audit.events


@pytest.mark.parametrize(
    "body",
    [{}, {"source": "key_vault"}, {**KV, "source": "env"}, {**KV, "surprise": 1},
     {**KV, "alias": "<b>"}, {**KV, "mode": "raw"}, {**KV, "sessionId": "x" * 129}],
)  # fmt: skip
async def test_a_body_that_is_wrong_is_told_where(body: object) -> None:
    assert (await Desk().ask(body)).status == 400


async def test_an_alias_of_another_tenant_is_as_unknown_as_none() -> None:
    body = {"source": "key_vault", "alias": "of-a"}
    assert (await Desk().ask(body)).status == 200
    answer = await Desk().ask(body, "olga")
    unknown = await Desk().ask({**body, "alias": "of-b"}, "olga")
    assert answer.status == unknown.status == 403
    assert answer.json["detail"] == unknown.json["detail"].replace("of-b", "of-a")


async def test_a_right_is_needed() -> None:
    answer = await Desk().ask(KV, "nobody")
    assert (answer.status, answer.code) == (403, "FORBIDDEN")


async def test_a_made_up_value_is_answered_only_where_somebody_develops() -> None:
    desk = Desk(values=SecureValues(ALIASES, plaintext=True))
    answer = await desk.ask({**KV, "mode": "plaintext"})
    assert (answer.json["mock"], answer.json["value"]) == (True, "dev-ONLY")
    assert answer.json["handleId"].startswith("h_")
    assert "value" not in (await desk.ask(KV)).json


async def test_one_user_gets_so_many_in_a_minute_and_another_has_his_own() -> None:
    desk = Desk()
    statuses = [(await desk.ask(KV)).status for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    answer = await desk.ask(KV)
    assert answer.code == "QUOTA_EXCEEDED"
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert (await desk.ask(KV, "luis")).status == 200


async def test_guessing_is_counted_too() -> None:
    desk = Desk()
    for _ in range(3):
        await desk.ask({**KV, "alias": "guess"})
    assert (await desk.ask({**KV, "alias": "guess"})).status == 429


async def test_it_is_recorded_who_got_a_handle_for_what_and_nothing_more() -> None:
    desk = Desk()
    answer = await desk.ask({**KV, "sessionId": "s1"}, **{"x-correlation-id": "corr-9"})
    (event,) = desk.world.audit.events.values()
    assert event.kind == "config.resolved"
    assert event.details == {"alias": "kv-search", "source": "key_vault", "sessionId": "s1"}
    assert event.correlation_id == "corr-9"
    assert (event.actor.user_id, event.tenant_id) == (ANA.user_id, ANA.tenant_id)
    written = str(event.wire())
    assert answer.json["handleId"] not in written
    assert "search-api-key" not in written


async def test_a_vault_that_is_away_is_told_as_such() -> None:
    desk = Desk()
    desk.world.credentials.failure = SecretError("away")
    answer = await desk.ask(KV)
    assert (answer.status, answer.code) == (503, "CREDENTIALS_UNAVAILABLE")
    assert answer.json["retryable"] is True
    assert "credenciales" in answer.json["detail"]
    english = await desk.ask(KV, **{"accept-language": "en"})
    assert "credential store" in english.json["detail"]
