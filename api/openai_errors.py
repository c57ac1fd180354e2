"""Errors in the form that clients of OpenAI's API know."""

import re
from typing import Literal

from azurefunctions.extensions.http.fastapi import Request, Response

from api.answers import AS_NO_MARKUP
from api.edge import Endpoint
from api.problems import STATUS
from shared.contracts.completions import CompletionError, CompletionFault
from shared.contracts.problems import ErrorCode, Problem
from shared.ports import Orchestrations

PROBLEM = "application/problem+json"
OF_STATUS = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
AS_OPENAI_SAYS = {"CONTENT_BLOCKED": "content_filter"}
type Restarted = Literal["ANSWER_RESTARTED"]
RESTARTED: Restarted = "ANSWER_RESTARTED"
"""Of a stream only: text that it had sent became void."""
OF_THE_FORM = frozenset({"content-length", "content-type"})


def in_openais_form(endpoint: Endpoint) -> Endpoint:
    """The same endpoint; its problems are told as OpenAI's errors, status and headers the same."""

    async def translated(request: Request, orchestrations: Orchestrations) -> Response:
        response = await endpoint(request, orchestrations)
        if not response.headers.get("content-type", "").startswith(PROBLEM):
            return response
        problem = Problem.model_validate_json(response.body)
        kept = {
            name: value
            for name, value in response.headers.items()
            if name.lower() not in OF_THE_FORM
        }
        error = CompletionError(error=_fault(problem))
        text = error.model_dump_json().translate(AS_NO_MARKUP)
        return Response(text, response.status_code, kept, media_type="application/json")

    return translated


def fault_of(code: ErrorCode | Restarted, message: str) -> CompletionFault:
    """Of a run that failed after its stream had begun."""
    return CompletionFault(
        message=message,
        type="server_error" if code == RESTARTED else _type(STATUS.get(code, 500)),
        param=None,
        code=AS_OPENAI_SAYS.get(code, code),
    )


def _fault(problem: Problem) -> CompletionFault:
    fields = problem.errors or ()
    at_fault = [f"{_param(each.pointer)}: {each.message}" for each in fields]
    return CompletionFault(
        message=" ".join([problem.detail, *at_fault]),
        type=_type(problem.status),
        param=_param(fields[0].pointer) if fields else None,
        code=AS_OPENAI_SAYS.get(problem.code, problem.code),
    )


def _type(status: int) -> str:
    return OF_STATUS.get(status, "server_error" if status >= 500 else "invalid_request_error")


def _param(pointer: str) -> str:
    """`/messages/0/content` as OpenAI writes it: `messages[0].content`."""
    parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    dotted = ".".join(f"[{part}]" if part.isdecimal() else part for part in parts)
    return re.sub(r"\.\[", "[", dotted)
