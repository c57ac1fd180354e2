"""Packs: read whole, by version, and refused with the file that is wrong."""

import re
import shutil
from pathlib import Path

import pytest

from shared.errors import ConfigurationError, PackGoneError
from shared.packs import FolderPacks
from tests.fakes.world import PACKS


def copied(tmp_path: Path, *versions: str) -> Path:
    for version in versions or ("2026.11",):
        shutil.copytree(PACKS / "2026.11", tmp_path / version, ignore=lambda *_: ["knowledge"])
        replace(tmp_path / version / "pack.json", '"2026.11"', f'"{version}"')
    return tmp_path


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_the_newest_version_is_the_current_one_unless_another_is_pinned(tmp_path: Path) -> None:
    root = copied(tmp_path, "2026.09", "2026.11", "2026.10")
    assert FolderPacks(root).current == "2026.11"
    assert FolderPacks(root, pinned="2026.09").current == "2026.09"


def test_a_pack_holds_prompts_tools_flows_and_participants(tmp_path: Path) -> None:
    pack = FolderPacks(copied(tmp_path)).get("2026.11")
    assert set(pack.prompts) == {"es", "en"}
    assert set(pack.prompts["es"]) == set(pack.prompts["en"])
    assert "createTask" in pack.tools
    assert pack.flows["CreateTask"].tools == ("createTask",)
    kinds = {name: each.kind for name, each in pack.participants.items()}
    assert kinds == {
        "Coordinator": "coordinator",
        "Critic": "critic",
        "DomainExpert": "expert",
        "RetrievalAgent": "retrieval",
        "ToolingAgent": "tooling",
    }


def test_a_version_that_is_pinned_and_not_there_is_named_with_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"Packs__Version: 2030.01 .*2026.11"):
        FolderPacks(copied(tmp_path), pinned="2030.01")


def test_without_any_pack_the_app_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no pack"):
        FolderPacks(tmp_path)


@pytest.mark.parametrize("version", ["", "2030.01", "..", "../2026.11/tools"])
def test_a_version_that_is_not_deployed_is_refused(tmp_path: Path, version: str) -> None:
    with pytest.raises(PackGoneError):
        FolderPacks(copied(tmp_path / "packs")).get(version)


CREATE_TASK = "tools/createTask.json"
EXPERT = "participants/DomainExpert.json"
UPSERT = "tools/upsertCerebro.json"


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        (CREATE_TASK, '"effect": true,', '"effect": true,,', "@this is not JSON"),
        (CREATE_TASK, '  "version": "1",\n', "", "version is missing; add it"),
        (CREATE_TASK, '"backoffMs"', '"backofMs"', "@retry.backofMs is not known here"),
        (CREATE_TASK, '"effect"', '"kind": "rest",\n"effect"', "kind is given twice"),
        (CREATE_TASK, '"POST"', '"FETCH"', "@request.method: Input should be 'GET'"),
        (CREATE_TASK, '"name": "createTask"', '"name": "create"', "@name is 'create' in a file"),
        (CREATE_TASK, '"/tasks"', '"/tasks/{id}"', "there is no argument 'id'"),
        (CREATE_TASK, '"sensitive": []', '"sensitive": ["iban"]', "@there is no argument 'iban'"),
        (CREATE_TASK, '"never"', '"above"', "there is no argument None to compare"),
        (CREATE_TASK, '"never"', '"roles"', "no role is said"),
        (CREATE_TASK, '"en": "title"', '"en": ""', "x-label has no text in 'en'"),
        (CREATE_TASK, '"low"', '""', "x-choices.baja has no text in 'en'"),
        (CREATE_TASK, '"additionalProperties": false', '"minProperties": 1', "no.* closed object"),
        (CREATE_TASK, '"kind": "rest"', '"kind": "cerebro"', "of kind 'cerebro' needs 'operation'"),
        (CREATE_TASK, '"kind": "rest"', '"kind": "cerebro"', "of kind 'cerebro' has no 'request'"),
        (UPSERT, '"kind": "cerebro"', '"kind": "rest"', "of kind 'rest' needs 'request'"),
        (UPSERT, '"kind": "cerebro"', '"kind": "mcp"', "of kind 'mcp' has no 'operation'"),
        (CREATE_TASK, '"kind": "rest"', '"kind": "http"', "of kind 'http' has no 'request'"),
        ("flows/CreateTask.json", '"createTask"', '"doTask"', "@no such tool: doTask"),
        ("flows/CreateTask.json", '"dueDate"', '"until"', "@createTask has no argument 'until'"),
        ("flows/CreateTask.json", "{title}", "{name}", "has an argument 'name'"),
        ("flows/CreateTask.json", '"CreateTask"', '"Task"', "@flowType is 'Task' in a file"),
        ("pack.json", '"version": "2026.11",', "", "version is missing"),
        ("pack.json", '"2026.11"', '"2026.12"', "@version is '2026.12' in a folder"),
        ("pack.json", '"es"', '"fr"', "@languages.0: Input should be 'es' or 'en'"),
        ("pack.json", '"createTask"', '"create"', "tools/create.json is missing"),
        ("pack.json", '"triage"', '"triages"', "the app needs a prompt 'triage'"),
        (EXPERT, '"name": "DomainExpert"', '"name": "Expert"', "@name is 'Expert' in a file"),
        (EXPERT, '"domain_expert"', '"COORDINATOR"', "'COORDINATOR' already means Coordinator"),
        (EXPERT, '"prompt": "domain_expert"', '"prompt": "wizard"', "@no such prompt: wizard"),
        (EXPERT, '"ai_search"', '"find_it"', "@no such tool: find_it"),
        (EXPERT, '"Critic"', '"Coordinator"', "@'Coordinator' is no participant of kind 'critic'"),
        (EXPERT, '"en":', '"fr":', "@description.fr: Input should be 'es' or 'en'"),
        ("pack.json", '"Critic"', '"Judge"', "participants/Judge.json is missing"),
    ],
)
def test_what_is_wrong_is_named_by_file_and_line(
    tmp_path: Path, name: str, old: str, new: str, says: str
) -> None:
    """With `@`, on the very line that was changed."""
    root = copied(tmp_path)
    before = (root / "2026.11" / name).read_text("utf-8").partition(old)[0]
    line = before.count("\n") + 1 if says.startswith("@") else r"\d+"
    replace(root / "2026.11" / name, old, new)
    with pytest.raises(ConfigurationError) as refused:
        FolderPacks(root).get("2026.11")
    expected = f"^.*/2026.11/{name}:{line}: .*{says.lstrip('@')}"
    assert re.search(expected, str(refused.value), re.MULTILINE), refused.value


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    root = copied(tmp_path)
    replace(root / "2026.11" / CREATE_TASK, '"POST"', '"FETCH"')
    replace(root / "2026.11" / "flows" / "CreateUser.json", '"createUser"', '"addUser"')
    (root / "2026.11" / "prompts" / "en" / "triage.md").unlink()
    (root / "2026.11" / "prompts" / "es" / "plan.md").write_text(" \n")
    (root / "2026.11" / "prompts" / "es" / "base.md").write_bytes(b"hola\n\xff")
    with pytest.raises(ConfigurationError) as refused:
        FolderPacks(root).get("2026.11")
    lines = str(refused.value).splitlines()
    assert lines == sorted(lines)
    for place in (
        "flows/CreateUser.json:",
        "prompts/en/triage.md:1: the file is missing",
        "prompts/es/base.md:2: this is not UTF-8",
        "prompts/es/plan.md:1: the prompt is empty",
        "tools/createTask.json:",
    ):
        assert any(place in line for line in lines), place


