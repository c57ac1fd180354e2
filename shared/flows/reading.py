"""From JSON to a flow, or to what is wrong with it."""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pydantic import ValidationError

from shared.contracts.field_faults import faults_of, joined
from shared.contracts.flows.document import FlowForm
from shared.contracts.flows.names import MAX_DEPTH, MAX_NODES, is_templated
from shared.contracts.flows.nodes import (
    BLOCKS,
    NODES,
    OF_THE_NODE,
    AgentCallNode,
)
from shared.contracts.sent import Sent, names_of
from shared.flows.findings import Finding, Place, error, warning
from shared.flows.flow import AgentCallForm, FaultyForm, Flow, Form, Node

CODES = {"missing": "field_missing", "extra_forbidden": "field_unknown"}
"""What else pydantic finds is `field_invalid`."""


@dataclass(frozen=True, slots=True)
class Read:
    """`flow` is None for what is no flow at all and for one of too many nodes; where there are
    errors, it holds faulty nodes."""

    flow: Flow | None
    findings: tuple[Finding, ...]


def read(sent: object) -> Read:
    """`sent` is JSON: an object with `nodes`, or a list of them."""
    found = _nodes_of(sent)
    if found is None:
        return Read(None, (error("not_a_flow", ()),))
    nodes, place = found
    reader = _Reader()
    if not nodes:
        reader.findings.append(warning("empty_flow", ()))
    order = reader.block(nodes, place, None, "@", 0)
    form = reader.envelope(sent)
    if form is None or reader.count > MAX_NODES:
        # What edges and variables say of nodes that were not read is not known.
        return Read(None, tuple(reader.findings))
    return Read(Flow(form.meta, reader.nodes, order, form.edges), tuple(reader.findings))


def _nodes_of(sent: object) -> tuple[list[Any], Place] | None:
    match sent:
        case list():
            return sent, ()
        case {"nodes": list() as nodes}:
            return nodes, ("nodes",)
        case _:
            return None


