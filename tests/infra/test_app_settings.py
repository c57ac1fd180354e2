"""What the templates tell the app is what the app reads, and enough for it to start."""

import json
import os
import re
from typing import Any

import pytest

from cli.deployment.host_file import CONNECTION, SCHEDULER
from shared.settings import Settings, get_settings, our_settings, unknown_settings
from shared.start_checks import check_secure
from tests.infra.templates import INFRA, MAIN, ROOT, code, declared, evaluated, text, verified

TENANT = "11111111-1111-4111-8111-111111111111"
KNOWN: dict[str, object] = {
    # What somebody who deploys is asked, or Azure answers.
    "audience": "api://22222222-2222-4222-8222-222222222222",
    "erpBaseUrl": "https://erp.example.org/api",
    "erpScope": "api://erp/.default",
    "signInAuthority": "https://login.microsoftonline.com",
    "whoMayComeIn": [TENANT],
    "roleRights": json.loads((INFRA / "role-rights.json").read_text("utf-8")),
    "chatModel.deployment": "chat",
    "chatModel.model": "gpt-4.1",
    "embeddingsModel.deployment": "embeddings",
    "cosmos.outputs.endpoint": "https://cosmos-eira.documents.azure.com:443/",
    "cosmos.outputs.database": "eira",
    "modelsRoles.outputs.endpoint": "https://oai-eira.openai.azure.com/",
    "safety.outputs.endpoint": "https://cs-eira.cognitiveservices.azure.com/",
    "searchRoles.outputs.endpoint": "https://srch-eira.search.windows.net",
    "vault.outputs.uri": "https://kv-eira.vault.azure.net/",
}
OVERRIDE = "AzureFunctionsJobHost__extensions__durableTask__storageProvider"
OF_THE_PLATFORM = {
    "storageSettings": {
        "AzureWebJobsStorage__accountName",
        "AzureWebJobsStorage__credential",
        "AzureWebJobsStorage__clientId",
    },
    "identitySettings": {"AZURE_CLIENT_ID"},
    "telemetrySettings": {
        "APPLICATIONINSIGHTS_CONNECTION_STRING",
        "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
    },
    "schedulerSettings": {
        CONNECTION,
        f"{OVERRIDE}__type",
        f"{OVERRIDE}__connectionStringName",
    },
}
REFUSED = re.compile(r"FUNCTIONS_\w+|WEBSITE_\w+|SCM_\w+|ENABLE_ORYX_BUILD|PYTHON_\w+")
"""Flex Consumption has properties for these, and does not deploy an app with the settings."""


def usual() -> dict[str, object]:
    parameters = declared(MAIN, "parameters")
    return {name: of.get("default") for name, of in parameters.items() if name not in KNOWN}


def app_settings() -> dict[str, str]:
    found = evaluated(declared(MAIN, "variables")["appSettings"]["value"], {**usual(), **KNOWN})
    assert isinstance(found, dict)
    return found


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of the app in Azure."""
    for name in [each for each in os.environ if "__" in each]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("AZURE_FUNCTIONS_ENVIRONMENT", raising=False)
    for name, value in app_settings().items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    return app_settings()


def test_the_app_starts_with_them(deployed: dict[str, str]) -> None:
    try:
        settings = get_settings()
        assert unknown_settings() == ()
        check_secure(settings, dict(our_settings()), {"WEBSITE_AUTH_ENABLED": "True"})
    finally:
        get_settings.cache_clear()
    assert isinstance(settings, Settings)
    assert settings.provider == "azure-openai"
    assert settings.auth.role_rights["employee"][0] == "tasks:read"
    assert settings.moderation.provider == "content-safety"
    assert settings.auth.tenants == (TENANT,)
    assert settings.ai.deployments == {"chat": "gpt-4.1"}
    assert settings.search.dimensions == 1536
    assert set(deployed) <= {name for name, _ in our_settings()}


def test_every_service_that_the_app_can_be_told_is_told_by_what_was_made() -> None:
    """In the sample a resource of somebody's own is written `<name>`."""
    values = json.loads((ROOT / "local.settings.sample.json").read_text("utf-8"))["Values"]
    named = {name for name, value in values.items() if "<name>" in value}
    assert len(named) >= 5
    written = declared(MAIN, "variables")["appSettings"]["value"]
    assert {name for name in named if "outputs" not in str(written.get(name))} == set()


