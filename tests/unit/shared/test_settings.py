"""Settings: what is missing or wrong is named as it is written, with an example."""

import os
import traceback
from datetime import timedelta

import pytest

from shared.bootstrap import build_credential, build_moderation
from shared.contracts.flows.runs import FlowBounds
from shared.contracts.quotas import QuotaLimits
from shared.errors import ConfigurationError
from shared.moderation.content_safety import ContentSafety
from shared.moderation.openai import OpenAIModeration
from shared.policies import build_outside, build_policy
from shared.settings import Settings, get_settings, unknown_settings

COMPLETE = {
    "AzureOpenAI__Endpoint": "https://ai.example",
    "AzureOpenAI__ApiKey": "made-up-azure-key",
    "OpenAI__ApiKey": "made-up-openai-key",
    "AzureSearch__Endpoint": "https://search.example",
    "Cosmos__Endpoint": "https://cosmos.example",
    "Erp__BaseUrl": "https://erp.example",
    "Erp__Scope": "api://erp/.default",
    "Auth__Audience": "api://eira-agents",
    "Auth__Tenants": '["11111111-1111-1111-1111-111111111111"]',
    "Auth__RoleRights": '{"employee": ["tasks:read"]}',
}


@pytest.fixture(autouse=True)
def only_these_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if "__" in name:
            monkeypatch.delenv(name)
    for name, value in COMPLETE.items():
        monkeypatch.setenv(name, value)


def read() -> Settings:
    get_settings.cache_clear()
    try:
        return get_settings()
    finally:
        get_settings.cache_clear()


def complaint() -> str:
    with pytest.raises(ConfigurationError) as caught:
        read()
    return str(caught.value)


def test_settings_are_read_as_azure_writes_them() -> None:
    settings = read()
    assert settings.azure_openai.endpoint == "https://ai.example"
    assert settings.auth.tenants == ("11111111-1111-1111-1111-111111111111",)
    assert settings.auth.role_rights == {"employee": ("tasks:read",)}
    assert settings.search.allowed_indexes == ("cerebro",)


def test_names_are_compared_without_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("Erp__BaseUrl")
    monkeypatch.setenv("ERP__BASEURL", "https://other.example")
    assert read().erp.base_url == "https://other.example"


