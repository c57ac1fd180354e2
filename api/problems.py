"""Errors as people and programs get them: RFC 9457, in the user's language."""

from azurefunctions.extensions.http.fastapi import Response

from api.answers import json_text
from shared.contracts.flows.versions import FlowVersion
from shared.contracts.identity import Language
from shared.contracts.problems import ErrorCode, Failure, FieldProblem, Problem
from shared.contracts.wording import say
from shared.errors import (
    ChangedError,
    DependencyError,
    InvalidRequestError,
    QuotaExceededError,
    RequestError,
)
from shared.telemetry.requests import refused_with

STATUS: dict[ErrorCode, int] = {
    "MODEL_RATE_LIMIT": 429,
    "SEARCH_RATE_LIMIT": 429,
    "QUOTA_EXCEEDED": 429,
    "MODEL_UNAVAILABLE": 503,
    "SEARCH_UNAVAILABLE": 503,
    "ERP_UNAVAILABLE": 503,
    "STORE_UNAVAILABLE": 503,
    "MODERATION_UNAVAILABLE": 503,
    "CREDENTIALS_UNAVAILABLE": 503,
    "TIMEOUT": 504,
    "CANCELLED": 409,
    "CONTENT_BLOCKED": 422,
    "FLOW_FAILED": 422,
    "EXPIRED": 410,
    "NOT_ALLOWED": 403,
    "FORBIDDEN": 403,
}
TITLES: dict[int, str] = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    410: "Gone",
    412: "Precondition Failed",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    428: "Precondition Required",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


def refused(error: RequestError, language: Language, correlation_id: str) -> Response:
    refused_with(error.code, error.message)
    fields = error.problems if isinstance(error, InvalidRequestError) else ()
    headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}
    newest = error.newest if isinstance(error, ChangedError) else None
    return _response(
        error.status,
        error.code,
        say(error.message, language, **error.values),
        correlation_id,
        fields=fields,
        newest=newest,
        headers=headers,
    )


def unavailable(error: DependencyError, language: Language, correlation_id: str) -> Response:
    response = failed(error.as_failure(), language, correlation_id)
    if isinstance(error, QuotaExceededError):
        response.headers["X-RateLimit-Remaining"] = "0"
    return response


def failed(failure: Failure, language: Language, correlation_id: str) -> Response:
    """What a run or a dependency failed with."""
    refused_with(failure.code, failure.message)
    headers = {}
    if failure.retry_after is not None:
        headers["Retry-After"] = str(max(1, round(failure.retry_after)))
    return _response(
        STATUS.get(failure.code, 500),
        failure.code,
        say(failure.message, language),
        correlation_id,
        retryable=failure.retryable,
        retry_after=failure.retry_after,
        headers=headers,
    )


def broken(language: Language, correlation_id: str) -> Response:
    """A defect of ours: no detail leaves the house."""
    refused_with("INTERNAL", "internal")
    return _response(500, "INTERNAL", say("internal", language), correlation_id)


def _response(
    status: int,
    code: ErrorCode,
    detail: str,
    correlation_id: str,
    *,
    fields: tuple[FieldProblem, ...] = (),
    newest: FlowVersion | None = None,
    retryable: bool = False,
    retry_after: float | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    problem = Problem(
        type=f"urn:eira:problem:{code.lower().replace('_', '-')}",
        title=TITLES[status],
        status=status,
        detail=detail,
        code=code,
        retryable=retryable,
        correlation_id=correlation_id,
        errors=fields or None,
        newest=newest,
        retry_after=retry_after,
    )
    return Response(
        json_text(problem), status, headers or {}, media_type="application/problem+json"
    )