@dataclass(slots=True)
class _Reader:
    nodes: dict[str, Node] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    written: set[str] = field(default_factory=set)
    count: int = 0

    def envelope(self, sent: object) -> FlowForm | None:
        around = {**sent, "nodes": []} if isinstance(sent, Mapping) else {"nodes": []}
        return self.model(FlowForm, around, ())

    def model[M: Sent](
        self, model: type[M], sent: object, place: Place, said: Container[object] = ()
    ) -> M | None:
        """None where something is at fault, or depends on variables: `said` are the names of fields
        in which templates may stand."""
        try:
            return model.model_validate(sent)
        except ValidationError as refused:
            for fault, within in joined(faults_of(refused, sent)):
                if within[:1] == () or within[0] not in said or not is_templated(_at(sent, within)):
                    code = CODES.get(fault["type"], "field_invalid")
                    self.findings.append(Finding("error", code, (*place, *within), fault=fault))
            return None

    def block(
        self, nodes: list[Any], place: Place, parent: str | None, prefix: str, depth: int
    ) -> tuple[str, ...]:
        """The ids of its nodes, in order."""
        if depth > MAX_DEPTH:
            self.findings.append(error("too_deep", place, limit=MAX_DEPTH))
            return ()
        order = []
        for index, sent in enumerate(nodes):
            if self.count > MAX_NODES:
                break
            self.count += 1
            if self.count > MAX_NODES:
                self.findings.append(error("too_many_nodes", place, limit=MAX_NODES))
                break
            if name := self.node(sent, (*place, index), parent, f"{prefix}{index}", depth):
                order.append(name)
        return tuple(order)

    def node(
        self, sent: object, place: Place, parent: str | None, by_place: str, depth: int
    ) -> str | None:
        kind = sent.get("type") if isinstance(sent, Mapping) else None
        if not isinstance(sent, dict) or not isinstance(kind, str) or kind not in NODES:
            where = (*place, "type") if isinstance(sent, Mapping) and "type" in sent else place
            self.findings.append(error("unknown_node_type", where, types=", ".join(NODES)))
            return None
        form = self.form(kind, sent, place) or FaultyForm(_saved_as(kind, sent))
        name = self.name(sent, place, by_place)
        # Its place among the nodes is before that of its blocks.
        self.nodes[name] = Node(name, kind, place, form)
        blocks = dict(self.blocks(kind, sent, place, name, depth))
        sim_only = kind == "credential_profile" or sent.get("__sim_only") is True
        self.nodes[name] = Node(name, kind, place, form, blocks, parent, sim_only)
        return name

    def name(self, sent: Mapping[str, Any], place: Place, by_place: str) -> str:
        written = sent.get("id")
        if not isinstance(written, str) or not written:
            return by_place
        if written in self.written:
            self.findings.append(error("duplicate_id", (*place, "id"), id=written[:64]))
            return by_place
        self.written.add(written)
        return written

    def blocks(
        self, kind: str, sent: Mapping[str, Any], place: Place, name: str, depth: int
    ) -> Iterator[tuple[str, tuple[str, ...]]]:
        for called, port in BLOCKS.get(kind, {}).items():
            if isinstance(nodes := sent.get(called), list):
                prefix = f"{name}.{'e' if called == 'else' else ''}"
                yield port, self.block(nodes, (*place, called), name, prefix, depth + 1)

    def form(self, kind: str, sent: dict[str, Any], place: Place) -> Form | None:
        if kind == "agent_call":
            return self.agent_call(sent, place)
        # Nodes within it are looked at by themselves.
        around = {name: each for name, each in sent.items() if name not in BLOCKS.get(kind, {})}
        blocks = {name: sent[name] for name in BLOCKS.get(kind, {}) if name in sent}
        for called, block in blocks.items():
            if block is not None and not isinstance(block, list):
                self.findings.append(error("block_no_list", (*place, called)))
        return self.model(NODES[kind], around, place)  # type: ignore[return-value]

    def agent_call(self, sent: dict[str, Any], place: Place) -> AgentCallForm | None:
        before = len(self.findings)
        sent = self.own_fields(sent, place)
        self.model(AgentCallNode, sent, place, _called().keys() - _spelt_of_the_node())
        if any(each.severity == "error" for each in self.findings[before:]):
            return None
        called = _called()
        said = {called[name]: each for name, each in sent.items() if each is not None}
        of_node = {name: each for name, each in said.items() if name in _of_the_node()}
        node = AgentCallNode.model_validate(of_node)
        call = {n: each for n, each in said.items() if n not in of_node}
        return AgentCallForm(call, node.save_as, node.on_error)

    def own_fields(self, sent: dict[str, Any], place: Place) -> dict[str, Any]:
        """Without what is not for a node to say, which is found here."""
        fields = dict(sent)
        for name in sent:
            match name:
                case "profile" | "credential_profile" | "credentialProfile":
                    self.findings.append(error("profile_on_node", (*place, name)))
                case "sessionId" | "session_id" | "onDisconnect" | "on_disconnect":
                    self.findings.append(error("field_of_session", (*place, name), field=name))
                case "agentId" | "agent_id":
                    self.findings.append(warning("agent_id_ignored", (*place, name)))
                case _:
                    continue
            del fields[name]
        return fields


@cache
def _called() -> dict[str, str]:
    """By each spelling of a field of a call the one that is documented."""
    every = names_of(AgentCallNode).values()
    return {written: names[0] for names in every for written in names}


@cache
def _of_the_node() -> frozenset[str]:
    return frozenset(names_of(AgentCallNode)[field][0] for field in OF_THE_NODE)


@cache
def _spelt_of_the_node() -> frozenset[str]:
    return frozenset(written for field in OF_THE_NODE for written in names_of(AgentCallNode)[field])


def _saved_as(kind: str, sent: Mapping[str, Any]) -> str | None:
    names = ("name",) if kind == "assign_var" else ("save_as", "saveAs")
    return next((sent[each] for each in names if isinstance(sent.get(each), str)), None)


def _at(sent: object, place: Place) -> object:
    for part in place:
        match sent, part:
            case dict() as fields, str() if part in fields:
                sent = fields[part]
            case list() as items, int() if part < len(items):
                sent = items[part]
            case _:
                return None
    return sent
