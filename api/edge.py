"""The edge of the app: who is asking, in which language, and what an error looks like."""

import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import uuid4

from azurefunctions.extensions.http.fastapi import Request, Response

from api import problems
from api.negotiation import weighted
from shared.contracts.identity import Caller, Language
from shared.errors import DependencyError, NotFoundError, RequestError, UnauthenticatedError
from shared.ports import Dependencies, Orchestrations

log = logging.getLogger("eira.http")

SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}
"""What is answered is what its type says, whatever a browser would make of its content: no page, in
nobody's frame, over nothing but TLS (OWASP REST Security Cheat Sheet, Security Headers)."""
EXPOSED = {
    "Access-Control-Expose-Headers": (
        "ETag, Location, Retry-After, x-correlation-id, x-run-id, "
        "X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset"
    )
}
"""What a page of another origin may read, where the host lets it ask at all (CORS)."""
NOT_KEPT = {"Cache-Control": "no-store"}
"""Answers are for one person; streams say more about caching themselves."""
PRINCIPAL = "x-ms-client-principal"
IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,100}")
UNKNOWN = {
    "id": "conversation_not_found",
    "runId": "run_not_found",
    "approvalId": "approval_not_found",
    "flowId": "flow_not_found",
    "version": "flow_version_not_found",
}
CORRELATION_ID = re.compile(r"[\w.:-]{1,128}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Call:
    """One authenticated request."""

    request: Request
    caller: Caller
    language: Language
    correlation_id: str
    deps: Dependencies
    orchestrations: Orchestrations

    def path(self, name: str) -> str:
        """An id in the path. Raises NotFoundError for what no id of ours looks like, which a store
        need not be asked for (Cosmos DB refuses some characters)."""
        value = str(self.request.path_params[name])
        if not IDENTIFIER.fullmatch(value):
            raise NotFoundError(UNKNOWN[name])
        return value


type Handler = Callable[[Call], Awaitable[Response]]
type Endpoint = Callable[[Request, Orchestrations], Awaitable[Response]]


def authenticated(handler: Handler, get_dependencies: Callable[[], Dependencies]) -> Endpoint:
    """Put the edge around a handler: every answer has a correlation id, every error its form."""

    async def endpoint(request: Request, orchestrations: Orchestrations) -> Response:
        correlation_id = correlation_id_of(request)
        language = language_of(request)
        try:
            deps = get_dependencies()
            caller = await _caller(request, deps)
            call = Call(request, caller, language, correlation_id, deps, orchestrations)
            response = await handler(call)
        except RequestError as error:
            response = problems.refused(error, language, correlation_id)
        except DependencyError as error:
            log.warning("correlation=%s %s", correlation_id, error)
            response = problems.unavailable(error, language, correlation_id)
        except Exception:
            # The edge is the one place where a defect becomes an answer (rule 6).
            log.exception("correlation=%s defect", correlation_id)
            response = problems.broken(language, correlation_id)
        about = SAFE_HEADERS | EXPOSED | {"x-correlation-id": correlation_id}
        if "cache-control" not in response.headers:
            about |= NOT_KEPT
        response.headers.update(about)
        return response

    return endpoint


def correlation_id_of(request: Request) -> str:
    """The caller's own id, if it is one that may stand in a log line; else a new one."""
    given = str(request.headers.get("x-correlation-id", ""))
    return given if CORRELATION_ID.fullmatch(given) else uuid4().hex


def language_of(request: Request) -> Language:
    """The one of our languages that Accept-Language prefers, at a tie the first; Spanish when it
    names none."""
    best: Language = "es"
    most = 0.0
    for tag, quality in weighted(request.headers.get("accept-language", "")):
        primary = tag.partition("-")[0]
        if primary in ("es", "en") and quality > most:
            best, most = "es" if primary == "es" else "en", quality
    return best


async def _caller(request: Request, deps: Dependencies) -> Caller:
    """Raises UnauthenticatedError, DependencyError."""
    principal = _only(request, PRINCIPAL)
    if deps.principals is not None and principal is not None:
        return deps.principals.read(principal)
    return await deps.tokens.verify(_bearer_token(request))


def _only(request: Request, name: str) -> str | None:
    """Who says twice who is asking is asking for somebody to read the other one."""
    told = request.headers.getlist(name)
    if len(told) > 1:
        raise UnauthenticatedError("token_invalid")
    return str(told[0]) if told else None


def _bearer_token(request: Request) -> str:
    scheme, _, token = (_only(request, "authorization") or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise UnauthenticatedError("token_missing")
    return str(token.strip())
