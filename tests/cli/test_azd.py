"""What is read of the Azure Developer CLI, and the hooks that it runs."""

import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from cli.__main__ import main
from cli.arguments import parse
from cli.deployment.azd import deployment_values, known_values, parse_env
from cli.errors import CommandError
from cli.hook import CREATE, GIVES_UP_SECONDS, LOAD, Filling

ROOT = Path(__file__).resolve().parents[2]
AZD = """#!/bin/sh
echo "$@" > asked
while read -r line; do printf '%s\\n' "$line"; done < answer
exit {status}
"""
VALUES = {"EIRA_URL": "https://func.example", "Auth__Tenants": '["1111"]'}


@pytest.fixture(autouse=True)
def _somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without an environment of azd, on a machine that has no azd."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("EIRA_URL", "AZURE_ENV_NAME", "Auth__Tenants", "DURABLE_BACKEND"):
        monkeypatch.delenv(name, raising=False)


def install_azd(folder: Path, answer: str, status: int = 0) -> None:
    (folder / "answer").write_text(f"{answer}\n")
    azd = folder / "azd"
    azd.write_text(AZD.format(status=status))
    azd.chmod(azd.stat().st_mode | stat.S_IXUSR)


def test_azd_is_asked_for_the_values_of_an_environment(tmp_path: Path) -> None:
    install_azd(tmp_path, json.dumps(VALUES))
    found = deployment_values("prod")
    assert {name: found[name] for name in VALUES} == VALUES
    assert found["PATH"] == str(tmp_path)
    assert (tmp_path / "asked").read_text().split()[-2:] == ["--environment", "prod"]


def test_in_a_hook_azd_has_put_them_into_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_azd(tmp_path, json.dumps({"EIRA_URL": "https://other.example"}))
    monkeypatch.setenv("EIRA_URL", VALUES["EIRA_URL"])
    monkeypatch.setenv("AZURE_ENV_NAME", "dev")
    assert deployment_values()["EIRA_URL"] == VALUES["EIRA_URL"]
    assert deployment_values("other")["EIRA_URL"] == "https://other.example"


def test_without_azd_its_files_are_read(tmp_path: Path) -> None:
    folder = tmp_path / ".azure" / "dev"
    folder.mkdir(parents=True)
    (tmp_path / ".azure" / "config.json").write_text('{"defaultEnvironment": "dev"}')
    (folder / ".env").write_text('EIRA_URL="https://func.example"\nAuth__Tenants="[\\"1111\\"]"\n')
    assert deployment_values()["Auth__Tenants"] == '["1111"]'
    assert deployment_values("dev")["EIRA_URL"] == "https://func.example"


def test_before_anything_is_provisioned_azd_knows_what_somebody_wants(tmp_path: Path) -> None:
    install_azd(tmp_path, json.dumps({"DURABLE_BACKEND": "storage"}))
    assert known_values("new")["DURABLE_BACKEND"] == "storage"
    with pytest.raises(CommandError, match="azd provision"):
        deployment_values("new")


def test_what_the_shell_knows_of_another_deployment_is_none_of_this_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_azd(tmp_path, "{}")
    monkeypatch.setenv("EIRA_URL", VALUES["EIRA_URL"])
    for name in ("new", None):
        with pytest.raises(CommandError, match="azd provision"):
            deployment_values(name)


def test_azd_up_packs_the_first_time_before_it_provisions(tmp_path: Path) -> None:
    install_azd(tmp_path, json.dumps({"AZURE_ENV_NAME": "dev"}))
    (tmp_path / "host.json").write_text((ROOT / "host.json").read_text("utf-8"), "utf-8")
    assert main(["hook", "prepackage"]) == 0
    assert "azureManaged" in (tmp_path / "host.json").read_text("utf-8")
    assert main(["hook", "postpackage"]) == 0
    assert "azureManaged" not in (tmp_path / "host.json").read_text("utf-8")


def test_values_are_read_as_azd_writes_them() -> None:
    text = '# a comment\nA="1"\nB=two\nC="say \\"a\\\\b\\$\\"\\nnext"\nnonsense\nD=""\n'
    assert parse_env(text) == {"A": "1", "B": "two", "C": 'say "a\\b$"\nnext', "D": ""}


