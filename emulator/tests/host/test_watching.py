"""Which files of an app ask for a reload."""

from pathlib import Path

import pytest
from watchfiles import Change

from emulator.host.watching import AppFiles

APP = Path("/somewhere/data/app")
FILES = AppFiles(APP, APP / "state")


@pytest.mark.parametrize(
    "file",
    ["function_app.py", "host.json", "local.settings.json", "api/chat.py", "packs/a/flow.json"],
)
def test_code_and_settings_of_the_app_count(file: str) -> None:
    assert FILES(Change.modified, str(APP / file))


@pytest.mark.parametrize(
    "file",
    [
        "notes.txt",
        "durable.db",
        "tests/test_chat.py",
        "api/__pycache__/chat.py",
        ".venv/lib/site.py",
        ".git/config.json",
        ".eira/state.json",
        "emulator/host/front.py",
        "docs/example.py",
        "data/records.json",
        "state/durable.json",
    ],
)
def test_what_is_no_part_of_the_running_app_does_not_count(file: str) -> None:
    assert not FILES(Change.modified, str(APP / file))
