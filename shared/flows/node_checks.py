"""What is wrong with nodes by themselves, beyond their fields."""

from collections.abc import Iterator
from typing import assert_never

from shared.contracts.credentials import KEYED_TOOLS, OTHER_NAMES
from shared.contracts.flows.names import RESERVED, is_blank, is_templated
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
from shared.flows.findings import Finding, Place, error, warning
from shared.flows.flow import AgentCallForm, FaultyForm, Flow, Node
from shared.flows.graph import Graph

USUAL_SETTINGS = "Azure"
"""The plan's example of a pattern for names of settings."""


def node_findings(flow: Flow, graph: Graph) -> Iterator[Finding]:
    for node in flow.nodes.values():
        yield from _reserved(node)
        if node.sim_only:
            yield warning("sim_only_node", node.place)
        yield from _of_form(flow, graph, node)


def _of_form(flow: Flow, graph: Graph, node: Node) -> Iterator[Finding]:
    match node.form:
        case LoopNode() as form:
            yield from _loop(form, graph, node)
        case AssignVarNode() as form:
            if (form.value is None) == (form.expression is None):
                yield error("assign_one", node.place)
        case SecureValueNode() as form:
            yield from _secure_value(form, node.place)
        case ResponseNode() as form:
            yield from _response(form, flow, graph, node)
        case CredentialProfileNode() as form:
            yield from _keys(form, node.place)
        case RestCallNode(method="GET" | "HEAD", body=body) if body is not None:
            yield warning("body_ignored", (*node.place, "body"))
        case RestCallNode() | ConditionNode() | UseProfileNode() | AgentCallForm() | FaultyForm():
            return
        case _:
            assert_never(node.form)


def _keys(form: CredentialProfileNode, place: Place) -> Iterator[Finding]:
    for tool in form.credentials:
        if tool not in KEYED_TOOLS and tool not in OTHER_NAMES:
            yield warning("unknown_tool", (*place, "credentials", tool))


def _response(form: ResponseNode, flow: Flow, graph: Graph, node: Node) -> Iterator[Finding]:
    if is_blank(form.text):
        yield warning("nothing_said", (*node.place, "text"))
    if not form.wait:
        if form.save_as is not None:
            yield warning("nothing_to_save", (*node.place, "save_as"))
        return
    around = (flow.nodes[loop].form for loop in graph.loops[node.id])
    if any(isinstance(each, LoopNode) and each.parallel for each in around):
        yield error("wait_in_parallel", (*node.place, "wait"))


def _reserved(node: Node) -> Iterator[Finding]:
    names = {"name" if node.type == "assign_var" else "save_as": node.save_as}
    if isinstance(node.form, LoopNode):
        names |= {"item_as": node.form.item_as, "index_as": node.form.index_as}
        if node.form.item_as == node.form.index_as:
            yield error("same_names", (*node.place, "index_as"))
    for field, name in names.items():
        if name in RESERVED:
            yield error("reserved_name", (*node.place, field), name=name)


def _loop(form: LoopNode, graph: Graph, node: Node) -> Iterator[Finding]:
    place: Place = node.place
    if form.over is None and form.while_ is None:
        yield error("loop_of_nothing", place)
    if form.parallel and form.while_ is not None:
        yield error("while_in_parallel", (*place, "while"))
    elif form.parallel and form.over is None:
        yield error("loop_of_nothing", place)
    if (form.save_as is None) != (form.collect is None):
        yield error("loop_collects", place)
    if isinstance(form.over, str) and not is_templated(form.over):
        yield error("loop_not_a_list", (*place, "over"))
    if isinstance(form.over, list) and len(form.over) > form.max_iterations:
        yield error("loop_too_long", (*place, "over"), limit=form.max_iterations)
    if graph.ports[node.id]["body"] is None:
        yield warning("loop_without_body", place)


def _secure_value(form: SecureValueNode, place: Place) -> Iterator[Finding]:
    other = "secret" if form.source == "app_settings" else "name"
    if getattr(form, other) is not None:
        yield error("secure_value_source", (*place, other), source=form.source)
    elif form.name is not None and not form.name.startswith(USUAL_SETTINGS):
        yield warning("setting_name_unusual", (*place, "name"))
    if form.mode == "plaintext":
        yield warning("plaintext_dev_only", (*place, "mode"))
    if form.value is not None:
        yield warning("sim_only_value", (*place, "value"))
