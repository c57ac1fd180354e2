"""HTTP functions of an app that streams, through real sockets."""

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator
from io import BytesIO
from urllib.parse import urlsplit

import pytest
from aiohttp import ClientSession

from emulator.tests.host.harness import HostProcess, eventually


def raw_exchange(host: HostProcess, request: bytes) -> bytes:
    """What comes back on a socket until the host closes it, or resets it."""
    address = urlsplit(host.url)
    with socket.create_connection((address.hostname, address.port), timeout=60) as connection:
        connection.sendall(request)
        received = b""
        try:
            while chunk := connection.recv(65536):
                received += chunk
        except ConnectionResetError:
            return received + b"(reset)"
        return received


async def test_a_function_sees_path_query_headers_and_body(
    streaming_host: HostProcess, http: ClientSession
) -> None:
    url = f"{streaming_host.url}/api/echo/1/%C3%A9?q=1&q=2&flag"
    async with http.post(url, data=b"text", headers={"X-Probe": "v"}) as answer:
        seen = await answer.json()
    assert answer.status == 200
    assert seen["method"] == "POST"
    assert seen["parameters"] == {"a": "1", "b": "é"}
    assert seen["query"] == [["q", "1"], ["q", "2"], ["flag", ""]]
    assert seen["body"] == "text"
    headers = dict(seen["headers"])
    assert headers["x-probe"] == "v"
    assert headers["content-length"] == "4"


async def test_headers_of_a_proxy_are_replaced_by_the_hosts_own(
    streaming_host: HostProcess, http: ClientSession
) -> None:
    forged = {
        "X-Forwarded-For": "203.0.113.9",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "pub.example",
        "Forwarded": "for=203.0.113.9",
        "x-ms-invocation-id": "forged",
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    }
    async with http.get(f"{streaming_host.url}/api/echo/1", headers=forged) as answer:
        seen = dict((await answer.json())["headers"])
    assert seen["x-forwarded-for"] == "127.0.0.1"
    assert seen["x-forwarded-proto"] == "http"
    assert seen["x-forwarded-host"] == urlsplit(streaming_host.url).netloc
    assert "forwarded" not in seen
    assert seen["x-ms-invocation-id"] != "forged"
    assert seen["traceparent"] == forged["traceparent"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/ping", 200),
        ("GET", "/API/Ping/", 200),
        ("POST", "/api/ping", 404),
        ("HEAD", "/api/ping", 404),
        ("OPTIONS", "/api/ping", 404),
        ("HEAD", "/api/echo/1", 200),
        ("OPTIONS", "/api/echo/1", 200),
        ("GET", "/api/numbers/-5", 200),
        ("GET", "/api/numbers/abc", 404),
        ("GET", "/api/nosuch", 404),
        ("GET", "/ping", 404),
        ("GET", "/api", 404),
        ("GET", "/api/on_event", 404),
        ("GET", "/", 200),
        ("GET", "/admin/host/ping", 200),
        ("GET", "/admin/nosuch", 404),
    ],
)
async def test_a_request_reaches_what_its_route_says(
    streaming_host: HostProcess, http: ClientSession, method: str, path: str, status: int
) -> None:
    async with http.request(method, streaming_host.url + path) as answer:
        body = await answer.read()
    assert answer.status == status
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    if status == 404:
        assert body == b""
        assert "Content-Type" not in answer.headers


async def test_the_method_chooses_between_functions_of_one_route(
    streaming_host: HostProcess, http: ClientSession
) -> None:
    for method, expected in (("GET", "get"), ("POST", "post")):
        async with http.request(method, f"{streaming_host.url}/api/same") as answer:
            assert await answer.text() == expected
    async with http.put(f"{streaming_host.url}/api/same") as answer:
        assert answer.status == 404


