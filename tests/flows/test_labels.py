"""Forms can be made of the schemas: each field is called something, is explained, has a bound."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic.alias_generators import to_camel

from shared.contracts.catalog import Catalog
from shared.contracts.flow_hints import HINTS
from shared.contracts.flow_labels import CHOICES, FIELDS, NODES
from shared.flows.schemas import schemas

type Schema = dict[str, Any]

NAMES = {"AgentCallNode.provider", "Provider", "Method"}
"""Whose values are names themselves: GET, openai."""
UNBOUNDED = {"vector", "max_tokens"}
"""Numbers of a vector may be any; of the other `x-limit` says where the bound is."""


def owners() -> Iterator[tuple[str, Schema]]:
    """Every object of the language, and each type that has a name."""
    found = schemas()
    for kind, schema in found.nodes.items():
        yield kind, schema
        yield from schema["$defs"].items()
    yield "flow", found.flow["anyOf"][0]
    yield from ((n, e) for n, e in found.flow["$defs"].items() if "." not in n and n != "node")


def fields() -> Iterator[tuple[str, str, Schema]]:
    for owner, schema in owners():
        for name, field in schema.get("properties", {}).items():
            yield owner, name, field


def leaves(schema: Any) -> Iterator[Schema]:
    if isinstance(schema, dict):
        if isinstance(schema.get("type"), str):
            yield schema
        for name, each in schema.items():
            if not name.startswith("x-"):
                yield from leaves(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from leaves(each)


def test_every_field_is_called_something_and_explained_in_both_languages() -> None:
    told = [field for *_, field in fields()]
    assert len(told) > 150
    for field in told:
        for said in (field["x-label"], field["x-help"]):
            assert set(said) == {"es", "en"}
            assert all(said.values())
        assert all(each.endswith(".") for each in field["x-help"].values())
        assert not any(each.endswith(".") for each in field["x-label"].values())


def test_every_node_is_called_something() -> None:
    for kind, schema in schemas().nodes.items():
        assert schema["x-label"] == dict(zip(("es", "en"), NODES[kind], strict=True))
    assert set(NODES) == set(schemas().nodes)


def test_nothing_is_named_that_is_not_there() -> None:
    there = {name for _, name, _ in fields()} | {f"{o}.{n}" for o, n, _ in fields()}
    assert {*FIELDS, *HINTS} <= there
    assert set(FIELDS) == set(HINTS)


def enumerations() -> Iterator[tuple[str, Schema, list[str]]]:
    """Where there are several values to choose from, by the name of the type or of the field."""
    for owner, schema in owners():
        if "properties" not in schema:
            yield from ((owner, schema, found) for found in _values(schema))
        for name, field in schema.get("properties", {}).items():
            yield from ((f"{owner}.{name}", field, found) for found in _values(field))


def _values(schema: Schema) -> Iterator[list[str]]:
    for form in (schema, *schema.get("anyOf", ())):
        if "enum" in form:
            yield form["enum"]


def test_what_there_is_to_choose_from_is_called_something() -> None:
    seen = set()
    for name, schema, values in enumerations():
        if name in NAMES or name == "OnDisconnect":
            continue
        assert list(schema["x-choices"]) == values, name
        seen.add(name)
    assert set(CHOICES) - seen <= {"SearchIntent.captions", "agent_call.provider"}, "of one value"


def test_a_list_of_the_catalog_is_named_where_values_come_from_it() -> None:
    found = {f"{owner}.{name}": field.get("x-catalog") for owner, name, field in fields()}
    assert found["agent_call.mode"] == "modes"
    assert found["ModelBlock.deployment"] == found["ModelBlock.name"] == "models"
    assert found["secure_value.alias"] == "aliases"
    assert found["SearchIntent.mode"] is None
    listed = {each for each in found.values() if each}
    assert listed <= {to_camel(name) for name in Catalog.model_fields}


@pytest.mark.parametrize("kind", sorted(schemas().nodes))
def test_what_is_typed_in_has_a_bound(kind: str) -> None:
    schema = schemas().nodes[kind]
    of_types = {name: each for name, each in schema["$defs"].items() if "properties" not in each}
    every = list(schema["properties"].items())
    for each in schema["$defs"].values():
        every += each.get("properties", {}).items()
    for name, field in (*every, *of_types.items()):
        for leaf in leaves(field):
            match leaf["type"]:
                case "string":
                    assert {"maxLength", "pattern", "enum", "const"} & leaf.keys(), name
                case "integer" | "number":
                    assert "maximum" in leaf or name in UNBOUNDED, name
                    assert "maximum" in leaf or name == "vector" or "x-limit" in field
