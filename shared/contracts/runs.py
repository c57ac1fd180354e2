"""A run: one user message on its way through the states."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from shared.contracts.agents import AgentCall
from shared.contracts.approvals import ApprovalView
from shared.contracts.base import Contract, Inbound
from shared.contracts.credentials import CredentialScope, Holder
from shared.contracts.evidence import Citation, LookUp
from shared.contracts.identity import Caller, Language
from shared.contracts.plan import MissingField, OpenPlan, Route
from shared.contracts.problems import ErrorCode, Failure

type RunState = Literal[
    "RECEIVED",
    "TRIAGED",
    "RETRIEVED_CONTEXT",
    "PLANNED",
    "WAITING_APPROVAL",
    "WAITING_INPUT",
    "EXECUTING_TOOLS",
    "STREAMING_RESPONSE",
    "PERSISTED_EVENT",
    "DONE",
    "FAILED",
    "CANCELLED",
]
type FinishReason = Literal["stop", "question", "length", "error", "cancelled"]
type OnDisconnect = Literal["continue", "cancel"]
"""What becomes of a run when nobody listens any more."""
type Memory = Literal["stored", "pending", "none"]
type ToolStatus = Literal["ok", "failed", "unknown", "skipped"]
type Rating = Literal["up", "down"]


class Usage(Contract):
    """Tokens of every model call of a run."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
            total_tokens=self.total_tokens + other.total_tokens,
        )


class StateChange(Contract):
    state: RunState
    since: datetime


class RunStatus(Contract):
    """The orchestration's custom status: what an operator sees in the portal. No personal data.

    `states` lists every state so far: several are passed within one episode, and only the last
    of those could be seen otherwise.
    """

    state: RunState
    since: datetime
    conversation_id: str
    route: str | None = None
    flow_type: str | None = None
    tools: tuple[str, ...] = ()
    states: tuple[StateChange, ...] = ()


class AnswerBasis(Contract):
    """What a run's answer is made from, so that another run can answer again: what was understood,
    found and done stays as run `run_id` has it, the first `steps` calls of its plan (if it has one)
    with what came of them."""

    run_id: str
    route: Route
    language: Language
    indexes: tuple[str, ...] = ()
    steps: int = 0
    planned: bool = False


class Again(Contract):
    """A run that answers a message again; its turn takes the place of that of run `replaces`."""

    basis: AnswerBasis
    replaces: str


class Part(Contract):
    """Of a run that is an agent call of a flow: the flow's run, in whose log it writes, and the
    number of the call. `quiet`: nobody reads its text as it is written."""

    run_id: str
    number: int
    quiet: bool = False


class PartOf(Part):
    """`node` is which execution of which node it is: somebody wrote that, so Durable's history has
    it not."""

    node: str


class FlowOfRun(Contract):
    """Which flow a run runs; by value it is stored beside the record. `session_id` is that of its
    handles and of the threads that its calls make."""

    session_id: str = ""
    name: str | None = None
    flow_id: str | None = None
    version: int | None = None


class RunRecord(Contract):
    """What a run was started with; written once, before the orchestration is."""

    run_id: str
    tenant_id: str
    conversation_id: str
    correlation_id: str
    caller: Caller
    message: str
    context: dict[str, Any] | None = None
    language: Language
    time_zone: str
    pack_version: str
    received_at: datetime
    open_plan: OpenPlan | None = None
    """What the conversation was waiting for when the message came."""
    warnings: tuple[str, ...] = ()
    """What the message asked for in vain, by key of the wording."""
    call: AgentCall | None = None
    """Of a run that is an inline agent call."""
    flow: FlowOfRun | None = None
    """Of a run that runs a flow."""
    part_of: PartOf | None = None
    """Of an agent call of a flow."""
    trace_id: str | None = None
    again: Again | None = None
    """Of a run that only answers again; nothing of its basis is done again."""
    on_disconnect: OnDisconnect = "continue"

    @property
    def log_id(self) -> str:
        """The run in whose log its events are."""
        return self.part_of.run_id if self.part_of else self.run_id

    @property
    def scope(self) -> CredentialScope | None:
        """What an agent call is made with; messages are the app's own."""
        call = self.call
        if call is None:
            return None
        holder = Holder(self.tenant_id, self.caller.user_id, call.session_id)
        return CredentialScope(holder, call.credential_profile, call.credentials)


class ToolOutcome(Contract):
    """What came of one tool call, as it is told to people and to the model."""

    call_id: str
    tool: str
    status: ToolStatus
    args: dict[str, object] = Field(default={})
    result: dict[str, object] | None = None
    error: str | None = None
    effect_id: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None


class RunEffect(ToolOutcome):
    """As a view shows it: `label` is what people call the tool, `labels` its arguments, and
    `record_url` where they see the record that it answered. In a flow's run that an agent of it has
    made: `run_id` is the agent's own, `node` which execution of which node called it."""

    run_id: str | None = None
    node: str | None = None
    label: str | None = None
    labels: dict[str, str] = Field(default={})
    record_url: str | None = None


