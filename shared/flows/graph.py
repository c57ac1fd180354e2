"""Where a flow goes on: one graph, whether it is written as a list, in blocks or with edges.

Every node has ports: `next`, and `true` and `false` of a condition, `body` of a loop. A port leads
to a node or, with None, to where the block ends: the end of a round of its loop, or of the flow.
The port of a condition without a block and without an edge is its `next`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from shared.contracts.flows.document import Edge
from shared.contracts.flows.nodes import BLOCKS
from shared.flows.findings import Finding, error, warning
from shared.flows.flow import Flow, Node

type Ports = Mapping[str, str | None]

OF_TYPE: Mapping[str, tuple[str, ...]] = {
    "condition": ("next", "true", "false"),
    "loop": ("next", "body"),
}


@dataclass(frozen=True, slots=True)
class Graph:
    """`start` is None for a flow without nodes. `ports` by node; `bodies` of each loop, the nodes
    of inner loops among them. A loop's own id as the target of a port ends its round."""

    start: str | None
    ports: Mapping[str, Ports]
    bodies: Mapping[str, frozenset[str]]
    loops: Mapping[str, tuple[str, ...]]
    """Of each node the loops that it is in, the outermost first."""


@dataclass(frozen=True, slots=True)
class Program:
    """A flow without errors, and its graph: what can be run."""

    flow: Flow
    graph: Graph

    def after(self, name: str, port: str = "next") -> str | None:
        return self.graph.ports[name][port]


@dataclass(slots=True)
class _Building:
    flow: Flow
    findings: list[Finding] = field(default_factory=list)
    ports: dict[str, dict[str, str | None]] = field(default_factory=dict)


def build(flow: Flow) -> tuple[Graph, tuple[Finding, ...]]:
    """With what is wrong with its edges; with errors among that, the graph is not to be run."""
    building = _Building(flow)
    for node in flow.nodes.values():
        building.ports[node.id] = {}
    if flow.edges is not None:
        start = _by_edges(building, flow.edges)
    else:
        _in_order(building, flow.order, None)
        start = next(iter(flow.order), None)
    for name in flow.order:
        _blocks(building, flow.nodes[name])
    for node in flow.nodes.values():
        ports = building.ports[node.id]
        after = ports.setdefault("next", None)
        for port in OF_TYPE.get(node.type, ())[1:]:
            ports.setdefault(port, after if node.type == "condition" else None)
    bodies = {n.id: _body(n.id, building.ports) for n in flow.nodes.values() if n.type == "loop"}
    building.findings += _region_faults(flow, building.ports, bodies, start)
    graph = Graph(start, building.ports, bodies, _loops(flow, bodies))
    building.findings += _unreachable(flow, graph)
    return graph, tuple(building.findings)


def _in_order(building: _Building, order: Sequence[str], after: str | None) -> None:
    for name, following in zip(order, [*order[1:], after], strict=bool(order)):
        building.ports[name]["next"] = following


def _blocks(building: _Building, node: Node) -> None:
    """Behind a condition's block comes what is behind the condition, behind a loop's its round."""
    after = building.ports[node.id].get("next") if node.type == "condition" else None
    for port, order in node.blocks.items():
        if port in building.ports[node.id]:
            written = next(f for f, p in BLOCKS[node.type].items() if p == port)
            building.findings.append(error("edge_and_block", (*node.place, written), port=port))
        building.ports[node.id][port] = order[0] if order else after
        _in_order(building, order, after)
        for name in order:
            _blocks(building, building.flow.nodes[name])


def _by_edges(building: _Building, edges: Sequence[Edge]) -> str | None:
    flow = building.flow
    outside = set(flow.order)
    for index, edge in enumerate(edges):
        place = ("edges", index)
        wrong = [(side, name) for side, name in (("from", edge.source), ("to", edge.target))
                 if name not in outside]  # fmt: skip
        for side, name in wrong:
            code = "edge_into_block" if name in flow.nodes else "edge_unknown_node"
            building.findings.append(error(code, (*place, side), id=name))
        if wrong:
            continue
        source = flow.nodes[edge.source]
        if edge.port not in OF_TYPE.get(source.type, ("next",)):
            building.findings.append(error("edge_unknown_port", (*place, "port"), port=edge.port))
        elif edge.port in building.ports[edge.source]:
            building.findings.append(error("edge_twice", place, port=edge.port, id=edge.source))
        else:
            building.ports[edge.source][edge.port] = edge.target
    led_to = {edge.target for edge in edges}
    return next((name for name in flow.order if name not in led_to), next(iter(flow.order), None))


