"""Variables that nobody sets before they are read, and handles where they must not be."""

from collections.abc import Iterator

from shared.contracts.flows.nodes import LoopNode, SecureValueNode
from shared.flows.findings import Finding, Place, warning
from shared.flows.flow import Flow, Node
from shared.flows.graph import Graph, behind
from shared.flows.templates import Placeholder, TemplateError, parse
from shared.flows.text_checks import templates_in

GIVEN = ("message", "context", "threadId", "sessionId")
"""What a run begins with, or may."""


def variable_findings(flow: Flow, graph: Graph) -> Iterator[Finding]:
    known = _known(flow, graph)
    handles = {form.save_as for _, form in flow.of_type(SecureValueNode)}
    for node in flow.nodes.values():
        for place, text in templates_in(node):
            for root in _roots(text):
                if root not in known[node.id]:
                    yield warning("unknown_variable", place, name=root)
                elif root in handles and _goes_out(node, place):
                    yield warning("handle_outside_credentials", place, name=root)


def _goes_out(node: Node, place: Place) -> bool:
    inside = place[len(node.place)] if len(place) > len(node.place) else ""
    return node.type in ("agent_call", "rest_call", "response") and inside != "credentials"


def _roots(text: str) -> set[str]:
    try:
        return {each.root for each in parse(text) if isinstance(each, Placeholder)}
    except TemplateError:
        return set()


def _known(flow: Flow, graph: Graph) -> dict[str, set[str]]:
    """By node the variables that may be there when it is run."""
    known = {name: {*GIVEN, *flow.meta.variables} for name in flow.nodes}
    for node in flow.nodes.values():
        if node.save_as is not None:
            for name in behind(graph, node.id):
                known[name].add(node.save_as)
        if isinstance(node.form, LoopNode):
            for name in (*graph.bodies[node.id], node.id):
                known[name] |= {node.form.item_as, node.form.index_as}
    return known
