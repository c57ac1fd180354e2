"""Templates and expressions that cannot be read."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from shared.contracts.flows.names import is_templated
from shared.contracts.flows.nodes import AssignVarNode, ConditionNode, LoopNode
from shared.flows import templates
from shared.flows.expressions import ExpressionError, parse
from shared.flows.findings import Finding, Place, error
from shared.flows.flow import AgentCallForm, FaultyForm, Flow, Node
from shared.flows.graph import Graph
from shared.flows.templates import TemplateError, texts_in

RESOLVED = {
    "rest_call": ("url", "query", "headers", "body", "credentials"),
    "loop": ("over", "collect"),
    "assign_var": ("value",),
    "response": ("text", "citations"),
}
"""The fields of each node in which templates stand; of an `agent_call` all."""


def text_findings(flow: Flow, graph: Graph) -> Iterator[Finding]:
    for node in flow.nodes.values():
        for place, text in templates_in(node):
            try:
                templates.parse(text)
            except TemplateError as wrong:
                yield error(wrong.code, place, shown=wrong.shown)
        for place, text in expressions_in(node):
            yield from _expression(place, text)


def templates_in(node: Node) -> Iterator[tuple[Place, str]]:
    """Every text of a node that is resolved when it is run."""
    match node.form:
        case AgentCallForm(call=call):
            found: dict[str, Any] = dict(call)
        case FaultyForm():
            return
        case BaseModel() as form:
            found = {name: getattr(form, name) for name in RESOLVED.get(node.type, ())}
    for name, value in found.items():
        yield from texts_in(value, (*node.place, name))


def expressions_in(node: Node) -> Iterator[tuple[Place, str]]:
    match node.form:
        case ConditionNode(expression=text):
            yield (*node.place, "expression"), text
        case AssignVarNode(expression=str() as text):
            yield (*node.place, "expression"), text
        case LoopNode(while_=str() as text):
            yield (*node.place, "while"), text
        case _:
            return


def _expression(place: Place, text: str) -> Iterator[Finding]:
    if is_templated(text):
        yield error("template_in_expression", place)
        return
    try:
        parse(text)
    except ExpressionError as wrong:
        yield error("expression_invalid", place, detail=wrong.detail)
