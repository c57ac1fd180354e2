"""A flow that was read: its nodes by id, and where each goes on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.contracts.flows.document import Edge, FlowMeta
from shared.contracts.flows.nodes import (
    AssignVarNode,
    ConditionNode,
    CredentialProfileNode,
    LoopNode,
    OnError,
    ResponseNode,
    RestCallNode,
    SecureValueNode,
    UseProfileNode,
)
from shared.flows.findings import Place


@dataclass(frozen=True, slots=True)
class AgentCallForm:
    """An `agent_call`; `call` is what it says to the agent, templates and all."""

    call: Mapping[str, Any]
    save_as: str | None = None
    on_error: OnError = "fail"


@dataclass(frozen=True, slots=True)
class FaultyForm:
    """A node with a field that is at fault: it can be looked at, and not run."""

    save_as: str | None = None


type Form = (
    AgentCallForm
    | FaultyForm
    | UseProfileNode
    | CredentialProfileNode
    | SecureValueNode
    | RestCallNode
    | ConditionNode
    | LoopNode
    | AssignVarNode
    | ResponseNode
)


@dataclass(frozen=True, slots=True)
class Node:
    """`blocks` are ids of the nodes within it, by port; `sim_only` ones nobody but the simulator
    runs. `parent` and `port`: the block that it stands in."""

    id: str
    type: str
    place: Place
    form: Form
    blocks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    parent: str | None = None
    sim_only: bool = False

    @property
    def save_as(self) -> str | None:
        """The variable that it sets; of a loop only its results."""
        match self.form:
            case AssignVarNode(name=name):
                return name
            case UseProfileNode() | CredentialProfileNode() | ConditionNode():
                return None
            case form:
                return form.save_as


@dataclass(frozen=True, slots=True)
class Flow:
    """`nodes` by id, in the document's order, those in blocks behind their node; `order` the ids
    outside of blocks."""

    meta: FlowMeta
    nodes: Mapping[str, Node]
    order: tuple[str, ...]
    edges: tuple[Edge, ...] | None = None

    def of_type[F](self, form: type[F]) -> Iterator[tuple[Node, F]]:
        for node in self.nodes.values():
            if isinstance(node.form, form):
                yield node, node.form

    @property
    def simulated_profile(self) -> str | None:
        """The first profile that keys are typed in for: what holds in the simulator where neither
        `use_profile` nor `meta` names one, and what an export puts into `meta` then."""
        return next((form.profile for _, form in self.of_type(CredentialProfileNode)), None)

    @property
    def default_profile(self) -> str | None:
        return self.meta.default_credential_profile or self.simulated_profile
