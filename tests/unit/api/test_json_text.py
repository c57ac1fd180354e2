"""What is read as JSON, and what is refused before anything believes it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.json_text import LARGEST, MAX_DEPTH, MAX_VALUES, check_json
from shared.errors import InvalidRequestError, RequestError

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.text(st.characters(codec="utf-8"))
    | st.integers(-LARGEST, LARGEST)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def pointers(body: str | bytes) -> list[str]:
    with pytest.raises(InvalidRequestError) as refused:
        check_json(body.encode() if isinstance(body, str) else body, "es")
    assert all(each.message for each in refused.value.problems)
    return [each.pointer for each in refused.value.problems]


@given(VALUES)
def test_whatever_json_can_tell_exactly_is_read(value: Any) -> None:
    check_json(json.dumps(value).encode(), "es")


@pytest.mark.parametrize(
    "body", ["", "{", "nul", '{"a":1}x', "\ufeff{}", "[" + "1," * 9, "{'a':1}", b"\xff", b'"\xc3"']
)
def test_what_is_no_json_is_refused(body: str | bytes) -> None:
    with pytest.raises(RequestError) as refused:
        check_json(body.encode() if isinstance(body, str) else body, "es")
    assert not isinstance(refused.value, InvalidRequestError)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
def test_a_number_that_is_none_is_told_by_its_place(number: str) -> None:
    assert pointers(f'{{"context": {{"x": [0, {number}]}}}}') == ["/context/x/1"]


@pytest.mark.parametrize(
    "number", [str(LARGEST + 1), str(-LARGEST - 1), "9" * 5_000, "-" + "9" * 20]
)
def test_a_whole_number_that_would_become_another_one_is_refused(number: str) -> None:
    assert pointers(f'{{"amount": {number}}}') == ["/amount"]


def test_a_member_that_is_repeated_is_told_by_its_place() -> None:
    assert pointers('{"a": {"b~/": 1, "c": 2, "b~/": 3}, "d": 1, "d": 2}') == ["/a/b~0~1", "/d"]


def test_half_a_surrogate_in_a_name_can_be_told() -> None:
    told = pointers('{"\\ud800": 1, "\\ud800": 2}')
    assert [each.encode("utf-8") for each in told] == [b"/?"]


def test_the_deepest_that_is_read_is_read_and_one_more_is_not() -> None:
    check_json(b'{"a":' * MAX_DEPTH + b"1" + b"}" * MAX_DEPTH, "es")
    assert pointers('{"a":' * (MAX_DEPTH + 1) + "1" + "}" * (MAX_DEPTH + 1)) == ["/a" * MAX_DEPTH]


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_a_bomb_of_brackets_is_refused_however_deep(opening: str, closing: str) -> None:
    with pytest.raises(InvalidRequestError):
        check_json((opening * 40_000 + "1" + closing * 40_000).encode(), "es")


def test_a_body_of_many_faults_is_told_the_first_of_them() -> None:
    assert pointers("[" + ",".join(["NaN"] * 1_000) + "]") == [f"/{n}" for n in range(20)]


@pytest.mark.parametrize("item", ["1", "{}", "[[[]]]", '{"a":{"b":1}}'])
def test_a_bomb_of_many_values_is_refused_as_a_whole(item: str) -> None:
    assert pointers("[" + ",".join([item] * (MAX_VALUES + 1)) + "]") == [""]


def test_the_most_values_are_read_whatever_signs_stand_in_texts() -> None:
    check_json(("[" + ",".join(["1"] * MAX_VALUES) + "]").encode(), "es")
    check_json(b'{"a":"' + b",[{" * MAX_VALUES + b'"}', "es")
