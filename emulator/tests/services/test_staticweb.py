"""A built front end, served as its staticwebapp.config.json says."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from emulator.services.configuration import ConfigurationError
from emulator.services.plain_http import HTTP_PORT
from emulator.services.staticweb.app import create_app
from emulator.services.staticweb.rules import pattern_of, read_rules
from emulator.tests.services.conftest import StartService

POLICY = "default-src 'none'; connect-src 'self' https://api.deployed.example"
CONFIG = {
    "globalHeaders": {
        "Content-Security-Policy": POLICY,
        "Strict-Transport-Security": "max-age=31536000",
        "Cache-Control": "no-cache",
    },
    "navigationFallback": {"rewrite": "/index.html", "exclude": ["/*.{js,css}", "/words/*"]},
    "mimeTypes": {".abc": "text/abc"},
    "routes": [
        {"route": "/*.{js,css}", "headers": {"Cache-Control": "public, immutable"}},
        {"route": "/old", "redirect": "/new", "statusCode": 301},
        {"route": "/moved/*", "redirect": "/new"},
        {"route": "/other", "rewrite": "/words/es.json"},
        {"route": "/gone", "statusCode": 410},
        {"route": "/secret", "statusCode": 403},
    ],
    "responseOverrides": {
        "404": {"rewrite": "/missing.html"},
        "403": {"redirect": "/new", "statusCode": 302},
    },
}
SETTINGS = {"apiBase": "http://127.0.0.1:7071"}


@dataclass(frozen=True, slots=True)
class Page:
    status: int
    text: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Visitor:
    url: str
    session: aiohttp.ClientSession

    async def get(
        self, path: str, method: str = "GET", headers: Mapping[str, str] | None = None
    ) -> Page:
        async with self.session.request(
            method, self.url + path, headers=headers, allow_redirects=False
        ) as response:
            return Page(response.status, await response.text(), response.headers)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    files = {
        "index.html": "<!doctype html><title>The app</title>",
        "missing.html": "nothing here",
        "main-ABC.js": "export {};" * 200,
        "words/es.json": '{"hola": "hola"}',
        "a.abc": "abc",
        "../outside.txt": "not for the public",
        "staticwebapp.config.json": json.dumps(CONFIG),
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


@pytest.fixture
async def visitor(
    start_service: StartService, folder: Path, http: aiohttp.ClientSession
) -> Visitor:
    service = await start_service(
        create_app,
        "staticweb",
        {
            "folder": "site",
            "documents": {"/settings.json": SETTINGS},
            "replaceInHeaders": {"https://api.deployed.example": "http://127.0.0.1:7071"},
        },
    )
    return Visitor(f"http://localhost:{service.app[HTTP_PORT][0]}", http)


async def test_files_have_their_types_and_every_answer_the_global_headers(visitor: Visitor) -> None:
    types = {
        "/": "text/html; charset=utf-8",
        "/main-ABC.js": "text/javascript; charset=utf-8",
        "/words/es.json": "application/json",
        "/a.abc": "text/abc",
        "/words/none.json": "text/html; charset=utf-8",
    }
    for path, kind in types.items():
        page = await visitor.get(path)
        assert page.headers["Content-Type"] == kind
        assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")


async def test_a_header_names_this_machine_in_place_of_the_deployed_one(visitor: Visitor) -> None:
    page = await visitor.get("/")
    policy = page.headers["Content-Security-Policy"]
    assert policy == "default-src 'none'; connect-src 'self' http://127.0.0.1:7071"


async def test_a_browser_is_never_told_to_forget_plain_http(visitor: Visitor) -> None:
    assert "Strict-Transport-Security" not in (await visitor.get("/")).headers


async def test_a_routes_headers_win_over_the_global_ones(visitor: Visitor) -> None:
    assert (await visitor.get("/")).headers["Cache-Control"] == "no-cache"
    assert (await visitor.get("/main-ABC.js")).headers["Cache-Control"] == "public, immutable"


@pytest.mark.parametrize("path", ["/", "/index.html", "/chat/01J", "/a/b/c?d=e"])
async def test_every_page_of_the_application_is_its_index(visitor: Visitor, path: str) -> None:
    page = await visitor.get(path)
    assert (page.status, "The app" in page.text) == (200, True)


@pytest.mark.parametrize(
    "path",
    [
        "/none.js",
        "/words/none.json",
        "/words/../../outside.txt",
        "/words/%2e%2e/%2e%2e/outside.txt",
        "/words/%252e%252e/%252e%252e/outside.txt",
        "/words/staticwebapp.config.json",
        "/words/a%00b",
    ],
)
async def test_what_is_excluded_or_outside_is_not_found(visitor: Visitor, path: str) -> None:
    page = await visitor.get(path)
    assert "not for the public" not in page.text
    assert (page.status, page.text) in ((404, "nothing here"), (200, (await visitor.get("/")).text))


async def test_the_configuration_itself_is_not_served(visitor: Visitor) -> None:
    assert "globalHeaders" not in (await visitor.get("/staticwebapp.config.json")).text


async def test_a_missing_file_is_answered_as_the_configuration_says(visitor: Visitor) -> None:
    page = await visitor.get("/none.js")
    assert (page.status, page.text) == (404, "nothing here")
    assert page.headers["Cache-Control"] == "public, immutable"


@pytest.mark.parametrize(
    ("path", "status", "location"),
    [("/old", 301, "/new"), ("/moved/a/b", 302, "/new"), ("/secret", 302, "/new")],
)
async def test_routes_lead_elsewhere(
    visitor: Visitor, path: str, status: int, location: str
) -> None:
    page = await visitor.get(path)
    assert (page.status, page.headers["Location"]) == (status, location)


async def test_routes_rewrite_and_refuse(visitor: Visitor) -> None:
    assert (await visitor.get("/other")).text == '{"hola": "hola"}'
    assert (await visitor.get("/gone")).status == 410
    assert (await visitor.get("/", "POST")).status == 405


async def test_documents_of_this_machine_are_served_too(visitor: Visitor) -> None:
    page = await visitor.get("/settings.json")
    assert json.loads(page.text) == SETTINGS
    assert page.headers["Content-Type"] == "application/json"


async def test_a_persons_own_document_wins_where_it_is_there(
    start_service: StartService, folder: Path, http: aiohttp.ClientSession
) -> None:
    (folder.parent / "own.json").write_text('{"apiBase": "https://real.example"}', "utf-8")
    service = await start_service(
        create_app,
        "staticweb",
        {
            "folder": "site",
            "documents": {"/settings.json": SETTINGS, "/other.json": {}},
            "documentFiles": {"/settings.json": "own.json", "/other.json": "none.json"},
            "replaceInHeaders": {"https://api.deployed.example": "${services.none.httpUrl}"},
        },
    )
    visitor = Visitor(service.url, http)
    page = await visitor.get("/settings.json")
    assert json.loads(page.text) == {"apiBase": "https://real.example"}
    assert (await visitor.get("/other.json")).text == "{}"
    assert (await visitor.get("/")).headers["Content-Security-Policy"] == POLICY


async def test_what_has_not_changed_is_not_sent_again(visitor: Visitor, folder: Path) -> None:
    for path in ("/main-ABC.js", "/settings.json"):
        tag = (await visitor.get(path)).headers["ETag"]
        page = await visitor.get(path, headers={"If-None-Match": tag})
        assert (page.status, page.text) == (304, "")
    (folder / "index.html").write_text("another", "utf-8")
    assert (await visitor.get("/")).text == "another"


async def test_scripts_are_compressed_for_who_can_read_it(visitor: Visitor) -> None:
    page = await visitor.get("/main-ABC.js", headers={"Accept-Encoding": "gzip"})
    assert page.headers["Content-Encoding"] == "gzip"
    assert page.text == "export {};" * 200


async def test_a_head_is_a_get_without_a_body(visitor: Visitor) -> None:
    page = await visitor.get("/index.html", "HEAD")
    assert (page.status, page.text) == (200, "")


async def test_a_site_that_is_built_anew_needs_no_restart(visitor: Visitor, folder: Path) -> None:
    (folder / "staticwebapp.config.json").write_text('{"globalHeaders": {"A": "b"}}', "utf-8")
    page = await visitor.get("/chat/01J")
    assert (page.status, page.headers["A"]) == (404, "b")
    (folder / "staticwebapp.config.json").write_text("{,}", "utf-8")
    page = await visitor.get("/")
    assert (page.status, "line 1, column 2" in page.text) == (500, True)
    (folder / "index.html").unlink()
    page = await visitor.get("/")
    assert (page.status, str(folder) in page.text) == (503, True)


async def test_over_tls_there_are_the_routes_of_every_service_too(
    start_service: StartService, folder: Path, http: aiohttp.ClientSession
) -> None:
    service = await start_service(create_app, "staticweb", {"folder": str(folder)})
    visitor = Visitor(service.url, http)
    assert json.loads((await visitor.get("/_emulator/health")).text)["status"] == "ready"
    assert "The app" in (await visitor.get("/")).text


@pytest.mark.parametrize(
    ("route", "fitting", "other"),
    [
        ("/a", "/a", "/a/b"),
        ("/a/*", "/a/b/c", "/ab"),
        ("/*", "/", "a"),
        ("/*.{js,css}", "/x/y.css", "/x/y.cssx"),
        ("/*.js", "/x.js", "/xajs"),
        ("/a+b", "/a+b", "/aab"),
    ],
)
def test_a_route_fits_as_in_azure(route: str, fitting: str, other: str) -> None:
    pattern = pattern_of(route)
    assert pattern.fullmatch(fitting)
    assert not pattern.fullmatch(other)


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ({"routes": 1}, '"routes" must be a JSON list'),
        ({"routes": [{"route": "/a", "allowedRoles": ["x"]}]}, '"allowedRoles" is not there'),
        ({"routes": [{}]}, 'needs a "route"'),
        ({"routes": [{"route": "/a", "statusCode": "x"}]}, "\"statusCode\" is 'x'"),
        ({"auth": {}}, '"auth" is not there'),
        ({"globalHeaders": []}, "must be a JSON object"),
    ],
)
def test_a_configuration_that_cannot_be_used_says_why(
    tmp_path: Path, document: object, complaint: str
) -> None:
    (tmp_path / "staticwebapp.config.json").write_text(json.dumps(document), "utf-8")
    with pytest.raises(ConfigurationError) as raised:
        read_rules(tmp_path)
    assert complaint in str(raised.value)
