"""Which browser the browser tests take."""

import shutil
from pathlib import Path

import pytest

from cli.errors import CommandError
from cli.frontend.chromium import CHOSEN, chromium, find


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


APT = """#!/bin/sh
cd "$(dirname "$0")"
echo "$@" >> asked
[ -e broken ] && { echo 'E: Unable to fetch some archives'; exit 100; }
case "$*" in
  install*) printf '#!/bin/sh\\n' > chromium; chmod +x chromium;;
esac
"""
SUDO = """#!/bin/sh
[ "$1" = -n ] && shift
exec "$@"
"""


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of all programs of a machine without Chromium, whose administrator we may be."""
    programs = tmp_path / "bin"
    for name, text in (("apt-get", APT), ("sudo", SUDO)):
        program(programs, name).write_text(text)
    for name in ("env", "dirname", "chmod", "true", "sh"):
        found = shutil.which(name)
        assert found is not None
        (programs / name).symlink_to(found)
    (tmp_path / "frontend").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.delenv(CHOSEN, raising=False)
    return programs


def test_a_missing_one_is_installed_from_the_systems_packages(machine: Path) -> None:
    assert chromium(print) == machine / "chromium"
    asked = (machine / "asked").read_text().splitlines()
    assert asked == ["update -q", "install -y -q --no-install-recommends chromium"]
    assert chromium(print) == machine / "chromium"
    assert len((machine / "asked").read_text().splitlines()) == 2


def test_an_installation_that_fails_is_told_in_a_line(machine: Path) -> None:
    (machine / "broken").touch()
    with pytest.raises(CommandError, match="apt-get update failed: E: Unable to fetch") as raised:
        chromium(print)
    assert "\n" not in raised.value.message


def test_where_nobody_can_install_it_says_how(machine: Path) -> None:
    (machine / "apt-get").unlink()
    with pytest.raises(CommandError, match=r"need Chromium: install it .* or name the program"):
        chromium(print)
