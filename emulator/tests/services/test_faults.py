"""Failures on demand, seen by a client over TLS."""

import asyncio
from email.utils import parsedate_to_datetime

import aiohttp
import pytest
from aiohttp import web

from emulator.services.serving import RunningService, ServiceContext
from emulator.tests.services.conftest import StartService

GO_ON = web.AppKey("go_on", asyncio.Event)


@pytest.fixture
async def echo(start_service: StartService) -> RunningService:
    return await start_service(create_echo, "echo")


def create_echo(_: ServiceContext) -> web.Application:
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", answer)
    app.router.add_get("/stream", stream)
    app.router.add_post("/go-on", go_on)
    app[GO_ON] = asyncio.Event()
    return app


async def answer(request: web.Request) -> web.Response:
    return web.json_response({"path": request.path, "body": await request.text()})


async def stream(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    await response.write(b"one ")
    # The client reads the first chunk before it can learn of the cut.
    await request.app[GO_ON].wait()
    await response.write(b"two two two ")
    await response.write(b"three")
    return response


async def go_on(request: web.Request) -> web.Response:
    request.app[GO_ON].set()
    return web.Response(status=204)


async def add_fault(http: aiohttp.ClientSession, service: RunningService, **fault: object) -> None:
    async with http.post(f"{service.url}/_emulator/faults", json=fault) as answer:
        assert answer.status == 201, await answer.text()


async def statuses(http: aiohttp.ClientSession, *urls: str) -> list[int]:
    seen = []
    for url in urls:
        async with http.get(url) as response:
            seen.append(response.status)
    return seen


async def test_the_next_n_requests_fail_with_the_status_and_retry_after(
    echo: RunningService, http: aiohttp.ClientSession
) -> None:
    await add_fault(http, echo, count=2, status=429, retryAfter=0.25)
    async with http.get(f"{echo.url}/a") as response:
        assert response.status == 429
        assert response.headers["Retry-After"] == "0.25"
        assert response.headers["x-ms-retry-after-ms"] == "250"
        assert (await response.json())["error"]["code"] == "TooManyRequests"
    assert await statuses(http, f"{echo.url}/a", f"{echo.url}/a") == [429, 200]


async def test_the_wait_may_be_told_as_a_date(
    echo: RunningService, http: aiohttp.ClientSession
) -> None:
    await add_fault(http, echo, status=503, retryAfter=90, retryDate=True)
    async with http.get(f"{echo.url}/a") as response:
        told = [parsedate_to_datetime(response.headers[name]) for name in ("Retry-After", "Date")]
        assert (told[0] - told[1]).total_seconds() == 90


async def test_a_fault_hits_only_the_path_and_method_it_names(
    echo: RunningService, http: aiohttp.ClientSession
) -> None:
    await add_fault(http, echo, status=503, path="/docs", method="post")
    assert await statuses(http, f"{echo.url}/docs", f"{echo.url}/other") == [200, 200]
    async with http.post(f"{echo.url}/docs") as response:
        assert response.status == 503


async def test_a_delay_alone_leaves_the_answer_right(
    echo: RunningService, http: aiohttp.ClientSession
) -> None:
    await add_fault(http, echo, delayMs=20)
    async with http.post(f"{echo.url}/x", data="hola") as response:
        assert await response.json() == {"path": "/x", "body": "hola"}


@pytest.mark.parametrize("ending", ["delays", "faults"])
async def test_a_delay_can_be_ended(
    echo: RunningService, http: aiohttp.ClientSession, ending: str
) -> None:
    await add_fault(http, echo, delayMs=3_600_000)
    late = asyncio.create_task(statuses(http, f"{echo.url}/x"))
    await taken(http, echo)
    await http.delete(f"{echo.url}/_emulator/{ending}")
    assert await late == [200]


async def taken(http: aiohttp.ClientSession, service: RunningService) -> None:
    """Wait until every fault has hit its request."""
    async with asyncio.timeout(60):
        while True:
            async with http.get(f"{service.url}/_emulator/faults") as response:
                if (await response.json())["faults"] == []:
                    return
            await asyncio.sleep(0.01)


async def test_a_cut_before_the_answer_is_a_lost_connection(
    echo: RunningService, http: aiohttp.ClientSession
) -> None:
    await add_fault(http, echo, cut="before")
    with pytest.raises(aiohttp.ClientConnectionError):
        await http.post(f"{echo.url}/x")


async def test_a_cut_in_the_middle_shortens_a_plain_body(
    echo: RunningService, http: aiohttp.ClientSession
) -> None:
    await add_fault(http, echo, cut="mid")
    async with http.post(f"{echo.url}/x", data="a long body" * 50) as response:
        assert response.status == 200
        with pytest.raises(aiohttp.ClientPayloadError):
            await response.read()


async def test_a_cut_in_the_middle_lets_the_first_chunk_of_a_stream_pass(
    echo: RunningService, http: aiohttp.ClientSession
) -> None:
    await add_fault(http, echo, cut="mid")
    async with http.get(f"{echo.url}/stream") as response:
        assert await response.content.readexactly(4) == b"one "
        await http.post(f"{echo.url}/go-on")
        with pytest.raises(aiohttp.ClientPayloadError):
            await response.read()
    assert await statuses(http, f"{echo.url}/stream") == [200]


@pytest.mark.parametrize("header", ["429", '{"status": 429}'])
async def test_the_header_makes_one_request_fail(
    echo: RunningService, http: aiohttp.ClientSession, header: str
) -> None:
    async with http.get(f"{echo.url}/x", headers={"x-emulator-fault": header}) as response:
        assert response.status == 429
    assert await statuses(http, f"{echo.url}/x") == [200]


async def test_a_header_that_cannot_be_understood_answers_400(
    echo: RunningService, http: aiohttp.ClientSession
) -> None:
    async with http.get(f"{echo.url}/x", headers={"x-emulator-fault": "soon"}) as response:
        assert response.status == 400


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        ({"statos": 429}, "Unknown field 'statos'"),
        ({"count": 0}, '"count" is a whole number of at least 1.'),
        ({"cut": "after"}, '"cut" is "before" or "mid".'),
        ([], "A fault is a JSON object or a status such as 429."),
    ],
)
async def test_a_fault_that_makes_no_sense_is_refused(
    echo: RunningService, http: aiohttp.ClientSession, fault: object, complaint: str
) -> None:
    async with http.post(f"{echo.url}/_emulator/faults", json=fault) as response:
        assert response.status == 400
        assert complaint in (await response.json())["error"]["message"]


