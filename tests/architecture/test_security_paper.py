"""docs/security.md names tests that exist: what shows a promise cannot be taken away unnoticed."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAPER = (ROOT / "docs" / "security.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`((?:unit|e2e|contract|cli)/[\w/.]+)`", PAPER)))
SHORT = sorted(set(re.findall(r"`(test_\w+)`", PAPER)))


def test_the_paper_names_tests() -> None:
    assert len(NAMED) >= 30
    assert len(SHORT) >= 15


@pytest.mark.parametrize("path", NAMED)
def test_what_shows_a_promise_is_there(path: str) -> None:
    found = ROOT / "tests" / path
    files = list(found.rglob("test_*.py")) if path.endswith("/") else [found]
    assert files
    assert all("def test_" in file.read_text("utf-8") for file in files)


@pytest.mark.parametrize("name", SHORT)
def test_what_answers_a_risk_is_there(name: str) -> None:
    assert list((ROOT / "tests").rglob(f"{name}.py"))