@pytest.mark.parametrize(
    "name",
    [
        "AzureSearch__Endpoint", "Cosmos__Endpoint", "Erp__BaseUrl", "Erp__Scope",
        "Auth__Audience", "Auth__Tenants",
    ],
)  # fmt: skip
def test_a_missing_setting_is_named_with_an_example(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv(name)
    said = complaint()
    assert said.startswith(f"setting {name}: ")
    assert f"for example {name}=" in said


def test_without_any_model_both_ways_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AzureOpenAI__Endpoint")
    monkeypatch.delenv("OpenAI__ApiKey")
    assert "AzureOpenAI__Endpoint or OpenAI__ApiKey" in complaint()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Auth__Tenants", "not json"),
        ("Auth__RoleRights", "{"),
        ("Search__AllowedIndexes", "cerebro"),
        ("Auth__Tenants", "[]"),
        ("Auth__Tenants", "7"),
        ("Search__AllowedIndexes", "[]"),
        ("Search__Top", "11"),
        ("Search__Top", "few"),
        ("Search__Languages", "[]"),
        ("Search__MaxFanOut", "0"),
        ("Search__Normalisation", "softmax"),
        ("Search__ContextTokens", "10"),
        ("Search__TimeoutSeconds", "0"),
        ("Search__EmbeddingSeconds", "never"),
        ("Search__Dimensions", "1"),
        ("Search__Languages", "es"),
        ("Search__AllowedSemanticConfigurations", "semantic-config-es"),
        ("Streams__LongestJoinMs", "-1"),
        ("Agents__LeastConfidence", "1.5"),
        ("Model__TimeoutSeconds", "0"),
        ("Runs__Seconds", "mucho"),
        ("Runs__Tokens", "5000"),
        ("AI__AllowedProviders", '["bedrock"]'),
        ("AI__AllowedProviders", "anthropic"),
        ("AI__AllowedEndpoints", '["https://a.example"]'),
        ("AI__AllowedEndpoints", '{"azure-openai": ["a.example"]}'),
        ("AI__AllowedModels", "gpt-4o"),
        ("AI__Deployments", "o3"),
        ("ModelProxy__BaseUrl", "gateway"),
    ],
)
def test_a_wrong_setting_is_named_as_it_is_written(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert complaint().startswith(f"setting {name}")


@pytest.mark.parametrize(
    ("provider", "needed"),
    [
        ("proxy", "ModelProxy__BaseUrl"),
        ("anthropic", "Anthropic__ApiKey"),
        ("google", "Google__ApiKey"),
    ],
)
def test_a_provider_that_may_be_asked_for_needs_its_settings(
    monkeypatch: pytest.MonkeyPatch, provider: str, needed: str
) -> None:
    monkeypatch.setenv("AI__AllowedProviders", f'["{provider}"]')
    said = complaint()
    assert said.startswith(f"setting {needed} is missing")
    assert f"for example {needed}=" in said
    monkeypatch.setenv(needed, "https://made-up.example/v1")
    assert read().ai.allowed_providers == (provider,)


def test_the_models_of_agent_calls_are_named_as_the_plan_names_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AI__Models__Default", "gpt-4.1-mini")
    monkeypatch.setenv("AI__Models__Reasoning", "o3-mini")
    named = read().ai.models
    assert (named.default, named.reasoning) == ("gpt-4.1-mini", "o3-mini")
    monkeypatch.setenv("AI__Models__Defualt", "x")
    assert "did you mean AI__Models__Default" in complaint()


def test_secrets_are_in_no_representation_and_in_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = [repr(read()), str(read())]
    for name, value in (("Auth__Tenants", "x"), ("Search__Top", "x"), ("AzureOpenAI", "x")):
        with monkeypatch.context() as change:
            change.setenv(name, value)
            try:
                read()
            except ConfigurationError as error:
                shown.append("".join(traceback.format_exception(error)))
    assert len(shown) >= 4
    for text in shown:
        assert "made-up-azure-key" not in text
        assert "made-up-openai-key" not in text


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        setattr(read().erp, "base_url", "https://elsewhere.example")  # noqa: B010


def test_the_search_service_may_be_named_by_its_other_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("AzureSearch__Endpoint")
    monkeypatch.setenv("Search__Endpoint", "https://other.example")
    monkeypatch.setenv("Search__IndexName", "tramites-es")
    monkeypatch.setenv("Search__AllowedIndexes", '["tramites-es", "cerebro"]')
    monkeypatch.setenv("Search__SemanticConfig", "semantic-config-es")
    found = read().azure_search
    assert (found.endpoint, found.default_index, found.semantic_configuration) == (
        "https://other.example", "tramites-es", "semantic-config-es"
    )  # fmt: skip
    monkeypatch.setenv("AzureSearch__DefaultIndex", "cerebro")
    assert read().azure_search.default_index == "cerebro"


def test_a_key_of_the_search_service_is_optional_and_kept_to_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert read().azure_search.api_key is None
    monkeypatch.setenv("AzureSearch__ApiKey", "made-up-search-key")
    assert read().azure_search.api_key == "made-up-search-key"
    assert "made-up-search-key" not in repr(read())


@pytest.mark.parametrize(
    ("name", "value", "example"),
    [
        ("Runs__Seconds", "mucho", "Runs__Seconds=300.0"),
        ("RUNS__TOKENS", "5000", "Runs__Tokens=120000"),
        ("Agents__HistoryTurns", "1", "Agents__HistoryTurns=20"),
        ("Streams__LongestJoinMs", "-1", "Streams__LongestJoinMs=140"),
        ("Search__Top", "few", "Search__Top=5"),
        ("AzureSearch__Endpoint", "search", "AzureSearch__Endpoint=https://"),
        ("OpenAI__BaseUrl", "here", "OpenAI__BaseUrl="),
    ],
)
def test_every_wrong_setting_has_its_own_example(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, example: str
) -> None:
    monkeypatch.setenv(name, value)
    assert f"; for example {example}" in complaint()


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Runs__Tokns", "Runs__Tokens"),
        ("RUNS__SECOND", "Runs__Seconds"),
        ("Auth__RolesRights", "Auth__RoleRights"),
    ],
)
def test_a_misspelt_setting_is_refused_with_what_it_should_be(
    monkeypatch: pytest.MonkeyPatch, name: str, meant: str
) -> None:
    monkeypatch.setenv(name, "1")
    assert complaint() == f"setting {name}: there is no such setting; did you mean {meant}?"


