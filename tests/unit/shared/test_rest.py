"""REST tools against a small ERP of our own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from azure.core.exceptions import ClientAuthenticationError

from shared.contracts.tools import RestCall, ToolContract
from shared.contracts.wording import WORDING
from shared.errors import ErpError
from shared.packs import FolderPacks
from shared.ports import ToolAnswered, ToolInvocation, ToolRefused
from shared.tools.breaker import FAILURES, PAUSE_SECONDS, CircuitBreaker
from shared.tools.rest import RestTools
from tests.fakes.samples import TASK_ARGS
from tests.fakes.world import ANA, PACKS

TOOLS = FolderPacks(PACKS).get(FolderPacks(PACKS).current).tools
CREATE, FIND = TOOLS["createTask"], TOOLS["findTasks"]
TOKEN = "made-up-token"

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def give_token() -> str:
    return TOKEN


@asynccontextmanager
async def erp(
    handler: Handler,
    token: Callable[[], Awaitable[str]] = give_token,
    breaker: CircuitBreaker | None = None,
) -> AsyncIterator[RestTools]:
    app = web.Application()
    app.router.add_route("*", "/api/{path:.*}", handler)
    async with TestServer(app) as server:
        tools = RestTools(str(server.make_url("/api/")), token, breaker)
        yield tools
        await tools.close()


def invocation(contract: ToolContract = CREATE, **changes: object) -> ToolInvocation:
    args = changes or TASK_ARGS
    return ToolInvocation(
        contract=contract, args=dict(args), caller=ANA, correlation_id="corr-1", language="es",
        key="effect-1",
    )  # fmt: skip


def answering(status: int, body: object, headers: dict[str, str] | None = None) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        if isinstance(body, str):
            return web.Response(text=body, status=status, headers=headers)
        return web.json_response(body, status=status, headers=headers)

    return handle


async def failure(handler: Handler, contract: ToolContract = CREATE) -> ErpError:
    async with erp(handler) as tools:
        with pytest.raises(ErpError) as caught:
            await tools.call(invocation(contract))
    return caught.value


async def test_a_post_sends_the_arguments_and_says_who_asks() -> None:
    seen: list[tuple[str, object, Mapping[str, str]]] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        seen.append((request.path_qs, await request.json(), request.headers))
        return web.json_response({"id": "T-1"}, status=201)

    async with erp(handle) as tools:
        assert await tools.call(invocation()) == ToolAnswered({"id": "T-1"})
    ((path, body, headers),) = seen
    assert (path, body) == ("/api/tasks", TASK_ARGS)
    assert headers["Authorization"] == f"Bearer {TOKEN}"
    assert headers["Idempotency-Key"] == "effect-1"
    assert (headers["x-tenant-id"], headers["x-user-id"]) == (ANA.tenant_id, ANA.user_id)
    assert headers["x-correlation-id"] == "corr-1"


async def test_a_get_asks_by_query_and_sends_no_key() -> None:
    seen: list[tuple[str, bytes, bool]] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        seen.append((request.path_qs, await request.read(), "Idempotency-Key" in request.headers))
        return web.json_response({"items": []})

    async with erp(handle) as tools:
        await tools.call(invocation(FIND, status="a b&c", priority=None))
    assert seen == [("/api/tasks?status=a+b%26c", b"", False)]


async def test_an_argument_in_the_path_cannot_leave_its_place() -> None:
    seen: list[str] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        seen.append(request.raw_path)
        return web.json_response({})

    call = RestCall(method="GET", path="/tasks/{id}")
    async with erp(handle) as tools:
        await tools.call(invocation(CREATE.model_copy(update={"request": call}), id="../users?x=1"))
    assert seen == ["/api/tasks/..%2Fusers%3Fx=1"]


async def test_the_query_of_an_effect_asks_by_its_key() -> None:
    seen: list[str] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        seen.append(request.path_qs)
        return web.json_response({"items": [{"id": "T-1"}]})

    async with erp(handle) as tools:
        assert await tools.find(invocation()) == {"id": "T-1"}
    assert seen == ["/api/tasks?idempotencyKey=effect-1"]


@pytest.mark.parametrize(
    ("record", "found"),
    [
        ({"id": "T 1/2", "assignee": "Marta", "priority": "alta", "title": "x"}, True),
        ({"id": "T 1/2", "assignee": "Marta", "priority": "media", "title": "x"}, False),
        ({"id": "T 1/2", "priority": "alta", "title": "x"}, False),
    ],
)
async def test_a_change_was_made_when_the_record_is_as_it_was_to_become(
    record: dict[str, str], found: bool
) -> None:
    seen: list[tuple[str, str]] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        seen.append((request.method, request.raw_path))
        return web.json_response(record)

    change = invocation(TOOLS["updateTask"], id="T 1/2", assignee="Marta", priority="alta")
    async with erp(handle) as tools:
        assert await tools.find(change) == (record if found else None)
    assert seen == [("GET", "/api/tasks/T%201%2F2")]


async def test_a_change_names_the_record_in_its_path_and_the_rest_in_its_body() -> None:
    seen: list[tuple[str, str, object, str]] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        key = request.headers["Idempotency-Key"]
        seen.append((request.method, request.raw_path, await request.json(), key))
        return web.json_response({"id": "T-1"})

    async with erp(handle) as tools:
        await tools.call(invocation(TOOLS["updateTask"], id="T-1", assignee="Marta"))
    assert seen == [("PATCH", "/api/tasks/T-1", {"assignee": "Marta"}, "effect-1")]


async def test_a_query_that_finds_nothing_says_so() -> None:
    async with erp(answering(200, {"items": []})) as tools:
        assert await tools.find(invocation()) is None


@pytest.mark.parametrize("status", [404, 429, 500])
async def test_a_query_that_is_refused_tells_nothing(status: int) -> None:
    async with erp(answering(status, {})) as tools:
        with pytest.raises(ErpError):
            await tools.find(invocation())


@pytest.mark.parametrize("status", [400, 403, 404, 409, 422])
async def test_a_no_of_the_erp_is_a_value_in_its_words(status: int) -> None:
    async with erp(answering(status, {"title": "No", "detail": "el proyecto no existe"})) as tools:
        assert await tools.call(invocation()) == ToolRefused(status, "el proyecto no existe")


@pytest.mark.parametrize("body", ["", "<html>Not here</html>", {}])
@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (400, "erp_refused"),
        (401, "erp_forbids"),
        (403, "erp_forbids"),
        (404, "erp_has_none"),
        (409, "erp_conflict"),
        (422, "erp_refused"),
    ],
)
async def test_a_no_without_words_is_told_in_ours(status: int, reason: str, body: object) -> None:
    async with erp(answering(status, body)) as tools:
        assert await tools.call(invocation()) == ToolRefused(status, reason)
    assert reason in WORDING


async def test_a_redirect_is_not_followed_and_not_taken_for_an_answer() -> None:
    headers = {"Location": "https://elsewhere.example/"}
    async with erp(answering(302, "moved", headers)) as tools:
        assert await tools.call(invocation()) == ToolRefused(302, "erp_refused")


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
@pytest.mark.parametrize("body", [{}, "<html>Bad gateway</html>"])
async def test_a_server_that_fails_may_have_acted(status: int, body: object) -> None:
    error = await failure(answering(status, body))
    assert error.sent
    assert str(status) in str(error)


@pytest.mark.parametrize("body", [{}, "slow down"])
async def test_a_rate_limit_means_that_nothing_was_done(body: object) -> None:
    error = await failure(answering(429, body, {"Retry-After": "3"}))
    assert (error.sent, error.retry_after) == (False, 3.0)


@pytest.mark.parametrize("status", [429, 500, 503])
@pytest.mark.parametrize(
    ("advice", "seconds"),
    [
        ("Wed, 21 Oct 2026 07:28:00 GMT", 60.0),
        ("Wed, 21 Oct 2026 07:27:00 GMT", None),
        ("Tue, 20 Oct 2026 07:28:00 GMT", None),
        ("soon", None),
        ("-5", None),
        ("²", None),
        ("120", 120.0),
    ],
)
async def test_advice_is_a_number_or_a_date_ahead_by_the_erps_own_clock(
    status: int, advice: str, seconds: float | None
) -> None:
    headers = {"Retry-After": advice, "Date": "Wed, 21 Oct 2026 07:27:00 GMT"}
    error = await failure(answering(status, {}, headers))
    assert error.retry_after == seconds


async def test_calls_wait_for_the_one_that_tries_an_erp_that_was_down() -> None:
    clock, arrived, released = [0.0], asyncio.Event(), asyncio.Event()
    statuses = [503] * FAILURES

    async def recover(request: web.Request) -> web.StreamResponse:
        if statuses:
            return web.Response(status=statuses.pop())
        arrived.set()
        await released.wait()
        return web.json_response({"id": "T-7"}, status=201)

    async with erp(recover, breaker=CircuitBreaker(lambda: clock[0])) as tools:
        for _ in range(FAILURES):
            with pytest.raises(ErpError):
                await tools.call(invocation())
        clock[0] += PAUSE_SECONDS
        first = asyncio.create_task(tools.call(invocation()))
        await arrived.wait()
        others = [asyncio.create_task(tools.call(invocation())) for _ in range(2)]
        await asyncio.sleep(0)
        assert not any(each.done() for each in others)
        released.set()
        answers = await asyncio.gather(first, *others)
    assert answers == [ToolAnswered({"id": "T-7"})] * 3


async def test_an_answer_that_is_no_json_may_have_been_an_effect() -> None:
    assert (await failure(answering(201, "created!"))).sent


async def test_a_connection_that_breaks_may_have_been_an_effect() -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    assert (await failure(cut)).sent


async def test_an_answer_that_does_not_come_in_time_may_have_been_an_effect() -> None:
    released = asyncio.Event()

    async def slow(request: web.Request) -> web.StreamResponse:
        await released.wait()
        return web.json_response({})

    impatient = CREATE.model_copy(update={"timeout_ms": 100})
    async with erp(slow) as tools:
        with pytest.raises(ErpError) as caught:
            await tools.call(invocation(impatient))
        released.set()
    assert caught.value.sent


async def test_an_erp_that_is_not_there_was_not_reached() -> None:
    tools = RestTools("http://127.0.0.1:1", give_token)
    with pytest.raises(ErpError) as caught:
        await tools.call(invocation())
    await tools.close()
    assert not caught.value.sent


async def test_an_erp_that_does_not_answer_is_soon_left_alone() -> None:
    arrived: list[str] = []

    async def cut(request: web.Request) -> web.StreamResponse:
        arrived.append(request.path)
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    async with erp(cut) as tools:
        sent = []
        for _ in range(FAILURES + 2):
            with pytest.raises(ErpError) as caught:
                await tools.call(invocation())
            sent.append(caught.value.sent)
    assert sent == [True] * FAILURES + [False] * 2
    assert len(arrived) == FAILURES


@pytest.mark.parametrize("status", [429, 500, 502, 504])
async def test_an_erp_that_answers_its_failures_is_not_left_alone(status: int) -> None:
    async with erp(answering(status, {})) as tools:
        for _ in range(FAILURES + 2):
            with pytest.raises(ErpError) as caught:
                await tools.call(invocation())
            assert str(status) in str(caught.value)


async def test_an_erp_that_says_that_it_is_down_is_soon_left_alone() -> None:
    """Whether it is called or asked what became of a call."""
    arrived: list[str] = []

    async def down(request: web.Request) -> web.StreamResponse:
        arrived.append(request.path)
        return web.Response(status=503, headers={"Retry-After": "30"})

    async with erp(down) as tools:
        for number in range(FAILURES + 2):
            with pytest.raises(ErpError) as caught:
                await (tools.find if number % 2 else tools.call)(invocation())
            assert caught.value.retry_after == (30 if number < FAILURES else None)
    assert len(arrived) == FAILURES


async def test_without_a_token_nothing_is_sent() -> None:
    async def refuse() -> str:
        raise ClientAuthenticationError("no identity")

    async with erp(answering(201, {}), refuse) as tools:
        with pytest.raises(ErpError) as caught:
            await tools.call(invocation())
    assert not caught.value.sent


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_no_error_holds_the_token_or_what_was_said(status: int) -> None:
    error = await failure(answering(status, {"detail": f"Bearer {TOKEN} revisar contrato ACME"}))
    assert TOKEN not in str(error)
    assert "ACME" not in str(error)
    assert error.as_failure().message == "erp_unavailable"
