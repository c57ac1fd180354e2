"""logging.logLevel: by category, on a real host too."""

import asyncio
import json
import logging
import shutil
from pathlib import Path

from aiohttp import ClientSession

from emulator.host.log_levels import LogLevels
from emulator.tests.host.conftest import StartHost
from emulator.tests.host.harness import APPS, eventually


def test_the_longest_name_that_a_category_begins_with_decides() -> None:
    levels = LogLevels.of_names(
        {"default": "Warning", "Function": "Error", "Function.ping.User": "Debug", "Host": "None"}
    )
    assert levels.level_of("Function.other.User") == logging.ERROR
    assert levels.level_of("function.ping.user") == logging.DEBUG
    assert levels.level_of("host.timers") > logging.CRITICAL
    assert levels.level_of("other") == logging.WARNING
    assert levels.lowest == logging.DEBUG
    assert LogLevels.from_text(levels.text()) == levels


def test_without_names_information_is_shown() -> None:
    assert LogLevels.of_names({}) == LogLevels(logging.INFO, ())


async def test_categories_of_host_json_decide_what_a_function_and_the_host_show(
    start: StartHost, http: ClientSession, tmp_path: Path
) -> None:
    app = tmp_path / "app"
    shutil.copytree(APPS / "streaming", app)
    named = {"Host": "Error", "Function": "Warning", "Function.log.User": "Information"}
    text = json.dumps({"version": "2.0", "logging": {"logLevel": named}})
    (app / "host.json").write_text(text, "utf-8")
    host = start(app, "--no-watch")
    async with http.get(f"{host.url}/api/log") as answer:
        assert answer.status == 200
    await asyncio.to_thread(eventually, lambda: "printed by the app" in host.log)
    assert "functions loaded" not in host.log
