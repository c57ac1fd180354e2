"""Which files of an app ask for a reload."""

import asyncio
import json
import re
import shutil
from pathlib import Path

import pytest
from aiohttp import ClientSession
from watchfiles import Change

from emulator.host.watching import AppFiles, watch
from emulator.tests.host.conftest import StartHost
from emulator.tests.host.harness import APPS, HostProcess, eventually

APP = Path("/somewhere/data/app")
FILES = AppFiles(APP, APP / "state")


@pytest.mark.parametrize(
    "file",
    [
        *("function_app.py", "host.json", "local.settings.json", "api/chat.py"),
        *("packs/a/flow.json", "data/models.py", "docs/example.py", "tests/test_chat.py"),
    ],
)
def test_code_and_settings_of_the_app_count(file: str) -> None:
    assert FILES(Change.modified, str(APP / file))


@pytest.mark.parametrize(
    "file",
    [
        "notes.txt",
        "durable.db",
        "api/__pycache__/chat.py",
        ".venv/lib/site.py",
        ".git/config.json",
        ".eira/state.json",
        "node_modules/x/setup.py",
        "data/records.json",
        "state/durable.json",
        "state/made.py",
    ],
)
def test_what_is_no_part_of_the_running_app_does_not_count(file: str) -> None:
    assert not FILES(Change.modified, str(APP / file))


def test_a_virtual_environment_does_not_count_whatever_it_is_called(tmp_path: Path) -> None:
    (tmp_path / "env" / "lib").mkdir(parents=True)
    installed = str(tmp_path / "env" / "lib" / "six.py")
    files = AppFiles(tmp_path, tmp_path / "state")
    assert files(Change.added, installed)
    (tmp_path / "env" / "pyvenv.cfg").touch()
    assert not files(Change.added, installed)


async def test_packages_of_any_name_are_loaded_again_also_those_made_later(
    start: StartHost, http: ClientSession, tmp_path: Path
) -> None:
    app = tmp_path / "app"
    shutil.copytree(APPS / "classic", app)
    (app / "data").mkdir()
    (app / "data" / "__init__.py").write_text("HELLO = 'one'\n", "utf-8")
    source = app / "function_app.py"
    text = source.read_text("utf-8")
    source.write_text(text.replace('"plain é"', "data.HELLO") + "import data\n", "utf-8")
    host = start(app)
    assert await _text(http, host) == "one"
    (app / "data" / "__init__.py").write_text("from later import HELLO\n", "utf-8")
    await asyncio.to_thread(eventually, lambda: "No module named 'later'" in host.log)
    (app / "later").mkdir()
    (app / "later" / "__init__.py").write_text("HELLO = 'two'\n", "utf-8")
    await asyncio.to_thread(eventually, lambda: re.search("later.* has changed", host.log))
    assert await _text(http, host) == "two"


async def test_a_folder_that_is_made_again_is_watched_again(tmp_path: Path) -> None:
    app = tmp_path / "app"
    app.mkdir()
    seen: list[str] = []
    watching = asyncio.create_task(watch(app, tmp_path / "state", seen.extend))
    for _ in range(2):
        (app / "records").mkdir()
        # The watch begins at some moment: write until it is seen.
        await asyncio.to_thread(eventually, lambda: _touched(app / "records" / "a.py", seen))
        shutil.rmtree(app / "records")
        seen.clear()
        await asyncio.to_thread(eventually, lambda: _touched(app / "host.json", seen))
        seen.clear()
    watching.cancel()
    await asyncio.wait([watching])
    assert watching.cancelled()


def _touched(file: Path, seen: list[str]) -> bool:
    file.touch()
    return any(file.name in name or file.parent.name in name for name in seen)


async def test_changed_settings_take_effect_when_they_can_be_used(
    start: StartHost, http: ClientSession, tmp_path: Path
) -> None:
    app = tmp_path / "app"
    shutil.copytree(APPS / "classic", app)
    host = start(app)
    (app / "host.json").write_text("{", "utf-8")
    refused = "host.json is not valid JSON: line 1, column 2"
    await asyncio.to_thread(eventually, lambda: refused in host.log)
    assert await _text(http, host) == "plain é"
    prefix = {"version": "2.0", "extensions": {"http": {"routePrefix": "other"}}}
    (app / "host.json").write_text(json.dumps(prefix), "utf-8")
    # A host that starts with these settings says where its state is, as at the first start.
    await asyncio.to_thread(eventually, lambda: host.log.count("State is kept in") == 2)
    async with http.get(f"{host.url}/other/text") as answer:
        assert await answer.text() == "plain é"
    async with http.get(f"{host.url}/api/text") as answer:
        assert answer.status == 404
    assert await asyncio.to_thread(host.stop) == 0


async def _text(http: ClientSession, host: HostProcess) -> str:
    async with http.get(f"{host.url}/api/text") as answer:
        return await answer.text()
