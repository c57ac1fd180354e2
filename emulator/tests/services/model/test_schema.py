"""Values are made to fit a schema, with as little change as possible."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from emulator.services.model.engine.schema import Fitting, is_valid

PERSON: dict[str, JsonValue] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "age", "mail"],
    "properties": {
        "name": {"type": "string", "minLength": 2, "maxLength": 5},
        "age": {"type": ["integer", "null"], "minimum": 3},
        "mail": {"anyOf": [{"$ref": "#/$defs/mail"}, {"type": "null"}]},
    },
    "$defs": {"mail": {"type": "string", "format": "email"}},
}
JSON: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "age", "mail", "other"]), inner, max_size=4)
    ),
    max_leaves=8,
)


def test_a_valid_draft_is_left_alone() -> None:
    draft: JsonValue = {"name": "Ana", "age": 4, "mail": "a@b.es"}

    assert Fitting(PERSON, "hello").fit(draft) == draft


def test_what_is_not_said_is_null_and_what_is_unknown_is_dropped() -> None:
    fitted = Fitting(PERSON, "hello").fit({"name": "Ana", "hobby": "chess"})

    assert fitted == {"name": "Ana", "age": None, "mail": None}


def test_a_free_string_takes_the_text_cut_to_its_length() -> None:
    assert Fitting(PERSON, "hello world").minimal() == {"name": "hello", "age": None, "mail": None}


def test_the_branch_with_the_same_constant_is_chosen() -> None:
    schema: dict[str, JsonValue] = {
        "anyOf": [
            {
                "type": "object",
                "required": ["tool", "x"],
                "properties": {"tool": {"const": name}, "x": {"type": "integer"}},
            }
            for name in ("one", "two")
        ]
    }

    assert Fitting(schema, "").fit({"tool": "two", "x": "wrong"}) == {"tool": "two", "x": 0}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "number", "exclusiveMinimum": 2.5},
        {"type": "integer", "maximum": -3},
        {"type": "string", "format": "date-time"},
        {"type": "string", "minLength": 20},
        {"type": "array", "minItems": 2, "items": {"enum": ["a", "b"]}},
        {"oneOf": [{"type": "boolean"}, {"type": "string"}]},
        {"$ref": "#/$defs/it", "$defs": {"it": {"type": "array", "items": {}}}},
    ],
)
def test_the_smallest_value_is_valid(schema: dict[str, JsonValue]) -> None:
    assert is_valid(schema, Fitting(schema, "some text").minimal())


def test_a_schema_that_holds_itself_comes_to_an_end() -> None:
    tree: dict[str, JsonValue] = {
        "$ref": "#/$defs/node",
        "$defs": {
            "node": {
                "type": "object",
                "required": ["children"],
                "properties": {"children": {"type": "array", "items": {"$ref": "#/$defs/node"}}},
            }
        },
    }

    assert Fitting(tree, "").minimal() == {"children": []}


@given(draft=JSON)
def test_every_draft_becomes_valid(draft: JsonValue) -> None:
    assert is_valid(PERSON, Fitting(PERSON, "some text").fit(draft))
