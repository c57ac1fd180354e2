"""Which browser the browser tests take."""

from pathlib import Path

import pytest

from cli.errors import CommandError
from cli.frontend.chromium import CHOSEN, find


def program(folder: Path, name: str) -> Path:
    folder.mkdir(exist_ok=True)
    made = folder / name
    made.write_text("#!/bin/sh\n")
    made.chmod(0o755)
    return made


def test_the_first_in_path_is_taken(tmp_path: Path) -> None:
    chrome = program(tmp_path / "a", "google-chrome")
    path = f"{tmp_path / 'a'}:{tmp_path / 'b'}"
    assert find({"PATH": path}) == chrome
    chromium = program(tmp_path / "b", "chromium")
    assert find({"PATH": path}) == chromium
    assert find({"PATH": str(tmp_path)}) is None


def test_the_one_that_is_named_is_taken(tmp_path: Path) -> None:
    named = program(tmp_path, "my-browser")
    assert find({CHOSEN: str(named), "PATH": ""}) == named
    with pytest.raises(CommandError, match="which is no program"):
        find({CHOSEN: str(tmp_path / "none"), "PATH": ""})