def _body(loop: str, ports: Mapping[str, Ports]) -> frozenset[str]:
    return frozenset(_reached([ports[loop]["body"]], ports, stop=loop))


def _reached(first: Sequence[str | None], ports: Mapping[str, Ports], stop: str) -> set[str]:
    """All nodes that lie on ways from there, not behind `stop`."""
    found: set[str] = set()
    open_ends = [name for name in first if name is not None and name != stop]
    while open_ends:
        name = open_ends.pop()
        if name not in found:
            found.add(name)
            open_ends += [each for each in ports[name].values() if each and each != stop]
    return found


def _region_faults(
    flow: Flow,
    ports: Mapping[str, Ports],
    bodies: Mapping[str, frozenset[str]],
    start: str | None,
) -> Iterator[Finding]:
    """A body is entered by its loop alone and left by its end alone; only loops repeat anything."""
    for loop, body in bodies.items():
        outside = _reached([start], _without_body(ports, loop), stop="")
        for name in sorted(body & outside):
            yield error("edge_out_of_body", flow.nodes[name].place, id=name, loop=loop)
    ends = {loop: _closing(loop, body, ports) for loop, body in bodies.items()}
    for name in _on_a_cycle(ports, ends):
        yield error("cycle", flow.nodes[name].place, id=name)


def _without_body(ports: Mapping[str, Ports], loop: str) -> Mapping[str, Ports]:
    own = {port: target for port, target in ports[loop].items() if port != "body"}
    return {**ports, loop: own}


def _closing(loop: str, body: frozenset[str], ports: Mapping[str, Ports]) -> frozenset[str]:
    return frozenset(name for name in body if loop in ports[name].values())


def _on_a_cycle(ports: Mapping[str, Ports], ends: Mapping[str, frozenset[str]]) -> Iterator[str]:
    """The first node of each cycle that is no round of a loop."""
    done: set[str] = set()
    for root in ports:
        # Depth first, with the way back kept by hand: a flow may be longer than Python's stack.
        way: list[tuple[str, Iterator[str]]] = []
        on_way: set[str] = set()
        if root not in done:
            way.append((root, _followers(root, ports, ends)))
            on_way.add(root)
        while way:
            name, following = way[-1]
            step = next(following, None)
            if step is None:
                way.pop()
                on_way.discard(name)
                done.add(name)
            elif step in on_way:
                yield step
            elif step not in done:
                way.append((step, _followers(step, ports, ends)))
                on_way.add(step)


def _followers(
    name: str, ports: Mapping[str, Ports], ends: Mapping[str, frozenset[str]]
) -> Iterator[str]:
    for target in ports[name].values():
        if target is not None and name not in ends.get(target, ()):
            yield target


def _loops(flow: Flow, bodies: Mapping[str, frozenset[str]]) -> Mapping[str, tuple[str, ...]]:
    around = {name: [loop for loop, body in bodies.items() if name in body] for name in flow.nodes}
    return {
        name: tuple(sorted(loops, key=lambda loop: -len(bodies[loop])))
        for name, loops in around.items()
    }


def _unreachable(flow: Flow, graph: Graph) -> Iterator[Finding]:
    reached = _reached([graph.start], graph.ports, stop="")
    for node in flow.nodes.values():
        # Of a block that is not reached its node alone is told.
        if node.id not in reached and (node.parent is None or node.parent in reached):
            yield warning("unreachable", node.place, id=node.id)


def behind(graph: Graph, name: str) -> set[str]:
    """The nodes that may be run after this one; itself among them if a loop repeats it."""
    return _reached(list(_with_rounds(graph, name).values()), _all_with_rounds(graph), stop="")


def _all_with_rounds(graph: Graph) -> Mapping[str, Ports]:
    return {name: _with_rounds(graph, name) for name in graph.ports}


def _with_rounds(graph: Graph, name: str) -> Ports:
    """With the way from the end of a round back to its loop."""
    ports, loops = graph.ports[name], graph.loops[name]
    return {**ports, "round": loops[-1]} if loops and None in ports.values() else ports
