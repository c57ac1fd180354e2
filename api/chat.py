"""`POST /api/chat`: one inline agent call, alone or in a thread."""

from dataclasses import dataclass, replace

from azurefunctions.extensions.http.fastapi import Response

from api.bodies import parse, read_body
from api.conversations import new_thread, own_conversation
from api.edge import Call
from api.simulator_keys import with_keys
from api.starting import Started, Wanted, start_run
from api.telling import tell_run
from shared.calling.calls import Called, Rules
from shared.calling.checking import Asking, checked, limits_of, rules_of
from shared.calling.refusing import invalid
from shared.calling.sizes import can_be_seen, check_sizes
from shared.contracts.activities import RunRef
from shared.contracts.agent_activities import ChatRequest
from shared.contracts.agents import AgentCall, Spoken
from shared.contracts.chat import PostChat
from shared.contracts.conversations import Conversation
from shared.errors import NotFoundError

CHAT = "chat"
MEDIA_TYPES = ("application/json", "application/vnd.agent+json")


@dataclass(frozen=True, slots=True)
class Begun:
    """The run of a call, and the call as it is run."""

    started: Started
    call: AgentCall


async def post(call: Call) -> Response:
    body = await read_body(call.request)
    posted = parse(PostChat, call.request, body, call.language, MEDIA_TYPES)

    async def answered(posted: PostChat) -> Response:
        begun = await begin(call, posted, body)
        return await tell_run(call, begun.started, trace=posted.return_trace)

    return await with_keys(call, posted, answered)


async def begin(
    call: Call,
    posted: PostChat,
    body: bytes,
    *,
    route: str = CHAT,
    history: tuple[Spoken, ...] = (),
) -> Begun:
    """Start the run of a call that came in `body` over `route`; `history` is what was said before
    the message, where the caller keeps it. Raises RequestError."""
    check_sizes(posted.message, posted.context)
    message = _message(posted, call)
    thread = await _own_thread(call, posted)
    version = thread.pack_version if thread else None
    allowed = await checked(posted, message, _asking(call), version)
    agent = allowed.call.model_copy(update={"history": history})
    wanted = _wanted(replace(allowed, call=agent), posted, message, body, call)
    started = await start_run(
        call, thread or new_thread(call, posted.session_id), replace(wanted, route=route)
    )
    return Begun(started, agent)


def _message(posted: PostChat, call: Call) -> str:
    """What is said to the agent: without a message, its instructions alone."""
    for text in (posted.message, posted.system_prompt or ""):
        if can_be_seen(text):
            return text
    key = "field_blank" if "message" in posted.model_fields_set else "field_missing"
    raise invalid("/message", key, call.language)


def rules_for(call: Call, version: str | None = None) -> Rules:
    """Those of this caller, with a version of the pack or, if that is gone, the current one."""
    return rules_of(_asking(call), version)


def _asking(call: Call) -> Asking:
    return Asking(call.caller, call.language, call.correlation_id, call.deps)


def _wanted(allowed: Called, posted: PostChat, message: str, body: bytes, call: Call) -> Wanted:
    limits = limits_of(call.deps.policy.limits, allowed)

    def request(run: RunRef, after: int, _: tuple[str, ...]) -> ChatRequest:
        return ChatRequest(run=run, after=after, limits=limits, shape=allowed.shape)

    return Wanted(
        route=CHAT,
        body=body,
        orchestrator=CHAT,
        request=request,
        message=message,
        context=posted.context,
        warnings=allowed.warnings,
        call=allowed.call,
        on_disconnect=posted.on_disconnect,
    )


async def _own_thread(call: Call, posted: PostChat) -> Conversation | None:
    """Another session's is as unknown as another user's. Raises NotFoundError."""
    if posted.thread_id is None:
        return None
    thread = await own_conversation(call, posted.thread_id)
    if thread.session_id != posted.session_id:
        raise NotFoundError("conversation_not_found")
    return thread
