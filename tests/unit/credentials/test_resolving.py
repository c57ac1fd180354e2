"""What a call is made with: a handle before the profile's secret, and that before nothing."""

import base64
from dataclasses import dataclass, field, replace

import pytest

from shared.contracts.credentials import (
    CredentialScope,
    Holder,
    SecretRef,
    SecureAlias,
    ToolCredential,
)
from shared.credentials.caching import CachedSecrets
from shared.credentials.handles import Handles
from shared.credentials.resolving import ProfiledCredentials
from shared.errors import NotAllowedError, SecretError
from tests.fakes.credentials import FakeSecrets
from tests.fakes.services import FakeClock

SEAL = base64.b64encode(bytes(32)).decode()
HOLDER = Holder("tenant-a", "user-ana", "s1")


def vault(name: str) -> SecretRef:
    return SecretRef(source="key_vault", name=name)


PROFILES = {
    "default": {"proxy": ToolCredential("proxy", "default", vault("proxy-key"))},
    "prod": {
        "ai_search": ToolCredential("ai_search", "prod", vault("search-key")),
        "openai": ToolCredential(
            "openai", "prod", SecretRef(source="app_settings", name="openai__apikey")
        ),
        "azure-openai": ToolCredential("azure-openai", "prod", endpoint="https://a.example"),
    },
}
ALIAS = SecureAlias("kv-search", vault("other-key"), ("ai_search", "http"))


@dataclass
class Scene:
    vault: FakeSecrets = field(
        default_factory=lambda: FakeSecrets(
            {"seal": [SEAL], "search-key": ["s-1"], "other-key": ["o-1"], "proxy-key": ["p-1"]}
        )
    )
    aliases: dict[str, SecureAlias] = field(default_factory=lambda: {"kv-search": ALIAS})

    def __post_init__(self) -> None:
        self.secrets = CachedSecrets(self.vault, 600)

    @property
    def credentials(self) -> ProfiledCredentials:
        handles = Handles(self.secrets, "seal", 900, FakeClock())
        values = {"openai__apikey": "k-1"}
        return ProfiledCredentials(PROFILES, values, self.aliases, self.secrets, handles)

    async def value(self, tool: str, scope: CredentialScope | None) -> str | None:
        found = await self.credentials.secret(tool, scope)
        return found.value if found else None

    async def held(self, tool: str = "ai_search", profile: str = "default") -> CredentialScope:
        handle = (await self.credentials.seal(ALIAS, HOLDER)).handle
        return CredentialScope(HOLDER, profile, {tool: handle})


async def test_a_profile_has_its_own_secrets_and_those_of_default() -> None:
    scene, scope = Scene(), CredentialScope(HOLDER, "prod")
    assert await scene.value("ai_search", scope) == "s-1"
    assert await scene.value("openai", scope) == "k-1"
    assert await scene.value("proxy", scope) == "p-1"
    assert await scene.value("azure-openai", scope) is None
    assert await scene.value("anthropic", scope) is None


async def test_the_app_itself_has_those_of_default() -> None:
    scene = Scene()
    assert await scene.value("proxy", None) == "p-1"
    assert await scene.value("ai_search", None) is None


async def test_a_handle_goes_before_the_profiles_secret() -> None:
    scene = Scene()
    scope = await scene.held(profile="prod")
    assert await scene.value("ai_search", scope) == "o-1"
    assert await scene.value("openai", scope) == "k-1"
    await scene.credentials.check(scope)


async def test_a_handle_of_another_session_is_refused_by_its_field() -> None:
    scene = Scene()
    scope = await scene.held()
    other = replace(scope, holder=replace(HOLDER, session_id="s2"))
    for asked in (scene.credentials.check(other), scene.value("ai_search", other)):
        with pytest.raises(NotAllowedError) as caught:
            await asked
        assert caught.value.values == {"name": "credentials/ai_search"}


async def test_a_handle_is_for_the_tools_of_its_alias_only() -> None:
    scene = Scene()
    with pytest.raises(NotAllowedError) as caught:
        await scene.credentials.check(await scene.held("mcp:corp-tools"))
    assert caught.value.message == "handle_of_other_tools"


@pytest.mark.parametrize("now", [{}, {"kv-search": replace(ALIAS, secret=vault("search-key"))}])
async def test_a_handle_ends_with_its_alias(now: dict[str, SecureAlias]) -> None:
    scene = Scene()
    scope = await scene.held()
    scene.aliases = now
    with pytest.raises(NotAllowedError):
        await scene.credentials.check(scope)


async def test_a_secret_that_was_refused_may_have_another_version() -> None:
    scene = Scene()
    seen = await scene.credentials.secret("ai_search", CredentialScope(HOLDER, "prod"))
    assert seen is not None
    scene.vault.values["search-key"].append("s-2")
    fresh = await scene.credentials.renewed(seen)
    assert fresh is not None
    assert fresh.value == "s-2"


async def test_an_app_setting_is_the_same_until_the_next_start() -> None:
    scene = Scene()
    seen = await scene.credentials.secret("openai", CredentialScope(HOLDER, "prod"))
    assert seen is not None
    assert await scene.credentials.renewed(seen) is None


async def test_without_a_vault_there_are_no_handles() -> None:
    bare = ProfiledCredentials(PROFILES, {})
    with pytest.raises(NotAllowedError):
        await bare.check(CredentialScope(HOLDER, "default", {"ai_search": "h_abc"}))
    with pytest.raises(SecretError):
        await bare.secret("ai_search", CredentialScope(HOLDER, "prod"))


def test_no_value_is_in_a_repr() -> None:
    assert "k-1" not in repr(Scene().credentials)
    assert "h_abc" not in repr(CredentialScope(HOLDER, "default", {"ai_search": "h_abc"}))
