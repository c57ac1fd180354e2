"""host.json in the tree is for the host's storage; as it is deployed it names the scheduler."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.__main__ import main
from cli.deployment.host_file import CONNECTION, KEPT, put_back, write_packed
from cli.errors import CommandError

ROOT = Path(__file__).resolve().parents[2]
ORIGINAL = (ROOT / "host.json").read_text("utf-8")


@pytest.fixture(autouse=True)
def _in_a_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "host.json").write_text(ORIGINAL, "utf-8")
    monkeypatch.setenv("EIRA_URL", "https://func.example")
    monkeypatch.setenv("AZURE_ENV_NAME", "dev")
    monkeypatch.delenv("DURABLE_BACKEND", raising=False)


def durable() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path("host.json").read_text("utf-8"))["extensions"]
    durable_task: dict[str, Any] = found["durableTask"]
    return durable_task


def test_what_is_deployed_names_the_scheduler_and_the_tree_is_as_it_was() -> None:
    before = durable()
    assert main(["hook", "prepackage"]) == 0
    provider = {"type": "azureManaged", "connectionStringName": CONNECTION}
    assert durable() == {**before, "storageProvider": provider}
    assert main(["hook", "postpackage"]) == 0
    assert Path("host.json").read_text("utf-8") == ORIGINAL


def test_packing_that_was_cut_off_loses_nothing() -> None:
    assert write_packed({})
    assert write_packed({})
    put_back()
    put_back()
    assert Path("host.json").read_text("utf-8") == ORIGINAL
    assert write_packed({})
    assert not write_packed({"DURABLE_BACKEND": "storage"})
    assert Path("host.json").read_text("utf-8") == ORIGINAL


def test_half_of_what_was_to_be_packed_is_put_back_and_what_somebody_wrote_is_not_lost() -> None:
    assert write_packed({})
    packed = Path("host.json").read_text("utf-8")
    Path("host.json").write_text(packed[:40], "utf-8")
    put_back()
    assert Path("host.json").read_text("utf-8") == ORIGINAL
    assert write_packed({})
    edited = packed.replace("00:10:00", "00:05:00")
    Path("host.json").write_text(edited, "utf-8")
    with pytest.raises(CommandError, match=r"edited .*host\.json\.kept"):
        write_packed({})
    assert Path("host.json").read_text("utf-8") == edited
    assert KEPT.read_text("utf-8") == ORIGINAL


def test_a_host_json_that_came_after_a_cut_off_packing_is_the_one_that_is_packed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert write_packed({})
    newer = ORIGINAL.replace("00:10:00", "00:05:00")
    Path("host.json").write_text(newer, "utf-8")
    assert write_packed({})
    assert "stays as it is" in capsys.readouterr().err
    assert "00:05:00" in Path("host.json").read_text("utf-8")
    put_back()
    assert Path("host.json").read_text("utf-8") == newer
    assert not KEPT.exists()


@pytest.mark.parametrize("half", ["", ORIGINAL[:100]])
def test_half_of_what_was_to_be_kept_replaces_nothing(half: str) -> None:
    KEPT.parent.mkdir()
    KEPT.write_text(half, "utf-8")
    put_back()
    assert Path("host.json").read_text("utf-8") == ORIGINAL
    assert not KEPT.exists()


def test_neither_file_is_ever_half_written(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Path.write_text

    def half(file: Path, text: str, encoding: str) -> int:
        whole(file, text[: len(text) // 2], encoding)
        raise OSError("the disk is full")

    monkeypatch.setattr(Path, "write_text", half)
    with pytest.raises(CommandError, match="the disk is full"):
        write_packed({})
    assert Path("host.json").read_text("utf-8") == ORIGINAL
    assert not KEPT.exists()


@pytest.mark.parametrize("wanted", ["storage", "Storage"])
def test_with_durable_in_the_storage_it_is_deployed_as_it_is(
    wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DURABLE_BACKEND", wanted)
    assert main(["hook", "prepackage"]) == 0
    assert Path("host.json").read_text("utf-8") == ORIGINAL


@pytest.mark.parametrize("text", ["{", "[]", "{}"])
def test_a_file_that_is_no_host_json_is_refused(text: str) -> None:
    Path("host.json").write_text(text, "utf-8")
    with pytest.raises(CommandError, match=r"host\.json"):
        write_packed({})
    assert Path("host.json").read_text("utf-8") == text
