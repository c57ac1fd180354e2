"""What an app does not start with where it is not somebody's own machine."""

import json
import os
from collections.abc import Callable

import pytest

from shared.errors import ConfigurationError
from shared.settings import get_settings, our_settings
from shared.start_checks import check_secure, check_told_by_us
from tests.unit.shared.test_settings import COMPLETE

IN_AZURE = {"WEBSITE_HOSTNAME": "eira.azurewebsites.net"}
AT_HOME = {"AZURE_FUNCTIONS_ENVIRONMENT": "Development"}
type Checking = Callable[..., str]


@pytest.fixture
def checking(monkeypatch: pytest.MonkeyPatch) -> Checking:
    """Start with these settings besides; what is said against it."""
    for name in [each for each in os.environ if "__" in each]:
        monkeypatch.delenv(name)

    def check(environment: dict[str, str] | None = None, **settings: str) -> str:
        for name, value in {**COMPLETE, **settings}.items():
            monkeypatch.setenv(name, value)
        get_settings.cache_clear()
        try:
            check_secure(get_settings(), dict(our_settings()), environment or IN_AZURE)
        except ConfigurationError as error:
            return str(error)
        finally:
            get_settings.cache_clear()
        return ""

    return check


def test_a_complete_configuration_starts(checking: Checking) -> None:
    assert checking() == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Auth__Authority", "http://login.example.org"),
        ("Cosmos__Endpoint", "http://10.0.0.4:8081"),
        ("Erp__BaseUrl", "http://erp.example.org/api"),
        ("Tools__McpServers", '{"x": {"url": "http://mcp.example.org/mcp", "methods": ["a"]}}'),
        ("AI__AllowedEndpoints", '{"azure-openai": ["http://ai.example.org:80/"]}'),
    ],
)
def test_what_is_not_encrypted_is_told_by_its_setting(
    checking: Checking, name: str, value: str
) -> None:
    assert f"setting {name}: http://" in checking(**{name: value})
    assert checking(AT_HOME, **{name: value}) == ""


@pytest.mark.parametrize("host", ["localhost:7081", "127.0.0.1:7081", "127.9.9.9"])
def test_on_the_same_machine_nobody_listens_in_between(checking: Checking, host: str) -> None:
    assert checking(Cosmos__Endpoint="http://localhost:7083", Erp__BaseUrl=f"http://{host}") == ""


def test_a_name_that_only_begins_like_this_machine_is_another(checking: Checking) -> None:
    assert "setting Erp__BaseUrl" in checking(Erp__BaseUrl="http://localhost.example.org")


def test_a_scheme_has_no_case(checking: Checking) -> None:
    assert "setting Erp__BaseUrl" in checking(Erp__BaseUrl="HTTP://erp.example.org")


def test_where_agents_may_read_without_tls_is_their_operators_affair(checking: Checking) -> None:
    rules = json.dumps([{"host": "http://open.example.org", "path": "/**"}])
    assert checking(Tools__HttpAllowed=rules) == ""


@pytest.mark.parametrize("environment", [IN_AZURE, AT_HOME], ids=["azure", "home"])
@pytest.mark.parametrize(
    "tenant", ["common", " Organizations ", "*", " ", "9188040D-6c67-4c5b-b112-36a304b66dad"]
)
def test_a_tenant_that_is_everybody_lets_nobody_start(
    checking: Checking, environment: dict[str, str], tenant: str
) -> None:
    said = checking(environment, Auth__Tenants=json.dumps([tenant]))
    assert "setting Auth__Tenants" in said


def test_without_an_audience_tokens_for_any_program_would_do(checking: Checking) -> None:
    for audience in ("", " ", "api://"):
        assert "setting Auth__Audience" in checking(Auth__Audience=audience)


@pytest.mark.parametrize(
    "audience", ["https://graph.microsoft.com", "https://Management.azure.com/"]
)
def test_tokens_for_programs_of_microsoft_are_not_for_this_app(
    checking: Checking, audience: str
) -> None:
    assert "setting Auth__Audience" in checking(Auth__Audience=audience)


def test_the_platforms_header_is_believed_only_where_the_platform_signs_people_in(
    checking: Checking,
) -> None:
    assert "setting Auth__AppService" in checking(Auth__AppService="true")
    signing_in = IN_AZURE | {"WEBSITE_AUTH_ENABLED": "True"}
    assert checking(signing_in, Auth__AppService="true") == ""
    assert checking(AT_HOME, Auth__AppService="true") == ""


@pytest.mark.parametrize("name", ["WEBSITE_INSTANCE_ID", "WEBSITE_SITE_NAME", "CONTAINER_APP_NAME"])
def test_in_azure_nothing_is_let_pass_for_being_called_development(
    checking: Checking, name: str
) -> None:
    called_so = AT_HOME | {name: "eira"}
    assert "setting AZURE_FUNCTIONS_ENVIRONMENT" in checking(called_so)
    said = checking(called_so, Auth__AppService="true", Erp__BaseUrl="http://erp.example.org")
    assert "setting Auth__AppService" in said
    assert "setting Erp__BaseUrl" in said


def test_who_asks_for_a_key_vaults_token_is_checked_but_at_home(checking: Checking) -> None:
    off = {"KeyVault__VerifyChallengeResource": "false"}
    there = {**off, "KeyVault__Uri": "https://eira.vault.azure.net"}
    assert "setting KeyVault__VerifyChallengeResource" in checking(**there)
    assert checking(AT_HOME, **there) == ""
    assert checking(**off, KeyVault__Uri="https://localhost:7082") == ""


def test_everything_that_is_wrong_is_told_at_once(checking: Checking) -> None:
    said = checking(Auth__Tenants='["common"]', Erp__BaseUrl="http://erp.example.org")
    assert "Auth__Tenants" in said
    assert "Erp__BaseUrl" in said


def test_a_key_does_not_leave_unencrypted_where_a_rule_sends_one(checking: Checking) -> None:
    rule = {"host": "http://api.example.org:8080", "path": "/**", "credential": "http:billing"}
    said = checking(Tools__HttpAllowed=json.dumps([rule]))
    assert "Tools__HttpAllowed: http:billing would go to api.example.org:8080 unencrypted" in said
    for host in ("https://api.example.org", "api.example.org", "http://localhost:8080"):
        assert checking(Tools__HttpAllowed=json.dumps([{**rule, "host": host}])) == ""
    del rule["credential"]
    assert checking(Tools__HttpAllowed=json.dumps([rule])) == ""


def test_an_app_whose_worker_would_tell_everything_does_not_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in COMPLETE.items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    check_told_by_us(get_settings())
    get_settings.cache_clear()
    monkeypatch.setenv("PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY", "1")
    with pytest.raises(ConfigurationError, match="PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY"):
        check_told_by_us(get_settings())
    get_settings.cache_clear()