async def test_an_answer_keeps_status_headers_and_every_cookie(
    streaming_host: HostProcess, http: ClientSession
) -> None:
    async with http.get(f"{streaming_host.url}/api/cookies") as answer:
        assert await answer.text() == "body"
    assert answer.status == 418
    assert answer.headers["Content-Type"] == "text/x-probe; charset=utf-8"
    assert [cookie.partition("=")[0] for cookie in answer.headers.getall("Set-Cookie")] == [
        "a",
        "b",
    ]


async def test_an_answer_without_a_content_type_is_not_given_one(
    streaming_host: HostProcess, http: ClientSession
) -> None:
    async with http.get(f"{streaming_host.url}/api/ping") as answer:
        assert await answer.read() == b"pong"
    assert "Content-Type" not in answer.headers


async def test_the_first_chunk_arrives_before_the_generator_goes_on(
    streaming_host: HostProcess, http: ClientSession
) -> None:
    async with http.get(f"{streaming_host.url}/api/stream/gate-truth") as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        assert await answer.content.readany() == b"data: first\n\n"
        # Only now may the generator go on: had anything been held back, this would not end.
        streaming_host.open_gate("gate-truth")
        assert await answer.content.read() == b"data: second\n\n"


async def test_a_client_that_leaves_cancels_the_generator(
    streaming_host: HostProcess, http: ClientSession
) -> None:
    answer = await http.get(f"{streaming_host.url}/api/stream/gate-never")
    await answer.content.readany()
    answer.close()
    await asyncio.to_thread(
        eventually,
        lambda: any(note["gate"] == "gate-never" for note in streaming_host.notes("cancelled")),
    )


async def test_a_function_that_computes_runs_on_when_its_client_leaves(
    streaming_host: HostProcess, http: ClientSession
) -> None:
    def noted(what: str) -> bool:
        return any(note["gate"] == "gate-left" for note in streaming_host.notes(what))

    request = asyncio.create_task(http.get(f"{streaming_host.url}/api/wait/gate-left"))
    await asyncio.to_thread(eventually, lambda: noted("waiting"))
    request.cancel()
    await asyncio.gather(request, return_exceptions=True)
    streaming_host.open_gate("gate-left")
    await asyncio.to_thread(eventually, lambda: noted("went on"))


async def test_fifty_streams_run_side_by_side(
    streaming_host: HostProcess, http: ClientSession
) -> None:
    urls = [f"{streaming_host.url}/api/stream/gate-fifty"] * 50
    answers = await asyncio.gather(*(http.get(url) for url in urls))
    firsts = await asyncio.gather(*(answer.content.readany() for answer in answers))
    assert set(firsts) == {b"data: first\n\n"}
    streaming_host.open_gate("gate-fifty")
    rests = await asyncio.gather(*(answer.read() for answer in answers))
    assert set(rests) == {b"data: second\n\n"}


@pytest.mark.parametrize("path", ["boom", "nothing"])
async def test_an_exception_answers_500_in_the_workers_words(
    streaming_host: HostProcess, http: ClientSession, path: str
) -> None:
    async with http.get(f"{streaming_host.url}/api/{path}") as answer:
        assert await answer.text() == "Internal Server Error"
    assert answer.status == 500


async def test_an_exception_is_logged_once_with_its_stack(
    streaming_host: HostProcess, http: ClientSession
) -> None:
    for _ in range(2):
        async with http.get(f"{streaming_host.url}/api/boom?say=loud") as answer:
            await answer.read()

    def counted() -> int:
        return streaming_host.log.count("ValueError: loud\n")

    # The message and the last line of the stack, for each of two requests.
    await asyncio.to_thread(eventually, lambda: counted() >= 4)
    assert counted() == 4
    assert "Functions.boom failed: ValueError: loud\n" in streaming_host.log
    assert "raise ValueError(req.query_params" in streaming_host.log


