"""Answers for an agent that was offered tools: calls them, then answers from what they returned."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pydantic import JsonValue

from ..requests import ChatRequest, Function, Message
from .folding import fold
from .patterns import any_of
from .prompt import Document, Prompt
from .reply import ToolCall, ToolCallsReply
from .rules import AgentCall, RuleBook
from .schema import Fitting
from .toolcalls import choose_tool

_OBJECT = re.compile(r"\{.*\}", re.DOTALL)
_PLACE = re.compile(r"\{([a-z_]+)\}")
_MESSAGE = "message"
_DEEPEST = 8


def agent_calls(request: ChatRequest, prompt: Prompt, book: RuleBook) -> ToolCallsReply | None:
    """The calls of the first rule that applies, as far as those tools are offered and were not
    called for this message; without a rule, the tool whose words are most like the message's.

    Tools that find documents are left alone when the prompt holds some.
    """
    if request.tool_choice not in (None, "auto"):
        return choose_tool(request)
    known = prompt.evidence and {
        call.tool for rule in book.agents.rules if rule.finds for call in rule.calls
    }
    request = request.model_copy(
        update={"tools": [t for t in request.tools or () if t.function.name not in (known or ())]}
    )
    return _ruled(request, prompt, book) or choose_tool(request)


def with_found(request: ChatRequest, prompt: Prompt, book: RuleBook) -> Prompt:
    """The prompt with what tools have found for this message among its evidence."""
    found = [document for message in _tool_messages(request) for document in _in(message, book)]
    return replace(prompt, evidence=[*(prompt.evidence or ()), *found]) if found else prompt


def told_by_tools(request: ChatRequest) -> str | None:
    """What the tools answered last, as they wrote it."""
    told = [message.text for message in _tool_messages(request)]
    return "\n".join(told) or None


def _ruled(request: ChatRequest, prompt: Prompt, book: RuleBook) -> ToolCallsReply | None:
    offered = {tool.function.name: tool.function for tool in request.tools or ()}
    called = {call.function.name for message in _turn(request) for call in message.tool_calls or ()}
    for rule in book.agents.rules:
        found = any_of(rule.patterns, book.macros).search(fold(prompt.last))
        calls = [call for call in rule.calls if call.tool in offered and call.tool not in called]
        if found is not None and calls:
            words = {
                name: prompt.last[slice(*found.span(name))]
                for name, value in found.groupdict().items()
                if value is not None
            }
            words[_MESSAGE] = prompt.last
            number = len(request.messages)
            return ToolCallsReply(
                tuple(
                    _call(f"call_{number}_{index}", call, offered[call.tool], words)
                    for index, call in enumerate(calls)
                )
            )
    return None


def _call(call_id: str, call: AgentCall, function: Function, words: Mapping[str, str]) -> ToolCall:
    draft = {name: _filled(value, words) for name, value in call.arguments.items()}
    fitting = Fitting({"type": "object", **function.parameters}, words[_MESSAGE])
    return ToolCall(call_id, call.tool, json.dumps(fitting.fit(draft), ensure_ascii=False))


def _filled(value: JsonValue, words: Mapping[str, str]) -> JsonValue:
    match value:
        case str():
            return _PLACE.sub(lambda found: words.get(found[1], ""), value)
        case list():
            return [_filled(each, words) for each in value]
        case dict():
            return {name: _filled(each, words) for name, each in value.items()}
    return value


def _turn(request: ChatRequest) -> Sequence[Message]:
    """What came after the last message of the person."""
    last = max((i for i, m in enumerate(request.messages) if m.role == "user"), default=-1)
    return request.messages[last + 1 :]


def _tool_messages(request: ChatRequest) -> Sequence[Message]:
    return [message for message in _turn(request) if message.role == "tool"]


def _in(message: Message, book: RuleBook) -> Iterator[Document]:
    names = book.agents.documents
    found = _OBJECT.search(message.text)
    if names is None or found is None:
        return
    try:
        told: JsonValue = json.loads(found.group())
    except ValueError:
        return
    for number, item in enumerate(_listed(told, names.list, 0), start=1):
        yield Document(
            number=str(item.get(names.number, number)),
            title=str(item.get(names.title, "")),
            text=str(item.get(names.text, "")),
        )


def _listed(value: JsonValue, name: str, depth: int) -> Sequence[Mapping[str, JsonValue]]:
    """The objects of the list under that name, wherever it is."""
    if not isinstance(value, dict) or depth > _DEEPEST:
        return ()
    here = value.get(name)
    if isinstance(here, list):
        return [item for item in here if isinstance(item, dict)]
    return next((found for v in value.values() if (found := _listed(v, name, depth + 1))), ())
