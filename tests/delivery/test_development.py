"""What docs/development.md tells people to type is there."""

import json
import re
import shlex

import pytest

from cli.app_environment import ENVIRONMENT
from cli.arguments import DEFAULT_PORT, parse
from tests.delivery.automation import ROOT, WORKFLOWS
from tests.infra.templates import declared

TEXT = (ROOT / "docs/development.md").read_text("utf-8")


def typed() -> tuple[str, ...]:
    """Every command of ours, in a line of its own or in a sentence."""
    lines = re.findall(r"(?m)^(\./eira [^#\n]+)|`(\./eira [^`]+)`", TEXT)
    return tuple(sorted({(line or inline).strip() for line, inline in lines}))


@pytest.mark.parametrize("command", typed())
def test_a_command_is_understood(command: str) -> None:
    _, name, *rest = shlex.split(command)
    assert parse([name, *rest]).command == name


def test_tests_that_are_named_are_there() -> None:
    named = re.findall(r"pytest (tests/\S+)::(\w+)", TEXT)
    assert named
    for path, name in named:
        assert f"def {name}(" in (ROOT / path).read_text("utf-8")


def test_files_that_are_named_are_there() -> None:
    files = set(re.findall(r"`((?:\.github|shared|infra)/[\w./-]+)`|`(\.[\w-]+\.yaml)`", TEXT))
    named = {first or second for first, second in files}
    assert {str(path.relative_to(ROOT)) for path in WORKFLOWS} <= named
    assert {each for each in named if not (ROOT / each).exists()} == set()


def test_the_settings_of_core_tools_are_those_of_the_sample() -> None:
    (snippet,) = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)
    values = json.loads(snippet)["Values"]
    sample = json.loads((ROOT / "local.settings.sample.json").read_text("utf-8"))["Values"]
    assert {name: sample[name] for name in values} == values
    # All that the host itself needs; the app's settings come from the local platform.
    assert set(values) == {"FUNCTIONS_WORKER_RUNTIME", "AzureWebJobsStorage"}


def test_core_tools_are_told_what_the_app_is_told() -> None:
    assert f"done < {ENVIRONMENT}" in TEXT
    assert f"func start --port {DEFAULT_PORT + 1}" in TEXT


def test_the_scheduler_is_turned_to_as_in_azure() -> None:
    told = dict(re.findall(r"^export (\w+)=(.+)$", TEXT, re.MULTILINE))
    in_azure = declared("app/function.bicep", "variables")["schedulerSettings"]["value"]
    assert told.keys() == in_azure.keys()
    connection = "DURABLE_TASK_SCHEDULER_CONNECTION_STRING"
    assert {**told, connection: ""} == {**in_azure, connection: ""}
