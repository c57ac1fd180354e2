"""One node: what it changes, what has to be done for it, and where the branch goes on."""

import json
from collections.abc import Mapping
from typing import Any, assert_never

from shared.contracts.field_faults import pointer_to
from shared.contracts.flows.nodes import (
    AssignVarNode,
    ConditionNode,
    CredentialProfileNode,
    LoopNode,
    ResponseNode,
    RestCallNode,
    SecureValueNode,
    UseProfileNode,
)
from shared.contracts.flows.running import (
    Ask,
    Assignment,
    Branch,
    CallAgent,
    CallRest,
    Say,
    SealValue,
)
from shared.flows.calling import agent_request, rest_url
from shared.flows.evaluating import evaluate
from shared.flows.flow import AgentCallForm, FaultyForm, Node
from shared.flows.going import Goes, Going, NodeError, Waits, assigned, key_of, with_variable
from shared.flows.graph import Program
from shared.flows.json_values import text_of
from shared.flows.leaking import concealed, leaks_in
from shared.flows.looping import enter
from shared.flows.profiles import profile_of
from shared.flows.templates import resolve

SAVED = ("text", "citations", "usage", "threadId", "runId", "steps")
"""What of an agent's answer becomes a variable, besides `handoff_trace` and `json`."""


def take(program: Program, branch: Branch, node: Node) -> Going:
    """Raises NodeError, and what templates, expressions and contracts raise."""
    after = program.after(node.id)
    match node.form:
        case UseProfileNode(profile=profile):
            return Goes(branch.model_copy(update={"profile": profile}), after, (node.id,))
        case CredentialProfileNode():
            return Goes(branch, after, (node.id,))
        case AssignVarNode() as form:
            return Goes(_assign(branch, form), after, (node.id,))
        case ConditionNode(expression=expression):
            port = "true" if _decided(branch, expression) else "false"
            return Goes(branch, program.after(node.id, port), (node.id,))
        case LoopNode() as form:
            return enter(program, branch, node.id, form)
        case ResponseNode() as form:
            return _respond(branch, node, form, after)
        case AgentCallForm() | RestCallNode() | SecureValueNode() as form:
            waiting = branch.model_copy(update={"pending": node.id})
            return Waits(waiting, _action(program, branch, node, form))
        case FaultyForm():
            raise NodeError("node_invalid")
        case _:
            assert_never(node.form)


def answered(branch: Branch, node: Node, value: Any) -> Branch:
    """With what came of a node's action."""
    match node.form:
        case ResponseNode(save_as=name):
            told = with_variable(branch, "message", value["text"])
            return with_variable(told, name, value)
        case AgentCallForm(save_as=name, call=call) if "error" not in value:
            return with_variable(branch, name, saved_answer(value, call))
        case form:
            return with_variable(branch, getattr(form, "save_as", None), value)


def saved_answer(answer: Mapping[str, Any], call: Mapping[str, Any]) -> dict[str, Any]:
    """An agent's answer as a variable. One that was asked for as JSON is there as `json`, too."""
    saved = {name: answer[name] for name in SAVED if answer.get(name) is not None}
    saved.setdefault("text", "")
    saved.setdefault("citations", [])
    if (trace := answer.get("handoffTrace")) is not None:
        saved["handoff_trace"] = trace
    model = call.get("model")
    if isinstance(model, Mapping) and "json" in (
        model.get("response_format"), model.get("responseFormat")
    ):  # fmt: skip
        try:
            saved["json"] = json.loads(saved["text"], parse_constant=_no_number)
        except ValueError:
            # No JSON after all: the text says what the model wrote.
            return saved
    return saved


def _no_number(name: str) -> None:
    raise ValueError(name)


def _assign(branch: Branch, form: AssignVarNode) -> Branch:
    if form.expression is not None:
        value = evaluate(form.expression, concealed(branch.variables))
    else:
        value = resolve(form.value, branch.variables)
    if form.mode == "set":
        return with_variable(branch, form.name, value)
    return assigned(branch, Assignment(name=form.name, mode=form.mode, value=value))


def _decided(branch: Branch, expression: str) -> bool:
    found = evaluate(expression, concealed(branch.variables))
    if not isinstance(found, bool):
        raise NodeError("condition_not_boolean")
    return found


def _respond(branch: Branch, node: Node, form: ResponseNode, after: str | None) -> Going:
    text = text_of(concealed(resolve(form.text, branch.variables)))
    citations = concealed(resolve(form.citations, branch.variables))
    if citations is not None and not isinstance(citations, list):
        raise NodeError("node_invalid", "/citations")
    told = {"branch": branch.key, "node": node.id, "key": key_of(node.id, branch),
            "text": text, "citations": citations or []}  # fmt: skip
    if form.wait:
        waiting = branch.model_copy(update={"pending": node.id})
        return Waits(waiting, Ask.model_validate(told))
    return Goes(branch, after, (node.id,), Say.model_validate(told))


def _action(
    program: Program,
    branch: Branch,
    node: Node,
    form: AgentCallForm | RestCallNode | SecureValueNode,
) -> CallAgent | CallRest | SealValue:
    where = {"branch": branch.key, "node": node.id, "key": key_of(node.id, branch)}
    if isinstance(form, SecureValueNode):
        return SealValue(
            **where, source=form.source, alias=form.alias, name=form.name, secret=form.secret,
            mode=form.mode,
        )  # fmt: skip
    holds = profile_of(program.flow, branch.profile)
    named = None if holds.fell_back else holds.profile
    if isinstance(form, AgentCallForm):
        threads = branch.loop is None
        request = agent_request(form.call, branch.variables, named, threads=threads)
        return CallAgent(
            **where, profile=holds.profile, fell_back=holds.fell_back,
            leaks=_pointers(request), request=request,
        )  # fmt: skip
    sent = _rest(form, branch)
    return CallRest(
        **where, profile=holds.profile, fell_back=holds.fell_back,
        leaks=_pointers(sent), method=form.method, stream=form.stream, timeout_ms=form.timeout_ms,
        **sent,
    )  # fmt: skip


def _rest(form: RestCallNode, branch: Branch) -> dict[str, Any]:
    def texts(values: Mapping[str, str] | None) -> dict[str, str]:
        found = concealed(resolve(values or {}, branch.variables))
        return {name: text_of(each) for name, each in found.items()}

    return {
        "url": rest_url(form, branch.variables),
        "headers": texts(form.headers),
        "body": concealed(resolve(form.body, branch.variables)),
        "credentials": texts(form.credentials),
    }


def _pointers(sent: Any) -> tuple[str, ...]:
    return tuple(map(pointer_to, leaks_in(sent)))
