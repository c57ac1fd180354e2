"""Keys: who is let in with which, where they are kept, and how they are managed."""

import asyncio
import json
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from aiohttp import ClientSession

from emulator.host.keys import (
    DURABLE_KEY,
    EVENT_GRID_KEY,
    FunctionScope,
    HostScope,
    KeyRing,
    SystemScope,
)
from emulator.host.settings import CannotStart
from emulator.tests.host.harness import HostProcess, start_host

APP = """
import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)


@app.route(route="open", auth_level=func.AuthLevel.ANONYMOUS)
def open_to_all(req: func.HttpRequest) -> str:
    return "open"


@app.route(route="guarded")
def guarded(req: func.HttpRequest) -> str:
    return "guarded"


@app.route(route="other")
def other(req: func.HttpRequest) -> str:
    return "other"


@app.route(route="mine", auth_level=func.AuthLevel.ADMIN)
def mine(req: func.HttpRequest) -> str:
    return "mine"
"""


@dataclass(frozen=True, slots=True)
class Guarded:
    host: HostProcess
    keys: KeyRing

    def function_key(self, function: str) -> str:
        return self.keys.of(FunctionScope(function))["default"]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """A host that asks for keys."""
    folder = tmp_path_factory.mktemp("keys")
    (folder / "app").mkdir()
    (folder / "app" / "function_app.py").write_text(APP)
    host = start_host(folder / "app", folder, "--keys", "--no-watch")
    yield Guarded(host, KeyRing(folder / "data" / "secrets"))
    host.stop()


async def status(http: ClientSession, guarded: Guarded, path: str, key: str | None = None) -> int:
    headers = {} if key is None else {"x-functions-key": key}
    async with http.get(guarded.host.url + path, headers=headers) as answer:
        return answer.status


async def test_an_anonymous_function_asks_nobody(http: ClientSession, guarded: Guarded) -> None:
    assert await status(http, guarded, "/api/open") == 200
    assert await status(http, guarded, "/api/open", "wrong") == 200


async def test_a_function_opens_with_its_own_key_the_host_key_and_the_master_key(
    http: ClientSession, guarded: Guarded
) -> None:
    assert await status(http, guarded, "/api/guarded") == 401
    for key in (
        guarded.function_key("guarded"),
        guarded.keys.of(HostScope())["default"],
        guarded.keys.master,
    ):
        assert await status(http, guarded, "/api/guarded", key) == 200
        assert await status(http, guarded, f"/api/guarded?code={key}") == 200
    for key in (guarded.function_key("other"), guarded.keys.system_key(DURABLE_KEY), "é", ""):
        assert await status(http, guarded, "/api/guarded", key) == 401


async def test_a_key_that_is_no_text_opens_nothing(guarded: Guarded) -> None:
    def ask(path: str) -> int:
        # urllib sends é as one byte, which is no UTF-8.
        request = Request(guarded.host.url + path, headers={"x-functions-key": "é"})
        try:
            with urlopen(request) as answer:
                status: int = answer.status
        except HTTPError as error:
            with error:
                status = error.code
        return status

    for path in ("/api/guarded", "/api/mine", "/admin/host/status", "/runtime/ui/data/entities"):
        assert await asyncio.to_thread(ask, path) == 401


async def test_the_header_counts_before_the_query(http: ClientSession, guarded: Guarded) -> None:
    key = guarded.keys.master
    assert await status(http, guarded, f"/api/guarded?code={key}", "wrong") == 401


async def test_an_admin_function_opens_with_the_master_key_only(
    http: ClientSession, guarded: Guarded
) -> None:
    assert await status(http, guarded, "/api/mine", guarded.keys.master) == 200
    assert await status(http, guarded, "/api/mine", guarded.function_key("mine")) == 401
    assert await status(http, guarded, "/api/mine", guarded.keys.of(HostScope())["default"]) == 401


