"""The scripted model as an agent: it calls tools, and answers from what they returned."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from demo.tests.model.dialogue import TODAY, engine
from emulator.services.model.engine.reply import Reply, TextReply, ToolCallsReply
from emulator.services.model.requests import parse_chat_request

SEARCH = {"query": {"type": "string"}, "topK": {"type": "integer"}}
PAGE = {"method": {"type": "string", "enum": ["GET", "POST"]}, "url": {"type": "string"}}
QUESTION = "¿Cuántos días de vacaciones tengo?"
FOUND = {
    "n": 4,
    "title": "Vacaciones y permisos",
    "content": "Cada persona tiene veintidós días hábiles de vacaciones por año trabajado.",
}


def tool(name: str, properties: Mapping[str, object], *required: str) -> dict[str, Any]:
    parameters = {"type": "object", "properties": properties, "required": list(required)}
    return {"type": "function", "function": {"name": name, "parameters": parameters}}


OFFERED = [tool("ai_search", SEARCH, "query"), tool("http", PAGE, "method", "url")]


def asked(
    said: str,
    *more: Mapping[str, object],
    tools: Sequence[Mapping[str, object]] = OFFERED,
    evidence: str = "",
) -> Reply:
    system = f"<today>{TODAY}</today>\n<language>es</language>\n{evidence}"
    messages = [{"role": "system", "content": system}, {"role": "user", "content": said}, *more]
    return engine().reply(parse_chat_request({"messages": messages, "tools": tools}))


def made(name: str, result: object) -> tuple[dict[str, object], dict[str, object]]:
    function = {"name": name, "arguments": "{}"}
    told = json.dumps({"status": "ok", "result": result}, ensure_ascii=False)
    return (
        {"role": "assistant", "content": None, "tool_calls": [{"id": "c1", "function": function}]},
        {"role": "tool", "tool_call_id": "c1", "content": f"<tool_result>{told}</tool_result>"},
    )


def calls(reply: Reply) -> list[tuple[str, object]]:
    assert isinstance(reply, ToolCallsReply)
    return [(call.name, json.loads(call.arguments)) for call in reply.calls]


def test_a_question_is_looked_up_in_its_own_words() -> None:
    assert calls(asked(QUESTION)) == [("ai_search", {"query": QUESTION})]


def test_an_answer_that_is_to_be_json_is_also_where_only_the_prompt_says_so() -> None:
    reply = asked("Hola", tools=(), evidence="<format>JSON</format>")
    assert isinstance(reply, TextReply)
    assert list(json.loads(reply.text)) == ["message"]
    spoken_of = asked("Hola", tools=(), evidence="- If <format> says JSON, answer in JSON.")
    assert isinstance(spoken_of, TextReply)
    assert not spoken_of.text.startswith("{")


def test_a_page_is_read_at_the_address_as_it_was_written() -> None:
    said = "Lee la página https://Intranet.example/Normas?id=A7 y resúmela"
    assert calls(asked(said)) == [
        ("http", {"method": "GET", "url": "https://Intranet.example/Normas?id=A7"})
    ]


def test_what_a_search_found_is_answered_with_its_number() -> None:
    reply = asked(QUESTION, *made("ai_search", {"citations": [FOUND]}))
    assert isinstance(reply, TextReply)
    assert "veintidós días" in reply.text
    assert "[4]" in reply.text


def test_a_search_that_found_nothing_is_said_so_and_not_made_again() -> None:
    reply = asked(QUESTION, *made("ai_search", {"citations": []}))
    assert isinstance(reply, TextReply)
    assert "[1]" not in reply.text


def test_what_another_tool_returned_is_told_as_it_is() -> None:
    said = "Lee https://intranet.example/normas"
    reply = asked(said, *made("http", {"status": 200, "body": "Horario: de 8 a 15 h."}))
    assert isinstance(reply, TextReply)
    assert "Horario: de 8 a 15 h." in reply.text


def test_with_evidence_in_the_prompt_nothing_is_looked_up() -> None:
    evidence = f'<evidence>\n<doc n="1" title="Vacaciones">{FOUND["content"]}</doc>\n</evidence>'
    reply = asked(QUESTION, evidence=evidence)
    assert isinstance(reply, TextReply)
    assert "[1]" in reply.text


def test_small_talk_calls_nothing() -> None:
    assert isinstance(asked("hola"), TextReply)
