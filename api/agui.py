"""`POST /api/agui`: an agent for user interfaces that speak AG-UI; always streamed."""

import json
from collections.abc import Sequence
from typing import Any

from azurefunctions.extensions.http.fastapi import Response
from pydantic import ValidationError

from api.agui_stream import AguiStream
from api.bodies import parse, read_body
from api.chat import begin
from api.completing import INSTRUCTIONS, bounded, instructions
from api.edge import Call
from api.telling import tell_streamed
from shared.calling.refusing import invalid
from shared.calling.sizes import can_be_seen
from shared.contracts.agents import Spoken
from shared.contracts.agui import AguiMessage, RunAgentInput
from shared.contracts.chat import PostChat
from shared.contracts.field_faults import field_problems
from shared.contracts.identity import Language
from shared.errors import InvalidRequestError

ROUTE = "agui"
THE_PROTOCOLS_OWN = frozenset(
    {"message", "context", "sessionId", "session_id", "threadId", "thread_id"}
)
"""Fields of `/api/chat` that the protocol has places for."""


async def post(call: Call) -> Response:
    body = await read_body(call.request)
    posted = parse(RunAgentInput, call.request, body, call.language)
    asked = chat_of(posted, call.language)
    begun = await begin(
        call, asked, body, route=ROUTE, history=history_of(posted.messages, call.language)
    )
    stream = AguiStream(
        run_id=begun.started.run_id,
        called=posted.run_id,
        thread=posted.thread_id,
        messages=list(json.loads(body)["messages"]),
    )
    return await tell_streamed(call, begun.started, stream)


def chat_of(posted: RunAgentInput, language: Language) -> PostChat:
    """The call. Raises InvalidRequestError for what has no meaning here."""
    if posted.tools:
        raise invalid("/tools", "field_tools_of_client", language)
    options = _options(posted.forwarded_props or {}, language)
    return options.model_copy(
        update={
            "session_id": posted.thread_id,
            "message": _message(posted.messages, language),
            "system_prompt": _instructions(posted.messages, options.system_prompt, language),
            "context": _context(posted),
        }
    )


def history_of(messages: Sequence[AguiMessage], language: Language) -> tuple[Spoken, ...]:
    """What was said before the last message. Raises TooLargeError, InvalidRequestError."""
    spoken: list[Spoken] = []
    for place, each in enumerate(messages[:-1]):
        if each.role == "user" or each.role == "assistant":
            text = _text(each, place, language)
            if can_be_seen(text):
                spoken.append(Spoken(role=each.role, content=text))
    return bounded(spoken)


def _options(forwarded: dict[str, Any], language: Language) -> PostChat:
    for name in THE_PROTOCOLS_OWN & forwarded.keys():
        raise invalid(f"/forwardedProps/{name}", "field_extra_forbidden", language)
    try:
        return PostChat.model_validate_json(json.dumps(forwarded))
    except ValidationError as error:
        problems = field_problems(error, language, forwarded, "/forwardedProps")
        raise InvalidRequestError(problems) from error


def _message(messages: Sequence[AguiMessage], language: Language) -> str:
    place = len(messages) - 1
    last = messages[place]
    if last.role != "user":
        raise invalid(f"/messages/{place}/role", "field_last_is_users", language)
    text = _text(last, place, language)
    if not can_be_seen(text):
        raise invalid(f"/messages/{place}/content", "field_blank", language)
    return text


def _instructions(
    messages: Sequence[AguiMessage], asked: str | None, language: Language
) -> str | None:
    told = [
        _text(each, place, language)
        for place, each in enumerate(messages)
        if each.role in INSTRUCTIONS
    ]
    return instructions([asked or "", *told], language)


def _text(message: AguiMessage, place: int, language: Language) -> str:
    """Raises InvalidRequestError for what is no text: an image, an object."""
    match message.content:
        case None:
            return ""
        case str():
            return message.content
        case tuple() if all(part.type == "text" for part in message.content):
            return "".join(part.text or "" for part in message.content)
        case _:
            raise invalid(f"/messages/{place}/content", "field_text_only", language)


def _context(posted: RunAgentInput) -> dict[str, Any] | None:
    told = [{"description": each.description, "value": each.value} for each in posted.context or ()]
    context = {"context": told, "state": posted.state}
    return {name: value for name, value in context.items() if value} or None
