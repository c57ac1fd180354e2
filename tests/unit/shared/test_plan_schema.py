"""The schema of a plan is one that Azure OpenAI takes, whatever a pack declares.

https://learn.microsoft.com/azure/ai-services/openai/how-to/structured-outputs
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from shared.contracts.tools import JsonSchema
from shared.packs import FolderPacks
from shared.tools.plan_schema import plan_schema
from tests.fakes.world import PACKS

SUPPORTED = {
    "type", "enum", "description", "properties", "required", "additionalProperties", "items",
    "anyOf",
}  # fmt: skip
VERSIONS = sorted(path.parent.name for path in PACKS.glob("*/pack.json"))
pytestmark = pytest.mark.parametrize("version", VERSIONS)


def schema_of(version: str) -> JsonSchema:
    pack = FolderPacks(PACKS).get(version)
    return plan_schema(pack.planned, list(pack.flows))


def inside(schema: JsonSchema) -> Iterator[JsonSchema]:
    """The schemas directly in this one; names of properties are no keywords."""
    yield from schema.get("properties", {}).values()
    yield from schema.get("anyOf", ())
    if "items" in schema:
        yield schema["items"]


def every(schema: JsonSchema) -> Iterator[JsonSchema]:
    yield schema
    for each in inside(schema):
        yield from every(each)


def levels(schema: JsonSchema) -> int:
    """Objects and arrays in one another; alternatives are no level of their own."""
    container = schema.get("type") in ("object", "array")
    return max(map(levels, inside(schema)), default=0) + container


def test_it_stays_within_a_hundred_properties_and_five_levels(version: str) -> None:
    schema = schema_of(version)
    assert sum(len(each.get("properties", {})) for each in every(schema)) <= 100
    assert levels(schema) <= 5


def test_it_stays_within_the_limits_of_names_and_choices(version: str) -> None:
    nodes = list(every(schema_of(version)))
    choices = [str(value) for each in nodes for value in each.get("enum", ())]
    names = [name for each in nodes for name in each.get("properties", {})]
    assert len(choices) <= 500
    assert sum(map(len, [*choices, *names])) <= 15_000


def test_it_uses_only_keywords_that_strict_mode_knows(version: str) -> None:
    assert {key for each in every(schema_of(version)) for key in each} <= SUPPORTED


def test_every_object_is_closed_and_requires_all_it_has(version: str) -> None:
    schema = schema_of(version)
    Draft202012Validator.check_schema(schema)
    json.dumps(schema)
    objects = [each for each in every(schema) if each.get("type") == "object"]
    assert all(each["additionalProperties"] is False for each in objects)
    assert all(each["required"] == list(each["properties"]) for each in objects)


def test_each_tool_has_its_arguments_or_null_and_where_they_came_from(version: str) -> None:
    pack = FolderPacks(PACKS).get(version)
    schema = schema_of(version)
    assert schema["properties"]["flow_type"]["enum"] == [*pack.flows, "Other"]
    valid = Draft202012Validator(schema).is_valid
    for tool in pack.planned.values():
        fields = list(tool.arguments["properties"])
        source = {"field": fields[0], "source": "user", "quote": None}
        call: dict[str, Any] = {
            "tool": tool.name, "args": dict.fromkeys(fields), "sources": [source]
        }  # fmt: skip
        assert valid(plan_of(call))
        assert not valid(plan_of(call | {"args": {}}))
        assert not valid(plan_of(call | {"sources": [source | {"field": "madeUp"}]}))
        assert not valid(plan_of(call | {"sources": [source | {"source": "guess"}]}))
    assert not valid(plan_of({"tool": "rm", "args": {}, "sources": []}))


def plan_of(call: dict[str, Any]) -> dict[str, Any]:
    return {"flow_type": "Other", "calls": [call], "reason": ""}
