"""One user message: start its run, then tell it as SSE, as JSON, or where to look."""

import json

from azurefunctions.extensions.http.fastapi import Response

from api.bodies import invalid, parse, read_body
from api.conversations import own_conversation
from api.edge import Call
from api.negotiation import wants_events, wants_no_waiting
from api.runs import answer_when_ended, event_stream, look_later
from api.starting import start_turn
from shared.contracts.conversations import (
    MAX_CONTEXT_BYTES,
    MAX_MESSAGE_CHARACTERS,
    PostMessage,
)
from shared.errors import TooLargeError


async def post(call: Call) -> Response:
    body = await read_body(call.request)
    posted = parse(PostMessage, call.request, body, call.language)
    if len(posted.message) > MAX_MESSAGE_CHARACTERS:
        raise TooLargeError(
            "message_too_large", length=len(posted.message), limit=MAX_MESSAGE_CHARACTERS
        )
    if len(json.dumps(posted.context, ensure_ascii=False).encode()) > MAX_CONTEXT_BYTES:
        raise TooLargeError("context_too_large", limit=MAX_CONTEXT_BYTES)
    if not _can_be_seen(posted.message):
        raise invalid("/message", "field_blank", call.language)
    conversation = await own_conversation(call, call.path("id"))
    started = await start_turn(call, conversation, posted, body)
    if wants_no_waiting(call.request):
        return look_later(started.run_id)
    if wants_events(call.request):
        return event_stream(call, started.run_id, 0, begun=not started.here)
    return await answer_when_ended(call, started.run_id, started.conversation_id)


def _can_be_seen(message: str) -> bool:
    """Blanks, control characters and zero-width ones say nothing, however many they are."""
    return any(c.isprintable() and not c.isspace() for c in message)
