"""Packs: read whole, by version, and refused with the file that is wrong."""

import shutil
from pathlib import Path

import pytest

from shared.errors import ConfigurationError
from shared.packs import FolderPacks
from tests.fakes.world import PACKS


def copied(tmp_path: Path, *versions: str) -> Path:
    for version in versions or ("2026.11",):
        shutil.copytree(PACKS / "2026.11", tmp_path / version, ignore=lambda *_: ["knowledge"])
    return tmp_path


def test_the_newest_version_is_the_current_one_unless_another_is_pinned(tmp_path: Path) -> None:
    root = copied(tmp_path, "2026.09", "2026.11", "2026.10")
    assert FolderPacks(root).current == "2026.11"
    assert FolderPacks(root, pinned="2026.09").current == "2026.09"


def test_a_pack_holds_prompts_tools_and_flows(tmp_path: Path) -> None:
    pack = FolderPacks(copied(tmp_path)).get("2026.11")
    assert set(pack.prompts) == {"es", "en"}
    assert set(pack.prompts["es"]) == set(pack.prompts["en"])
    assert "createTask" in pack.tools
    assert pack.flows["CreateTask"].tools == ("createTask",)


def test_a_version_that_is_pinned_and_not_there_is_named_with_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"Packs__Version: 2030.01 .*2026.11"):
        FolderPacks(copied(tmp_path), pinned="2030.01")


def test_without_any_pack_the_app_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no pack"):
        FolderPacks(tmp_path)


@pytest.mark.parametrize("version", ["", "2030.01", "..", "../2026.11/tools"])
def test_a_version_that_is_not_deployed_is_refused(tmp_path: Path, version: str) -> None:
    with pytest.raises(ConfigurationError):
        FolderPacks(copied(tmp_path / "packs")).get(version)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("tools/createTask.json", "{", "createTask.json"),
        ("tools/createTask.json", '{"name": "createTask"}', "createTask.json: version"),
        ("flows/CreateTask.json", "[]", "CreateTask.json"),
        ("pack.json", "{", "pack.json"),
        ("pack.json", "{}", "pack.json: languages"),
        ("pack.json", '{"languages": ["es", "fr"]}', "pack.json: languages"),
    ],
)
def test_a_file_that_is_wrong_is_named(tmp_path: Path, name: str, content: str, says: str) -> None:
    root = copied(tmp_path)
    (root / "2026.11" / name).write_text(content)
    with pytest.raises(ConfigurationError, match=says):
        FolderPacks(root).get("2026.11")


def test_a_language_without_a_prompt_that_the_other_has_is_named(tmp_path: Path) -> None:
    root = copied(tmp_path)
    (root / "2026.11" / "prompts" / "en" / "triage.md").unlink()
    with pytest.raises(ConfigurationError, match=r"prompts/en/triage\.md"):
        FolderPacks(root).get("2026.11")


def test_a_flow_with_a_tool_that_is_not_there_is_named(tmp_path: Path) -> None:
    root = copied(tmp_path)
    (root / "2026.11" / "tools" / "createTask.json").unlink()
    with pytest.raises(ConfigurationError, match=r"CreateTask\.json.*createTask"):
        FolderPacks(root).get("2026.11")
