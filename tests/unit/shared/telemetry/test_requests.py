"""Requests that come in and go out."""

import socket
from collections.abc import AsyncGenerator
from types import SimpleNamespace

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from azurefunctions.extensions.http.fastapi import Request, Response, StreamingResponse
from opentelemetry.trace import SpanKind

from api import problems
from shared.errors import ErpError, NotFoundError, QuotaExceededError, StoreError
from shared.packs import FolderPacks
from shared.ports import Orchestrations, ToolInvocation
from shared.telemetry import names
from shared.telemetry.context import parent_of, traceparent
from shared.telemetry.outgoing import TraceparentPolicy, send_traceparent, traced_requests
from shared.telemetry.recording import span
from shared.telemetry.requests import Endpoint, delivery, traced_endpoint
from shared.tools.rest import RestTools
from tests.fakes.http import read, request
from tests.fakes.services import FakeOrchestrations
from tests.fakes.telemetry import telling
from tests.fakes.world import ANA, PACKS

ROUTE = "conversations/{id}/messages"
NAME = "POST /api/conversations/{id}/messages"
CALLERS = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331"
TOOLS = FolderPacks(PACKS).get(FolderPacks(PACKS).current).tools


def answering(response: Response) -> Endpoint:
    async def endpoint(request: Request, orchestrations: Orchestrations) -> Response:
        return response

    return endpoint


async def answered(endpoint: Endpoint, traceparent: str | None = None) -> Response:
    headers = {"x-canary": "canary", "authorization": "Bearer canary"}
    headers |= {"traceparent": traceparent} if traceparent else {}
    asked = request("POST", path={"id": "canary"}, query={"q": "canary"}, headers=headers)
    return await traced_endpoint("POST", ROUTE, endpoint)(asked, FakeOrchestrations())


async def test_a_request_is_told_by_its_method_and_the_template_of_its_route() -> None:
    with telling() as told:
        await answered(answering(Response(status_code=202, headers={"x-run-id": "01RUN"})))
        asked = told.span(NAME)
    assert asked.kind is SpanKind.SERVER
    assert asked.parent is None
    assert told.about(NAME) == {
        names.HTTP_METHOD: "POST",
        names.HTTP_ROUTE: "/api/conversations/{id}/messages",
        names.HTTP_STATUS: 202,
        names.RUN: "01RUN",
    }
    assert "canary" not in asked.to_json()


@pytest.mark.parametrize("flags", ["00", "01"])
async def test_it_goes_on_with_the_callers_trace_whether_that_is_recorded_or_not(
    flags: str,
) -> None:
    with telling() as told:
        await answered(answering(Response()), f"{CALLERS}-{flags}")
    asked = told.span(NAME)
    assert asked.parent is not None
    assert f"00-{asked.context.trace_id:032x}-{asked.parent.span_id:016x}" == CALLERS


async def test_a_caller_cannot_have_a_trace_recorded_that_is_not_sampled() -> None:
    seen: list[str | None] = []

    async def endpoint(request: Request, orchestrations: Orchestrations) -> Response:
        seen.append(traceparent())
        return Response()

    with telling(ratio=0.0) as told:
        await answered(endpoint, f"{CALLERS}-01")
    assert told.spans == ()
    # And the steps of the run that it starts know it.
    assert seen[0] is not None
    assert (context := parent_of(seen[0], remote=False)) is not None
    assert context.trace_flags == 0


async def test_a_stream_is_told_when_it_has_ended() -> None:
    async def pieces() -> AsyncGenerator[bytes]:
        yield b"one"
        yield b"two"

    with telling() as told:
        response = await answered(answering(StreamingResponse(pieces())))
        assert told.spans == ()
        assert (await read(response)).body == b"onetwo"
        assert told.span(NAME)


async def test_a_stream_whose_client_hangs_up_is_closed_and_told() -> None:
    closed: list[bool] = []

    async def pieces() -> AsyncGenerator[bytes]:
        try:
            while True:
                yield b"more"
        finally:
            closed.append(True)

    with telling() as told:
        response = await answered(answering(StreamingResponse(pieces())))
        assert isinstance(response, StreamingResponse)
        body = response.body_iterator
        assert isinstance(body, AsyncGenerator)
        await anext(body)
        await body.aclose()
        assert closed == [True]
        assert told.span(NAME)


