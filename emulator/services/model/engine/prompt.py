"""Reads a request as an assembled prompt: tagged data in the system message, then the turns.

Documents may also stand before what a person says; a person's own text can open no tag.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from pydantic import JsonValue

from ..requests import ChatRequest, JsonObject

_DOCUMENT = re.compile(r"<doc\b([^>]*)>(.*?)</doc>", re.DOTALL)
_ATTRIBUTE = re.compile(r'([\w-]+)\s*=\s*"([^"]*)"')
# What a person orders stands at the beginning; the rules' expressions are too slow for a book.
_MOST_READ = 2000
_NOT_LANGUAGES = frozenset({"", "auto"})


@dataclass(frozen=True, slots=True)
class Document:
    """A piece of evidence; `number` is what it is cited by."""

    number: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool as the prompt declares it; `arguments` is a JSON schema, `result` the names of what it
    returns."""

    name: str
    description: str
    arguments: JsonObject
    result: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """What the assistant asked for last: calls that lack arguments, as (tool, field)."""

    calls: Sequence[JsonObject]
    missing: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Prompt:
    """The parts of a request that rules look at; what a prompt does not hold is None or empty."""

    tags: Mapping[str, str]
    today: date
    language: str | None
    tools: Sequence[ToolSpec]
    flows: Sequence[JsonObject]
    question: OpenQuestion | None
    evidence: Sequence[Document] | None
    results: Sequence[JsonObject] | None
    understood: Sequence[JsonObject]
    records: Sequence[JsonObject]
    events: Sequence[JsonObject]
    last: str
    earlier: Sequence[str]
    """The user's messages before the last one, newest first."""


def read_prompt(request: ChatRequest, names: Mapping[str, str]) -> Prompt:
    """`names` says how the prompt's tags are called; a tag stands at the beginning of a line."""
    system = "\n".join(m.text for m in request.messages if m.role in ("system", "developer"))
    tags = {key: text for key, tag in names.items() if (text := _tag(system, tag)) is not None}
    asked = [m.text for m in request.messages if m.role == "user"]
    documents = names.get("evidence", "")
    beside = _tag(asked[-1], documents) if asked and documents else None
    if beside is not None:
        tags["evidence"] = beside
    said = [_unescaped(_without(text, documents))[:_MOST_READ] for text in asked]
    evidence = tags.get("evidence")
    return Prompt(
        tags=tags,
        today=_date(tags.get("today", "")),
        language=_language(tags.get("language", "")),
        tools=[_tool(item) for item in objects_of(tags.get("tools"))],
        flows=objects_of(tags.get("flows")),
        question=_question(tags.get("question")),
        evidence=None if evidence is None else _documents(evidence),
        results=objects_of(tags["results"]) if "results" in tags else None,
        understood=objects_of(tags.get("understood")),
        records=objects_of(tags.get("records")),
        events=objects_of(tags.get("events")),
        last=said[-1] if said else "",
        earlier=said[-2::-1],
    )


def _tag(system: str, name: str) -> str | None:
    """The text of the last element of that name; an empty element gives an empty string."""
    # Prose may speak of a tag; only one that begins a line is data, and the app adds those last.
    openings = list(re.finditer(rf"^[ \t]*<{re.escape(name)}(/?)>", system, re.MULTILINE))
    if not openings:
        # Short tags may share a line.
        openings = list(re.finditer(rf"<{re.escape(name)}(/?)>(?=[^<>\n]*<?/)", system))
    if not openings:
        return None
    opening = openings[-1]
    if opening.group(1):
        return ""
    end = system.find(f"</{name}>", opening.end())
    return None if end < 0 else system[opening.end() : end].strip()


def _without(text: str, name: str) -> str:
    """The text behind the element of that name, if it begins with one."""
    end = f"</{name}>"
    begins = bool(name) and text.lstrip().startswith(f"<{name}>") and end in text
    return text.partition(end)[2].lstrip() if begins else text


def _unescaped(text: str) -> str:
    """Undoes what keeps a text from closing its tag; other entities were written by a person."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return datetime.now(UTC).date()


def _language(text: str) -> str | None:
    code = text.strip().lower()[:2]
    return None if code in _NOT_LANGUAGES else code


def objects_of(text: str | None) -> Sequence[JsonObject]:
    """The objects of a JSON array (or one object alone); text that is not JSON gives none."""
    try:
        document: JsonValue = json.loads(text or "[]")
    except ValueError:
        return ()
    items = document if isinstance(document, list) else [document]
    return [item for item in items if isinstance(item, dict)]


def _tool(item: JsonObject) -> ToolSpec:
    arguments = item.get("arguments", item.get("parameters"))
    result = item.get("result")
    return ToolSpec(
        name=str(item.get("name", "")),
        description=str(item.get("description", "")),
        arguments=arguments if isinstance(arguments, dict) else {},
        result=[str(name) for name in result] if isinstance(result, list) else (),
    )


def _question(text: str | None) -> OpenQuestion | None:
    found = objects_of(text)
    if not found:
        return None
    calls, missing = found[0].get("calls"), found[0].get("missing")
    return OpenQuestion(
        calls=[call for call in calls if isinstance(call, dict)] if isinstance(calls, list) else (),
        missing=[
            (str(item.get("tool")), str(item.get("field")))
            for item in (missing if isinstance(missing, list) else ())
            if isinstance(item, dict)
        ],
    )


def _documents(text: str) -> Sequence[Document]:
    documents: list[Document] = []
    for attributes, body in _DOCUMENT.findall(text):
        named = dict(_ATTRIBUTE.findall(attributes))
        documents.append(
            Document(
                number=named.get("n", str(len(documents) + 1)),
                title=_unescaped(named.get("title", "")),
                text=_unescaped(body).strip(),
            )
        )
    return documents
