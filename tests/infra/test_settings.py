"""Settings both ways: what the code reads, what the sample explains, what Azure is told."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.settings import our_settings
from tests.infra.templates import INFRA, ROOT
from tests.infra.test_app_settings import app_settings

SAMPLE = json.loads((ROOT / "local.settings.sample.json").read_text("utf-8"))
ROOMS = ("activities", "api", "orchestrators", "shared")

OF_THE_HOST = {
    "FUNCTIONS_WORKER_RUNTIME": "functionAppConfig: {\n      runtime: {\n        name: 'python'",
    "AzureWebJobsStorage": "AzureWebJobsStorage__accountName:",
    "APPLICATIONINSIGHTS_CONNECTION_STRING": "APPLICATIONINSIGHTS_CONNECTION_STRING:",
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING": "APPLICATIONINSIGHTS_AUTHENTICATION_STRING:",
}
"""What the Functions host or an SDK reads, and what says the same in Azure (app/function.bicep)."""
OF_THE_PLATFORM = {
    # Azure's, when it runs an app (the first by Core Tools as well).
    "AZURE_FUNCTIONS_ENVIRONMENT",
    "CONTAINER_APP_NAME",
    "WEBSITE_AUTH_ENABLED",
    "WEBSITE_INSTANCE_ID",
    "WEBSITE_SITE_NAME",
    # Is on where the worker itself reports to Application Insights; then the app does not as well.
    "PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY",
}
"""What nobody has to set."""


def values() -> dict[str, str]:
    found: dict[str, str] = SAMPLE["Values"]
    return found


def optional() -> set[str]:
    return {name for name, told in SAMPLE["_help"].items() if told.startswith("Optional.")}


def sources() -> Iterator[str]:
    for path in (path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        yield path.read_text("utf-8")


def test_every_line_of_the_sample_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the app, if not by the host; that it names all that the app reads is tested in demo."""
    for name in [each for each in os.environ if "__" in each]:
        monkeypatch.delenv(name)
    for name, value in values().items():
        monkeypatch.setenv(name, value)
    read = {name for name, _ in our_settings()}
    assert set(values()) - read == set(OF_THE_HOST)


def test_what_the_host_is_told_here_it_is_told_in_azure() -> None:
    told = (INFRA / "app/function.bicep").read_text("utf-8")
    assert {name for name, where in OF_THE_HOST.items() if where not in told} == set()


def test_what_the_app_cannot_do_without_is_told_in_azure() -> None:
    assert set(values()) - optional() - set(OF_THE_HOST) - set(app_settings()) == set()


def test_azure_tells_nothing_that_the_sample_does_not_explain() -> None:
    assert set(app_settings()) - set(values()) == set()


def test_the_code_reads_no_other_variables() -> None:
    prefix = "APPLICATIONINSIGHTS|AZURE|CONTAINER|DURABLE|FUNCTIONS|IDENTITY|PYTHON|WEBSITE"
    named = re.compile(rf'"((?:{prefix})_[A-Z_]+)"', re.IGNORECASE)
    read = {found.upper() for text in sources() for found in named.findall(text)}
    assert read == OF_THE_PLATFORM | {"APPLICATIONINSIGHTS_CONNECTION_STRING"}


def test_every_right_that_is_asked_for_is_given_to_some_role_and_no_other() -> None:
    roles = json.loads((INFRA / "role-rights.json").read_text("utf-8"))
    right = re.compile(r'"([a-z]+:[a-z]+)"')
    asked = {found for text in sources() for found in right.findall(text)}
    asked |= {
        found
        for path in Path(ROOT / "packs").rglob("*.json")
        for found in re.findall(r'"right": *"([^"]+)"', path.read_text("utf-8"))
    }
    assert {each for rights in roles.values() for each in rights} == asked
