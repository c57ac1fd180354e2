"""The engine: looks at a request and decides which part of it writes the answer."""

import json
import re
from dataclasses import dataclass

from ..requests import ChatRequest, JsonObject, Message, NamedSchema
from .agents import agent_calls, told_by_tools, with_found
from .plan import Planner
from .prompt import Prompt, read_prompt
from .reply import Reply, TextReply
from .respond import respond
from .rules import RuleBook, Rules
from .scenarios import scripted
from .schema import Fitting
from .shape import read_shape
from .toolcalls import choose_tool
from .triage import triage

# One of these in the prompt shows that it is of the kind the rules are made for.
_ANSWERING = frozenset({"evidence", "results", "ask", "language"})


@dataclass(frozen=True, slots=True)
class Engine:
    """Deterministic: the same request gets the same answer."""

    rules: Rules

    def reply(self, request: ChatRequest) -> Reply:
        """Scenarios come first, then the rules, then what can be said of any request."""
        schema = request.schema_format
        name = None if schema is None else schema.name
        fixed = scripted(self.rules.scenarios, _last_said(request), name)
        if fixed is not None:
            return fixed
        if self.rules.book is not None:
            known = _by_rules(request, self.rules.book)
            if known is not None:
                return known
        return _generic(request)


def _by_rules(request: ChatRequest, book: RuleBook) -> Reply | None:
    prompt = read_prompt(request, book.tags)
    schema = request.schema_format
    if schema is not None:
        draft = _draft(schema, prompt, book)
        if draft is None:
            return None
        value = Fitting(schema.schema_, prompt.last).fit(dict(draft))
        return TextReply(json.dumps(value, ensure_ascii=False))
    if request.tools and (calls := agent_calls(request, prompt, book)) is not None:
        return calls
    if not _ANSWERING & prompt.tags.keys():
        return None
    told = told_by_tools(request)
    found = with_found(request, prompt, book)
    # What tools returned besides documents no rule knows how to put in words.
    text = _honest(request.messages[-1], prompt.last) if told and found is prompt else None
    answer = text or respond(found, book)
    if request.wants_json_object or "json" in prompt.tags.get("format", "").lower():
        answer = json.dumps({"message": answer}, ensure_ascii=False)
    return TextReply(answer)


def _draft(schema: NamedSchema, prompt: Prompt, book: RuleBook) -> JsonObject | None:
    for task in book.tasks:
        if re.fullmatch(task.schema_name, schema.name):
            if task.kind == "triage":
                return triage(prompt, book)
            return Planner(prompt, book, read_shape(schema.schema_)).plan()
    return None


def _generic(request: ChatRequest) -> Reply:
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
