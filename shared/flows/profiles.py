"""Which credential profile a node's call is made with."""

from collections.abc import Iterator, Mapping

from shared.contracts.flows.nodes import UseProfileNode
from shared.credentials.profiles import InForce, in_force
from shared.flows.flow import Flow, Node
from shared.flows.graph import Graph

CALLING = ("agent_call", "rest_call")
"""Nodes whose calls need credentials."""


def profile_of(flow: Flow, nearest: str | None) -> InForce:
    """`nearest` is what the last `use_profile` named that was run before."""
    return in_force(nearest, flow.default_profile)


def without_profile(flow: Flow, graph: Graph) -> Iterator[Node]:
    """Calls that may be reached without a `use_profile` before them."""
    unset = _reached_unset(flow, graph)
    for node in flow.nodes.values():
        if node.type in CALLING and not node.sim_only and node.id in unset:
            yield node


def _reached_unset(flow: Flow, graph: Graph) -> set[str]:
    """What can be reached on a way without `use_profile`; a loop's end is behind its last round and
    behind none at all."""
    ports: Mapping[str, Mapping[str, str | None]] = graph.ports
    found: set[str] = set()
    open_ends = [graph.start] if graph.start is not None else []
    while open_ends:
        name = open_ends.pop()
        if name in found:
            continue
        found.add(name)
        if not isinstance(flow.nodes[name].form, UseProfileNode):
            open_ends += [target for target in ports[name].values() if target is not None]
    return found
