"""HTTP functions of the classic kind, through real sockets."""

import pytest
from aiohttp import ClientSession

from emulator.tests.host.harness import HostProcess


async def test_a_function_sees_the_request_in_its_invocation(
    classic_host: HostProcess, http: ClientSession
) -> None:
    url = f"{classic_host.url}/api/echo/1?q=1&q=2&e=%C3%A9"
    async with http.post(url, data=b"text", headers={"X-Probe": "v"}) as answer:
        seen = await answer.json()
    assert answer.headers["Content-Type"] == "application/json"
    assert seen == {
        "method": "POST",
        "url": url,
        "query": {"q": "1,2", "e": "é"},
        "parameters": {"a": "1"},
        "header": "v",
        "body": "text",
    }


async def test_an_answer_keeps_status_headers_and_cookies(
    classic_host: HostProcess, http: ClientSession
) -> None:
    async with http.get(f"{classic_host.url}/api/custom") as answer:
        assert await answer.text() == "body"
    assert answer.status == 418
    assert answer.headers["X-One"] == "1"
    assert answer.headers["Content-Type"] == "text/x-probe; charset=utf-8"
    assert (
        answer.headers["Set-Cookie"]
        == "a=1; expires=Wed, 21 Oct 2026 07:28:00 GMT; domain=; path=/; httponly"
    )


async def test_an_answer_that_was_set_as_an_output_counts(
    classic_host: HostProcess, http: ClientSession
) -> None:
    async with http.get(f"{classic_host.url}/api/set") as answer:
        assert (answer.status, await answer.text()) == (201, "set")


async def test_returned_text_is_plain_text(classic_host: HostProcess, http: ClientSession) -> None:
    async with http.get(f"{classic_host.url}/api/text") as answer:
        assert await answer.text() == "plain é"
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("path", ["boom", "nothing"])
async def test_an_exception_or_no_answer_is_an_empty_500(
    classic_host: HostProcess, http: ClientSession, path: str
) -> None:
    async with http.get(f"{classic_host.url}/api/{path}") as answer:
        assert await answer.read() == b""
    assert answer.status == 500


async def test_a_head_request_gets_no_body(classic_host: HostProcess, http: ClientSession) -> None:
    async with http.head(f"{classic_host.url}/api/echo/1") as answer:
        assert await answer.read() == b""
    assert answer.status == 200
