"""Asks the scripted model as the app does: data in tags, the pack's tools, strict schemas."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

from pydantic import JsonValue

from demo.tests import packs
from demo.tests.packs import PACK, read_json
from emulator.services.model.engine.reply import TextReply
from emulator.services.model.engine.rules import load_rules
from emulator.services.model.engine.writer import Engine
from emulator.services.model.requests import parse_chat_request

type Json = Mapping[str, JsonValue]

RULES = Path(__file__).parents[2] / "model"
TODAY = "2026-11-22"  # a Sunday
SOURCES: list[JsonValue] = ["user", "session", "erp", "cerebro", "default"]
ROUTES: list[JsonValue] = ["SMALL_TALK", "NEED_MORE_CONTEXT", "FLOW_EXECUTION", "UNKNOWN"]


@dataclass(frozen=True, slots=True)
class Conversation:
    """What the prompt holds beside the last message. `turns` are the user's earlier messages."""

    language: str = "es"
    question: Json | None = None
    turns: Sequence[str] = ()
    described: bool = True
    """Whether the prompt describes the tools; if not, only the plan's schema names them."""
    allowed: Sequence[str] | None = None
    """The tools in the plan's schema; all if None."""


@cache
def engine() -> Engine:
    return Engine(load_rules(RULES))


@cache
def tools() -> Sequence[Json]:
    """The contracts a turn plans with, as the app hands them over."""
    return [cast(Json, tool) for tool in packs.tools().values()]


def triage(text: str, conversation: Conversation | None = None) -> Json:
    """The triage's answer; as in the app it sees no tools."""
    schema = _closed(
        {
            "route": {"type": "string", "enum": ROUTES},
            "reason": {"type": "string"},
            "confidence": {"type": "number"},
            "continues_open_question": {"type": "boolean"},
            "drops_open_question": {"type": "boolean"},
        }
    )
    return _decided("triage", schema, text, conversation or Conversation(), [])


def plan(text: str, conversation: Conversation | None = None) -> Json:
    """The plan's answer, for the pack's tools and flows."""
    conversation = conversation or Conversation()
    flows = [cast(Json, read_json(path)) for path in sorted((PACK / "flows").glob("*.json"))]
    types: list[JsonValue] = [flow["flowType"] for flow in flows]
    shown = [
        {
            "name": t["name"],
            "arguments": t["arguments"],
            "description": "",
            "result": list(cast(Json, cast(Json, t["result"])["properties"])),
        }
        for t in tools()
    ]
    names = conversation.allowed
    allowed = [tool for tool in tools() if names is None or tool["name"] in names]
    schema = _closed(
        {
            "flow_type": {"type": "string", "enum": [*types, "Other"]},
            "calls": {"type": "array", "items": {"anyOf": [_call(tool) for tool in allowed]}},
            "reason": {"type": "string"},
        }
    )
    described = [f"<tools>{json.dumps(shown)}</tools>"] if conversation.described else []
    sections = [*described, f"<flows>{json.dumps(flows)}</flows>"]
    return _decided("plan", schema, text, conversation, sections)


def respond(text: str, sections: Sequence[str], language: str = "es") -> str:
    """The answer for the person; `sections` are lines of the system message."""
    return _said({}, text, Conversation(language), sections)


def calls_of(document: Json) -> list[tuple[str, dict[str, JsonValue]]]:
    """Each call with the values that somebody said; defaults and nulls are left out."""
    calls = cast(list[dict[str, JsonValue]], document["calls"])
    return [(str(call["tool"]), _values(call)) for call in calls]


def quotes_of(document: Json) -> list[str]:
    """Every quote of the plan."""
    calls = cast(list[dict[str, list[dict[str, str | None]]]], document["calls"])
    found = [entry["quote"] for call in calls for entry in call["sources"]]
    return [quote for quote in found if quote is not None]


def open_question(
    flow: str, tool: str, args: Json | Sequence[Json], missing: Sequence[str]
) -> Json:
    """What the app says of a question it has asked; several `args` are several calls."""
    every = [args] if isinstance(args, Mapping) else list(args)
    return {
        "flowType": flow,
        "calls": [{"tool": tool, "args": dict(one)} for one in every],
        "missing": [{"tool": tool, "field": field} for field in missing],
        "text": "?",
    }


def _values(call: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    args = cast(dict[str, JsonValue], call["args"])
    entries = cast(list[dict[str, str]], call["sources"])
    said = {entry["field"]: entry["source"] for entry in entries}
    assert said.keys() == {name for name, value in args.items() if value is not None}
    assert len(said) == len(entries)
    return {name: args[name] for name, source in said.items() if source != "default"}


def _decided(
    name: str,
    schema: dict[str, JsonValue],
    text: str,
    conversation: Conversation,
    sections: Sequence[str],
) -> Json:
    form: dict[str, JsonValue] = {
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": name, "strict": True, "schema": schema},
        }
    }
    return cast(Json, json.loads(_said(form, text, conversation, sections)))


def _said(
    form: Mapping[str, JsonValue],
    text: str,
    conversation: Conversation,
    sections: Sequence[str],
) -> str:
    lines = [
        "You are EIRA. Answer from <evidence> only.",
        f"<today>{TODAY}</today>",
        f"<language>{conversation.language}</language>",
        "<user>Ana López</user>",
        *sections,
    ]
    if conversation.question is not None:
        lines.append(f"<open_question>{json.dumps(conversation.question)}</open_question>")
    messages = [{"role": "system", "content": "\n".join(lines)}]
    messages += [{"role": "user", "content": turn} for turn in (*conversation.turns, text)]
    reply = engine().reply(parse_chat_request({"messages": messages, **form}))
    assert isinstance(reply, TextReply)
    return reply.text


def _call(tool: Json) -> JsonValue:
    arguments = cast(Mapping[str, Mapping[str, Mapping[str, JsonValue]]], tool["arguments"])
    fields = arguments["properties"]
    source = _closed(
        {
            "field": {"type": "string", "enum": list(fields)},
            "source": {"type": "string", "enum": SOURCES},
            "quote": {"type": ["string", "null"]},
        }
    )
    return _closed(
        {
            "tool": {"type": "string", "enum": [tool["name"]]},
            "args": _closed({name: _argument(schema) for name, schema in fields.items()}),
            "sources": {"type": "array", "items": source},
        }
    )


def _argument(schema: Mapping[str, JsonValue]) -> JsonValue:
    kept = {key: schema[key] for key in ("type", "enum") if key in schema}
    return {"anyOf": [kept, {"type": "null"}]}


def _closed(properties: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": dict(properties),
    }