def test_an_exception_in_the_middle_of_a_stream_cuts_the_connection(
    streaming_host: HostProcess,
) -> None:
    received = raw_exchange(streaming_host, b"GET /api/break/late HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"data: first" in received
    assert received.endswith(b"(reset)")
    assert b"\r\n0\r\n" not in received


async def test_an_exception_before_the_first_chunk_answers_an_empty_500(
    streaming_host: HostProcess, http: ClientSession
) -> None:
    async with http.get(f"{streaming_host.url}/api/break/early") as answer:
        assert await answer.read() == b""
    assert answer.status == 500


async def test_a_large_body_is_streamed_to_the_function(
    streaming_host: HostProcess, http: ClientSession
) -> None:
    async def body() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b"x" * 100_000

    async with http.post(f"{streaming_host.url}/api/size", data=body()) as answer:
        assert await answer.json() == {"bytes": 3_000_000}
    async with http.post(
        f"{streaming_host.url}/api/size", data=BytesIO(b"y" * 2_000_000)
    ) as answer:
        assert await answer.json() == {"bytes": 2_000_000}


def test_a_body_above_the_limit_is_refused_before_it_is_read(streaming_host: HostProcess) -> None:
    request = b"POST /api/size HTTP/1.1\r\nHost: x\r\nContent-Length: 104857601\r\n\r\n"
    received = raw_exchange(streaming_host, request)
    assert received.startswith(b"HTTP/1.1 500 ")
    assert b"Connection: close" in received


async def test_too_long_urls_and_headers_are_refused(
    streaming_host: HostProcess, http: ClientSession
) -> None:
    async with http.get(f"{streaming_host.url}/api/ping?q={'x' * 9000}") as answer:
        assert answer.status == 414
    async with http.get(f"{streaming_host.url}/api/ping", headers={"x": "y" * 40000}) as answer:
        assert answer.status == 431
    many = {f"x-{number}": "y" for number in range(101)}
    async with http.get(f"{streaming_host.url}/api/ping", headers=many) as answer:
        assert answer.status == 431


async def test_a_compressed_body_reaches_the_function_as_it_was_sent(
    streaming_host: HostProcess, http: ClientSession
) -> None:
    sent = gzip.compress(b"x" * 1000)
    headers = {"Content-Encoding": "gzip"}
    async with http.post(f"{streaming_host.url}/api/size", data=sent, headers=headers) as answer:
        assert (await answer.json())["bytes"] == len(sent)


async def test_records_and_printed_lines_of_the_app_reach_the_console(
    streaming_host: HostProcess, http: ClientSession
) -> None:
    async with http.get(f"{streaming_host.url}/api/log") as answer:
        await answer.read()
    await asyncio.to_thread(
        eventually, lambda: " INFO stdout: printed by the app\n" in streaming_host.log
    )
    assert " INFO probe: turn done run_id=R1 correlation_id=C1\n" in streaming_host.log


async def test_nothing_is_kept_of_exchanges_that_are_over(
    streaming_host: HostProcess, http: ClientSession
) -> None:
    left = await http.get(f"{streaming_host.url}/api/stream/gate-never")
    await left.content.readany()
    left.close()
    for path in ("ping", "boom", "nothing", "break/early"):
        async with http.get(f"{streaming_host.url}/api/{path}") as answer:
            await answer.read()

    async def kept() -> str:
        async with http.get(f"{streaming_host.url}/api/kept") as answer:
            return await answer.text()

    deadline = asyncio.get_running_loop().time() + 60
    while (count := await kept()) != "1":
        assert asyncio.get_running_loop().time() < deadline, f"{count} entries are kept"
        await asyncio.sleep(0.02)


async def test_the_host_names_its_workers(streaming_host: HostProcess, http: ClientSession) -> None:
    async with http.get(f"{streaming_host.url}/api/pid") as answer:
        pid = int(await answer.text())
    async with http.get(f"{streaming_host.url}/admin/host/processes") as answer:
        [host, worker] = (await answer.json())["processes"]
    assert (host["processId"], worker["processId"]) == (streaming_host.process.pid, pid)


async def test_without_cors_a_preflight_is_a_request_like_any_other(
    streaming_host: HostProcess, http: ClientSession
) -> None:
    asked = {"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}
    async with http.options(f"{streaming_host.url}/api/ping", headers=asked) as answer:
        assert answer.status == 404
