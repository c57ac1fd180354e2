"""What a service is asked, in OpenAI's shape, by what the model takes."""

from dataclasses import replace
from typing import Any

from shared.llm.abilities import FIRST_REASONING, ORDINARY, REASONING, Abilities
from shared.llm.chat_body import chat_body
from shared.ports import ModelMessage, ModelRequest, ModelTool, ModelToolCall

TOOL = ModelTool("ai_search", "Busca en Cerebro", {"type": "object", "properties": {}})
CALL = ModelToolCall("call_1", "ai_search", '{"query": "licencia"}')
SAID = (
    ModelMessage("system", "Eres EIRA."),
    ModelMessage("user", "¿Qué licencia necesito?"),
    ModelMessage("assistant", "", calls=(CALL,)),
    ModelMessage("tool", "[1] Licencia de obras", call_id="call_1"),
)
REQUEST = ModelRequest(SAID, max_tokens=200, tools=(TOOL,), temperature=0.3, top_p=0.9)


def body(request: ModelRequest = REQUEST, abilities: Abilities = ORDINARY) -> dict[str, Any]:
    return chat_body("m", request, abilities, "max_completion_tokens")


def test_tools_their_calls_and_their_results_are_told() -> None:
    asked = body()
    parameters = {"type": "object", "properties": {}}
    described = {"name": "ai_search", "description": "Busca en Cerebro", "parameters": parameters}
    assert asked["tools"] == [{"type": "function", "function": described}]
    assert asked["messages"][2:] == [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {
                    "id": "call_1",
                    "type": "function",
                    "function": {"name": "ai_search", "arguments": '{"query": "licencia"}'},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": "[1] Licencia de obras"},
    ]
    assert (asked["temperature"], asked["top_p"]) == (0.3, 0.9)


def test_what_is_not_asked_for_is_not_sent() -> None:
    assert set(body(ModelRequest(SAID[:2]))) == {"model", "messages"}
    assert "temperature" in body(ModelRequest(SAID[:2], temperature=0.0))


def test_a_reasoning_model_is_sent_no_sampling() -> None:
    asked: dict[str, Any] = chat_body("o3", REQUEST, REASONING, "max_tokens")
    assert not {"temperature", "top_p", "max_tokens"} & set(asked)
    assert asked["max_completion_tokens"] == 200
    assert asked["messages"][0]["role"] == "system"
    assert asked["tools"]


def test_the_first_reasoning_models_are_told_everything_by_the_user() -> None:
    request = replace(REQUEST, schema={"type": "object"})
    asked = body(request, FIRST_REASONING)
    assert {message["role"] for message in asked["messages"]} == {"user", "assistant"}
    assert not {"tools", "response_format"} & set(asked)
    assert all("tool_calls" not in message for message in asked["messages"])
    assert "JSON" in asked["messages"][-1]["content"]


def test_a_gateway_is_told_the_limit_under_the_name_it_knows() -> None:
    assert chat_body("m", REQUEST, ORDINARY, "max_tokens")["max_tokens"] == 200


def test_a_gateway_is_told_of_the_tools_that_were_called_and_may_call_none() -> None:
    last = replace(REQUEST, tools=())
    asked: dict[str, Any] = chat_body("m", last, ORDINARY, "max_tokens")
    function = {"name": "ai_search", "description": "", "parameters": {"type": "object"}}
    assert asked["tools"] == [{"type": "function", "function": function}]
    assert asked["tool_choice"] == "none"
    assert not {"tools", "tool_choice"} & set(body(last))
    before_any = ModelRequest(SAID[:2])
    assert "tools" not in chat_body("m", before_any, ORDINARY, "max_tokens")


def test_json_is_asked_for_in_words_too_unless_a_message_does() -> None:
    asked = body(replace(REQUEST, json=True))
    assert asked["response_format"] == {"type": "json_object"}
    assert "JSON" in asked["messages"][-1]["content"]
    said = (*SAID[:1], ModelMessage("user", "Dame un json"))
    assert len(body(ModelRequest(said, json=True))["messages"]) == 2


def test_a_schema_says_more_than_json() -> None:
    asked = body(ModelRequest(SAID[:2], schema={"type": "object"}, json=True))
    assert asked["response_format"]["type"] == "json_schema"
