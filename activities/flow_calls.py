"""What a flow's nodes want done, made ready: an agent call as a run of its own, a REST call as a
call of the tool `http`. What the settings do not allow is an outcome, and fails the node."""

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from shared.calling.checking import Asking, checked, limits_of
from shared.calling.refusing import invalid
from shared.calling.sizes import can_be_seen, check_sizes
from shared.calling.threads import thread_of
from shared.contracts.activities import RunRef, StepRequest
from shared.contracts.agent_activities import ChatRequest
from shared.contracts.agent_steps import AgentStep, MadeWith, StepToolCall
from shared.contracts.chat import PostChat
from shared.contracts.conversations import Conversation
from shared.contracts.credentials import OTHER_NAMES, CredentialScope, Holder
from shared.contracts.flows.running import CallAgent, CallRest, Failed
from shared.contracts.flows.runs import Pending, PlannedAction
from shared.contracts.identity import Language
from shared.contracts.runs import Part, PartOf, RunRecord
from shared.contracts.tools import must_be_approved
from shared.contracts.wording import say
from shared.errors import (
    ConflictError,
    DependencyError,
    ForbiddenError,
    InvalidRequestError,
    NotAllowedError,
    NotFoundError,
    RequestError,
)
from shared.ports import Dependencies
from shared.tools.as_called import as_called
from shared.tools.http_rules import Denied, read_call

HTTP = "http"
OF_THE_SIMULATOR = "sim_only"
NOT_SENT = ("provider", "stream")
"""Of an `agent_call`, what says how it is called."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The flow's run that a call belongs to."""

    request: StepRequest
    record: RunRecord
    language: Language
    after: int
    deps: Dependencies

    @property
    def session_id(self) -> str:
        return self.record.flow.session_id if self.record.flow else ""

    @property
    def asking(self) -> Asking:
        record = self.record
        return Asking(record.caller, self.language, record.correlation_id, self.deps)


async def ready(pending: Pending, scene: Scene) -> PlannedAction:
    """Doing it again changes nothing. Raises StoreError."""
    number, action = pending.number, pending.action
    try:
        match action:
            case CallAgent():
                return await _agent(pending, action, scene)
            case CallRest():
                return await _rest(pending, action, scene)
            case _:
                kind = "ask" if action.kind == "ask" else "secure_value"
                return PlannedAction(number=number, kind=kind)
    except (RequestError, DependencyError) as error:
        if isinstance(error, DependencyError) and error.retryable:
            raise
        await _refuse(number, failed_by(error, scene.language), scene)
        return PlannedAction(number=number, kind="refused")


def failed_by(error: RequestError | DependencyError, language: Language) -> Failed:
    """What the node, and whoever reads it, is told."""
    if isinstance(error, InvalidRequestError):
        said = " ".join(f"{each.pointer}: {each.message}" for each in error.problems)
        return Failed(code=error.code, message=said)
    if isinstance(error, RequestError):
        return Failed(code=error.code, message=say(error.message, language, **error.values))
    failure = error.as_failure()
    message = say(failure.message, language)
    return Failed(code=failure.code, message=message, retryable=failure.retryable)


async def _refuse(number: int, failed: Failed, scene: Scene) -> None:
    run = scene.request.run
    await scene.deps.flow_runs.put_outcome(run.tenant_id, run.run_id, number, failed)


def _check_leaks(leaks: tuple[str, ...]) -> None:
    """Raises NotAllowedError for a value that is for the simulator only."""
    if leaks:
        raise NotAllowedError("flow_sim_only_sent", name=" ".join(leaks))


# --- agents --------------------------------------------------------------------------------------


async def _agent(pending: Pending, action: CallAgent, scene: Scene) -> PlannedAction:
    """Raises RequestError for what `/api/chat` refuses, DependencyError."""
    _check_leaks(action.leaks)
    assert pending.child is not None, "given with the number"
    posted = _posted(action.request, scene)
    message = _message(posted, scene)
    check_sizes(message, posted.context)
    thread = await _thread(posted, pending.child, scene)
    await _check_free(thread, pending.child, scene.deps)
    pinned = thread.pack_version if posted.thread_id else None
    found = await checked(posted, message, scene.asking, pinned)
    part = Part(
        run_id=scene.record.run_id,
        number=pending.number,
        quiet=action.request.get("stream") is not True,
    )
    record = _record(pending.child, thread, message, posted, scene).model_copy(
        update={
            "call": found.call,
            "warnings": found.warnings,
            "part_of": PartOf(**part.model_dump(), node=action.key),
        }
    )
    flow, acts = scene.record, bool(found.call.tools)
    await scene.deps.flow_runs.put_call(
        flow.tenant_id, flow.run_id, pending.number, pending.child, acts=acts
    )
    await scene.deps.runs.create(record)
    await _take_turn(thread, pending.child, posted, scene)
    chat = ChatRequest(
        run=_run(record, part, posted, scene),
        after=scene.after,
        limits=limits_of(scene.deps.policy.limits, found),
        shape=found.shape,
    )
    return PlannedAction(
        number=pending.number, kind="agent_call", instance=pending.child, chat=chat
    )


def _posted(request: dict[str, Any], scene: Scene) -> PostChat:
    told = {name: each for name, each in request.items() if name not in NOT_SENT}
    try:
        return PostChat.model_validate({**told, "sessionId": scene.session_id})
    except ValidationError as error:
        raise invalid("/", "field_invalid", scene.language) from error