class RunOutcome(Contract):
    """How a run ended; created once, so a run has one end."""

    run_id: str
    tenant_id: str
    state: RunState
    finish_reason: FinishReason
    ended_at: datetime
    states: tuple[StateChange, ...] = ()
    usage: Usage = Usage()
    memory: Memory = "none"
    failure: Failure | None = None
    told: str | None = None
    """What the person was told of the failure, when its sentence was not all: what was done."""
    warnings: tuple[str, ...] = ()
    """What the answer had to do without, by key of the wording."""
    retrieval: LookUp | None = None
    basis: AnswerBasis | None = None
    """None of an agent call, and of a run that did not get so far as to answer."""


class LateMemory(Contract):
    """What became of an event that Cerebro could not take when its run ended."""

    memory: Memory


class PostFeedback(Inbound):
    """`POST /api/runs/{runId}/feedback`."""

    rating: Rating
    comment: Annotated[str, Field(max_length=2_000)] | None = None
    tags: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=50)], ...], Field(max_length=10)
    ] = ()


class Feedback(Contract):
    run_id: str
    tenant_id: str
    user_id: str
    at: datetime
    rating: Rating
    comment: str | None = None
    tags: tuple[str, ...] = ()


class WaitingApproval(Contract):
    agent_run_id: str | None = None
    """Where it is decided, if that is another run: an agent call of a flow."""
    approval_id: str
    tool: str
    args: dict[str, Any] = Field(default={})
    confirmation: str | None = None
    payload_hash: str
    expires_at: datetime


class Question(Contract):
    text: str
    missing: tuple[MissingField, ...] = ()


class RunAnswer(Contract):
    """The JSON answer of a run."""

    text: str
    citations: tuple[Citation, ...] = ()
    usage: Usage
    thread_id: str
    run_id: str
    state: RunState
    finish_reason: FinishReason | None = None
    question: Question | None = None
    warnings: tuple[str, ...] = ()
    retrieval: LookUp | None = None


class RunStarted(Contract):
    """The answer that does not wait for the run; `Location` says where to look."""

    run_id: str


class RunStopping(Contract):
    """The answer to a request to stop: the run ends as soon as its present step gives up."""

    run_id: str
    state: Literal["CANCELLING"] = "CANCELLING"


class RunWaiting(Contract):
    """The JSON answer of a run that waits for a person: 202, and what is waited for."""

    run_id: str
    thread_id: str
    state: Literal["WAITING_APPROVAL"] = "WAITING_APPROVAL"
    approval: WaitingApproval
    """The first of `approvals`."""
    approvals: tuple[WaitingApproval, ...] = ()


class WaitingQuestion(Contract):
    """What a flow asks; `key` is that of the execution of its node."""

    text: str
    key: str


class RunAsking(Contract):
    """The JSON answer of a flow's run that waits for the user: 202, and what it asks. The answer is
    sent to `/api/runs/{runId}/input`."""

    run_id: str
    thread_id: str
    state: Literal["WAITING_INPUT"] = "WAITING_INPUT"
    question: WaitingQuestion


class RunView(Contract):
    """`GET /api/runs/{runId}`."""

    run_id: str
    conversation_id: str
    user_id: str
    """Who started it."""
    user_name: str = ""
    """What their token called them then; the id is what counts."""
    state: RunState
    states: tuple[StateChange, ...]
    received_at: datetime
    ended_at: datetime | None = None
    finish_reason: FinishReason | None = None
    warnings: tuple[str, ...] = ()
    """What the answer had to do without, or what was asked for in vain, in words."""
    text: str | None = None
    citations: tuple[Citation, ...] = ()
    retrieval: LookUp | None = None
    usage: Usage
    effects: tuple[RunEffect, ...] = ()
    approvals: tuple[ApprovalView, ...] = ()
    memory: Memory = "none"
    rating: Rating | None = None
    """What the caller thinks of it."""
    error: Failure | None = None
    correlation_id: str
    trace_id: str | None = None
    """Of the trace that it is in (W3C), where it is traced."""
    flow: FlowOfRun | None = None
    part_of: PartOf | None = None
    replaces: str | None = None
    """Of a run that answers again, the one before it: what was done then is told there."""
    question: WaitingQuestion | None = None
    """What a flow asks and waits with, for who started it."""


class RunEntry(Contract):
    """One of a list, for who operates runs: nothing that was said."""

    run_id: str
    conversation_id: str
    user_id: str
    user_name: str = ""
    state: RunState
    is_agent_call: bool = False
    is_flow: bool = False
    part_of: str | None = None
    """Of an agent call of a flow, the flow's run."""
    received_at: datetime
    ended_at: datetime | None = None
    finish_reason: FinishReason | None = None
    error: ErrorCode | None = None
    correlation_id: str
    trace_id: str | None = None


class RunList(Contract):
    """`GET /api/runs`: the newest first; `next` is the `after` of the following page. A page may
    hold fewer than were asked for, and still have a next one."""

    items: tuple[RunEntry, ...]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class RunsWanted:
    """Which runs: of one conversation, received in a time (`stamp`s, `until` excluded)."""

    conversation_id: str | None = None
    since: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class IdempotencyClaim:
    """`claim_id` is a hash of tenant, user, route and key; `body_hash` of the request's body.
    `conversation_id` is where the run was to be made."""

    claim_id: str
    tenant_id: str
    run_id: str
    body_hash: str
    conversation_id: str = ""


@dataclass(frozen=True, slots=True)
class EndedBadly:
    """An orchestration that failed or was terminated; `request` is what it was started with."""

    run_id: str
    request: Mapping[str, object]
    terminated: bool