async def test_waiting_faults_are_listed_and_cleared(
    echo: RunningService, http: aiohttp.ClientSession
) -> None:
    admin = f"{echo.url}/_emulator/faults"
    await add_fault(http, echo, status=500, count=3)
    async with http.get(admin) as response:
        assert await response.json() == {"faults": [{"count": 3, "status": 500}]}
    async with http.delete(admin) as response:
        assert response.status == 204
    assert await statuses(http, f"{echo.url}/x") == [200]


async def test_calls_are_counted_by_path_and_reset(
    echo: RunningService, http: aiohttp.ClientSession
) -> None:
    calls = f"{echo.url}/_emulator/calls"
    await statuses(http, f"{echo.url}/a", f"{echo.url}/a?x=1", f"{echo.url}/b")
    async with http.get(calls) as response:
        assert await response.json() == {"total": 3, "byPath": {"GET /a": 2, "GET /b": 1}}
    await http.delete(calls)
    async with http.get(calls) as response:
        assert await response.json() == {"total": 0, "byPath": {}}


async def test_health_names_the_service_even_while_a_fault_waits(
    echo: RunningService, http: aiohttp.ClientSession
) -> None:
    await add_fault(http, echo, status=500)
    async with http.get(f"{echo.url}/_emulator/health") as response:
        assert await response.json() == {"service": "echo", "status": "ready"}
