"""Decides, by words alone, whether one of the request's tools fits the message."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from ..requests import ChatRequest, Function, NamedChoice
from .folding import stem, words_of
from .reply import ToolCall, ToolCallsReply
from .schema import Fitting

# Words shorter than this are mostly articles and prepositions, in both languages.
_SHORTEST = 4
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_URL = re.compile(r"https?://\S+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[_-]+")


@dataclass(frozen=True, slots=True)
class Asked:
    """The last user message, and what came of it so far."""

    text: str
    already_called: frozenset[str]


def choose_tool(request: ChatRequest) -> ToolCallsReply | None:
    """A call of the tool that fits best; None when none fits or none may be called.

    With `tool_choice` "required" or a name there is always one; otherwise no tool is called
    twice for one user message, so that an agent's loop comes to an end.
    """
    functions = [tool.function for tool in request.tools or ()]
    if not functions or request.tool_choice == "none":
        return None
    asked = _asked(request)
    chosen = _chosen(request, functions, asked)
    if chosen is None:
        return None
    number = len(request.messages)
    call = ToolCall(f"call_{number}_{chosen.name}"[:40], chosen.name, _arguments(chosen, asked))
    return ToolCallsReply((call,))


def _asked(request: ChatRequest) -> Asked:
    text = ""
    called: set[str] = set()
    for message in request.messages:
        if message.role == "user":
            text, called = message.text, set()
        called |= {call.function.name for call in message.tool_calls or ()}
    return Asked(text, frozenset(called))


def _chosen(request: ChatRequest, functions: Sequence[Function], asked: Asked) -> Function | None:
    choice = request.tool_choice
    if isinstance(choice, NamedChoice):
        return next(one for one in functions if one.name == choice.function.name)
    if choice == "required":
        return max(functions, key=lambda one: _likeness(one, asked.text))
    fresh = [one for one in functions if one.name not in asked.already_called]
    best = max(fresh, key=lambda one: _likeness(one, asked.text), default=None)
    return best if best is not None and _likeness(best, asked.text) > 0 else None


def _likeness(function: Function, text: str) -> int:
    """How many stems the message shares with the tool's name (counted twice) and description."""
    said = _stems(text)
    name = _stems(_CAMEL.sub(" ", function.name))
    return 2 * len(said & name) + len(said & _stems(function.description))


def _stems(text: str) -> frozenset[str]:
    long = [word.text for word in words_of(text) if len(word.text) >= _SHORTEST]
    return frozenset(stem(word, "en") for word in long) | {stem(word, "es") for word in long}


def _arguments(function: Function, asked: Asked) -> str:
    fitting = Fitting({"type": "object", **function.parameters}, asked.text)
    draft = fitting.minimal()
    if isinstance(draft, dict):
        properties = function.parameters.get("properties")
        if isinstance(properties, dict):
            draft |= _literal_values(properties, asked.text)
    return json.dumps(fitting.fit(draft), ensure_ascii=False)


def _literal_values(properties: dict[str, JsonValue], text: str) -> dict[str, JsonValue]:
    """Arguments whose form alone tells them: e-mail addresses and web addresses."""
    found: dict[str, JsonValue] = {}
    for name, schema in properties.items():
        form = schema.get("format") if isinstance(schema, dict) else None
        pattern = {"email": _EMAIL, "uri": _URL}.get(str(form))
        match = pattern.search(text) if pattern is not None else None
        if match is not None:
            found[name] = match.group()
    return found