def test_no_value_is_a_secret() -> None:
    for name in app_settings():
        assert not re.search(r"(?i)(apikey|password|secret)$", name)
    assert "@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/${each.value})" in text(
        "app/function.bicep"
    )


def test_the_platform_is_told_nothing_that_is_not_known_here() -> None:
    variables = declared("app/function.bicep", "variables")
    told = {
        name: set(variables[name]["value"])
        for name in variables
        if name.endswith("Settings") and name != "platformSettings"
    }
    assert told == OF_THE_PLATFORM
    every = {*app_settings(), *(each for those in told.values() for each in those)}
    assert [each for each in every if REFUSED.fullmatch(each)] == []


def test_settings_set_by_hand_do_not_stay() -> None:
    (config,) = (each for each in configs() if each["name"] == "appsettings")
    assert config["retainCurrentAppSettings"] is False


def configs() -> list[dict[str, object]]:
    found: list[dict[str, object]] = verified("web/site").params["configs"]
    return found


def durable_in_host_json() -> dict[str, Any]:
    document = json.loads((ROOT / "host.json").read_text("utf-8"))
    found: dict[str, Any] = document["extensions"]["durableTask"]
    return found


def of_the_function(variable: str) -> dict[str, str]:
    found: dict[str, str] = declared("app/function.bicep", "variables")[variable]["value"]
    return found


def test_the_host_is_told_of_the_scheduler_as_host_json_is_when_it_is_deployed() -> None:
    settings = of_the_function("schedulerSettings")
    assert declared(MAIN, "variables")["taskHub"]["value"] == durable_in_host_json()["hubName"]
    assert {name: settings[f"{OVERRIDE}__{name}"] for name in SCHEDULER} == SCHEDULER
    connection = settings[SCHEDULER["connectionStringName"]]
    assert set(re.findall(r"(\w+)=", connection)) == {"Endpoint", "Authentication", "ClientID"}


def test_the_extensions_are_whichever_of_that_line_a_machine_has() -> None:
    """Azure takes the newest of it, which has scheduler and versions since 4.32. Core Tools has to
    be content with one that it got earlier, also where it cannot get another."""
    bundle = json.loads((ROOT / "host.json").read_text("utf-8"))["extensionBundle"]
    assert bundle == {
        "id": "Microsoft.Azure.Functions.ExtensionBundle",
        "version": "[4.0.0, 5.0.0)",
    }


def test_durable_is_in_the_storage_where_nothing_else_is_said() -> None:
    assert "type" not in durable_in_host_json()["storageProvider"]
    chosen = "empty(schedulerEndpoint) ? {} : schedulerSettings"
    assert chosen in code("app/function.bicep")


def test_without_a_token_only_what_is_for_everybody_is_answered() -> None:
    (auth,) = (each for each in configs() if each["name"] == "authsettingsV2")
    properties = auth["properties"]
    assert isinstance(properties, dict)
    app = (ROOT / "function_app.py").read_text("utf-8")
    way = r'register_endpoint\(app, "\w+", "GET", "([\w.]+)", (?!signed_in|in_openais_form)'
    open_to_all = re.findall(way, app)
    assert len(open_to_all) == 2
    assert set(properties["globalValidation"]["excludedPaths"]) == {
        "/runtime/webhooks/*",
        *(f"/api/{route}" for route in open_to_all),
    }


def test_rights_are_those_that_are_documented() -> None:
    values = json.loads((ROOT / "local.settings.sample.json").read_text("utf-8"))["Values"]
    assert KNOWN["roleRights"] == json.loads(values["Auth__RoleRights"])