@pytest.mark.parametrize(
    ("name", "value", "meant"),
    [
        ("Security", '{"CredentialProfiles": {}}', "Security__CredentialProfiles"),
        ("AZURESEARCH", ' {"Endpoint": "http://x.example"}', "AzureSearch__Endpoint"),
        (
            "Security__CredentialProfiles__prod__openai__source",
            "key_vault",
            "Security__CredentialProfiles",
        ),
    ],
)
def test_what_the_checks_of_settings_would_not_see_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, meant: str
) -> None:
    monkeypatch.setenv(name, value)
    assert complaint() == f"setting {name}: there is no such setting; did you mean {meant}?"


@pytest.mark.parametrize("name", ["MODEL", "Runs", "security"])
def test_a_variable_of_another_program_that_is_called_like_a_section_is_nothing_to_us(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "something-else")
    assert read().runs.seconds == 300
    assert unknown_settings() == ()


def test_settings_of_other_versions_and_programs_do_not_stop_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("Agents__Palette", "Agents__Wardrobe", "Logging__Level"):
        monkeypatch.setenv(name, "4")
    assert read().agents.history_turns == 20
    assert set(unknown_settings()) == {"Agents__Palette", "Agents__Wardrobe"}


# --- what agents may reach ------------------------------------------------------------------------

SERVER = (
    '{"url": "https://tools.example.org/mcp", "methods": ["getCase"], "credential": "mcp:corp"}'
)


def test_what_agents_may_reach_is_nothing_unless_it_is_listed() -> None:
    outside = build_outside(read())
    assert (outside.http, outside.private_hosts, outside.servers) == ((), (), ())


def test_hosts_are_told_apart_by_scheme_and_port(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = (
        '[{"host": "api.example.org", "path": "/v1/**"},'
        ' {"methods": ["POST"], "host": "http://*.old.example.org:8080", "path": "/",'
        ' "keys": true}]'
    )
    monkeypatch.setenv("Tools__HttpAllowed", rules)
    monkeypatch.setenv("Tools__HttpPrivateHosts", '["http://localhost", "localhost:7086"]')
    outside = build_outside(read())
    assert [rule.told() for rule in outside.http] == [
        "GET https://api.example.org/v1/**", "POST http://*.old.example.org:8080/",
    ]  # fmt: skip
    assert [rule.host for rule in outside.http] == ["api.example.org:443", "*.old.example.org:8080"]
    assert outside.private_hosts == ("localhost:80", "localhost:7086")


def test_an_mcp_server_has_its_methods_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("Tools__McpServers", f'{{"corp-tools": {SERVER}}}')
    (server,) = build_outside(read()).servers
    assert (server.name, server.methods, server.reads) == ("corp-tools", ("getCase",), ())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Tools__HttpAllowed", '[{"host": "*", "path": "/"}]'),
        ("Tools__HttpAllowed", '[{"host": "user@api.example.org", "path": "/"}]'),
        ("Tools__HttpAllowed", '[{"host": "ftp://api.example.org", "path": "/"}]'),
        ("Tools__HttpAllowed", '[{"host": "api.example.org", "path": "v1"}]'),
        ("Tools__HttpAllowed", '[{"host": "api.example.org", "path": "/", "verify": false}]'),
        ("Tools__HttpAllowed", '[{"host": "api.example.org", "methods": ["TRACE"], "path": "/"}]'),
        ("Tools__HttpAllowed", "api.example.org"),
        ("Tools__HttpPrivateHosts", '["10.0.0.0/8"]'),
        ("Tools__McpServers", '{"corp": {"url": "tools.example.org", "methods": ["a"]}}'),
        ("Tools__McpServers", '{"corp": {"url": "https://t.example.org", "methods": []}}'),
        ("Tools__McpServers", f'{{"corp": {SERVER.replace("mcp:", "")}}}'),
        ("Tools__HttpAllowed", '[{"host": "*.example.org", "path": "/", "credential": "http"}]'),
        ("Tools__HttpAllowed", '[{"host": "example.org", "path": "/", "credential": "openai"}]'),
        ("Tools__McpServers",
         '{"corp": {"url": "https://t.example.org", "methods": ["a"], "reads": ["b"]}}'),
    ],
)  # fmt: skip
def test_a_list_of_what_may_be_reached_that_is_wrong_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert "Tools__" in complaint()


