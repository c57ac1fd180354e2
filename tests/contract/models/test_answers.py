"""What any provider's model answers: text, tool calls, JSON, and what it cost."""

import json
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from shared.ports import Model, ModelMessage, ModelTool
from tests.contract.models.conftest import Wire, says, streamed

SEARCH = ModelTool(
    "ai_search",
    "Busca en el índice y devuelve pasajes.",
    {
        "type": "object",
        "properties": {"query": {"type": "string"}, "topK": {"type": ["integer", "null"]}},
        "required": ["query"],
        "additionalProperties": False,
    },
)
HTTP = ModelTool(
    "http",
    "Lee una página.",
    {
        "type": "object",
        "properties": {"method": {"type": "string", "enum": ["GET"]}, "url": {"type": "string"}},
        "required": ["method", "url"],
    },
)
QUESTION = "¿Cuántos días de vacaciones tengo?"
TICKET: dict[str, Any] = {
    "type": "object",
    "properties": {
        "subject": {"type": "string"},
        "kind": {"type": "string", "enum": ["fault", "wish"]},
        "tags": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["subject", "kind", "tags"],
    "additionalProperties": False,
}


async def test_an_answer_comes_in_pieces_and_then_its_end(model: Model) -> None:
    pieces, end = await streamed(model, says("buenas noches [[tokens:12]]"))
    assert len(pieces) > 4
    assert len("".join(pieces)) > 20
    assert end.finish_reason == "stop"
    assert end.calls == ()
    assert end.model == "scripted-local"


async def test_a_whole_answer_says_the_same(model: Model) -> None:
    request = says("buenas noches [[tokens:12]]")
    pieces, end = await streamed(model, request)
    whole = await model.complete(request)
    assert whole.text == "".join(pieces)
    assert (whole.finish_reason, whole.model, whole.usage) == ("stop", end.model, end.usage)


async def test_usage_is_told_and_adds_up(model: Model) -> None:
    _, end = await streamed(model, says("buenas noches [[tokens:12]]"))
    assert end.usage.prompt_tokens > 0
    assert end.usage.completion_tokens == 12
    assert end.usage.total_tokens == end.usage.prompt_tokens + 12


async def test_an_answer_has_no_more_tokens_than_asked_and_says_so(model: Model) -> None:
    request = says("buenas noches [[tokens:50]]", max_tokens=5)
    _, end = await streamed(model, request)
    assert (end.finish_reason, end.usage.completion_tokens) == ("length", 5)
    assert (await model.complete(request)).finish_reason == "length"


async def test_a_tool_is_asked_for_with_its_arguments(model: Model) -> None:
    request = says(QUESTION, tools=(SEARCH, HTTP), temperature=0.2, top_p=0.9)
    _, end = await streamed(model, request)
    (call,) = end.calls
    assert (end.finish_reason, call.name) == ("tool_calls", "ai_search")
    assert json.loads(call.arguments) == {"query": QUESTION}
    assert call.call_id
    whole = await model.complete(request)
    assert [(each.name, json.loads(each.arguments)) for each in whole.calls] == [
        ("ai_search", {"query": QUESTION})
    ]
    assert whole.finish_reason == "tool_calls"


async def test_several_tools_are_asked_for_at_once(model: Model) -> None:
    pages = ("https://a.example/uno", "https://b.example/dos")
    _, end = await streamed(model, says(f"compara {pages[0]} y {pages[1]}", tools=(HTTP,)))
    assert [json.loads(call.arguments)["url"] for call in end.calls] == list(pages)
    assert len({call.call_id for call in end.calls}) == 2


async def test_what_tools_returned_is_answered_from(model: Model) -> None:
    request = says("compara https://a.example/uno y https://b.example/dos", tools=(HTTP,))
    _, end = await streamed(model, request)
    results = [
        ModelMessage("tool", f"La tarifa {number} es azul.", call_id=call.call_id)
        for number, call in enumerate(end.calls, start=1)
    ]
    called = ModelMessage("assistant", "", calls=end.calls)
    pieces, end = await streamed(
        model, replace(request, messages=(*request.messages, called, *results))
    )
    assert end.finish_reason == "stop"
    assert "La tarifa 2 es azul." in "".join(pieces)


async def test_a_last_answer_is_given_without_the_tools_that_were_called(model: Model) -> None:
    request = says("compara https://a.example/uno y https://b.example/dos", tools=(HTTP,))
    _, asked_for = await streamed(model, request)
    called = ModelMessage("assistant", "", calls=asked_for.calls)
    results = [
        ModelMessage("tool", "La tarifa es azul.", call_id=call.call_id) for call in asked_for.calls
    ]
    last = replace(request, messages=(*request.messages, called, *results), tools=())
    _, end = await streamed(model, last)
    assert (end.finish_reason, end.calls) == ("stop", ())
    assert (await model.complete(last)).text


async def test_an_earlier_turn_is_part_of_what_is_said(model: Model) -> None:
    request = says("gracias")
    earlier = (ModelMessage("user", "hola"), ModelMessage("assistant", "Hola, ¿qué necesitas?"))
    first, *rest = request.messages
    longer = await model.complete(replace(request, messages=(first, *earlier, *rest)))
    shorter = await model.complete(request)
    assert longer.usage.prompt_tokens > shorter.usage.prompt_tokens


async def test_a_conversation_may_begin_with_an_answer(model: Model) -> None:
    request = says("gracias")
    first, *rest = request.messages
    begun = (first, ModelMessage("assistant", "Buenas."), *rest)
    assert (await model.complete(replace(request, messages=begun))).text


async def test_an_answer_of_a_schema_is_valid(model: Model) -> None:
    answer = await model.complete(says("the printer is broken", schema=TICKET))
    Draft202012Validator(TICKET).validate(json.loads(answer.text))
    pieces, _ = await streamed(model, says("the printer is broken", schema=TICKET))
    Draft202012Validator(TICKET).validate(json.loads("".join(pieces)))


@pytest.mark.parametrize("provider", ["azure-openai", "openai", "proxy", "google"], indirect=True)
async def test_an_answer_in_json_is_an_object(model: Model) -> None:
    assert isinstance(json.loads((await model.complete(says("hola", json=True))).text), dict)


@pytest.mark.parametrize("provider", ["anthropic"], indirect=True)
async def test_where_json_is_no_format_it_is_asked_for_in_words(model: Model, wire: Wire) -> None:
    without = await model.complete(says("hola"))
    told = await model.complete(says("hola", json=True))
    assert told.usage.prompt_tokens > without.usage.prompt_tokens
