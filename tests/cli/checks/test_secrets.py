"""A committed secret is found, told by file and line, and an accepted one is not told again."""

from pathlib import Path

import pytest

from cli.checks.secrets import BASELINE, files, main

KEY = "-----BEGIN RSA " + "PRIVATE KEY-----"


def test_a_secret_is_told_by_file_and_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "kept.py").write_text(f"ONE = 1\nTWO = '''\n{KEY}\n'''\n")
    assert main([], tmp_path) == 1
    said = capsys.readouterr().out
    assert "kept.py: line 3: this looks like a secret" in said
    assert KEY not in said


def test_what_was_accepted_passes_and_what_comes_later_does_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "kept.py").write_text(f"{KEY}\n")
    assert main(["--accept"], tmp_path) == 0
    assert KEY not in (tmp_path / BASELINE).read_text()
    assert main([], tmp_path) == 0
    (tmp_path / "later.py").write_text(f"{KEY}\n")
    assert main([], tmp_path) == 1
    assert "kept.py" not in capsys.readouterr().out


def test_what_is_never_committed_is_not_read(tmp_path: Path) -> None:
    for name in (".venv/x.py", "node_modules/x.js", "local.settings.json", "x.pyc"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(KEY)
    (tmp_path / "read.md").write_text("text")
    assert files(tmp_path) == ["read.md"]