def test_a_default_index_that_no_question_is_looked_up_in_stops_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AzureSearch__DefaultIndex", "notas")
    assert complaint() == (
        "setting AzureSearch__DefaultIndex: notas is not among Search__AllowedIndexes; "
        'for example Search__AllowedIndexes=["notas", "cerebro"]'
    )
    monkeypatch.setenv("Search__AllowedIndexes", '["cerebro", "notas"]')
    assert read().azure_search.default_index == "notas"


def test_whoever_judges_has_to_be_somewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("Moderation__Provider", "content-safety")
    assert "Moderation__" in complaint()
    assert "Endpoint is missing" in complaint()
    monkeypatch.setenv("Moderation__Endpoint", "https://safety.example")
    assert isinstance(build_moderation(read(), build_credential()), ContentSafety)


async def test_openai_judges_with_the_key_of_the_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("Moderation__Provider", "openai")
    judge = build_moderation(read(), build_credential())
    assert isinstance(judge, OpenAIModeration)
    await judge.close()
    monkeypatch.delenv("OpenAI__ApiKey")
    assert "OpenAI__ApiKey: missing, and Moderation__Provider is openai" in complaint()


def test_how_long_durable_keeps_a_run_is_a_setting_and_longer_than_a_week(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert build_policy(read()).history_kept == timedelta(days=30)
    monkeypatch.setenv("Runs__HistoryDays", "7")
    assert build_policy(read()).history_kept == timedelta(days=7)
    monkeypatch.setenv("Runs__HistoryDays", "6")
    assert "Runs__HistoryDays" in complaint()


@pytest.mark.parametrize(
    ("name", "wrong"), [("Seconds", "59"), ("Tokens", "14999"), ("AnswerHours", "145")]
)
def test_limits_of_flows_are_settings_with_bounds(
    monkeypatch: pytest.MonkeyPatch, name: str, wrong: str
) -> None:
    monkeypatch.setenv("Flows__Seconds", "120")
    monkeypatch.setenv("Flows__AnswerHours", "0.5")
    assert build_policy(read()).flows == FlowBounds(seconds=120, answer_hours=0.5)
    monkeypatch.setenv(f"Flows__{name}", wrong)
    assert f"Flows__{name}" in complaint()


def test_limits_of_calls_are_those_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = build_policy(read())
    assert (policy.quotas, policy.agents.moderation_off) == (
        QuotaLimits(session_per_hour=60),
        False,
    )
    monkeypatch.setenv("Quotas__SessionPerHour", "0")
    for n, name in enumerate(("UserPerHour", "TenantPerHour", "UserTokensPerDay"), start=1):
        monkeypatch.setenv(f"Quotas__{name}", str(n))
    for n, name in enumerate(("TenantTokensPerDay", "UserRuns", "TenantRuns"), start=4):
        monkeypatch.setenv(f"Quotas__{name}", str(n))
    monkeypatch.setenv("Moderation__AllowOff", "true")
    policy = build_policy(read())
    assert (policy.quotas, policy.agents.moderation_off) == (
        QuotaLimits(None, 1, 2, 3, 4, 5, 6),
        True,
    )
    monkeypatch.setenv("Quotas__SessionPerHour", "-1")
    assert "Quotas__SessionPerHour" in complaint()
