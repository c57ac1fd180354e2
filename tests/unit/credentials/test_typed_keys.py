"""Keys of the simulator: in memory alone, for one call, and on no connection that stays."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.contracts.credentials import CredentialScope, Holder
from shared.credentials.resolving import ProfiledCredentials
from shared.credentials.typed import TypedKeys
from shared.errors import NotAllowedError
from shared.llm.keyed import KeyedModel, Place, keyed_connections
from shared.ports import ModelMessage, ModelRequest
from tests.fakes.services import FakeClock
from tests.unit.credentials.test_keyed_models import Connected

CANARY = "made-up-canary-of-a-key"
ANA = Holder("tenant-a", "user-ana", "s1")


def kept(clock: FakeClock | None = None) -> tuple[ProfiledCredentials, dict[str, str]]:
    credentials = ProfiledCredentials({}, {}, typed=TypedKeys(clock or FakeClock()))
    return credentials, credentials.keep({"openai": CANARY}, ANA, 60)


def scope(handles: dict[str, str], holder: Holder = ANA) -> CredentialScope:
    return CredentialScope(holder, handles=handles)


async def test_a_typed_key_goes_before_the_profile_and_is_for_one_call() -> None:
    credentials, handles = kept()
    await credentials.check(scope(handles))
    assert credentials.is_held("openai", scope(handles))
    secret = await credentials.secret("openai", scope(handles))
    assert secret is not None
    assert (secret.value, secret.once) == (CANARY, True)
    assert await credentials.renewed(secret) is None


async def test_what_is_stored_of_it_and_shown_is_a_name_that_says_nothing() -> None:
    credentials, handles = kept()
    assert CANARY not in f"{handles} {credentials!r} {credentials.typed!r} {scope(handles)!r}"


@pytest.mark.parametrize(
    "holder",
    [replace(ANA, user_id="user-luis"), replace(ANA, tenant_id="b"), replace(ANA, session_id="s2")],
)
async def test_nobody_else_has_anything_of_it(holder: Holder) -> None:
    credentials, handles = kept()
    with pytest.raises(NotAllowedError) as refused:
        await credentials.secret("openai", scope(handles, holder))
    assert refused.value.values["name"] == "credentials/openai"
    with pytest.raises(NotAllowedError):
        await credentials.check(scope({"ai_search": handles["openai"]}))


async def test_it_is_forgotten_when_the_call_is_over_and_after_its_time() -> None:
    clock = FakeClock()
    credentials, handles = kept(clock)
    credentials.drop(handles.values())
    with pytest.raises(NotAllowedError):
        await credentials.secret("openai", scope(handles))
    later = credentials.keep({"openai": CANARY}, ANA, 60)
    clock.now += timedelta(seconds=61)
    with pytest.raises(NotAllowedError):
        await credentials.secret("openai", scope(later))
    again = credentials.keep({"openai": CANARY}, ANA, 60)
    assert credentials.typed is not None
    assert set(credentials.typed._kept) == set(again.values())


async def test_where_it_is_not_allowed_nothing_is_kept() -> None:
    credentials = ProfiledCredentials({}, {})
    with pytest.raises(NotAllowedError):
        credentials.keep({"openai": CANARY}, ANA, 60)
    credentials.drop(["h_typed_x"])
    with pytest.raises(NotAllowedError):
        await credentials.secret("openai", scope({"openai": "h_typed_x"}))


async def test_no_connection_outlives_the_call_that_brought_the_key() -> None:
    credentials, handles = kept()
    made: list[Connected] = []

    def connect(endpoint: str, access: object) -> Connected:
        assert CANARY not in repr(access)
        made.append(Connected(endpoint, None, set()))
        return made[-1]

    model = KeyedModel(
        Place("openai", "https://own.example"),
        "openai",
        scope(handles),
        credentials,
        connections := keyed_connections(),
        connect,
        "gpt-4o",
        None,
        patient=False,
    )
    await model.complete(ModelRequest((ModelMessage("user", "hola"),)))
    assert [each.closed for each in made] == [True]
    assert not connections._lent
