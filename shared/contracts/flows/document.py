"""A flow as it is written: what is about it, its nodes, and the edges between them."""

from typing import Annotated, Any, Literal

from pydantic import AliasGenerator, ConfigDict, Field

from shared.contracts.agents import AgentProfile
from shared.contracts.base import Contract, Inbound
from shared.contracts.flows.names import NodeId, ProfileName, VariableName
from shared.contracts.flows.nodes import Method, both_spellings
from shared.contracts.sent import Sent

type Port = Literal["next", "true", "false", "body"]
type Severity = Literal["error", "warning"]


class FlowMeta(Sent):
    """`variables` are values that the run begins with, where its inputs have no others."""

    model_config = ConfigDict(
        alias_generator=AliasGenerator(
            validation_alias=both_spellings, serialization_alias=lambda field: field
        )
    )

    name: Annotated[str, Field(max_length=200)] | None = None
    version: Annotated[str, Field(max_length=64)] | Annotated[int, Field(le=10**9)] | None = None
    description: Annotated[str, Field(max_length=2_000)] | None = None
    default_credential_profile: ProfileName | None = None
    variables: dict[VariableName, Any] = Field(default={}, repr=False)
    ui: dict[str, Any] | None = None


class Edge(Sent):
    """From one node to another, by their ids. With edges the order of the nodes means nothing, save
    that the first one that no edge leads to is where the flow begins."""

    id: Annotated[str, Field(max_length=128)] | None = None
    source: NodeId = Field(alias="from")
    target: NodeId = Field(alias="to")
    port: Port = "next"
    ui: dict[str, Any] | None = None


class FlowForm(Sent):
    """The flow; a list of nodes alone is one, too. Without `edges` a node is followed by the next
    one of the list; with them, and be they none, by the one that an edge leads to."""

    meta: FlowMeta = Field(default=FlowMeta())
    nodes: tuple[dict[str, Any], ...] = Field(strict=False)
    edges: tuple[Edge, ...] | None = Field(default=None, strict=False)


class FlowProblem(Contract):
    """`pointer` is a JSON pointer (RFC 6901) into the flow. With an error a flow cannot run."""

    severity: Severity
    code: str
    pointer: str
    message: str


class PostFlow(Inbound):
    """A flow that is looked at, and not kept."""

    flow: dict[str, Any] | list[Any]


class FlowChecked(Contract):
    """`valid`: there is no error; warnings there may be."""

    valid: bool
    problems: tuple[FlowProblem, ...]


class FlowExported(Contract):
    """`flow` has nothing of the simulator in it. `warnings` say what was taken out, with pointers
    into the flow that was sent, and `problems` what is wrong with the one that is answered."""

    flow: dict[str, Any]
    warnings: tuple[FlowProblem, ...]
    problems: tuple[FlowProblem, ...]


class FlowSchemas(Contract):
    """JSON Schemas (2020-12): of a flow, and of each node by its type."""

    flow: dict[str, Any]
    nodes: dict[str, dict[str, Any]]
    limits: dict[str, int]


class AllowedHost(Contract):
    """Where `rest_call` may call: `https://api.example.org`, with `*.` before it for all names
    below, and with a port that is not the usual one."""

    origin: str
    methods: tuple[Method, ...]


class AllowedServer(Contract):
    """An MCP server: by its id and by its URL."""

    names: tuple[str, ...]
    methods: tuple[str, ...]


class ListsOfProfile(Contract):
    """What one agent profile is limited to."""

    name: AgentProfile
    indexes: tuple[str, ...]
    participants: tuple[str, ...]


class FlowLists(Contract):
    """What the caller may name; participants also by their aliases, in lower case. Where there are
    `agent_profiles`, no other may be named; `hosts` and `servers` are None where nobody knows."""

    indexes: tuple[str, ...]
    semantic_configurations: tuple[str, ...]
    participants: tuple[str, ...]
    modes: tuple[str, ...]
    providers: tuple[str, ...]
    tools: tuple[str, ...]
    aliases: tuple[str, ...]
    profiles: tuple[str, ...]
    hosts: tuple[AllowedHost, ...] | None = None
    servers: tuple[AllowedServer, ...] | None = None
    agent_profiles: tuple[ListsOfProfile, ...] = ()
