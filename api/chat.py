"""`POST /api/chat`: one inline agent call, alone or in a thread."""

import logging
from dataclasses import dataclass, replace

from azurefunctions.extensions.http.fastapi import Response

from api.bodies import can_be_seen, check_sizes, invalid, parse, read_body
from api.calling import Called, Rules, called
from api.conversations import DEFAULT_TIME_ZONE, own_conversation
from api.edge import Call
from api.identifiers import thread_of
from api.simulator_keys import with_keys
from api.starting import Place, Started, Wanted, start_run
from api.telling import tell_run
from shared.contracts.activities import RunLimits, RunRef
from shared.contracts.agent_activities import ChatRequest
from shared.contracts.agents import AgentCall, Spoken
from shared.contracts.chat import PostChat
from shared.contracts.conversations import Conversation
from shared.contracts.credentials import OTHER_NAMES, CredentialScope, Holder
from shared.errors import ConfigurationError, NotAllowedError, NotFoundError
from shared.ports import KnowledgeQuery

log = logging.getLogger("eira.http")

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
    allowed = _called(posted, message, thread, call)
    await _check_handles(allowed.call, posted, call)
    agent = allowed.call.model_copy(update={"history": history})
    wanted = _wanted(replace(allowed, call=agent), posted, message, body, call)
    started = await start_run(
        call, thread or _new_thread(call, posted), replace(wanted, route=route)
    )
    return Begun(started, agent)


def _message(posted: PostChat, call: Call) -> str:
    """What is said to the agent: without a message, its instructions alone."""
    for text in (posted.message, posted.system_prompt or ""):
        if can_be_seen(text):
            return text
    key = "field_blank" if "message" in posted.model_fields_set else "field_missing"
    raise invalid("/message", key, call.language)


def _called(posted: PostChat, message: str, thread: Conversation | None, call: Call) -> Called:
    """The call as it is run. Raises InvalidRequestError, ForbiddenError, NotAllowedError."""
    allowed = called(posted, rules_for(call, thread.pack_version if thread else None))
    if not allowed.shape.evidence_only:
        _check_model(allowed.call, call)
    if allowed.call.search is not None:
        call.deps.knowledge.check(
            KnowledgeQuery(
                text=message,
                index=call.deps.policy.agents.default_index,
                tenant_id=call.caller.tenant_id,
                roles=call.caller.roles,
                intent=allowed.call.search,
                language=call.language,
                scope=_scope(allowed.call, call),
            )
        )
    return allowed


def rules_for(call: Call, version: str | None = None) -> Rules:
    """Those of this caller, with a version of the pack or, if that is gone, the current one."""
    packs, policy = call.deps.packs, call.deps.policy
    known = version if version in packs.versions else None
    pack = packs.get(known or packs.current)
    return Rules(
        settings=policy.agents,
        participants=pack.participants,
        tools=pack.tools,
        caller=call.caller,
        language=call.language,
        retrieval=policy.grounding.policy,
    )


def _check_model(agent: AgentCall, call: Call) -> None:
    """Raises NotAllowedError for a provider, an endpoint or a model that calls may not name."""
    try:
        call.deps.models.get(agent.model, agent.profile, _scope(agent, call))
    except ConfigurationError as error:
        log.warning("correlation=%s %s", call.correlation_id, error)
        name = agent.model.provider or ""
        raise NotAllowedError("model_provider_not_set_up", name=name) from error


def _scope(agent: AgentCall, call: Call) -> CredentialScope:
    """As the run's record will have it."""
    holder = Holder(call.caller.tenant_id, call.caller.user_id, agent.session_id)
    return CredentialScope(holder, agent.credential_profile, agent.credentials)


async def _check_handles(agent: AgentCall, posted: PostChat, call: Call) -> None:
    """Raises NotAllowedError naming the field as it was written, SecretError."""
    try:
        await call.deps.credentials.check(_scope(agent, call))
    except NotAllowedError as error:
        fields = {OTHER_NAMES.get(each, each): each for each in posted.credentials or {}}
        tool = str(error.values.get("name", "")).removeprefix("credentials/")
        name = f"credentials/{fields.get(tool, tool)}"
        raise NotAllowedError(error.message, name=name) from error


def _wanted(allowed: Called, posted: PostChat, message: str, body: bytes, call: Call) -> Wanted:
    limits = _limits(call.deps.policy.limits, allowed)

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


def _limits(limits: RunLimits, allowed: Called) -> RunLimits:
    """The time that the call asks for; each of its steps may be corrected once."""
    seconds = min(limits.seconds, allowed.call.runtime.timeout_ms / 1000)
    model_calls = max(limits.model_calls, 2 * allowed.shape.max_steps)
    return limits.model_copy(update={"seconds": seconds, "model_calls": model_calls})


async def _own_thread(call: Call, posted: PostChat) -> Conversation | None:
    """Another session's is as unknown as another user's. Raises NotFoundError."""
    if posted.thread_id is None:
        return None
    thread = await own_conversation(call, posted.thread_id)
    if thread.session_id != posted.session_id:
        raise NotFoundError("conversation_not_found")
    return thread


def _new_thread(call: Call, posted: PostChat) -> Place:
    now = call.deps.now()

    def thread(run_id: str) -> Conversation:
        return Conversation(
            conversation_id=thread_of(run_id),
            tenant_id=call.caller.tenant_id,
            owner_id=call.caller.user_id,
            session_id=posted.session_id,
            language=call.language,
            time_zone=DEFAULT_TIME_ZONE,
            pack_version=call.deps.packs.current,
            created_at=now,
            updated_at=now,
            active_run_id=run_id,
        )

    return thread
