"""`./eira test`: which checks run, and what its end says."""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cli.arguments import parse
from cli.test import BROWSER, CHECKS, FRONT_END, Check, planned

ROOT = Path(__file__).resolve().parents[2]


def options(*arguments: str) -> argparse.Namespace:
    return parse(["test", *arguments])


def names(*arguments: str) -> list[str]:
    return [check.name for check in planned(options(*arguments)).checks]


def test_everything_is_checked_before_the_tests() -> None:
    whole = planned(options())
    assert whole.pytest == ()
    assert names() == [*(check.name for check in (*CHECKS, *FRONT_END)), BROWSER]


def test_who_chooses_tests_waits_for_no_browser() -> None:
    chosen = planned(options("--", "tests/unit", "-k", "x"))
    assert chosen.pytest == ("tests/unit", "-k", "x")
    assert chosen.checks == CHECKS


def test_the_front_end_is_checked_alone() -> None:
    assert planned(options("--frontend")).pytest is None
    assert names("--frontend") == [*(check.name for check in FRONT_END), BROWSER]


@pytest.mark.parametrize("files", [(), ("frontend/e2e/a.test.ts", "frontend/e2e/b.test.ts")])
def test_browser_tests_run_alone(files: tuple[str, ...]) -> None:
    chosen = planned(options("--browser", *files))
    assert chosen.pytest is None
    assert chosen.checks == (Check(BROWSER, "cli.frontend.browser_tests", files),)


def test_every_check_is_a_program_that_is_there() -> None:
    for check in (*CHECKS, *FRONT_END, *planned(options("--browser")).checks):
        where = ROOT.joinpath(*check.module.split(".")).with_suffix(".py")
        assert where.exists() or check.module in {"ruff", "mypy"}


def test_a_check_that_fails_fails_the_command_and_is_named_at_the_end(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "cli", tmp_path / "cli", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "cli" / "frontend" / "browser_tests.py").write_text(
        "import sys; print('it is red'); sys.exit(1)"
    )
    command = [sys.executable, "-m", "cli", "test", "--browser"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stdout.splitlines()[-1].startswith("✗ failed: browser tests")
    assert "it is red" in ended.stdout
