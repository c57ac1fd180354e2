"""The installer's progress, and when it has nothing to do."""

import sys
from pathlib import Path

import pytest

from cli import install

PIP_SAYS = [
    "Collecting aiohttp==3.14.5 (from -r requirements-dev.txt (line 4))\n",
    "  Downloading aiohttp-3.14.5-cp313-manylinux.whl (1.7 MB)\n",
    "Requirement already satisfied: attrs==26.1.0 in .venv (from -r requirements-dev.txt)\n",
    "Installing collected packages: attrs, aiohttp\n",
]


def test_progress_in_a_log_names_each_package_that_is_fetched(
    capsys: pytest.CaptureFixture[str],
) -> None:
    install.show_progress(PIP_SAYS, 2, on_terminal=False)
    shown = capsys.readouterr()
    assert shown.err.splitlines()[0] == "[1/2] aiohttp==3.14.5"
    assert "attrs" not in shown.err
    assert shown.out == ""


def test_progress_on_a_terminal_is_one_line_that_is_cleared_at_the_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    install.show_progress(PIP_SAYS, 2, on_terminal=True)
    shown = capsys.readouterr().err
    assert "[2/2] attrs==26.1.0" in shown
    assert "\n" not in shown
    assert shown.endswith("\r\033[K")


def test_only_an_environment_with_the_very_lock_is_current(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    install.LOCK.write_text("attrs==26.1.0\n")
    install.PYTHON.parent.mkdir(parents=True)
    install.PYTHON.touch()
    assert not install.is_current()
    install.STAMP.write_text("attrs==26.0.0\n")
    assert not install.is_current()
    install.STAMP.write_text("attrs==26.1.0\n")
    assert install.is_current()


def test_the_code_is_compiled_also_where_python_writes_no_byte_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "messages.py").write_text("GREETING = 'hola'\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(install, "PYTHON", Path(sys.executable))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    install.compile_sources()
    assert [path.name.partition(".")[0] for path in tmp_path.glob("api/*/*.pyc")] == ["messages"]
