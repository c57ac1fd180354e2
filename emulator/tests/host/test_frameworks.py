"""Apps that put a whole web framework behind one function."""

from collections.abc import Iterator

import pytest
from aiohttp import ClientSession

from emulator.tests.host.harness import APPS, HostProcess, start_host


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostProcess]:
    host = start_host(APPS / "frameworks", tmp_path_factory.mktemp("frameworks"), "--no-watch")
    yield host
    host.stop()


async def test_an_asgi_app_takes_the_request_and_answers(
    host: HostProcess, http: ClientSession
) -> None:
    async with http.post(f"{host.url}/api/asgi/hello/x?q=1%202", data=b"body") as answer:
        said = {"name": "x", "query": {"q": "1 2"}, "body": "body"}
        assert (answer.status, await answer.json()) == (200, said)
        assert answer.headers["Content-Length"] == str(len(await answer.read()))
    assert answer.headers["Set-Cookie"].startswith("a=1;")
    async with http.get(f"{host.url}/api/asgi/none") as unknown:
        assert (unknown.status, await unknown.json()) == (404, {"detail": "Not Found"})


async def test_a_wsgi_app_takes_the_request_and_answers(
    host: HostProcess, http: ClientSession
) -> None:
    async with http.get(f"{host.url}/api/wsgi/a/b?q=1") as answer:
        assert (answer.status, await answer.text()) == (202, "GET /api/wsgi/a/b?q=1")
    assert answer.headers["X-One"] == "1"
