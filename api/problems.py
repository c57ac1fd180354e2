"""Errors as people and programs get them: RFC 9457, in the user's language."""

from collections.abc import Sequence
from itertools import islice
from typing import Any

from azurefunctions.extensions.http.fastapi import Response
from pydantic import ValidationError

from api.answers import json_text
from shared.contracts.identity import Language
from shared.contracts.problems import ErrorCode, Failure, FieldProblem, Problem
from shared.contracts.wording import say
from shared.errors import (
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
    "EXPIRED": 410,
    "NOT_ALLOWED": 403,
}
TITLES: dict[int, str] = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    410: "Gone",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}

MOST_TOLD = 20
"""Faults of one body: who sends more of them is not helped by a longer list."""


def refused(error: RequestError, language: Language, correlation_id: str) -> Response:
    refused_with(error.code, error.message)
    fields = error.problems if isinstance(error, InvalidRequestError) else ()
    headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}
    return _response(
        error.status,
        error.code,
        say(error.message, language, **error.values),
        correlation_id,
        fields=fields,
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


def field_problems(
    error: ValidationError, language: Language, sent: object, below: str = ""
) -> tuple[FieldProblem, ...]:
    """The first of them; `sent` is the JSON that was validated, `below` the pointer to it. No value
    is told back."""
    faults = error.errors(include_url=False, include_input=False)
    places = [_place(found["loc"], sent, found["type"] == "missing") for found in faults]
    # What is at fault below says more: pydantic tells of a list that it is no text, too, where
    # both may stand, and does not count its items that are at fault.
    above = {place[:depth] for place in places for depth in range(len(place))}
    told = (each for each in zip(faults, places, strict=True) if each[1] not in above)
    return tuple(
        FieldProblem(
            pointer=below + pointer_to(place), message=_field_message(dict(found), language)
        )
        for found, place in islice(told, MOST_TOLD)
    )


type _Place = tuple[int | str, ...]


def _place(path: _Place, sent: object, missing: bool) -> _Place:
    """The path without what pydantic puts into it: which of several forms a fault is of. A field
    that is `missing` is not in what was sent."""
    place: list[int | str] = []
    for step, part in enumerate(path, start=1):
        match sent, part:
            case dict() as fields, str() if part in fields:
                sent = fields[part]
            case list() as items, int() if part < len(items):
                sent = items[part]
            case dict(), str() if missing and step == len(path):
                pass
            case _:
                continue
        place.append(part)
    return tuple(place)


def _field_message(found: dict[str, Any], language: Language) -> str:
    context = {
        # A bound is told as it is written in the contract: 2, not 2.0.
        key: f"{value:g}" if isinstance(value, float) else value
        for key, value in found.get("ctx", {}).items()
        if key != "error"
    }
    if "expected" in context:
        context["expected"] = str(context["expected"]).replace(" or ", say("or", language))
    key = f"field_{found['type']}"
    text = say(key, language, **context)
    return say("field_invalid", language) if text == key else text


def pointer_to(path: Sequence[object]) -> str:
    """A JSON pointer (RFC 6901, section 3)."""
    return "".join(f"/{_escaped(part)}" for part in path)


def _escaped(part: object) -> str:
    # Half a surrogate pair can be the name of a member; no answer could be encoded with it.
    whole = str(part).encode("utf-8", "replace").decode("utf-8")
    return whole.replace("~", "~0").replace("/", "~1")


def _response(
    status: int,
    code: ErrorCode,
    detail: str,
    correlation_id: str,
    *,
    fields: tuple[FieldProblem, ...] = (),
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
        retry_after=retry_after,
    )
    return Response(
        json_text(problem), status, headers or {}, media_type="application/problem+json"
    )
