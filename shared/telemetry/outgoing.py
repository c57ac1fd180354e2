"""Requests that go out: the trace goes on in the services that the operator has named.

Not in those that agents call by addresses of their own: what `http` sends holds nothing of ours.
"""

from types import SimpleNamespace
from typing import Any

import aiohttp
from azure.core.pipeline import PipelineRequest
from azure.core.pipeline.policies import SansIOHTTPPolicy
from opentelemetry.trace import Span, SpanKind, use_span

from shared.telemetry import names
from shared.telemetry.context import TRACEPARENT, traceparent
from shared.telemetry.recording import error_type, known, mark_failed, recorder


class TraceparentPolicy(SansIOHTTPPolicy[Any, Any]):
    """For the clients of Azure's SDKs."""

    def on_request(self, request: PipelineRequest[Any]) -> None:
        if (written := traceparent()) is not None:
            request.http_request.headers[TRACEPARENT] = written


async def send_traceparent(request: Any) -> None:
    """An event hook of httpx: for the clients of the models' SDKs."""
    if (written := traceparent()) is not None:
        request.headers[TRACEPARENT] = written


def traced_requests() -> aiohttp.TraceConfig:
    """For sessions of aiohttp: each request is a span, and says so to whoever answers."""
    config = aiohttp.TraceConfig()
    config.on_request_start.append(_begin)
    config.on_request_end.append(_end)
    config.on_request_exception.append(_fail)
    return config


async def _begin(
    session: aiohttp.ClientSession, about: SimpleNamespace, sent: aiohttp.TraceRequestStartParams
) -> None:
    """Of the address only the host: paths and queries hold ids, names and words."""
    if (found := recorder()) is None:
        return
    about.span = found.tracer.start_span(
        sent.method,
        kind=SpanKind.CLIENT,
        attributes=known(
            {
                names.HTTP_METHOD: sent.method,
                names.SERVER_ADDRESS: sent.url.host,
                names.SERVER_PORT: sent.url.port,
            }
        ),
    )
    with use_span(about.span):
        sent.headers[TRACEPARENT] = traceparent() or ""


async def _end(
    session: aiohttp.ClientSession, about: SimpleNamespace, came: aiohttp.TraceRequestEndParams
) -> None:
    span: Span | None = getattr(about, "span", None)
    if span is None:
        return
    span.set_attribute(names.HTTP_STATUS, came.response.status)
    if came.response.status >= 400:
        mark_failed(span, str(came.response.status))
    span.end()


async def _fail(
    session: aiohttp.ClientSession, about: SimpleNamespace, met: aiohttp.TraceRequestExceptionParams
) -> None:
    span: Span | None = getattr(about, "span", None)
    if span is not None:
        mark_failed(span, error_type(met.exception))
        span.end()
