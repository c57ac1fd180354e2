"""A flow under way: where it is, what has to be done for it, and what came of that.

All of it is JSON: the state is stored between steps, and nothing in it knows who runs it.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from shared.contracts.base import Contract
from shared.contracts.flows.nodes import Method

MAIN = ""
"""The key of the branch that a flow begins with."""

type FlowStatus = Literal["running", "done", "failed"]
type NodeStatus = Literal["started", "done", "failed"]


class FlowFailure(Contract):
    """Why a node, and with it the run, failed. `detail` is for a developer and has no values; of a
    call in a run that lasts it is the sentence that the call failed with. `reason` is the key of
    the sentence that it is in English, with `values`."""

    code: str
    node: str
    detail: str = ""
    reason: str | None = None
    values: dict[str, str | int] = Field(default={})
    retryable: bool = False


class Frame(Contract):
    """A loop that is under way. `items` is None for one that repeats while something is true.
    `kept` are the variables that its item and index hide. Of a parallel loop `index` is the next
    round to begin, and `ended` what each round that is over has left, by its number."""

    loop: str
    items: list[Any] | None = None
    index: int = 0
    results: list[Any] = Field(default=[])
    kept: dict[str, Any] = Field(default={})
    ended: dict[int, "Round"] = Field(default={})


class Assignment(Contract):
    """What a round of a parallel loop did to a variable of the loop's own branch."""

    name: str
    mode: Literal["append", "merge", "add"]
    value: Any = None


class Round(Contract):
    result: Any = None
    assignments: tuple[Assignment, ...] = ()


class Branch(Contract):
    """One line of what happens; there are several only within parallel loops. `pending` is the node
    whose outcome it waits for. Of a round of a parallel loop `loop` is that loop, `parent` the
    branch it belongs to, `rounds` the numbers of the rounds it is in, its own last; `own` are
    variables it has set for itself, `assignments` what is to be done to those of the parent."""

    key: str = MAIN
    pending: str | None = None
    frames: tuple[Frame, ...] = ()
    variables: dict[str, Any] = Field(default={}, repr=False)
    profile: str | None = None
    parent: str | None = None
    loop: str | None = None
    rounds: tuple[int, ...] = ()
    own: tuple[str, ...] = ()
    assignments: tuple[Assignment, ...] = ()

    @property
    def numbers(self) -> tuple[int, ...]:
        """Of the rounds that it is in, the outermost first."""
        return (*self.rounds, *(frame.index for frame in self.frames))


class FlowState(Contract):
    """Branches by key. `steps` counts nodes and rounds."""

    status: FlowStatus = "running"
    branches: dict[str, Branch]
    steps: int = 0
    failure: FlowFailure | None = None

    @property
    def variables(self) -> dict[str, Any]:
        return self.branches[MAIN].variables


class _Action(Contract):
    """`branch` is where its outcome belongs. `key` names this one execution of the node: its id,
    and the number of the round of each loop around it: `ask[0][2]`."""

    branch: str
    node: str
    key: str


class _Outward(_Action):
    """`profile` is the credential profile in force; `fell_back`: nobody named one. `leaks` points
    to what was taken out of the request because it is for the simulator only: with any, the call is
    to be made up."""

    profile: str
    fell_back: bool = False
    leaks: tuple[str, ...] = ()


class CallAgent(_Outward):
    """`request` is a body of `POST /api/chat`, without session."""

    kind: Literal["agent_call"] = "agent_call"
    request: dict[str, Any]


class CallRest(_Outward):
    """`args` are those of the tool `http`; `credentials` handles by tool."""

    kind: Literal["rest_call"] = "rest_call"
    method: Method
    url: str
    headers: dict[str, str] = Field(default={})
    body: Any = None
    stream: bool = False
    timeout_ms: int | None = None
    credentials: dict[str, str] = Field(default={})


class SealValue(_Action):
    kind: Literal["secure_value"] = "secure_value"
    source: Literal["app_settings", "key_vault"]
    alias: str
    name: str | None = None
    secret: str | None = None
    mode: Literal["opaque", "plaintext"] = "opaque"


class Say(_Action):
    """Nothing comes of it: it needs no outcome."""

    kind: Literal["say"] = "say"
    text: str
    citations: list[Any] = Field(default=[])


class Ask(_Action):
    """`text` is said, and what the user answers is its outcome."""

    kind: Literal["ask"] = "ask"
    text: str
    citations: list[Any] = Field(default=[])


type FlowAction = Annotated[
    CallAgent | CallRest | SealValue | Say | Ask, Field(discriminator="kind")
]


class NodeEvent(Contract):
    key: str
    node: str
    status: NodeStatus
    save_as: str | None = None


class Succeeded(Contract):
    """`value` is what `save_as` becomes: of an agent its answer `{text, citations, ...}`, of a REST
    call `{status, ...}`, of a secure value its handle, of a question `{text}`."""

    kind: Literal["ok"] = "ok"
    value: Any = None


class Failed(Contract):
    kind: Literal["failed"] = "failed"
    code: str
    message: str = ""
    retryable: bool = False


type FlowOutcome = Annotated[Succeeded | Failed, Field(discriminator="kind")]

FLOW_OUTCOME: TypeAdapter[FlowOutcome] = TypeAdapter(FlowOutcome)