async def test_a_defect_and_a_service_that_is_away_are_errors_a_refusal_is_none() -> None:
    for status, failed in ((404, False), (503, True)):
        with telling() as told:
            await answered(answering(Response(status_code=status)))
            assert told.span(NAME).status.is_ok is not failed


async def test_refusals_are_counted_by_code_and_those_for_a_quota_apart() -> None:
    async def refusing(request: Request, orchestrations: Orchestrations) -> Response:
        problems.refused(NotFoundError("run_not_found"), "es", "corr")
        return problems.unavailable(QuotaExceededError(60, "quota_session"), "es", "corr")

    with telling() as told:
        await answered(refusing)
        counted = told.points("eira.errors")
        assert told.points("eira.quota.refusals") == [({names.QUOTA: "quota_session"}, 1)]
        assert told.about(NAME)[names.ERROR_CODE] == "QUOTA_EXCEEDED"
    assert [(about[names.ERROR_CODE], value) for about, value in counted] == [
        ("NOT_FOUND", 1),
        ("QUOTA_EXCEEDED", 1),
    ]


def test_an_event_that_is_delivered_is_a_trace_of_its_own_and_says_nothing_of_the_event() -> None:
    with telling() as told:
        with (
            span("elsewhere", SpanKind.INTERNAL, {}),
            pytest.raises(StoreError),
            delivery("erp_event"),
        ):
            raise StoreError("canary")
        processed = told.span("process erp_event")
    assert processed.parent is None
    assert told.about("process erp_event")[names.ERROR_TYPE] == "STORE_UNAVAILABLE"
    assert "canary" not in processed.to_json()


async def test_looking_whether_the_app_lives_is_not_told() -> None:
    endpoint = answering(Response())
    assert traced_endpoint("GET", "health", endpoint) is endpoint


async def test_where_nothing_is_told_an_answer_is_what_it_was() -> None:
    response = Response()
    assert await answered(answering(response)) is response


async def called(handler_status: int | None) -> tuple[list[str], ToolInvocation]:
    """What the ERP saw of the trace; with no status, there is no ERP."""
    seen: list[str] = []

    async def handle(asked: web.Request) -> web.StreamResponse:
        seen.append(asked.headers.get("traceparent", ""))
        return web.json_response({"id": "T-1"}, status=handler_status or 200)

    async def token() -> str:
        return "made-up-token"

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    call = ToolInvocation(TOOLS["createTask"], {"title": "canary"}, ANA, "corr-1")
    # Nobody listens there, and nobody else can begin to.
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        async with TestServer(app) as server:
            port = server.port if handler_status else silent.getsockname()[1]
            address = f"http://127.0.0.1:{port}/canary"
            tools = RestTools(address, token, watchers=[traced_requests()])
            with span("step", SpanKind.INTERNAL, {}):
                try:
                    await tools.call(call)
                except ErpError:
                    assert handler_status is None
                finally:
                    await tools.close()
    return seen, call


async def test_the_erp_is_told_the_span_that_asks_it() -> None:
    with telling() as told:
        seen, _ = await called(201)
        posted = told.span("POST")
    assert told.parent("POST") == "step"
    assert seen == [f"00-{posted.context.trace_id:032x}-{posted.context.span_id:016x}-01"]
    assert told.about("POST")[names.HTTP_STATUS] == 201
    assert told.about("POST")[names.SERVER_ADDRESS] == "127.0.0.1"
    assert "canary" not in posted.to_json()


async def test_an_erp_that_refuses_or_cannot_be_reached_is_an_error() -> None:
    for status, kind in ((409, "409"), (None, "ClientConnectorError")):
        with telling() as told:
            await called(status)
            assert told.about("POST")[names.ERROR_TYPE] == kind


async def test_models_and_cerebro_are_told_the_span_that_asks_them() -> None:
    to_a_model = SimpleNamespace(headers={})
    to_cerebro = SimpleNamespace(http_request=SimpleNamespace(headers={}))
    with telling(), span("step", SpanKind.INTERNAL, {}):
        within = traceparent()
        await send_traceparent(to_a_model)
        TraceparentPolicy().on_request(to_cerebro)  # type: ignore[arg-type]
    assert to_a_model.headers == to_cerebro.http_request.headers == {"traceparent": within}


async def test_outside_of_a_trace_they_are_told_nothing() -> None:
    outside = SimpleNamespace(headers={})
    await send_traceparent(outside)
    assert outside.headers == {}
