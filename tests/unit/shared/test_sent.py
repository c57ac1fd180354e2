"""Bodies of other programs: all names of a field, and null for what is left out."""

import json
from typing import Any

import jsonschema
import pytest
from pydantic import BaseModel, ValidationError

from shared.contracts.chat import ModelBlock, NamedTool, PostChat, RuntimeBlock
from shared.contracts.search import SearchIntent
from shared.contracts.sent import names_of
from tests.plan_requests import plan_requests

MODELS = (PostChat, ModelBlock, RuntimeBlock, SearchIntent, NamedTool)
FIELDS = [
    pytest.param(model, names, id=f"{model.__name__}.{field}")
    for model in MODELS
    for field, names in names_of(model).items()
]
NAME = "ai_search"


def read[Read: BaseModel](model: type[Read], sent: dict[str, Any]) -> Read:
    needed = {"name": NAME} if model is NamedTool else {}
    return model.model_validate_json(json.dumps(needed | sent))


@pytest.mark.parametrize(("model", "names"), FIELDS)
def test_null_under_any_name_is_the_same_as_nothing(
    model: type[BaseModel], names: tuple[str, ...]
) -> None:
    for name in names:
        if name == "name" and model is NamedTool:
            continue
        assert read(model, {name: None}) == read(model, {})
        assert name not in read(model, {name: None}).model_fields_set


def test_what_may_not_be_left_out_may_not_be_null() -> None:
    with pytest.raises(ValidationError) as caught:
        NamedTool.model_validate_json('{"name": null}')
    assert [error["type"] for error in caught.value.errors()] == ["missing"]


def test_null_makes_no_field_of_an_unknown_name() -> None:
    with pytest.raises(ValidationError) as caught:
        read(PostChat, {"surprise": None})
    assert [error["loc"] for error in caught.value.errors()] == [("surprise",)]


def test_null_inside_a_value_stays() -> None:
    assert read(PostChat, {"context": {"case": None}}).context == {"case": None}


def test_an_argument_of_a_tool_that_is_null_is_not_bound() -> None:
    args = {"server": "corp-tools", "method": None, "params": {"id": None}}
    tool = read(NamedTool, {"args": args})
    assert tool.args == {"server": "corp-tools", "params": {"id": None}}


@pytest.mark.parametrize("body", plan_requests().values(), ids=plan_requests())
def test_the_schema_allows_every_example_of_the_plan(body: dict[str, Any]) -> None:
    jsonschema.validate(body, PostChat.model_json_schema())


@pytest.mark.parametrize(("model", "names"), FIELDS)
def test_the_schema_has_every_name_of_a_field(
    model: type[BaseModel], names: tuple[str, ...]
) -> None:
    schema = model.model_json_schema()
    for name in names:
        assert name in schema["properties"]
        if name not in schema.get("required", ()):
            jsonschema.validate(
                {"name": NAME, name: None} if model is NamedTool else {name: None}, schema
            )


def test_a_name_in_several_words_is_taken_in_both_spellings() -> None:
    for names in names_of(PostChat).values():
        words = [name for name in names if "_" in name]
        assert len(words) == len(names) - 1 or len(names) == 1, names
