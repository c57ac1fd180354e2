"""A conversation's timeline, live: what is recorded, and what the ERP tells of its entities."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from azurefunctions.extensions.http.fastapi import Response, StreamingResponse

from api.edge import Call
from api.runs import STREAM_HEADERS, STREAM_SECONDS
from shared.calling.refusing import invalid
from shared.contracts.conversations import Conversation
from shared.contracts.erp import notification
from shared.contracts.events import AuditEntry
from shared.contracts.identity import Language
from shared.ports import AuditLog
from shared.streams.sse import HEARTBEAT, frame
from shared.streams.timeline import Placed, Position, follow


def live_timeline(call: Call, conversation: Conversation) -> Response:
    """From `Last-Event-ID` (or `?after=`) on, or from the beginning; until the reader leaves, or
    until it is erased. Notifications are in the language that the request prefers, else in the
    conversation's."""
    given = call.request.headers.get("last-event-id") or call.request.query_params.get("after")
    position = Position() if given is None else Position.parse(given)
    if position is None:
        raise invalid("/after", "field_position", call.language)
    given_language = call.request.headers.get("accept-language")
    language = call.language if given_language else conversation.language
    return StreamingResponse(
        _frames(call.deps.audit, conversation, position, language),
        media_type="text/event-stream",
        headers=STREAM_HEADERS,
    )


async def _frames(
    audit: AuditLog, conversation: Conversation, position: Position, language: Language
) -> AsyncGenerator[bytes]:
    clock = asyncio.get_running_loop().time
    until = clock() + STREAM_SECONDS
    # So that a proxy, and the reader's library, see that the answer has begun.
    yield HEARTBEAT
    followed = follow(audit, conversation.tenant_id, conversation.conversation_id, position)
    async with aclosing(followed) as batches:
        async for batch in batches:
            lines = (_encoded(placed, language) for placed in batch)
            yield b"".join(lines) if batch else HEARTBEAT
            erased = any(placed.event.kind == "conversation.erased" for placed in batch)
            if erased or clock() > until:
                return


def _encoded(placed: Placed, language: Language) -> bytes:
    """The notification goes first: the id is with the last frame, so a cut loses neither."""
    told = notification(placed.event, language)
    entry = frame(AuditEntry(event=placed.event), placed.position.encode())
    return entry if told is None else frame(told) + entry
