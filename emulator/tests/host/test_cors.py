"""Cross-origin requests, as local.settings.json allows them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from emulator.tests.host.harness import APPS, HostProcess, start_host

SETTINGS = """{"Values": {"FROM_SETTINGS": "yes"},
 "Host": {"CORS": "https://a.example,https://b.example", "CORSCredentials": true}}"""


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostProcess]:
    folder = tmp_path_factory.mktemp("cors")
    app: Path = folder / "app"
    shutil.copytree(APPS / "classic", app)
    (app / "local.settings.json").write_text(SETTINGS, "utf-8")
    host = start_host(app, folder, "--no-watch", "--cors", "http://localhost:4280")
    yield host
    host.stop()


async def preflight(http: ClientSession, url: str, origin: str) -> dict[str, str]:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "x-a, content-type",
    }
    async with http.options(url, headers=asked) as answer:
        assert answer.status == 204
        return {k: v for k, v in answer.headers.items() if k.startswith(("Access", "Vary"))}


@pytest.mark.parametrize("path", ["/api/text", "/api/nosuch", "/admin/host/status", "/"])
async def test_a_preflight_of_an_allowed_origin_gets_what_it_asks_for(
    host: HostProcess, http: ClientSession, path: str
) -> None:
    assert await preflight(http, host.url + path, "https://a.example") == {
        "Access-Control-Allow-Origin": "https://a.example",
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Allow-Methods": "POST",
        "Access-Control-Allow-Headers": "x-a,content-type",
        "Vary": "Origin",
    }


async def test_an_origin_of_the_command_line_is_allowed_too(
    host: HostProcess, http: ClientSession
) -> None:
    allowed = await preflight(http, f"{host.url}/api/text", "http://localhost:4280")
    assert allowed["Access-Control-Allow-Origin"] == "http://localhost:4280"


async def test_a_preflight_of_another_origin_gets_no_permission(
    host: HostProcess, http: ClientSession
) -> None:
    assert await preflight(http, f"{host.url}/api/text", "https://other.example") == {}


@pytest.mark.parametrize(("path", "status"), [("text", 200), ("boom", 500), ("nosuch", 404)])
async def test_every_answer_to_an_allowed_origin_says_so(
    host: HostProcess, http: ClientSession, path: str, status: int
) -> None:
    for origin, allowed in {"https://b.example": True, "https://other.example": False}.items():
        async with http.get(f"{host.url}/api/{path}", headers={"Origin": origin}) as answer:
            assert answer.status == status
        assert answer.headers.get("Access-Control-Allow-Origin") == (origin if allowed else None)
