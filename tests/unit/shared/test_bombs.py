"""JSON that is made to hurt: as a tool's answer and as what a model writes."""

import json
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from activities.answer_checks import spoken_in_json
from shared.ports import ToolAnswered
from shared.tools.offering import read_arguments
from shared.tools.storable import LARGEST, MAX_DEPTH, is_storable
from tests.unit.shared.test_http_tool import answering, result
from tests.unit.shared.test_mcp_tool import answering as answered_by_mcp
from tests.unit.shared.test_mcp_tool import at_the_call, reply

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | st.text(max_size=5)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=10,
)  # fmt: skip


def nested(depth: int, opening: str = "[", inside: str = "", closing: str = "]") -> str:
    return opening * depth + inside + closing * depth


BOMBS = {
    "deep list": nested(1_900),
    "deep object": nested(600, '{"a":', "1", "}"),
    "deeper than a store keeps": nested(200),
    "deeper than a store keeps, in an object": nested(200, '{"a":', "1", "}"),
    "never closed": "[" * 3_900,
    "a number of many digits": '{"a": ' + "9" * 3_900 + "}",
    "a number of more digits than are read": '{"a": ' + "9" * 4_050 + "}",
    "a number that becomes another": '{"a": 9007199254740993}',
    "a number without end": '{"a": 1e999}',
    "no number": '{"a": NaN}',
    "half a character": '{"a": "\\ud800"}',
    "half a character in a name": '{"\\udfff": 1}',
}


LARGE = {
    "deep list": nested(60_000),
    "deep object": nested(20_000, '{"a":', "1", "}"),
    "never closed": "[" * 60_000,
    "a number of many digits": '{"a": ' + "9" * 60_000 + "}",
}
"""More than an answer over HTTP may be."""


@given(value=VALUES)
def test_what_a_store_keeps_is_kept(value: object) -> None:
    assert is_storable(value)
    assert is_storable(json.loads(json.dumps(value)))


def test_the_deepest_that_is_kept_is_kept_and_one_more_is_not() -> None:
    assert is_storable(json.loads(nested(MAX_DEPTH)))
    assert not is_storable(json.loads(nested(MAX_DEPTH + 1)))
    assert not is_storable(json.loads(nested(MAX_DEPTH + 1, '{"a":', "1", "}")))


def test_a_wide_value_is_no_deep_one() -> None:
    assert is_storable([{"a": [number]} for number in range(20_000)])


@pytest.mark.parametrize("bomb", [*BOMBS.values(), *LARGE.values()], ids=[*BOMBS, *LARGE])
def test_arguments_that_no_store_keeps_are_none(bomb: str) -> None:
    assert read_arguments(bomb) is None


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
async def test_an_answer_over_http_that_no_store_keeps_is_a_text(bomb: str) -> None:
    told = await result(answering(bomb, Content_Type="application/json"))
    assert told["text"] == bomb
    assert is_storable(dict(told))


@pytest.mark.parametrize(
    ("structured", "told"),
    [
        (json.loads(nested(100, '{"a":', "1", "}")), {"text": "a"}),
        ({"a": 2**60}, {"text": "a"}),
        ({"a": 1}, {"json": {"a": 1}}),
    ],
    ids=["deep", "large", "good"],
)
async def test_an_mcp_servers_structure_that_no_store_keeps_is_told_by_its_text(
    structured: dict[str, Any], told: dict[str, object]
) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        text = [{"type": "text", "text": "a"}]
        return reply(await request.json(), content=text, structuredContent=structured)

    async with answered_by_mcp(at_the_call(answer)) as there:
        assert await there.call("addNote") == ToolAnswered(told)


async def test_a_structure_alone_that_no_store_keeps_is_named() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        return reply(await request.json(), content=[], structuredContent={"a": 2**60})

    async with answered_by_mcp(at_the_call(answer)) as there:
        assert await there.call("addNote") == ToolAnswered({"omitted": ["structured"]})


@pytest.mark.parametrize("depth", [900, 5_000, 60_000])
def test_an_answer_that_is_a_bomb_has_no_texts(depth: int) -> None:
    assert spoken_in_json("[" * depth) is None
    assert spoken_in_json(nested(depth)) in (None, "")
