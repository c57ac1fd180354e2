"""The shape of a plan is read from its schema, whatever tools that names."""

from pydantic import JsonValue

from emulator.services.model.engine.shape import PlanShape, read_shape

TEXT: dict[str, JsonValue] = {"type": "string"}


def _object(**properties: JsonValue) -> dict[str, JsonValue]:
    return {"type": "object", "properties": dict(properties)}


BOOK, PAY = _object(guest=TEXT), _object(amount={"type": "number"})


def _plan(items: JsonValue) -> dict[str, JsonValue]:
    flows: JsonValue = {"type": "string", "enum": ["Stay", "Other"]}
    return _object(flow_type=flows, calls={"type": "array", "items": items})


def test_each_alternative_is_a_tool_with_its_arguments() -> None:
    alternatives: JsonValue = {
        "anyOf": [
            _object(tool={"type": "string", "enum": ["book"]}, args=BOOK, sources={}),
            _object(tool={"const": "pay"}, args=PAY, sources={}),
        ]
    }

    shape = read_shape(_plan(alternatives))

    assert shape == PlanShape(["Stay", "Other"], {"book": BOOK, "pay": PAY})


def test_references_are_followed_and_one_tool_needs_no_alternatives() -> None:
    call = _object(tool={"enum": ["book"]}, args={"$ref": "#/$defs/book"})
    schema: dict[str, JsonValue] = {
        **_plan({"$ref": "#/$defs/call"}),
        "$defs": {"call": call, "book": BOOK},
    }

    assert read_shape(schema).tools == {"book": BOOK}


def test_a_schema_of_another_kind_names_no_tools() -> None:
    assert read_shape(_object(calls={"type": "array", "items": TEXT})) == PlanShape([], {})
    assert read_shape({}).tools == {}
