"""The front end is installed and built when something has changed, and only then."""

from pathlib import Path

import pytest

from cli.errors import CommandError
from cli.frontend.building import OUTPUT, bring_up_to_date
from cli.frontend.node import telling_line
from tests.cli.frontend.small_site import write_small_site


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_small_site(tmp_path)


def steps() -> list[str]:
    """What was begun, in a word each; [] when nothing was to do."""
    said: list[str] = []
    worked = bring_up_to_date(said.append)
    begun = [line.split()[2] for line in said if line.endswith("…")]
    assert worked == bool(begun)
    return begun


def test_only_what_has_changed_is_made_anew(site: Path) -> None:
    assert steps() == ["installing", "building"]
    assert (OUTPUT / "index.html").read_text() == "the page"
    assert steps() == []
    (site / "src" / "index.html").write_text("another page", "utf-8")
    assert steps() == ["building"]
    assert (OUTPUT / "index.html").read_text() == "another page"
    (OUTPUT / "index.html").unlink()
    assert steps() == ["building"]
    (site / ".npmrc").write_text("fund=false\n", "utf-8")
    assert steps() == ["installing"]


def test_a_build_that_fails_is_told_in_a_line_and_tried_again(site: Path) -> None:
    (site / "src" / "index.html").write_text("broken", "utf-8")
    for _ in range(2):
        with pytest.raises(CommandError) as raised:
            bring_up_to_date(print)
        said = "it could not be built: X [ERROR] TS1: this is broken (.eira/logs/frontend-app.log)"
        assert raised.value.message == said
    (site / "src" / "index.html").write_text("mended", "utf-8")
    assert steps() == ["building"]


def test_packages_that_cannot_be_installed_are_told_in_a_line(site: Path) -> None:
    package = (site / "package.json").read_text("utf-8")
    (site / "package.json").write_text(package.replace("file:ng", "file:other"), "utf-8")
    with pytest.raises(CommandError, match="npm ci failed: npm error") as raised:
        bring_up_to_date(print)
    assert "\n" not in raised.value.message


@pytest.mark.parametrize(
    ("output", "line"),
    [
        ("\n", "it said nothing"),
        ("first\nlast\n", "last"),
        ("first\nnpm error code E404\nlast", "npm error code E404"),
    ],
)
def test_the_line_that_tells_is_the_first_error(output: str, line: str) -> None:
    assert telling_line(output) == line
