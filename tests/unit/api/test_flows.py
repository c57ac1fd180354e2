"""The routes of the flow language: its schemas, what is wrong with a flow, and exporting one."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from api import flows
from shared.contracts.flows.document import FlowLists
from shared.flows.calling import SENT_BY
from tests.fakes.http import Answer
from tests.flows.cases import Case, called, cases
from tests.plan_requests import PLAN
from tests.unit.api.rules import ChatDesk

CHAT = {"type": "agent_call", "message": "Hola"}


async def posted(handler: Any, flow: Any, **headers: str) -> Answer:
    return await ChatDesk().person().call(handler, "POST", {"flow": flow}, headers=headers)


async def test_the_schemas_are_schemas_and_know_every_node_of_the_plan() -> None:
    answer = await ChatDesk().person().call(flows.schema)
    assert answer.status == 200
    Draft202012Validator.check_schema(answer.json["flow"])
    for schema in answer.json["nodes"].values():
        Draft202012Validator.check_schema(schema)
    for node in PLAN["nodes"].values():
        Draft202012Validator(answer.json["nodes"]["agent_call"]).validate(node)
        Draft202012Validator(answer.json["flow"]).validate([node])
    assert set(answer.json["nodes"]["agent_call"]["x-sent-by"]) == set(SENT_BY)


async def test_what_may_be_run_is_valid_by_its_schema() -> None:
    """In the spellings that are documented."""
    answer = await ChatDesk().person().call(flows.schema)
    schema = Draft202012Validator(answer.json["flow"])
    for case in cases("run"):
        if "saveAs" in json.dumps(case["flow"]):
            continue
        assert [each.message for each in schema.iter_errors(case["flow"])] == [], case["id"]


async def test_a_field_is_in_the_schema_once_and_is_never_null() -> None:
    answer = await ChatDesk().person().call(flows.schema)
    for schema in answer.json["nodes"].values():
        assert not {"systemPrompt", "saveAs", "credentialProfile"} & set(schema["properties"])
        assert '{"type": "null"}' not in json.dumps(schema)


async def test_a_flow_is_judged_by_what_its_caller_may_name() -> None:
    flow = [{"type": "use_profile", "profile": "ops"}, {**CHAT, "participants": ["retrieval"]}]
    answer = await posted(flows.validate, flow)
    assert answer.status == 200
    assert answer.json["valid"] is False
    [problem] = answer.json["problems"]
    assert (problem["code"], problem["pointer"]) == ("not_allowed", "/0/profile")
    assert (await posted(flows.validate, [CHAT])).json["valid"] is True


@pytest.mark.parametrize("case", [each for each in cases("check") if "lists" in each], ids=called)
async def test_what_a_caller_may_not_name_is_told_as_the_suite_says(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cases without lists go to the running app."""
    lists = FlowLists.model_validate(case["lists"])
    monkeypatch.setattr("api.flows.lists_of", lambda _: lists)
    answer = await posted(flows.validate, case["flow"])
    told = [[each["severity"], each["code"], each["pointer"]] for each in answer.json["problems"]]
    assert told == case["problems"]


@pytest.mark.parametrize(("language", "word"), [("es", "Nadie"), ("en", "Nobody")])
async def test_problems_are_told_in_the_language_of_who_asks(language: str, word: str) -> None:
    answer = await posted(flows.validate, [CHAT], **{"Accept-Language": language})
    [problem] = answer.json["problems"]
    assert problem["severity"] == "warning"
    assert word in problem["message"]


async def test_an_export_has_no_keys_and_says_what_it_took_out() -> None:
    keys = {"type": "credential_profile", "profile": "prod", "credentials": {"openai": "cnry-1"}}
    answer = await posted(flows.export, [keys, CHAT])
    assert answer.json["flow"] == {"meta": {"default_credential_profile": "prod"}, "nodes": [CHAT]}
    codes = [each["code"] for each in answer.json["warnings"]]
    assert codes == ["sim_only_removed", "default_profile_set"]
    assert answer.json["problems"] == []
    assert "cnry-1" not in answer.body.decode()


async def test_what_is_no_flow_cannot_be_exported() -> None:
    answer = await posted(flows.export, {"meta": {}})
    assert answer.status == 400
    assert [each["pointer"] for each in answer.json["errors"]] == ["/flow"]


async def test_null_within_a_flow_stays_null() -> None:
    flow = {"meta": {"variables": {"a": None}}, "nodes": [{"type": "response", "text": "x"}]}
    answer = await posted(flows.export, flow)
    assert answer.json["flow"] == flow


async def test_nobody_is_told_anything_without_a_token() -> None:
    assert (await ChatDesk().person(None).call(flows.schema)).status == 401