@pytest.mark.parametrize("answer", ["{}", "not json", '["list"]'])
def test_what_is_not_provisioned_or_not_told_ends_with_what_to_do(
    tmp_path: Path, answer: str
) -> None:
    install_azd(tmp_path, answer)
    with pytest.raises(CommandError, match=r"azd (provision|env)") as refused:
        deployment_values()
    assert refused.value.exit_code == 2


def test_without_azd_and_without_files_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["hook", "postdeploy"]) == 2
    assert "azd is not installed here" in capsys.readouterr().err


def test_environments_that_there_are_are_named(tmp_path: Path) -> None:
    for name in ("prod", "dev"):
        (tmp_path / ".azure" / name).mkdir(parents=True)
        (tmp_path / ".azure" / name / ".env").write_text("")
    for wanted, said in (("nope", "no environment nope "), (None, "none is chosen")):
        with pytest.raises(CommandError, match=f"{said}.*there are: dev, prod"):
            deployment_values(wanted)


class Programs:
    """Gives these exit codes in turn, and 0 behind them; a second of its clock is a pause's."""

    def __init__(self, *statuses: int) -> None:
        self.statuses, self.ran, self.now = list(statuses), list[tuple[str, ...]](), 0.0

    def run(self, words: tuple[str, ...], environment: Mapping[str, str]) -> int:
        assert environment["EIRA_URL"] == VALUES["EIRA_URL"]
        self.ran.append(words)
        return self.statuses.pop(0) if self.statuses else 0

    def wait(self, seconds: float) -> None:
        self.now += seconds

    def filling(self, **more: str) -> Filling:
        return Filling({**VALUES, **more}, self.run, lambda: self.now, self.wait)


def test_the_index_is_made_and_then_filled() -> None:
    programs = Programs()
    assert programs.filling().run() == 0
    assert programs.ran == [CREATE, LOAD]


def test_roles_that_do_not_hold_yet_are_waited_for(capsys: pytest.CaptureFixture[str]) -> None:
    programs = Programs(1, 1, 0, 1)
    assert programs.filling().run() == 0
    assert programs.ran == [CREATE, CREATE, CREATE, LOAD, LOAD]
    assert "Roles hold some minutes after" in capsys.readouterr().err


def test_what_stays_wrong_ends_with_how_to_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    programs = Programs(*([1] * 100))
    assert programs.filling().run() == 1
    assert set(programs.ran) == {CREATE}
    assert programs.now >= GIVES_UP_SECONDS
    assert "./eira hook postprovision" in capsys.readouterr().err


def test_a_setting_that_is_wrong_does_not_get_right_by_waiting() -> None:
    programs = Programs(2)
    assert programs.filling().run() == 2
    assert (programs.ran, programs.now) == ([CREATE], 0.0)


def test_a_private_network_is_filled_from_inside(capsys: pytest.CaptureFixture[str]) -> None:
    programs = Programs()
    assert programs.filling(PRIVATE_NETWORK="true").run() == 0
    assert programs.ran == []
    assert "from inside of it" in capsys.readouterr().err


def test_azd_calls_hooks_that_are_there_on_every_system() -> None:
    hooks = yaml.safe_load((ROOT / "azure.yaml").read_text("utf-8"))["hooks"]
    called = {name: [each["run"] for each in hook.values()] for name, hook in hooks.items()}
    assert set(called) == {"postprovision", "postdeploy"}
    for name, runs in called.items():
        assert len(runs) == 2
        for run in runs:
            command = run[run.index("./eira ") :].split()
            assert parse(command[1:]).hook == name
    assert os.access(ROOT / "eira", os.X_OK)


async def test_a_deployed_app_is_tried_behind_deploying(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("cli.deployment.smoke.WAITS_SECONDS", 0.0)
    monkeypatch.setenv("EIRA_URL", "http://127.0.0.1:9/")
    monkeypatch.setenv("AZURE_ENV_NAME", "dev")
    monkeypatch.setenv("Auth__Audience", "api://eira-agents")
    assert main(["hook", "postdeploy"]) == 1
    said = capsys.readouterr()
    assert "GET http://127.0.0.1:9/api/health" in said.err
    assert "./eira smoke --azd" in said.err
    assert said.out.startswith("1 error")
