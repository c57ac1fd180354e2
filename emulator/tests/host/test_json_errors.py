"""Bodies that are not JSON are refused in Newtonsoft's words."""

import pytest

from emulator.host.durable.json_errors import JsonProblem, Reading, json_problem


@pytest.mark.parametrize("text", ["null", "7", '"a"', "[1, {}]", ' {"a": [true, "}"]} '])
def test_json_has_no_problem(text: str) -> None:
    assert json_problem(text, "loading") is None


@pytest.mark.parametrize(
    ("text", "reading", "message", "truncated"),
    [
        (
            "Tokyo",
            "deserializing",
            "Unexpected character encountered while parsing value: T. Path '', line 0, position 0.",
            False,
        ),
        (
            '{"a":',
            "deserializing",
            "Unexpected end when deserializing object. Path 'a', line 1, position 5.",
            True,
        ),
        (
            '{"a":',
            "loading",
            "Unexpected end of content while loading JObject. Path 'a', line 1, position 5.",
            True,
        ),
        (
            '{"a"',
            "loading",
            "Invalid character after parsing property name. Expected ':' but got: \0. "
            "Path '', line 1, position 4.",
            False,
        ),
        ("", "loading", "Error reading JToken from JsonReader. Path '', line 0, position 0.", True),
        (
            '{"a": [1, x]}',
            "loading",
            "Unexpected character encountered while parsing value: x. "
            "Path 'a[1]', line 1, position 10.",
            False,
        ),
        (
            "[1,\n[2",
            "deserializing",
            "Unexpected end when deserializing array. Path '[1][0]', line 2, position 2.",
            True,
        ),
        (
            '{"a": {"b": 1 "c": 2}}',
            "loading",
            'After parsing a value an unexpected character was encountered: ". '
            "Path 'a.b', line 1, position 14.",
            False,
        ),
        (
            '{"a": "b',
            "loading",
            "Unterminated string. Expected delimiter: \". Path 'a', line 1, position 8.",
            False,
        ),
        (
            "{1: 2}",
            "loading",
            "Invalid property identifier character: 1. Path '', line 1, position 1.",
            False,
        ),
        (
            "1 2",
            "loading",
            "Additional text encountered after finished reading JSON content: 2. "
            "Path '', line 1, position 2.",
            False,
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    text: str, reading: Reading, message: str, truncated: bool
) -> None:
    assert json_problem(text, reading) == JsonProblem(message, truncated)


def test_text_that_only_python_refuses_is_a_problem_too() -> None:
    problem = json_problem('{"a": "tab\there"}', "loading")
    said = "Invalid control character at. Path '', line 1, position 10."
    assert problem == JsonProblem(said, False)
