"""The page at /runtime/ui and the data that it shows."""

import asyncio
import re
from collections.abc import Iterator
from typing import Any

import pytest
from aiohttp import ClientSession

from emulator.tests.host.conftest import StartHost
from emulator.tests.host.harness import APPS, HostProcess, start_host

DATA = "/runtime/ui/data"
MANAGEMENT = "/runtime/webhooks/durabletask"


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostProcess]:
    """A host with orchestrations that differ in how they end; not to be killed or stopped."""
    host = start_host(APPS / "inspected", tmp_path_factory.mktemp("inspected"), "--no-watch")
    yield host
    host.stop()


@pytest.fixture
async def runs(host: HostProcess, http: ClientSession) -> None:
    """`calm` has completed, `burnt` has failed, `waiting` waits for its event."""
    for name in ("calm", "burnt", "waiting"):
        async with http.get(f"{host.url}{DATA}/orchestrations/{name}") as answer:
            if answer.status == 200:
                continue
        await post(http, f"{host.url}{MANAGEMENT}/orchestrators/journey/{name}", {"n": 1})
        await until_waiting(host, http, name)
    for name, word in (("calm", "gently"), ("burnt", "burn")):
        await post(http, f"{host.url}{MANAGEMENT}/instances/{name}/raiseEvent/go", word)
        await until_ended(host, http, name)


async def post(http: ClientSession, url: str, value: object) -> None:
    async with http.post(url, json=value) as answer:
        assert answer.status in {202, 410}, await answer.text()


# JSON of many shapes, read to be compared.
async def read(host: HostProcess, http: ClientSession, path: str) -> Any:
    async with http.get(f"{host.url}{DATA}/{path}") as answer:
        assert answer.status == 200, await answer.text()
        assert answer.headers["Cache-Control"] == "no-store"
        return await answer.json()


async def until_ended(host: HostProcess, http: ClientSession, name: str) -> None:
    async with asyncio.timeout(60):
        while True:
            if (await read(host, http, f"orchestrations/{name}"))["status"] != "Running":
                return
            await asyncio.sleep(0.02)


async def until_waiting(host: HostProcess, http: ClientSession, name: str) -> None:
    async with asyncio.timeout(60):
        while True:
            spans = (await read(host, http, f"orchestrations/{name}"))["spans"]
            if spans and spans[-1]["kind"] == "event":
                return
            await asyncio.sleep(0.02)


async def test_the_page_is_one_file_that_needs_nothing_else(
    host: HostProcess, http: ClientSession
) -> None:
    async with http.get(f"{host.url}/runtime/ui") as answer:
        page = await answer.text()
        assert answer.content_type == "text/html"
        policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    addresses = set(re.findall(r"https?://[^\s\"'<>]+", page))
    assert addresses == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"<(?:script|link|img)[^>]+(?:src|href)=[\"'](?!data:)", page)


@pytest.mark.usefixtures("runs")
async def test_the_list_has_the_youngest_first_and_says_who_is_whose_part(
    host: HostProcess, http: ClientSession
) -> None:
    listed = await read(host, http, "orchestrations")
    created = [one["created"] for one in listed]
    assert created == sorted(created, reverse=True)
    assert {(one["id"], one["status"]) for one in listed if one["name"] == "journey"} == {
        ("calm", "Completed"),
        ("burnt", "Failed"),
        ("waiting", "Running"),
    }
    assert {one["parent"] for one in listed if one["name"] == "stage"} == {
        "calm",
        "burnt",
        "waiting",
    }


@pytest.mark.usefixtures("runs")
async def test_the_list_is_narrowed_by_status_name_and_number(
    host: HostProcess, http: ClientSession
) -> None:
    failed = await read(host, http, "orchestrations?status=failed,suspended")
    stages = await read(host, http, "orchestrations?name=STAG&status=")
    two = await read(host, http, "orchestrations?top=2")
    assert [one["id"] for one in failed] == ["burnt"]
    assert {one["name"] for one in stages} == {"stage"}
    assert len(two) == 2
    async with http.get(f"{host.url}{DATA}/orchestrations?status=odd") as answer:
        assert answer.status == 400


@pytest.mark.usefixtures("runs")
async def test_a_history_has_all_that_was_done_and_waited_for(
    host: HostProcess, http: ClientSession
) -> None:
    shown = await read(host, http, "orchestrations/calm")
    assert [(span["kind"], span["name"], span["state"]) for span in shown["spans"]] == [
        ("activity", "double", "completed"),
        ("activity", "double", "completed"),
        ("orchestration", "stage", "completed"),
        ("signal", "@place@here", "completed"),
        ("entity", "@place@here", "completed"),
        ("timer", "timer", "completed"),
        ("event", "go", "completed"),
    ]
    assert (shown["input"], shown["customStatus"]) == ({"n": 1}, "on the way")
    assert shown["output"]["told"] == "gently"
    assert shown["spans"][2]["instance"] == "calm-stage"
    starts = [span["start"] for span in shown["spans"]]
    assert shown["created"] <= starts[0]
    assert shown["updated"] >= shown["spans"][-1]["end"]


@pytest.mark.usefixtures("runs")
async def test_an_error_is_a_sentence_and_a_stack_of_the_app(
    host: HostProcess, http: ClientSession
) -> None:
    shown = await read(host, http, "orchestrations/burnt")
    assert shown["error"] == (
        "Orchestrator function 'journey' failed: Activity function 'burn' failed:  "
        "ValueError: toast is burnt"
    )
    assert "in burn" in shown["stack"]
    failed = shown["spans"][-1]
    assert (failed["state"], failed["name"]) == ("failed", "burn")
    assert "in burn" in failed["stack"]
    assert "$type" not in host.log


@pytest.mark.usefixtures("runs")
async def test_an_open_wait_is_shown_as_running(host: HostProcess, http: ClientSession) -> None:
    wait = (await read(host, http, "orchestrations/waiting"))["spans"][-1]
    assert (wait["kind"], wait["state"], wait["end"]) == ("event", "running", None)


@pytest.mark.usefixtures("runs")
async def test_entities_are_shown_with_their_states(host: HostProcess, http: ClientSession) -> None:
    (place,) = await read(host, http, "entities")
    assert (place["id"], place["exists"], place["waiting"]) == ("@place@here", True, [])
    assert place["state"] == 6


async def test_an_unknown_id_is_not_found(host: HostProcess, http: ClientSession) -> None:
    async with http.get(f"{host.url}{DATA}/orchestrations/nobody") as answer:
        assert answer.status == 404


async def test_with_keys_the_data_is_for_who_has_the_master_key(
    start: StartHost, http: ClientSession
) -> None:
    host = start(APPS / "inspected", "--no-watch", "--keys")
    async with http.get(f"{host.url}/runtime/ui") as answer:
        assert answer.status == 200
    for path in ("orchestrations", "orchestrations/x", "entities"):
        async with http.get(f"{host.url}{DATA}/{path}") as answer:
            assert answer.status == 401
    keys = (host.folder / "data").rglob("host.json")
    master = re.search(r'"masterKey".*?"value":\s*"([^"]+)"', next(keys).read_text(), re.DOTALL)
    assert master is not None
    headers = {"x-functions-key": master[1]}
    async with http.get(f"{host.url}{DATA}/orchestrations", headers=headers) as answer:
        assert (answer.status, await answer.json()) == (200, [])
