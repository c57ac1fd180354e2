"""`./eira packs`: problems by file and line, exit codes, and which settings a load gets."""

import json
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.__main__ import main
from cli.app_environment import app_environment
from cli.checking import check_pack
from cli.errors import CommandError
from shared.packs.folders import versions_in

PACKS = Path(__file__).parents[2] / "packs"
CREATE_TASK = "tools/createTask.json"


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the newest pack, below the working folder."""
    monkeypatch.chdir(tmp_path)
    copy = tmp_path / "packs" / versions_in(PACKS)[-1]
    shutil.copytree(PACKS / copy.name, copy)
    return copy


def replace(path: Path, old: str, new: str) -> int:
    """The line that was changed."""
    before, found, after = path.read_text("utf-8").partition(old)
    assert found
    path.write_text(before + new + after, "utf-8")
    return before.count("\n") + 1


@pytest.mark.parametrize("version", versions_in(PACKS))
def test_nothing_is_wrong_in_the_packs_of_this_repository(version: str) -> None:
    assert check_pack(PACKS / version, f"packs/{version}") == []


def test_a_whole_folder_and_one_pack_can_be_checked(
    pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = f"packs/{pack.name}"
    for arguments in ([], ["packs"], [shown], [f"{shown}/"]):
        assert main(["packs", "check", *arguments]) == 0
        assert capsys.readouterr().out == f"✓ {shown}: nothing is wrong\n"


def test_every_problem_is_a_line_with_its_place_and_a_remedy(
    pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    method = replace(pack / CREATE_TASK, '"POST"', '"FETCH"')
    schema = replace(pack / "tools" / "createUser.json", '"type": "string"', '"type": "strin"')
    default = replace(pack / "tools" / "createProject.json", '"format": "date"',
                      '"format": "date", "default": "hoy"')  # fmt: skip
    fees = replace(pack / "knowledge" / "fees-en.md", "confidence: ", "confidence: 1")
    (pack / "knowledge" / "empadronamiento.md").unlink()
    assert main(["packs", "check"]) == 1
    written = capsys.readouterr()
    places = [line.partition(": ")[0].removeprefix(f"packs/{pack.name}/")
              for line in written.out.splitlines()]  # fmt: skip
    assert f"{CREATE_TASK}:{method}" in places
    assert f"tools/createUser.json:{schema}" in places
    assert f"tools/createProject.json:{default}" in places
    assert f"knowledge/fees-en.md:{fees}" in places
    assert any(place.startswith("pack.json:") for place in places)
    assert all("; " in line for line in written.out.splitlines())
    assert written.err == f"✗ {len(places)} problems in packs/{pack.name}\n"


@pytest.mark.parametrize("folder", ["nowhere", "."])
def test_a_folder_without_packs_is_a_mistake_of_the_caller(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    folder: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["packs", "check", folder]) == 2
    assert capsys.readouterr().err.startswith(f"./eira packs: {folder}: ")


def test_an_action_is_needed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["packs"])
    assert ended.value.code == 2
    assert "ACTION" in capsys.readouterr().err


# --- the settings of a load -----------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AzureSearch__Endpoint", raising=False)
    return tmp_path


@pytest.fixture
def listening() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def write_settings(folder: Path, **values: str) -> None:
    (folder / "local.settings.json").write_text(json.dumps({"Values": values}))


def write_platform(folder: Path, url: str) -> None:
    (folder / ".eira").mkdir()
    urls = {"app": url, "services": {}, "caFile": "ca.pem"}
    (folder / ".eira" / "urls.json").write_text(json.dumps(urls))
    (folder / ".eira" / "app.env").write_text("AzureSearch__Endpoint=https://local\n")


def test_what_runs_here_says_where_cerebro_is(folder: Path, listening: str) -> None:
    write_settings(folder, AzureSearch__Endpoint="https://azure", Other="1")
    write_platform(folder, listening)
    environment = app_environment()
    assert environment["AzureSearch__Endpoint"] == "https://local"
    assert environment["Other"] == "1"


def test_when_nothing_runs_the_settings_do(folder: Path) -> None:
    write_settings(folder, AzureSearch__Endpoint="https://azure")
    write_platform(folder, "http://127.0.0.1:9")
    assert app_environment()["AzureSearch__Endpoint"] == "https://azure"


def test_without_either_it_says_what_to_do(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CommandError):
        app_environment()
    assert main(["packs", "load"]) == 2
    assert "./eira up" in capsys.readouterr().err
