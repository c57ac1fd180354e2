"""One user message: start its run, then tell it as SSE, as JSON, or where to look."""

from azurefunctions.extensions.http.fastapi import Response

from api.bodies import parse, read_body
from api.conversations import own_conversation
from api.edge import Call
from api.starting import Wanted, start_run
from api.telling import tell_run
from shared.calling.refusing import invalid
from shared.calling.sizes import can_be_seen, check_sizes
from shared.contracts.activities import RunLimits, RunRef, TurnRequest
from shared.contracts.conversations import PostMessage
from shared.errors import NotFoundError

TURN = "turn"


async def post(call: Call) -> Response:
    body = await read_body(call.request)
    posted = parse(PostMessage, call.request, body, call.language)
    check_sizes(posted.message, posted.context)
    if not can_be_seen(posted.message):
        raise invalid("/message", "field_blank", call.language)
    conversation = await own_conversation(call, call.path("id"))
    if conversation.session_id is not None:
        # A thread of agent calls: only its session goes on with it (api/chat.py).
        raise NotFoundError("conversation_not_found")
    wanted = _wanted(conversation.conversation_id, posted, body, call.deps.policy.limits)
    return await tell_run(call, await start_run(call, conversation, wanted))


def _wanted(conversation_id: str, posted: PostMessage, body: bytes, limits: RunLimits) -> Wanted:
    def request(run: RunRef, after: int, waits_for: tuple[str, ...]) -> TurnRequest:
        return TurnRequest(run=run, after=after, limits=limits, waits_for=waits_for)

    return Wanted(
        route=f"conversations/{conversation_id}/messages",
        body=body,
        orchestrator=TURN,
        request=request,
        message=posted.message,
        context=posted.context,
        warnings=posted.warnings,
        on_busy=posted.on_busy,
        on_disconnect=posted.on_disconnect,
    )
