"""HTTP requests that come in, as spans."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import aclosing, contextmanager
from typing import Any

from azurefunctions.extensions.http.fastapi import Request, Response, StreamingResponse
from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, get_current_span, use_span

from shared.contracts.problems import ErrorCode
from shared.ports import Orchestrations
from shared.telemetry import names
from shared.telemetry.context import TRACEPARENT, parent_of, under
from shared.telemetry.recording import Recorder, error_type, mark_failed, recorder, span

type Endpoint = Callable[[Request, Orchestrations], Awaitable[Response]]

UNTOLD = frozenset({"health", "openapi.json"})
"""Routes that are asked by machines, often, and lead nowhere."""


def traced_endpoint(method: str, route: str, endpoint: Endpoint) -> Endpoint:
    """The endpoint, each request of which is a span: in the caller's trace, if it names one, until
    the last byte of a stream. Of the request its method and the route's template are told: a path
    holds ids, and a query or a header may hold anything."""
    if route in UNTOLD:
        return endpoint

    async def traced(request: Request, orchestrations: Orchestrations) -> Response:
        found = recorder()
        if found is None:
            return await endpoint(request, orchestrations)
        begun = _begin(found, method, f"/api/{route}", request)
        try:
            with use_span(begun, record_exception=False, set_status_on_exception=False):
                response = await endpoint(request, orchestrations)
        except BaseException as error:
            mark_failed(begun, error_type(error))
            begun.end()
            raise
        _answered(begun, response)
        if isinstance(response, StreamingResponse):
            response.body_iterator = _until_sent(response.body_iterator, begun)
        else:
            begun.end()
        return response

    return traced


def _begin(found: Recorder, method: str, route: str, request: Request) -> Span:
    caller = parent_of(request.headers.get(TRACEPARENT), remote=True)
    return found.tracer.start_span(
        f"{method} {route}",
        under(caller),
        SpanKind.SERVER,
        {names.HTTP_METHOD: method, names.HTTP_ROUTE: route},
    )


def _answered(begun: Span, response: Response) -> None:
    begun.set_attribute(names.HTTP_STATUS, response.status_code)
    if (run_id := response.headers.get("x-run-id")) is not None:
        begun.set_attribute(names.RUN, run_id)
    if response.status_code >= 500:
        mark_failed(begun, str(response.status_code))


async def _until_sent(pieces: Any, begun: Span) -> AsyncGenerator[Any]:
    """Ends the span with the stream, also with one whose client has hung up."""
    try:
        if isinstance(pieces, AsyncGenerator):
            async with aclosing(pieces):
                async for piece in pieces:
                    yield piece
        else:
            async for piece in pieces:
                yield piece
    finally:
        begun.end()


@contextmanager
def delivery(function: str) -> Iterator[None]:
    """An event that is handed to a function: the root of a trace of its own."""
    with span(f"process {function}", SpanKind.CONSUMER, {}, Context()):
        yield


def refused_with(code: ErrorCode, message: str) -> None:
    """Count an error that a request is answered with; `message` is a key of the wording, which says
    of a quota whose it is."""
    found = recorder()
    if found is None:
        return
    get_current_span().set_attribute(names.ERROR_CODE, code)
    found.measures.errors.add(1, {names.ERROR_CODE: code, names.ERROR_SOURCE: "request"})
    if code == "QUOTA_EXCEEDED":
        found.measures.refusals.add(1, {names.QUOTA: message})
