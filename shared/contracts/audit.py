"""Audit events: what happened, never changed afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from shared.contracts.agents import AgentCall, AgentProfile, TeamMode
from shared.contracts.approvals import ApprovalState
from shared.contracts.base import Contract
from shared.contracts.plan import Provenance
from shared.contracts.runs import FinishReason, ToolOutcome, Usage


class Actor(Contract):
    user_id: str
    roles: tuple[str, ...] = ()


class Entity(Contract):
    """Something in the ERP that an event is about."""

    type: str
    id: str

    @property
    def key(self) -> str:
        return f"{self.type}:{self.id}"


class Decision(Contract):
    """Who decided on one call of a run, when, and what they had to say."""

    approval_id: str
    tool: str
    state: ApprovalState
    decided_by: str
    decided_at: datetime
    comment: str | None = None


class CalledAgents(Contract):
    """Of an inline agent call: who was asked, on whose behalf."""

    session_id: str
    profile: AgentProfile
    mode: TeamMode | None = None
    participants: tuple[str, ...] = ()
    tools_allowed: tuple[str, ...] = ()


class ErpFacts(Contract):
    """What an ERP event says: its type and id, the record as it is now, the fields that changed."""

    type: str
    event_id: str
    record: dict[str, Any] = Field(default={})
    changed: tuple[str, ...] = ()


def called_of(call: AgentCall) -> CalledAgents:
    return CalledAgents(
        session_id=call.session_id,
        profile=call.profile,
        mode=call.mode,
        participants=call.participants,
        tools_allowed=tuple(dict.fromkeys(tool.name for tool in call.tools)),
    )


def concerning(entity: Entity, record: Mapping[str, object]) -> tuple[str, ...]:
    """The keys of a record and of those that it refers to: by its fields such as `projectId`."""
    named = (
        Entity(type=name.removesuffix("Id"), id=value)
        for name, value in record.items()
        if name.endswith("Id") and name != "tenantId" and isinstance(value, str) and value
    )
    return tuple(dict.fromkeys(each.key for each in (entity, *named)))


type EventKind = Literal[
    "flow.executed",
    "agent.called",
    "turn.completed",
    "erp.event",
    "approval.decided",
    "feedback.given",
    "run.stopped",
    "config.resolved",
    "flow.saved",
    "flow.deleted",
    "conversation.erased",
]


def done_event_id(run_id: str, *, of_call: bool) -> str:
    """Of what a run has done."""
    return f"{run_id}-1-{'call' if of_call else 'flow'}"


def turn_event_id(run_id: str) -> str:
    """Of a run's end."""
    return f"{run_id}-2-turn"


class AuditEvent(Contract):
    """`event_id` is derived from the run and the kind, or from the ERP event: a repeated write
    meets the first. What the ERP did belongs to no run and to no pack."""

    event_id: str
    tenant_id: str
    conversation_id: str
    run_id: str | None = None
    actor: Actor
    at: datetime
    kind: EventKind
    flow_type: str | None = None
    tools: tuple[str, ...] = ()
    results: tuple[ToolOutcome, ...] = ()
    approvals: tuple[Decision, ...] = ()
    entities: tuple[Entity, ...] = ()
    provenance: dict[str, dict[str, Provenance]] = Field(default={})
    erp: ErpFacts | None = None
    call: CalledAgents | None = None
    credential_profile: str | None = None
    """By name: whose credentials the run was made with, where it named them."""
    details: dict[str, str] = Field(default={})
    """What else there is to say of the kind; no text that somebody wrote."""
    pack_version: str | None = None
    model: str | None = None
    """The model, or deployment, that was asked."""
    usage: Usage | None = None
    """Of `turn.completed`, of the whole run; of what was recorded before, up to then."""
    finish_reason: FinishReason | None = None
    duration_ms: int | None = None
    correlation_id: str


class EventPage(Contract):
    """Oldest first; `next` is the `after` of the following page."""

    items: tuple[AuditEvent, ...]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """`second` is when the store took it, in whole seconds of Unix time."""

    event: AuditEvent
    second: int
