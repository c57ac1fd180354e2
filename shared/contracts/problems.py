"""What can go wrong, as the caller sees it (RFC 9457, plus code, retryable, correlationId)."""

from typing import Literal

from shared.contracts.base import Contract
from shared.contracts.flows.versions import FlowVersion

type ErrorCode = Literal[
    "INVALID_REQUEST",
    "UNAUTHENTICATED",
    "FORBIDDEN",
    "NOT_ALLOWED",
    "NOT_FOUND",
    "CONVERSATION_BUSY",
    "IDEMPOTENCY_MISMATCH",
    "APPROVAL_CONFLICT",
    "INPUT_CONFLICT",
    "RUN_ENDED",
    "NOT_REGENERABLE",
    "EXPIRED",
    "VERSION_CONFLICT",
    "PRECONDITION_REQUIRED",
    "TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
    "CONTENT_BLOCKED",
    "FLOW_FAILED",
    "QUOTA_EXCEEDED",
    "MODEL_RATE_LIMIT",
    "SEARCH_RATE_LIMIT",
    "INTERNAL",
    "MODEL_UNAVAILABLE",
    "SEARCH_UNAVAILABLE",
    "ERP_UNAVAILABLE",
    "STORE_UNAVAILABLE",
    "MODERATION_UNAVAILABLE",
    "CREDENTIALS_UNAVAILABLE",
    "TIMEOUT",
    "CANCELLED",
]


class FieldProblem(Contract):
    """One field at fault: `pointer` is a JSON pointer (RFC 6901) into the request body."""

    pointer: str
    message: str


class Failure(Contract):
    """Why a step could not do its work; a value, so that an orchestrator can decide on it."""

    code: ErrorCode
    message: str
    retryable: bool = False
    retry_after: float | None = None
    """Seconds to wait before trying again, when the service said so."""


STOPPED = Failure(code="CANCELLED", message="cancelled")
"""Somebody asked the run to stop."""


ASKED_IN_VAIN = Failure(code="CONTENT_BLOCKED", message="message_blocked")
"""Moderation does not let through what was asked: nothing of it is told to any model, ever."""


class Problem(Contract):
    """The body of every error answer, `application/problem+json`."""

    type: str
    title: str
    status: int
    detail: str
    code: ErrorCode
    retryable: bool
    correlation_id: str
    errors: tuple[FieldProblem, ...] | None = None
    newest: FlowVersion | None = None
    """Of `VERSION_CONFLICT`: what was saved meanwhile, by whom."""
    retry_after: float | None = None