def _message(posted: PostChat, scene: Scene) -> str:
    for text in (posted.message, posted.system_prompt or ""):
        if can_be_seen(text):
            return text
    raise invalid("/message", "field_blank", scene.language)


async def _thread(posted: PostChat, child: str, scene: Scene) -> Conversation:
    """Its own, or one that is made for the call. Raises NotFoundError."""
    record, now = scene.record, scene.deps.now()
    if posted.thread_id is None:
        return Conversation(
            conversation_id=thread_of(child),
            tenant_id=record.tenant_id,
            owner_id=record.caller.user_id,
            session_id=scene.session_id,
            part_of=record.run_id,
            language=record.language,
            time_zone=record.time_zone,
            pack_version=record.pack_version,
            created_at=now,
            updated_at=now,
            active_run_id=child,
        )
    found = await scene.deps.conversations.get(record.tenant_id, posted.thread_id)
    mine = found is not None and found.owner_id == record.caller.user_id
    if found is None or not mine or found.erasing or found.session_id != scene.session_id:
        raise NotFoundError("conversation_not_found")
    return found


async def _check_free(thread: Conversation, child: str, deps: Dependencies) -> None:
    """Before there is a record, which would never end. Raises ConflictError while another call of
    the thread is under way."""
    for run_id in thread.queue:
        if run_id != child and await deps.runs.outcome(thread.tenant_id, run_id) is None:
            raise ConflictError("CONVERSATION_BUSY", "conversation_busy", run_id=run_id)


async def _take_turn(thread: Conversation, child: str, posted: PostChat, scene: Scene) -> None:
    """Raises ConflictError when another call was faster."""
    deps = scene.deps
    if posted.thread_id is None:
        await deps.conversations.create(thread)
        return
    if child in thread.queue:
        return
    if not await deps.conversations.claim(thread, child, (), deps.now()):
        raise ConflictError("CONVERSATION_BUSY", "conversation_busy", run_id=child)


def _record(
    child: str, thread: Conversation, message: str, posted: PostChat, scene: Scene
) -> RunRecord:
    of_flow = scene.record
    return RunRecord(
        run_id=child,
        tenant_id=of_flow.tenant_id,
        conversation_id=thread.conversation_id,
        correlation_id=of_flow.correlation_id,
        caller=of_flow.caller,
        message=message,
        context=posted.context,
        language=of_flow.language,
        time_zone=of_flow.time_zone,
        pack_version=thread.pack_version,
        received_at=scene.deps.now(),
        trace_id=of_flow.trace_id,
        on_disconnect=of_flow.on_disconnect,
    )


def _run(record: RunRecord, part: Part, posted: PostChat, scene: Scene) -> RunRef:
    return RunRef(
        run_id=record.run_id,
        tenant_id=record.tenant_id,
        conversation_id=record.conversation_id,
        correlation_id=record.correlation_id,
        follows=posted.thread_id is not None,
        repeatable=False,
        traceparent=scene.request.run.traceparent,
        part=part,
    )


# --- REST ----------------------------------------------------------------------------------------


async def _rest(pending: Pending, action: CallRest, scene: Scene) -> PlannedAction:
    """Kept as a step with one call, which is made as any agent's is. Raises NotAllowedError,
    ForbiddenError, SecretError."""
    _check_leaks(action.leaks)
    deps, record = scene.deps, scene.record
    contract = deps.packs.get(record.pack_version).tools.get(HTTP)
    if contract is None or HTTP not in deps.policy.agents.tools:
        raise NotAllowedError("tool_not_allowed", name=HTTP)
    args = _arguments(action)
    allowed = read_call(args, deps.policy.outside)
    if isinstance(allowed, Denied):
        raise NotAllowedError(allowed.key, **allowed.values)
    contract = as_called(contract, args, deps.policy.outside)
    if contract.right is not None and contract.right not in record.caller.rights:
        raise ForbiddenError("no_right", right=contract.right)
    made_with = await _made_with(action, scene)
    run = scene.request.run
    call = StepToolCall(
        call_id=f"n{pending.number}", provider_id="", name=HTTP, tool=HTTP, args=args
    )
    await deps.agent_steps.put(
        AgentStep(
            run_id=run.run_id,
            tenant_id=run.tenant_id,
            number=pending.number,
            speaker=action.key,
            calls=(call,),
            made_with=made_with,
        )
    )
    asks = contract.effect and must_be_approved(contract.approval, args, record.caller.roles)
    return PlannedAction(
        number=pending.number,
        kind="rest_call",
        effect=contract.effect,
        approval=asks,
        place=pending.place,
    )


def _arguments(action: CallRest) -> dict[str, Any]:
    args: dict[str, Any] = {"method": action.method, "url": action.url}
    if action.headers:
        args["headers"] = action.headers
    if action.body is not None and action.method not in ("GET", "HEAD"):
        args["body"] = action.body
    return args


async def _made_with(action: CallRest, scene: Scene) -> MadeWith:
    """Raises NotAllowedError for a profile or a handle that is not for this caller."""
    record, deps = scene.record, scene.deps
    allowed = deps.policy.agents.credential_profiles_of(record.caller)
    if action.profile not in allowed:
        raise NotAllowedError("profile_not_allowed", name=action.profile)
    handles = {OTHER_NAMES.get(each, each): h for each, h in action.credentials.items()}
    holder = Holder(record.tenant_id, record.caller.user_id, scene.session_id)
    await deps.credentials.check(CredentialScope(holder, action.profile, handles))
    return MadeWith(
        profile=action.profile,
        credentials=handles,
        timeout_ms=action.timeout_ms,
        stream=action.stream,
    )
