"""How far it is: a bar that grows at a terminal, lines elsewhere."""

import io

import pytest

from cli.knowledge.progress import WIDTH, Progress


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
