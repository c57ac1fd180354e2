"""Approvals: a person's decision on one exact call, which can be used once."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from shared.contracts.base import Contract, Inbound
from shared.contracts.identity import Language
from shared.contracts.shown import label_of, labels_of
from shared.contracts.tools import ToolContract

STOP_EVENT = "stop"
"""The external event that wakes a run which waits for a person or its turn, when it is stopped."""


def approval_event(step: int) -> str:
    """The external event that wakes the run which waits for this call's approval."""
    return f"approval-{step}"


def approval_id(step: int) -> str:
    """Of a run's call; a run asks once for each."""
    return f"a{step}"


type ApprovalState = Literal["open", "approved", "rejected", "expired", "used", "withdrawn"]
"""`withdrawn`: the run ended before the call was made, so there is nothing left to decide."""


class Approval(Contract):
    """Item `approval-<step>` of the run's partition; its state changes by condition only.

    `payload_hash` is the id of the effect (SHA-256 over tenant, run, step, tool and canonical
    arguments): whoever decides says which payload, and only that one is ever sent.
    """

    approval_id: str
    tenant_id: str
    run_id: str
    conversation_id: str
    step: int
    tool: str
    args: dict[str, Any] = Field(default={})
    """Masked: secrets and sensitive fields are in the plan only."""
    confirmation: dict[Language, str] = Field(default={})
    """What will be done, in the flow's words with these arguments."""
    payload_hash: str
    right: str
    by_others: bool = True
    asked_by: str
    asked_by_name: str = ""
    """As whoever decides gets to see it; the id is what counts."""
    asked_at: datetime
    expires_at: datetime
    state: ApprovalState = "open"
    decided_by: str | None = None
    decided_by_name: str | None = None
    decided_at: datetime | None = None
    comment: str | None = None
    etag: str | None = None
    """The store's version of this item; absent before it is stored."""


class DecideApproval(Inbound):
    """`POST /api/runs/{runId}/approvals/{approvalId}`."""

    decision: Literal["approve", "reject"]
    payload_hash: Annotated[str, Field(min_length=1, max_length=64)]
    comment: Annotated[str, Field(max_length=1_000)] | None = None


class ApprovalView(Contract):
    """What somebody who may decide gets to see."""

    approval_id: str
    run_id: str
    conversation_id: str
    tool: str
    label: str | None = None
    args: dict[str, Any]
    labels: dict[str, str] = Field(default={})
    """What people call the tool and its arguments."""
    confirmation: str | None = None
    """What will be done, in the language of whoever looks."""
    payload_hash: str
    asked_by: str
    asked_by_name: str = ""
    """Empty for what was asked before names were kept."""
    asked_at: datetime
    expires_at: datetime
    state: ApprovalState
    decided_by: str | None = None
    decided_by_name: str | None = None
    decided_at: datetime | None = None
    comment: str | None = None
    """Of whoever decided."""
    may_decide: bool = False
    """Whether whoever looks may; the state says if there is anything left to decide."""


def view_of(
    approval: Approval, contract: ToolContract | None, language: Language, *, may_decide: bool
) -> ApprovalView:
    """`contract` is None when the pack that it was in was taken back."""
    told = {
        "confirmation": approval.confirmation.get(language),
        "label": label_of(contract, language),
        "labels": labels_of(contract, approval.args, language),
        "may_decide": may_decide,
    }
    return ApprovalView.model_validate(approval.model_dump() | told)


class ApprovalList(Contract):
    """`GET /api/approvals`."""

    items: tuple[ApprovalView, ...]


class ApprovalDecided(Contract):
    approval_id: str
    run_id: str
    state: ApprovalState
