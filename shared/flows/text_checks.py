"""Templates and expressions that cannot be read."""

from collections.abc import Callable, Iterator
from typing import Any

from pydantic import BaseModel

from shared.contracts.flows.names import MAX_EXPRESSIONS, MAX_TEMPLATES, is_templated
from shared.contracts.flows.nodes import AssignVarNode, ConditionNode, LoopNode
from shared.flows import templates
from shared.flows.expressions import ExpressionError, parse
from shared.flows.findings import Finding, Place, Worded, error
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
    nodes = flow.nodes.values()
    texts = (each for node in nodes for each in templates_in(node))
    yield from _within(MAX_TEMPLATES, "templates_too_long", texts, _template)
    written = (each for node in nodes for each in expressions_in(node))
    yield from _within(MAX_EXPRESSIONS, "expressions_too_long", written, _expression)


def _within(
    limit: int,
    code: str,
    texts: Iterator[tuple[Place, str]],
    findings: Callable[[Place, str], Iterator[Finding]],
) -> Iterator[Finding]:
    """Reading takes its time: all that is beyond the limit is told of once, and not read."""
    left = limit
    for place, text in texts:
        left -= len(text)
        if left < 0:
            yield error(code, place, limit=limit)
            return
        yield from findings(place, text)


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


def _template(place: Place, text: str) -> Iterator[Finding]:
    try:
        templates.parse(text)
    except TemplateError as wrong:
        yield error(wrong.code, place, shown=wrong.shown)


def _expression(place: Place, text: str) -> Iterator[Finding]:
    if is_templated(text):
        yield error("template_in_expression", place)
        return
    try:
        parse(text)
    except ExpressionError as wrong:
        yield error("expression_invalid", place, detail=Worded(wrong.reason, wrong.values))
