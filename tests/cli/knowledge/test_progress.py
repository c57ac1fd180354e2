"""How far it is: a bar that grows at a terminal, lines elsewhere."""

import io

import pytest

from cli.knowledge.progress import EVERY, LARGE, WIDTH, Progress, tell_reading


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_at_a_terminal_one_line_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    for done in (32, 64):
        Progress("chunks")(done, 64)
    half, whole = WIDTH // 2, WIDTH
    assert terminal.getvalue() == (
        f"\r[{'█' * half}{'·' * half}] 32 of 64 chunks written"
        f"\r[{'█' * whole}] 64 of 64 chunks written\n"
    )


def test_elsewhere_each_step_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    for done in (32, 64):
        Progress("chunks")(done, 64)
    assert capsys.readouterr().err == "32 of 64 chunks written\n64 of 64 chunks written\n"


def test_a_large_file_is_named_before_it_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    tell_reading("a.md", 10, 1, 2)
    tell_reading("b.pdf", 20 * LARGE, 2, 2)
    assert capsys.readouterr().err == "reading 2 of 2 files: b.pdf (20 MiB)\n"


def test_of_many_small_files_a_line_is_told_now_and_then(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for number in range(1, 2 * EVERY + 1):
        tell_reading("a.md", 10, number, 2 * EVERY)
    assert capsys.readouterr().err.splitlines() == [
        f"reading {EVERY} of {2 * EVERY} files", f"reading {2 * EVERY} of {2 * EVERY} files"
    ]  # fmt: skip
