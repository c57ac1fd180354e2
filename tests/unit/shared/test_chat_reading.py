"""What a chat completion told: text, tool calls in pieces, why it ended."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import ModelError
from shared.llm.chat_reading import StreamReading, completion_of
from shared.ports import ModelToolCall, StreamEnd

USAGE = {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9}


def fragment(
    index: int | None, call_id: str | None = None, name: str | None = None, arguments: Any = None
) -> dict[str, Any]:
    function = {"name": name, "arguments": arguments}
    given = {"index": index, "id": call_id}
    return {
        **{key: value for key, value in given.items() if value is not None},
        "function": {key: value for key, value in function.items() if value is not None},
    }


def end_of(*fragments: dict[str, Any], reason: str = "tool_calls") -> StreamEnd:
    reading = StreamReading()
    for each in fragments:
        reading.take({"choices": [{"delta": {"tool_calls": [each]}, "finish_reason": None}]})
    reading.take({"model": "gpt-x-1", "choices": [{"delta": {}, "finish_reason": reason}]})
    reading.take({"choices": [], "usage": USAGE})
    return reading.end()


def test_the_arguments_of_several_calls_are_put_together_by_their_index() -> None:
    end = end_of(
        fragment(0, "call_a", "search", ""),
        fragment(1, "call_b", "http", ""),
        fragment(0, arguments='{"q":'),
        fragment(1, arguments='{"url": "x"}'),
        fragment(0, arguments=' "a"}'),
    )
    assert end.calls == (
        ModelToolCall("call_a", "search", '{"q": "a"}'),
        ModelToolCall("call_b", "http", '{"url": "x"}'),
    )
    assert (end.finish_reason, end.usage.total_tokens, end.model) == ("tool_calls", 9, "gpt-x-1")


@pytest.mark.parametrize("index", [None, 0])
def test_a_gateway_that_gives_no_index_or_all_the_same_is_understood(index: int | None) -> None:
    end = end_of(
        fragment(index, "call_a", "search", '{"q": "a"}'),
        fragment(index, "call_b", "search", '{"q":'),
        fragment(index, arguments=' "b"}'),
    )
    assert [(call.call_id, call.arguments) for call in end.calls] == [
        ("call_a", '{"q": "a"}'), ("call_b", '{"q": "b"}')
    ]  # fmt: skip


def test_a_gateway_that_sends_no_ids_or_whole_objects_is_understood() -> None:
    end = end_of(fragment(0, None, "search", {"q": "a"}), fragment(1, None, "now"), reason="stop")
    assert end.calls == (
        ModelToolCall("call_0", "search", '{"q": "a"}'), ModelToolCall("call_1", "now", "{}")
    )  # fmt: skip
    assert end.finish_reason == "tool_calls"


def test_an_answer_that_was_cut_asks_for_nothing() -> None:
    end = end_of(fragment(0, "call_a", "search", '{"q": "li'), reason="length")
    assert (end.finish_reason, end.calls) == ("length", ())


@given(
    arguments=st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=8)), max_size=4),
    data=st.data(),
)
def test_calls_are_the_same_however_they_are_cut(
    arguments: list[dict[str, str]], data: st.DataObject
) -> None:
    texts = [json.dumps(each) for each in arguments]
    fragments = [fragment(index, f"id{index}", "tool", "") for index in range(len(texts))]
    left = dict(enumerate(texts))
    while left:
        index = data.draw(st.sampled_from(sorted(left)))
        size = data.draw(st.integers(1, len(left[index])))
        fragments.append(fragment(index, arguments=left[index][:size]))
        left[index] = left[index][size:]
        if not left[index]:
            del left[index]
    assert [call.arguments for call in end_of(*fragments).calls] == texts


def test_a_whole_answer_tells_its_calls_and_its_reason() -> None:
    called = {"id": "call_a", "function": {"name": "search", "arguments": '{"q": "a"}'}}
    message = {"content": None, "tool_calls": [called]}
    choice = {"message": message, "finish_reason": "tool_calls"}
    completion = completion_of({"model": "gpt-x-1", "choices": [choice], "usage": USAGE})
    assert completion.calls == (ModelToolCall("call_a", "search", '{"q": "a"}'),)
    assert (completion.text, completion.finish_reason, completion.model) == (
        "", "tool_calls", "gpt-x-1"
    )  # fmt: skip


def test_a_whole_answer_that_the_filter_stopped_is_none() -> None:
    with pytest.raises(ModelError) as caught:
        completion_of({"choices": [{"message": {}, "finish_reason": "content_filter"}]})
    assert caught.value.code == "CONTENT_BLOCKED"


@pytest.mark.parametrize("answer", [{}, {"choices": []}, {"error": {"message": "overloaded"}}])
def test_an_answer_without_a_choice_is_a_failure_that_may_pass(answer: dict[str, Any]) -> None:
    with pytest.raises(ModelError) as caught:
        completion_of(answer)
    assert (caught.value.code, caught.value.retryable) == ("MODEL_UNAVAILABLE", True)


def test_what_a_gateway_does_not_count_is_none() -> None:
    choice = {"message": {"content": "Hola"}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 7, "completion_tokens": None}
    completion = completion_of({"choices": [choice], "usage": usage})
    assert (completion.usage.prompt_tokens, completion.usage.completion_tokens) == (7, 0)
