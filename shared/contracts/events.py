"""The events of a run: stored in its log, sent over SSE unchanged. This union is the protocol."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from shared.contracts.audit import AuditEvent, Entity
from shared.contracts.base import Contract
from shared.contracts.evidence import Citation, LookUp
from shared.contracts.plan import MissingField
from shared.contracts.problems import ErrorCode
from shared.contracts.runs import FinishReason, Memory, RunState, Usage


class _OfNode(Contract):
    """`node` is which execution of a flow's node an event is of (`ask[0][2]`: its id, and the
    numbers of the rounds it is in)."""

    node: str | None = None


class StateEvent(_OfNode):
    """`correlation_id` is in a run's first event; `at` is when it was told."""

    type: Literal["state"] = "state"
    state: RunState
    at: datetime | None = None
    correlation_id: str | None = None


class TextEvent(_OfNode):
    type: Literal["text"] = "text"
    text: str
    attempt: int


class RestartEvent(_OfNode):
    """The answer so far is void: drop its text and start again with this attempt's.

    `reason`: the writer was `interrupted`, the answer had to be `corrected`, `moderation` blocks
    it, or it was no answer yet: the model asked for `tools`.
    """

    type: Literal["restart"] = "restart"
    reason: str
    attempt: int


class AgentTurnEvent(_OfNode):
    """A participant has said something to the others."""

    type: Literal["agent_turn"] = "agent_turn"
    speaker: str
    text: str


class HandoffEvent(_OfNode):
    """The coordinator passes on to another participant."""

    type: Literal["handoff"] = "handoff"
    from_: str = Field(alias="from")
    to: str


class ToolEvent(_OfNode):
    """A call begins or ends. `label` and `labels` are what people call the tool and its arguments,
    `record_url` is where they see the record that it answered."""

    type: Literal["tool"] = "tool"
    name: str
    args: dict[str, Any] = Field(default={})
    status: Literal["started", "ok", "failed", "unknown", "skipped"]
    call_id: str
    result: dict[str, Any] | None = None
    error: str | None = None
    at: datetime | None = None
    label: str | None = None
    labels: dict[str, str] = Field(default={})
    record_url: str | None = None


class QuestionEvent(_OfNode):
    type: Literal["question"] = "question"
    text: str
    missing: tuple[MissingField, ...] = ()


class InputEvent(_OfNode):
    """What the user has answered to a flow's question."""

    type: Literal["input"] = "input"
    text: str


class ApprovalEvent(_OfNode):
    """A call waits for somebody who may approve exactly this payload until `expires_at`.

    `confirmation` says in the turn's language what will be done; None without words for it. `label`
    and `labels` are what people call the tool and its arguments.
    """

    type: Literal["approval"] = "approval"
    agent_run_id: str | None = None
    """The run that asks, where it is another than the log's: an agent call of a flow."""
    approval_id: str
    tool: str
    args: dict[str, Any] = Field(default={})
    confirmation: str | None = None
    payload_hash: str
    expires_at: datetime
    label: str | None = None
    labels: dict[str, str] = Field(default={})


class NodeEvent(Contract):
    """A node of a flow begins or ends; `key` names its execution. `code` says why it failed. One is
    `stopped` that was under way when the run ended badly."""

    type: Literal["node"] = "node"
    node_id: str
    key: str
    kind: str
    status: Literal["started", "finished", "failed", "stopped"]
    save_as: str | None = None
    duration_ms: int | None = None
    code: str | None = None
    at: datetime | None = None


class NotificationEvent(Contract):
    """Something happened in the ERP that concerns this conversation."""

    type: Literal["notification"] = "notification"
    kind: str
    entity: Entity
    text: str


class CitationsEvent(_OfNode):
    """Numbers are those of the node's own text; a flow's whole answer counts them through."""

    type: Literal["citations"] = "citations"
    citations: tuple[Citation, ...]


class ErrorEvent(Contract):
    """Terminal: the run failed or was stopped."""

    type: Literal["error"] = "error"
    code: ErrorCode
    message: str
    retryable: bool
    retry_after: float | None = None
    correlation_id: str


class DoneEvent(Contract):
    """Terminal: the answer and the audit event are stored.

    `warnings` say in the turn's language what the answer had to do without, or what was asked for
    in vain; None if there was nothing. `retrieval`: what the documents had to do with the answer.
    """

    type: Literal["done"] = "done"
    usage: Usage
    thread_id: str
    run_id: str
    finish_reason: FinishReason
    memory: Memory
    warnings: tuple[str, ...] | None = None
    retrieval: LookUp | None = None


class AuditEntry(Contract):
    """One line of a conversation's live timeline."""

    type: Literal["audit"] = "audit"
    event: AuditEvent


type TimelineEvent = AuditEntry | NotificationEvent

type RunEvent = (
    StateEvent
    | TextEvent
    | RestartEvent
    | AgentTurnEvent
    | HandoffEvent
    | ToolEvent
    | QuestionEvent
    | InputEvent
    | ApprovalEvent
    | NodeEvent
    | NotificationEvent
    | CitationsEvent
    | ErrorEvent
    | DoneEvent
)

RUN_EVENT: TypeAdapter[RunEvent] = TypeAdapter(Annotated[RunEvent, Field(discriminator="type")])

TIMELINE_EVENT: TypeAdapter[TimelineEvent] = TypeAdapter(
    Annotated[TimelineEvent, Field(discriminator="type")]
)


def is_terminal(event: RunEvent) -> bool:
    """Whether nothing may follow this event."""
    return isinstance(event, ErrorEvent | DoneEvent)
