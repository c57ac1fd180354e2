"""The engine: looks at a request and decides which part of it writes the answer."""

import json
from dataclasses import dataclass

from ..requests import ChatRequest, Message
from .reply import Reply, TextReply
from .rules import Rules
from .scenarios import scripted
from .schema import Fitting
from .toolcalls import choose_tool


@dataclass(frozen=True, slots=True)
class Engine:
    """Deterministic: the same request gets the same answer."""

    rules: Rules

    def reply(self, request: ChatRequest) -> Reply:
        """Scenarios come first, then the rules, then what can be said of any request."""
        schema = request.schema_format
        name = None if schema is None else schema.name
        text = scripted(self.rules.scenarios, _last_said(request), name)
        if text is not None:
            return TextReply(text)
        return self._generic(request)

    def _generic(self, request: ChatRequest) -> Reply:
        call = choose_tool(request)
        if call is not None:
            return call
        said = _last_said(request)
        schema = request.schema_format
        if schema is not None:
            value = Fitting(schema.schema_, said).minimal()
            return TextReply(json.dumps(value, ensure_ascii=False))
        if request.wants_json_object:
            return TextReply(json.dumps({"message": said}, ensure_ascii=False))
        return TextReply(_honest(request.messages[-1], said))


def _last_said(request: ChatRequest) -> str:
    said = [message.text for message in request.messages if message.role == "user"]
    return said[-1] if said else request.messages[-1].text


def _honest(last: Message, said: str) -> str:
    note = "I am a scripted local model, not a language model."
    if last.role == "tool":
        return f"{note} The tool answered: {last.text}"
    return f"{note} You wrote: {said}"
