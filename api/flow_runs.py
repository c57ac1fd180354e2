"""`/api/flows/runs`: a flow is run durably; what people say to it, and how it is doing."""

import json
from asyncio import to_thread
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from azurefunctions.extensions.http.fastapi import Response

from api.bodies import parse, read_body
from api.conversations import new_thread, own_conversation
from api.edge import Call
from api.flows import lists_of
from api.kept_flows import READ
from api.starting import Place, Wanted, start_run
from api.telling import tell_run
from shared.calling.refusing import invalid
from shared.calling.sizes import check_sizes
from shared.contracts.activities import RunLimits, RunRef
from shared.contracts.conversations import MAX_CONTEXT_BYTES, title_of
from shared.contracts.flows.document import FlowLists, FlowProblem
from shared.contracts.flows.runs import (
    FlowBounds,
    FlowRequest,
    PinnedFlow,
    PostFlowRun,
)
from shared.contracts.problems import FieldProblem
from shared.contracts.runs import FlowOfRun
from shared.errors import (
    ForbiddenError,
    InvalidRequestError,
    NotAllowedError,
    NotFoundError,
    TooLargeError,
)
from shared.flows.checking import findings_of
from shared.flows.findings import told
from shared.flows.flow import Flow

FLOW = "flow"
NOTHING_TO_RUN = "empty_flow"


async def post(call: Call) -> Response:
    """Raises RequestError."""
    body = await read_body(call.request)
    posted = parse(PostFlowRun, call.request, body, call.language)
    sent, version = await _sent(posted, call)
    flow = await to_thread(_checked, sent, lists_of(call), call)
    _check_profile(posted, call)
    inputs = _inputs(posted)
    message = _message(flow, inputs)
    place = await _place(posted, message, call)
    pinned = PinnedFlow(flow=_with_profile(sent, flow, posted), inputs=inputs)
    wanted = _wanted(posted, message, pinned, body, call)
    wanted = replace(wanted, flow=_of_run(posted, flow, version))
    return await tell_run(call, await start_run(call, place, wanted))


async def _sent(posted: PostFlowRun, call: Call) -> tuple[dict[str, Any] | list[Any], int | None]:
    """By value, or as it is kept, with its version. Raises InvalidRequestError, NotFoundError,
    ForbiddenError."""
    if (posted.flow is None) is (posted.flow_id is None):
        raise invalid("/flow", "flow_only_one", call.language)
    if posted.flow is not None and posted.version is not None:
        raise invalid("/version", "flow_version_alone", call.language)
    if posted.flow is not None:
        return posted.flow, None
    if READ not in call.caller.rights:
        raise ForbiddenError("no_right_to_use", name="flows", right=READ)
    kept = await call.deps.flows.read(call.caller.tenant_id, str(posted.flow_id), posted.version)
    if kept is None:
        raise NotFoundError("flow_version_not_found" if posted.version else "flow_not_found")
    return kept.flow, kept.about.version


def _checked(sent: object, lists: FlowLists, call: Call) -> Flow:
    """By what this caller may name, too. Raises InvalidRequestError with all that is wrong with it,
    and for one that has nothing to run."""
    findings, flow = findings_of(sent, lists)
    problems = told(findings, call.language)
    wrong = [each for each in problems if each.severity == "error" or each.code == NOTHING_TO_RUN]
    if wrong or flow is None:
        raise InvalidRequestError(tuple(map(_problem, wrong)))
    return flow


def _problem(found: FlowProblem) -> FieldProblem:
    return FieldProblem(pointer=f"/flow{found.pointer}", message=found.message)


def _check_profile(posted: PostFlowRun, call: Call) -> None:
    """Raises NotAllowedError for one that this caller may not name."""
    allowed = call.deps.policy.agents.credential_profiles_of(call.caller)
    if posted.profile is not None and posted.profile not in allowed:
        raise NotAllowedError("profile_not_allowed", name=posted.profile)


def _inputs(posted: PostFlowRun) -> dict[str, Any]:
    """Raises TooLargeError."""
    short = {"message": posted.message, "context": posted.context}
    inputs = {**posted.inputs, **{n: each for n, each in short.items() if each is not None}}
    message = inputs.get("message")
    check_sizes(message if isinstance(message, str) else "", posted.context)
    if len(json.dumps(inputs, ensure_ascii=False).encode()) > 2 * MAX_CONTEXT_BYTES:
        raise TooLargeError("flow_inputs_too_large", limit=2 * MAX_CONTEXT_BYTES)
    return inputs


def _with_profile(
    sent: dict[str, Any] | list[Any], flow: Flow, posted: PostFlowRun
) -> dict[str, Any] | list[Any]:
    """The profile of the request holds where the flow names none."""
    if posted.profile is None or flow.meta.default_credential_profile is not None:
        return sent
    whole: dict[str, Any] = sent if isinstance(sent, dict) else {"nodes": sent}
    meta: dict[str, Any] = whole.get("meta") or {}
    return {**whole, "meta": {**meta, "default_credential_profile": posted.profile}}


def _message(flow: Flow, inputs: Mapping[str, Any]) -> str:
    """What the user said to begin with; without that the flow's name."""
    message = inputs.get("message")
    return message if isinstance(message, str) and message.strip() else flow.meta.name or ""


async def _place(posted: PostFlowRun, message: str, call: Call) -> Place:
    """A conversation of the caller's, or a thread that is made for the run."""
    if posted.conversation_id is not None:
        return await own_conversation(call, posted.conversation_id)
    thread = new_thread(call, posted.session_id)
    titled = {"title": title_of(message)}
    return lambda run_id: thread(run_id).model_copy(update=titled)


def _wanted(
    posted: PostFlowRun, message: str, pinned: PinnedFlow, body: bytes, call: Call
) -> Wanted:
    policy = call.deps.policy
    limits = _limits(policy.limits, policy.flows)
    hours = policy.flows.answer_hours

    def request(run: RunRef, after: int, _: tuple[str, ...]) -> FlowRequest:
        return FlowRequest(
            run=run, after=after, limits=limits, language=call.language, answer_hours=hours
        )

    async def keep(run_id: str) -> None:
        await call.deps.flow_runs.pin(call.caller.tenant_id, run_id, pinned)

    return Wanted(
        route=FLOW,
        body=body,
        orchestrator=FLOW,
        request=request,
        message=message,
        context=posted.context,
        on_disconnect=posted.on_disconnect,
        keep=keep,
    )


def _of_run(posted: PostFlowRun, flow: Flow, version: int | None) -> FlowOfRun:
    return FlowOfRun(
        session_id=posted.session_id,
        name=flow.meta.name,
        flow_id=posted.flow_id,
        version=version,
    )


def _limits(limits: RunLimits, bounds: FlowBounds) -> RunLimits:
    """The flow's own; each agent that it calls has those of an agent call as well."""
    return limits.model_copy(update={"seconds": bounds.seconds, "tokens": bounds.tokens})
