"""The nine nodes of a flow, as they are written."""

from typing import Annotated, Any, Literal

from pydantic import AliasChoices, AliasGenerator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from shared.contracts.chat import MAX_TIMEOUT_MS, MAX_TOOLS, Handle, PostChat, ToolName
from shared.contracts.credentials import AliasName, SecretName, SecretSource
from shared.contracts.flows.names import (
    DEFAULT_ITERATIONS,
    DEFAULT_PARALLEL,
    MAX_ITERATIONS,
    MAX_PARALLEL,
    Expression,
    NodeId,
    ProfileName,
    Template,
    VariableName,
)
from shared.contracts.sent import Sent

type Block = tuple[dict[str, Any], ...]
"""Nodes within a node, in order."""
type OnError = Literal["fail", "continue"]
"""`continue`: the variable becomes `{error: {code, message, retryable}}`, and the flow goes on."""
type TypedIn = Annotated[str, Field(max_length=4_096)]
"""What somebody types in for the simulator."""
type Method = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
type AssignMode = Literal["set", "append", "merge", "add"]


def both_spellings(field: str) -> AliasChoices:
    return AliasChoices(field, to_camel(field))


class _Node(Sent):
    """What all nodes may have. `ui` is the editor's; nobody else reads it."""

    model_config = ConfigDict(
        alias_generator=AliasGenerator(
            validation_alias=both_spellings, serialization_alias=lambda field: field
        )
    )

    id: NodeId | None = None
    label: Annotated[str, Field(max_length=200)] | None = None
    ui: dict[str, Any] | None = None
    sim_only: bool | None = Field(default=None, alias="__sim_only")
    """The node is for the simulator: nobody else runs it, and no export has it."""


class AgentCallNode(PostChat):
    """Calls an agent: all that `POST /api/chat` takes but the session and the credential profile,
    which are the flow's. Without `message` it is the variable `message`, what the user said last;
    without `context` and `threadId` the variables of that name, where there are such."""

    type: Literal["agent_call"]
    message: Template = ""
    id: NodeId | None = None
    label: Annotated[str, Field(max_length=200)] | None = None
    ui: dict[str, Any] | None = None
    sim_only: bool | None = Field(default=None, alias="__sim_only")
    save_as: VariableName | None = Field(default=None, validation_alias=both_spellings("save_as"))
    on_error: OnError = Field(default="fail", validation_alias=both_spellings("on_error"))


OF_THE_NODE = ("type", "id", "label", "ui", "sim_only", "save_as", "on_error")
"""What an `agent_call` says to the flow, and not to the agent."""


class UseProfileNode(_Node):
    """From here on calls are made with this credential profile, until another one is named."""

    type: Literal["use_profile"]
    profile: ProfileName


class CredentialProfileNode(_Node):
    """Keys that the simulator calls the backend with. They stay in its memory: the node is in no
    export, and a flow that runs durably passes it by."""

    type: Literal["credential_profile"]
    profile: ProfileName
    credentials: dict[str, TypedIn] = Field(default={}, max_length=MAX_TOOLS, repr=False)


class SecureValueNode(_Node):
    """Gets a handle for a secret of the settings or of Key Vault. `plaintext` and `value` are for
    the simulator, which makes the value up."""

    type: Literal["secure_value"]
    source: SecretSource
    alias: AliasName
    name: SecretName | None = None
    secret: SecretName | None = None
    mode: Literal["opaque", "plaintext"] = "opaque"
    value: TypedIn | None = Field(default=None, repr=False)
    meta: dict[str, Any] | None = Field(default=None, alias="__meta")
    save_as: VariableName


class RestCallNode(_Node):
    """Calls an address that the settings allow. What stands for a value in `url` is encoded, unless
    the whole address is one value; `query` is put behind it. With `stream` the answer's events are
    read as they come, and `text` is that of them all."""

    type: Literal["rest_call"]
    method: Method = "GET"
    url: Annotated[Template, Field(min_length=1)]
    query: dict[str, Any] | None = None
    headers: Annotated[dict[str, Template], Field(max_length=7)] | None = None
    body: Any = None
    stream: bool = False
    credentials: dict[ToolName, Template | Handle] | None = None
    timeout_ms: int | None = Field(default=None, ge=1, le=MAX_TIMEOUT_MS)
    save_as: VariableName | None = None
    on_error: OnError = "fail"


class ConditionNode(_Node):
    """Goes on by an expression that is true or false: into a block, or along the edge of that port;
    behind a block, and where there is neither, by its own `next`."""

    type: Literal["condition"]
    expression: Expression
    then: Block | None = Field(default=None, strict=False)
    otherwise: Block | None = Field(default=None, alias="else", strict=False)


class LoopNode(_Node):
    """Repeats its body for each item of a list, and while an expression is true, at most
    `max_iterations` times: more of them fail the run before the first one too many.

    `over` is a list, or a template of one. In the body `item_as` is the item and `index_as` its
    number, from 0. `collect` of each round becomes the list `save_as`. In `parallel` each round has
    variables of its own: what it assigns with `append`, `merge` or `add` is done to those of the
    loop afterwards, in the list's order, and nothing else is left of it.
    """

    type: Literal["loop"]
    over: list[Any] | Template | None = None
    while_: Expression | None = Field(default=None, alias="while")
    item_as: VariableName = "item"
    index_as: VariableName = "index"
    body: Block | None = Field(default=None, strict=False)
    max_iterations: int = Field(default=DEFAULT_ITERATIONS, ge=1, le=MAX_ITERATIONS)
    parallel: bool = False
    max_parallel: int = Field(default=DEFAULT_PARALLEL, ge=1, le=MAX_PARALLEL)
    collect: Any = None
    save_as: VariableName | None = None


class AssignVarNode(_Node):
    """Sets a variable to a value with templates, or to what an expression yields. `append` puts it
    behind a list, `merge` its members into an object, `add` adds numbers and puts texts or lists
    together; a variable that is not there yet begins empty."""

    type: Literal["assign_var"]
    name: VariableName
    value: Any = None
    expression: Expression | None = None
    mode: AssignMode = "set"


class ResponseNode(_Node):
    """Says something to the user. With `wait` the run waits for what the user says then, which
    becomes the variable `message`, and `save_as.text`."""

    type: Literal["response"]
    text: Template
    citations: Any = None
    wait: bool = False
    save_as: VariableName | None = None


type AnyNode = (
    AgentCallNode
    | UseProfileNode
    | CredentialProfileNode
    | SecureValueNode
    | RestCallNode
    | ConditionNode
    | LoopNode
    | AssignVarNode
    | ResponseNode
)

NODES: dict[str, type[AnyNode]] = {
    "agent_call": AgentCallNode,
    "use_profile": UseProfileNode,
    "credential_profile": CredentialProfileNode,
    "secure_value": SecureValueNode,
    "rest_call": RestCallNode,
    "condition": ConditionNode,
    "loop": LoopNode,
    "assign_var": AssignVarNode,
    "response": ResponseNode,
}
BLOCKS: dict[str, dict[str, str]] = {
    "condition": {"then": "true", "else": "false"},
    "loop": {"body": "body"},
}
"""Of each node with blocks their fields, and the ports that edges leave by instead."""
