"""What the settings say of credentials is read once, and what is wrong in it stops the start."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace

import pytest

from shared.contracts.credentials import ProfileAccess, SecretRef
from shared.credentialing import CredentialPlan, lacking_secrets, own_model, read_credentials
from shared.credentials.caching import CachedSecrets
from shared.credentials.resolving import ProfiledCredentials
from shared.errors import ConfigurationError, SecretError
from shared.settings import get_settings
from tests.fakes.credentials import FakeSecrets
from tests.unit.shared.test_settings import COMPLETE

PROFILES, VALUES = "Security__CredentialProfiles", "Security__SecureValues"
VAULT = {"source": "key_vault", "secret": "kv://openai/prod-key"}
SEARCH = {"source": "key_vault", "secret": "secrets/search-prod-key"}
MADE_UP = "sk-made-up-0123456789"


@pytest.fixture(autouse=True)
def complete(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in set(os.environ):
        if "__" in name:
            monkeypatch.delenv(name)
    for name, value in {**COMPLETE, "KeyVault__Uri": "https://v.vault.azure.net"}.items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> "Read":
    return Read(monkeypatch)


class Read:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def __call__(self, profiles: object = (), **more: object) -> CredentialPlan:
        named = {PROFILES: profiles} if profiles else {}
        for name, value in {**named, **more}.items():
            if value is None:
                self._monkeypatch.delenv(name)
            else:
                text = value if isinstance(value, str) else json.dumps(value)
                self._monkeypatch.setenv(name, text)
        get_settings.cache_clear()
        return read_credentials(get_settings())

    def complaint(self, profiles: object = (), **more: object) -> str:
        with pytest.raises(ConfigurationError) as caught:
            self(profiles, **more)
        assert MADE_UP not in str(caught.value)
        return str(caught.value)


def test_without_settings_there_are_no_profiles_and_no_vault_is_needed(read: Read) -> None:
    plan = read(KeyVault__Uri=None)
    assert (plan.profiles, plan.access, plan.uses_vault) == ({}, {}, False)


def test_the_profiles_of_the_plan_are_read_as_it_writes_them(read: Read) -> None:
    azure = "https://aoai-contoso.openai.azure.com/"
    plan = read(
        {
            "prod": {
                "openai": {**VAULT, "endpoint": azure, "deployment": "gpt-4o-mini"},
                "ai_search": {
                    "source": "app_settings",
                    "name": "AzureSearch__ApiKey",
                    "endpoint": "https://search-contoso.search.windows.net",
                },
            },
            "default": {"openai": {"source": "app_settings", "name": "OpenAI:ApiKey"}},
        },
        AzureSearch__ApiKey=MADE_UP,
        OpenAI__ApiKey=MADE_UP,
    )
    model = plan.profiles["prod"]["azure-openai"]
    assert (model.endpoint, model.deployment) == (azure, "gpt-4o-mini")
    assert model.secret == SecretRef(source="key_vault", name="openai-prod-key")
    search = plan.profiles["prod"]["ai_search"].secret
    assert search == SecretRef(source="app_settings", name="azuresearch__apikey")
    assert set(plan.profiles["default"]) == {"openai"}
    assert plan.tools == {"azure-openai", "openai", "ai_search"}


def test_the_flat_keys_of_the_plan_are_what_they_stand_for(read: Read) -> None:
    plan = read(
        {
            "default": {
                "aoai_endpoint": {"source": "app_settings", "name": "AzureOpenAI:Endpoint"},
                "aoai_api_key": {"source": "app_settings", "name": "AzureOpenAI:ApiKey"},
                "aoai_api_version": "2025-01-01",
                "aoai_embeddings_deployment": "embed",
                "ai_search_endpoint": {"source": "app_settings", "name": "AzureSearch:Endpoint"},
                "ai_search": SEARCH,
                "ai_search_default_index": "cerebro",
                "ai_search_semantic_config": "semantic-config-es",
            }
        },
        AzureOpenAI__Endpoint="https://a.openai.azure.com",
        AzureOpenAI__ApiKey=MADE_UP,
    )
    model, search = (plan.profiles["default"][tool] for tool in ("azure-openai", "ai_search"))
    assert (model.endpoint, model.api_version) == ("https://a.openai.azure.com", "2025-01-01")
    assert model.embeddings_deployment == "embed"
    assert model.secret == SecretRef(source="app_settings", name="azureopenai__apikey")
    assert (search.endpoint, search.index) == (COMPLETE["AzureSearch__Endpoint"], "cerebro")
    assert search.semantic_configuration == "semantic-config-es"
    assert search.secret == SecretRef(source="key_vault", name="search-prod-key")
    assert plan.indexes == {"default": "cerebro"}


def test_settings_that_exist_for_profiles_may_be_named(read: Read) -> None:
    entry = {"source": "app_settings", "name": "Credentials__Staging"}
    plan = read({"staging": {"proxy": entry}}, Credentials__Staging=MADE_UP)
    assert plan.app_settings["credentials__staging"] == MADE_UP
    assert MADE_UP not in repr(plan)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"source": "app_settings", "name": "PATH"}, "PATH"),
        ({"source": "app_settings", "name": "AzureWebJobsStorage"}, "AzureWebJobsStorage"),
        ({"source": "app_settings", "name": "Google__ApiKey"}, "Google__ApiKey"),
        ({"source": "app_settings"}, "name"),
        ({"source": "app_settings", "name": "Cosmos__Endpoint", "secret": "kv://a"}, "both"),
        ({**VAULT, "name": "Cosmos__Endpoint"}, "both"),
        ({"source": "key_vault", "secret": MADE_UP}, "kv://openai/prod-key"),
        ({"source": "key_vault", "name": "x"}, "secret"),
        ({"source": "environment", "name": "x"}, "prod.openai"),
        ({"name": "OpenAI__ApiKey"}, "source"),
        ({"apiKey": MADE_UP}, "prod.openai"),
        ({**VAULT, "value": MADE_UP}, "prod.openai"),
        (MADE_UP, "prod.openai"),
        ({**VAULT, "endpoint": "aoai"}, "endpoint"),
        ({"endpoint": "https://api.example.org"}, "managed identity"),
    ],
)
def test_an_entry_that_is_wrong_is_told_by_its_setting(
    read: Read, entry: object, said: str
) -> None:
    complaint = read.complaint({"prod": {"openai": entry}}, AzureWebJobsStorage="x")
    assert PROFILES in complaint
    assert said in complaint


@pytest.mark.parametrize(
    ("profiles", "said"),
    [
        ({"prod": {"opneai": VAULT}}, "prod.opneai is no tool"),
        ({"prod": {"aoai_api_key": MADE_UP}}, "prod.aoai_api_key"),
        ({"prod": {"ai_search": {**SEARCH, "endpoint": "https://a.example"},
                   "ai_search_endpoint": "https://b.example"}}, "said twice"),
        ({"prod": {"openai": {**VAULT, "endpoint": "https://a.openai.azure.com"},
                   "azure-openai": VAULT}}, "two entries"),
        ({"prod": {"ai_search": {**SEARCH, "index": "nominas"}}}, "nominas"),
        ({"prod": {"openai": VAULT}, "dev": {"openai": {**VAULT, "secret": "kv://openai-prod/key"}}},
         "one secret in Key Vault"),
        ({"prod": {"mcp:corp": VAULT}}, "no server and no rule names it"),
        ({"prod": {"http": VAULT}}, "has no endpoint"),
        ({"default": {"ai_search": {**SEARCH, "endpoint": "https://other.example"}}},
         "AzureSearch__Endpoint"),
    ],
)  # fmt: skip
def test_profiles_that_do_not_agree_are_told(read: Read, profiles: object, said: str) -> None:
    complaint = read.complaint(profiles)
    assert PROFILES in complaint
    assert said in complaint


def test_a_vault_has_to_be_somewhere(read: Read) -> None:
    assert "KeyVault__Uri" in read.complaint({"prod": {"openai": VAULT}}, KeyVault__Uri=None)


def test_access_is_to_profiles_that_exist(read: Read) -> None:
    plan = read({"prod": {"openai": VAULT}}, Security__ProfileAccess={"prod": {"roles": ["m"]}})
    assert plan.access == {"prod": ProfileAccess(roles=("m",))}
    complaint = read.complaint(Security__ProfileAccess={"porduction": {}})
    assert "Security__ProfileAccess: there is no profile porduction" in complaint


def test_a_server_names_a_tool_that_some_profile_has(read: Read) -> None:
    server = {"url": "https://t.example.org", "methods": ["a"], "credential": "mcp:corp"}
    assert "Tools__McpServers" in read.complaint(Tools__McpServers={"corp": server})
    plan = read({"default": {"mcp:corp": VAULT}}, Tools__McpServers={"corp": server})
    assert "mcp:corp" in plan.tools


ALIASES = {
    "Aliases": {
        "search-prod": {"source": "app_settings", "name": "AzureSearch__ApiKey"},
        "kv-search": {"source": "key_vault", "secret": "secrets/api-key", "tools": ["search"]},
    },
    "AllowedSettings": ["AzureSearch__ApiKey"],
    "AllowedSecrets": ["kv://secrets/api-key"],
    "Dev": {"AllowPlaintext": True, "AllowSimulatorKeys": True},
}


def test_secure_values_are_read_as_the_plan_writes_them(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AzureSearch__ApiKey", MADE_UP)
    monkeypatch.setenv("Security__HandleKeyName", "kv://eira/handle-key")
    monkeypatch.delenv("AZURE_FUNCTIONS_ENVIRONMENT", raising=False)
    values = read(**{VALUES: ALIASES}).values
    assert values.aliases["search-prod"].secret.name == "azuresearch__apikey"
    assert values.aliases["kv-search"].tools == ("ai_search",)
    assert "http" not in values.aliases["search-prod"].tools
    assert not values.plaintext
    assert not values.typed_keys
    monkeypatch.setenv("AZURE_FUNCTIONS_ENVIRONMENT", "Development")
    assert read(**{VALUES: ALIASES}).values.plaintext
    assert read(**{VALUES: ALIASES}).values.typed_keys
    assert not read(**{VALUES: {**ALIASES, "Dev": {}}}).values.typed_keys
    monkeypatch.setenv("WEBSITE_INSTANCE_ID", "made-up")
    assert not read(**{VALUES: ALIASES}).values.plaintext
    assert not read(**{VALUES: ALIASES}).values.typed_keys


def test_an_alias_has_to_be_on_its_list_too(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AzureSearch__ApiKey", MADE_UP)
    monkeypatch.setenv("Security__HandleKeyName", "kv://eira/handle-key")
    for name in ("AllowedSettings", "AllowedSecrets"):
        complaint = read.complaint(**{VALUES: {**ALIASES, name: []}})
        assert VALUES in complaint
        assert name in complaint


def test_an_alias_that_is_wrong_is_told_by_its_own_setting(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("Security__HandleKeyName", "kv://eira/handle-key")
    monkeypatch.delenv("AzureSearch__ApiKey", raising=False)
    complaint = read.complaint(**{VALUES: ALIASES})
    assert complaint.startswith(f"setting {VALUES}: the alias search-prod names the app setting")


@pytest.mark.parametrize("written", ["kv://eira/handle-key", "kv://EIRA/Handle-Key"])
def test_what_seals_handles_is_sent_to_nobody(
    read: Read, monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    monkeypatch.setenv("Security__HandleKeyName", "kv://eira/handle-key")
    alias = {"Aliases": {"a": {"source": "key_vault", "secret": written}}}
    values = {VALUES: {**alias, "AllowedSecrets": [written]}}
    assert "Security__HandleKeyName: what seals" in read.complaint(**values)
    profile = {"prod": {"openai": {**VAULT, "secret": written}}}
    assert "Security__HandleKeyName: what seals" in read.complaint(profile, **{VALUES: "{}"})


def test_handles_need_a_key(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AzureSearch__ApiKey", MADE_UP)
    assert "Security__HandleKeyName: missing" in read.complaint(**{VALUES: ALIASES})
    complaint = read.complaint(**{VALUES: ALIASES, "Security__HandleKeyName": MADE_UP})
    assert complaint.startswith("setting Security__HandleKeyName ")


@pytest.mark.parametrize(
    "alias",
    [
        {"source": "key_vault", "secret": MADE_UP},
        {"source": "key_vault", "name": "x"},
        {"source": "app_settings", "name": "AzureSearch__Nothing"},
    ],
)
def test_what_is_wrong_with_an_alias_is_told_by_its_setting(read: Read, alias: object) -> None:
    complaint = read.complaint(**{VALUES: {"Aliases": {"mine": alias}}})
    assert complaint.startswith(f"setting {VALUES}: the alias mine ")


@pytest.mark.parametrize("minutes", ["4", "16"])
def test_secrets_are_remembered_for_five_to_fifteen_minutes(read: Read, minutes: str) -> None:
    assert "Security__SecretMinutes" in read.complaint(Security__SecretMinutes=minutes)


async def test_what_key_vault_lacks_is_told_by_its_setting(read: Read) -> None:
    plan = read(
        {"prod": {"openai": VAULT, "ai_search": SEARCH}},
        **{
            VALUES: {
                "Aliases": {"kv": {"source": "key_vault", "secret": "kv://other"}},
                "AllowedSecrets": ["kv://other"],
            },
            "Security__HandleKeyName": "kv://eira/handle-key",
        },
    )
    vault = FakeSecrets({"search-prod-key": ["made-up"]})
    cached = CachedSecrets(vault, 600)
    credentials = ProfiledCredentials(plan.profiles, {}, plan.values.aliases, cached)
    said = await lacking_secrets(plan, credentials)
    assert [each.split(": ")[:2] for each in said] == [
        [f"setting {PROFILES}", "prod.openai"],
        [f"setting {VALUES}", "the alias kv"],
        ["setting Security__HandleKeyName", "no secret eira-handle-key"],
    ]
    vault.failure = SecretError("away")
    (away,) = await lacking_secrets(plan, replace(credentials, secrets=CachedSecrets(vault, 600)))
    assert away.endswith("away")
    assert await lacking_secrets(plan, ProfiledCredentials(plan.profiles, {})) == ()


def test_the_app_itself_asks_the_model_of_the_default_profile(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    azure = {**VAULT, "endpoint": "https://a.openai.azure.com", "deployment": "d-1"}
    monkeypatch.setenv("AzureOpenAI__Endpoint", "https://a.openai.azure.com")
    plan = read({"prod": {"openai": azure}})
    assert own_model(get_settings(), plan) == get_settings().chat_model
    plan = read({"default": {"openai": azure}})
    assert own_model(get_settings(), plan) == "d-1"


def test_what_a_profile_says_of_a_tool_is_told_by_names_alone(read: Read) -> None:
    azure = "https://aoai-contoso.openai.azure.com/"
    plan = read({"prod": {"openai": {**VAULT, "endpoint": azure, "deployment": "gpt-4o-mini"}}})
    (told,) = plan.settings["prod"].values()
    assert told == ("secret", "endpoint", "deployment")
    assert "contoso" not in repr(plan.settings)
