"""What stops the app before it takes the first message."""

import shutil
from pathlib import Path

import pytest

from shared import starting
from shared.errors import ConfigurationError
from shared.packs.folders import versions_in
from shared.settings import get_settings
from tests.fakes.world import PACKS
from tests.unit.test_function_app import SETTINGS


def test_a_pack_that_is_wrong_stops_the_start_with_file_and_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = versions_in(PACKS)[-1]
    shutil.copytree(PACKS / newest, tmp_path / newest, ignore=lambda *_: ["knowledge"])
    (tmp_path / newest / "tools" / "createTask.json").write_text('{\n  "name": createTask\n}')
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(starting, "PACKS", tmp_path)
    get_settings.cache_clear()
    with pytest.raises(ConfigurationError, match=r"tools/createTask\.json:2: this is not JSON"):
        starting.prepare_app()
    get_settings.cache_clear()


def test_settings_that_nobody_reads_are_named_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name, value in {**SETTINGS, "Agents__Palette": "4"}.items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    starting.check_settings()
    get_settings.cache_clear()
    assert "none of this version: Agents__Palette" in caplog.text
