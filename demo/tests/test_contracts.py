"""The tool contracts of the pack and the demo ERP mean the same thing."""

import pytest
from jsonschema import Draft202012Validator

from demo.erp.kinds import KINDS, PRIORITIES, PROJECTS, TASKS, USERS, Kind
from demo.erp.openapi import document, example_record

from .packs import part, texts, tools

WRITES = [("createTask", TASKS), ("createProject", PROJECTS), ("createUser", USERS)]
READS = [("findTasks", TASKS), ("findProjects", PROJECTS), ("findUsers", USERS)]


@pytest.mark.parametrize(("tool", "kind"), WRITES)
def test_a_tool_takes_what_the_erp_takes(tool: str, kind: Kind) -> None:
    arguments = part(tools()[tool], "arguments")
    properties = part(arguments, "properties")

    assert part(tools()[tool], "request")["path"] == f"/{kind.path}"
    assert texts(arguments, "required") == list(kind.required)
    assert set(properties) == set(kind.fields)
    for name in properties:
        ours, theirs = part(properties, name), kind.fields[name]
        for keyword in ("type", "enum", "format", "maxLength", "default"):
            if keyword in ours and keyword in theirs:
                assert ours[keyword] == theirs[keyword], (name, keyword)
        assert ours.get("enum") == theirs.get("enum"), name


def test_a_change_takes_what_the_erp_lets_change() -> None:
    properties = part(tools()["updateTask"], "arguments", "properties")
    erp = document("https://erp")
    change = part(erp, "components", "schemas", "TaskChange", "properties")

    assert part(tools()["updateTask"], "request") == {"method": "PATCH", "path": "/tasks/{id}"}
    assert "patch" in part(erp, "paths", "/tasks/{id}")
    assert set(properties) == {"id", *change}
    assert texts(part(properties, "status"), "enum") == list(TASKS.states)
    assert texts(part(properties, "priority"), "enum") == list(PRIORITIES)
    assert not [name for name in properties if "default" in part(properties, name)]


@pytest.mark.parametrize(("tool", "kind"), [*WRITES, ("updateTask", TASKS)])
def test_the_erps_record_is_the_result_the_tool_promises(tool: str, kind: Kind) -> None:
    Draft202012Validator(part(tools()[tool], "result")).validate(example_record(kind))


@pytest.mark.parametrize(("tool", "kind"), READS)
def test_a_search_asks_only_for_what_the_erp_can_find(tool: str, kind: Kind) -> None:
    operation = part(document("https://erp"), "paths", f"/{kind.path}", "get")
    parameters = operation["parameters"]
    assert isinstance(parameters, list)

    known = {parameter["name"] for parameter in parameters if parameter["in"] == "query"}

    assert set(part(tools()[tool], "arguments", "properties")) <= known


@pytest.mark.parametrize(("tool", "kind"), READS)
def test_the_erps_page_is_the_result_the_search_promises(tool: str, kind: Kind) -> None:
    page = {"items": [example_record(kind)], "total": 1, "next": None}

    Draft202012Validator(part(tools()[tool], "result")).validate(page)


@pytest.mark.parametrize(("tool", "kind"), READS)
def test_the_states_that_can_be_searched_are_those_of_the_erp(tool: str, kind: Kind) -> None:
    status = part(tools()[tool], "arguments", "properties", "status")

    assert texts(status, "enum") == list(kind.states)


def test_every_kind_has_its_tools() -> None:
    assert {kind.path for _, kind in WRITES} == {kind.path for kind in KINDS}