@pytest.mark.parametrize(
    ("path", "extension"),
    [
        ("/runtime/webhooks/durabletask/instances/none", DURABLE_KEY),
        ("/runtime/webhooks/eventgrid?functionName=none", EVENT_GRID_KEY),
    ],
)
async def test_a_webhook_opens_with_its_system_key_and_tells_a_lower_key_from_a_wrong_one(
    http: ClientSession, guarded: Guarded, path: str, extension: str
) -> None:
    other = {DURABLE_KEY: EVENT_GRID_KEY, EVENT_GRID_KEY: DURABLE_KEY}[extension]
    assert await status(http, guarded, path, guarded.keys.system_key(extension)) == 404
    assert await status(http, guarded, path, guarded.keys.master) == 404
    assert await status(http, guarded, path, guarded.keys.system_key(other)) == 403
    assert await status(http, guarded, path, guarded.keys.of(HostScope())["default"]) == 403
    assert await status(http, guarded, path, "wrong") == 401
    async with http.get(guarded.host.url + path) as answer:
        assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


async def test_a_key_is_made_used_and_deleted_through_the_admin_api(
    http: ClientSession, guarded: Guarded
) -> None:
    address = f"{guarded.host.url}/admin/functions/other/keys"
    master = {"x-functions-key": guarded.keys.master}
    async with http.post(f"{address}/extra") as refused:
        assert refused.status == 401
    async with http.post(f"{address}/extra", headers=master) as made:
        assert made.status == 201
        value = (await made.json())["value"]
    assert await status(http, guarded, "/api/other", value) == 200
    asked = {"name": "extra", "value": "chosen"}
    async with http.put(f"{address}/extra", headers=master, json=asked) as replaced:
        links = [{"rel": "self", "href": f"{address}/extra"}]
        assert (replaced.status, await replaced.json()) == (200, {**asked, "links": links})
    assert await status(http, guarded, "/api/other", value) == 401
    assert await status(http, guarded, "/api/other", "chosen") == 200
    async with http.get(address, headers=master) as listed:
        assert [key["name"] for key in (await listed.json())["keys"]] == ["default", "extra"]
    async with http.delete(f"{address}/extra", headers=master) as deleted:
        assert deleted.status == 204
    async with http.delete(f"{address}/extra", headers=master) as again:
        assert again.status == 404
    assert await status(http, guarded, "/api/other", "chosen") == 401


async def test_the_admin_api_lists_host_and_system_keys_to_the_master_key(
    http: ClientSession, guarded: Guarded
) -> None:
    host_key = guarded.keys.of(HostScope())["default"]
    assert await status(http, guarded, "/admin/host/keys", host_key) == 403
    assert await status(http, guarded, "/admin/functions/none/keys", guarded.keys.master) == 404
    master = {"x-functions-key": guarded.keys.master}
    async with http.get(f"{guarded.host.url}/admin/host/systemkeys", headers=master) as answer:
        names = {key["name"]: key["value"] for key in (await answer.json())["keys"]}
    assert names == dict(guarded.keys.of(SystemScope()))


def test_keys_outlive_the_host_in_files_that_only_their_owner_reads(tmp_path: Path) -> None:
    first = KeyRing(tmp_path / "secrets")
    made = first.of(FunctionScope("Mine"))["default"]
    again = KeyRing(tmp_path / "secrets")
    assert again.master == first.master
    assert again.system_key(DURABLE_KEY) == first.system_key(DURABLE_KEY)
    assert again.of(FunctionScope("Mine"))["default"] == made
    assert again.functions() == ["mine"]
    for file in (tmp_path / "secrets").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_keys_that_a_person_wrote_are_taken(tmp_path: Path) -> None:
    entry = {"name": "master", "value": "mine", "encrypted": False}
    (tmp_path / "host.json").write_text(json.dumps({"masterKey": entry}))
    assert KeyRing(tmp_path).master == "mine"
    (tmp_path / "host.json").write_text("{")
    with pytest.raises(CannotStart, match="not valid JSON"):
        KeyRing(tmp_path)