@pytest.mark.parametrize("name", ["prompts/es/more.md", "tools/extra.json", "flows/Extra.json"])
def test_a_file_that_the_manifest_does_not_name_is_not_overlooked(
    tmp_path: Path, name: str
) -> None:
    root = copied(tmp_path)
    (root / "2026.11" / name).write_text("{}")
    with pytest.raises(ConfigurationError, match=rf"{name}:1: .* is not among the"):
        FolderPacks(root).get("2026.11")


def test_a_tool_that_cannot_be_read_does_not_make_its_flow_wrong(tmp_path: Path) -> None:
    root = copied(tmp_path)
    (root / "2026.11" / CREATE_TASK).write_text("{")
    with pytest.raises(ConfigurationError) as refused:
        FolderPacks(root).get("2026.11")
    assert str(refused.value).count("\n") == 0


def test_two_versions_are_read_side_by_side(tmp_path: Path) -> None:
    packs = FolderPacks(copied(tmp_path, "2026.09", "2026.11"))
    assert packs.versions == ("2026.09", "2026.11")
    assert [packs.get(version).version for version in packs.versions] == ["2026.09", "2026.11"]


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        (CREATE_TASK, '"findUsers"', '"createUser"', "@createUser changes the ERP"),
        (CREATE_TASK, '"findUsers"', '"findPeople"', "@no such tool: findPeople"),
        (CREATE_TASK, '"query": "q"', '"query": "words"', "@find.* has no argument 'words'"),
        (CREATE_TASK, '"query": "q",', "", "x-entity: query: Field required"),
        (CREATE_TASK, '"x-synonyms": {\n          "baja"', '"x-synonyms": {\n          "bajo"',
         "'bajo' is no value of priority"),
        ("flows/CreateTask.json", '"projectId"', '"title"', "@'title' says no record of the ERP"),
        ("flows/CreateTask.json", '"projectId"', '"project"', "@createTask has no argument"),
        ("flows/CreateTask.json", '"tasks:write"', '"tasks:wrote"', "@no tool .* the right"),
        ("flows/CreateTask.json", '"kind": "right"', '"kind": "wrong"', "Input tag 'wrong'"),
        ("flows/CreateProject.json", '"later": "endDate"', '"later": "to"', "no argument 'to'"),
        ("flows/CreateUser.json", '"findUsers"', '"findThem"', "@no such tool: findThem"),
    ],
)  # fmt: skip
def test_what_is_said_about_checking_values_is_checked(
    tmp_path: Path, name: str, old: str, new: str, says: str
) -> None:
    test_what_is_wrong_is_named_by_file_and_line(tmp_path, name, old, new, says)
