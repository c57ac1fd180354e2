"""A flow that runs durably: what starts it, what is kept of it, and what its steps say."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, AliasGenerator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from shared.contracts.activities import ActivitySpec, RunRequest, StepRequest, StepResult
from shared.contracts.agent_activities import ChatRequest
from shared.contracts.base import Contract
from shared.contracts.chat import MAX_SESSION_CHARACTERS, Plain
from shared.contracts.flows.names import VariableName
from shared.contracts.flows.running import FlowAction, FlowState, FlowStatus
from shared.contracts.identity import Language
from shared.contracts.problems import Failure
from shared.contracts.runs import OnDisconnect, StateChange, Usage
from shared.contracts.sent import Sent

HOURS_TO_ANSWER = 72.0
"""So long a flow waits for what it has asked, where nothing else is said."""

type Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,100}$")]


def _spellings(field: str) -> AliasChoices:
    return AliasChoices(to_camel(field), field)


class PostFlowRun(Sent):
    """`POST /api/flows/runs`: a flow by value, or one that is stored by its id and version.

    Without `version` it is the newest. `inputs` are variables that the run begins with; `message`
    and `context` are short for two of them. `profile` is the credential profile that holds where
    the flow names none. Without a conversation one is made, a thread of `sessionId`.
    """

    model_config = ConfigDict(
        alias_generator=AliasGenerator(validation_alias=_spellings, serialization_alias=to_camel)
    )

    flow: dict[str, Any] | list[Any] | None = None
    flow_id: Identifier | None = None
    version: int | None = Field(default=None, ge=1, le=10**9)
    inputs: dict[VariableName, Any] = Field(default={}, repr=False)
    message: str | None = None
    context: dict[str, Any] | None = None
    session_id: str = Field(default="", max_length=MAX_SESSION_CHARACTERS)
    conversation_id: Identifier | None = None
    profile: Plain | None = None
    on_disconnect: OnDisconnect = "continue"


class PostInput(Sent):
    """`POST /api/runs/{runId}/input`: what the user says to a flow that asks. `key` is that of the
    question; without it, the one that the run waits with."""

    message: str
    key: Annotated[str, Field(max_length=200)] | None = None


class InputTaken(Contract):
    run_id: str
    key: str


class PinnedFlow(Contract):
    """The flow of a run, by value, as it was sent or stored when the run was started."""

    flow: dict[str, Any] | list[Any] = Field(repr=False)
    inputs: dict[str, Any] = Field(default={}, repr=False)


class Pending(Contract):
    """An action that waits for its outcome. `place` is that of an effect in the run's ledger,
    `child` the run of an agent call."""

    number: int
    action: FlowAction
    place: int | None = None
    child: str | None = None


class Begun(Contract):
    """A node that is not over: since when, and what `type` it is of."""

    at: datetime
    kind: str


class FlowProgress(Contract):
    """A run between two steps: where the interpreter is, and what is under way.

    `step` is the last that was taken, `fresh` the actions that it began and `usage` what the one
    cost that it ended: a second execution of it answers the same. `last` is the number of the last
    action, `effects` how many places of the ledger are taken. `began` are nodes that are not over,
    `heard` the numbers of the last questions that were answered, both by key. Once it is `stopped`,
    nothing more begins.
    """

    run_id: str
    tenant_id: str
    step: int = 0
    state: FlowState | None = None
    pending: dict[int, Pending] = Field(default={})
    fresh: tuple[int, ...] = ()
    usage: Usage = Usage()
    last: int = 0
    effects: int = 0
    began: dict[str, Begun] = Field(default={})
    heard: dict[str, int] = Field(default={})
    stopped: bool = False
    etag: str | None = None


class Heard(Contract):
    """Of a question that was waited for: it was answered, or nobody did in time."""

    number: int
    expired: bool = False


class ResumedAt(Contract):
    """Where a long run goes on in a new execution of its orchestration. `heard` is the question
    that it goes on behind, if it does behind one."""

    step: int
    todo: tuple["PlannedAction", ...]
    states: tuple[StateChange, ...]
    usage: Usage
    used: int
    tools: tuple[str, ...]
    waited_seconds: float
    heard: Heard | None = None


class FlowBounds(Contract):
    """What one run of a flow may take, besides what each of its agents may."""

    seconds: float = 3_600.0
    tokens: int = 1_000_000
    answer_hours: float = HOURS_TO_ANSWER


class FlowRequest(RunRequest):
    """What starts a flow's orchestration."""

    language: Language = "es"
    answer_hours: float = HOURS_TO_ANSWER
    resumed: ResumedAt | None = None


def input_event(number: int) -> str:
    """The external event that wakes a run whose question was answered."""
    return f"input-{number}"


type ActionKind = Literal["agent_call", "rest_call", "secure_value", "ask", "refused"]


class PlannedAction(Contract):
    """What has to be done for a node; what it is about stays in the store. `effect`: it changes
    something, at `place` in the ledger; `approval`: somebody has to approve it. `refused`: its
    outcome is known already."""

    number: int
    kind: ActionKind
    instance: str | None = None
    chat: ChatRequest | None = None
    effect: bool = False
    approval: bool = False
    place: int | None = None


class AdvanceRequest(StepRequest):
    """Takes step `step`: the beginning, or with what came of action `answered`. `crashed`: nothing
    may be stored of that; `expired`: nobody answered in time."""

    step: int
    language: Language
    answered: int | None = None
    crashed: bool = False
    expired: bool = False


class Advanced(StepResult):
    """`ended`: the run has an outcome already. `failure` of a flow that failed."""

    status: FlowStatus = "running"
    actions: tuple[PlannedAction, ...] = ()
    failure: Failure | None = None
    ended: bool = False


class SealRequest(StepRequest):
    """Gets the handle that action `number` asks for."""

    number: int
    language: Language


class CloseFlowRequest(StepRequest):
    """Stores what the flow has said as the turn's text."""

    language: Language


class FlowRunView(Contract):
    """`GET /api/runs/{runId}/flow`: for who started it. `flow` is as it is run; `waiting` is the
    key of the question that it waits with."""

    run_id: str
    flow: dict[str, Any] | list[Any]
    flow_id: str | None = None
    version: int | None = None
    status: FlowStatus
    steps: int
    variables: dict[str, Any]
    waiting: str | None = None
    failure: "FlowFault | None" = None


class FlowFault(Contract):
    """Which node failed, and why; `detail` is for who writes flows: of a call that failed
    the sentence that `/api/chat` would say, in the run's language; else without values, and
    in the reader's where it is a sentence."""

    code: str
    node: str
    detail: str = ""


ADVANCE_FLOW = ActivitySpec("advance_flow", AdvanceRequest, Advanced, attempts=5, insists=True)
SEAL_VALUE = ActivitySpec("seal_value", SealRequest, StepResult)
CLOSE_FLOW = ActivitySpec("close_flow", CloseFlowRequest, StepResult, attempts=5, insists=True)
