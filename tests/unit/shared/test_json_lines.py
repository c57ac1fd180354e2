"""The line of every value of a JSON text, found without a parser that keeps lines."""

import json
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from shared.packs.json_lines import JsonFile, Place
from shared.packs.reading import Manifest

KEYS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=5)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


def places_of(value: object, place: Place, line: int) -> Iterator[tuple[Place, int]]:
    """Each place and the line it begins on, as `json.dumps` indents."""
    yield place, line
    line += 1
    pairs: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        pairs = list(value.items())
    elif isinstance(value, list):
        pairs = list(enumerate(value))
    for key, inner in pairs:
        yield from places_of(inner, (*place, key), line)
        line += json.dumps(inner, indent=1).count("\n") + 1


@given(VALUES)
def test_each_value_is_where_an_indented_text_has_it(value: object) -> None:
    file = JsonFile("x.json", json.dumps(value, indent=1, ensure_ascii=False))
    for place, begin in places_of(value, (), 1):
        assert file.line(*place) == begin


def test_what_is_not_there_is_where_it_would_be() -> None:
    file = JsonFile("x.json", '{\n "a": {\n  "b": [1,\n 2]}}')
    assert file.line("a", "c") == 2
    assert file.line("a", "b", 1) == 4
    assert file.line("a", "b", 7) == 3
    assert file.line("z") == 1


def test_a_key_given_twice_is_found_where_it_is_repeated() -> None:
    content, problems = JsonFile("p/pack.json", '{"version": "1",\n"version": "2"}').read(Manifest)
    assert content is None
    assert list(map(str, problems)) == ["p/pack.json:2: version is given twice; remove one"]


def test_an_empty_file_is_not_json() -> None:
    _, (problem,) = JsonFile("p/pack.json", "").read(Manifest)
    assert str(problem).startswith("p/pack.json:1: this is not JSON")
