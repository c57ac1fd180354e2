"""The platform that the commands talk to in these tests."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from cli.__main__ import main
from tests.cli.fake_platform import FakeApp, running_platform


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, and what it wrote."""

    status: int
    out: str
    err: str


type Eira = Callable[..., Awaitable[Ended]]


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def eira(
    tmp_path: Path,
    authority: trustme.CA,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Eira:
    """Runs `./eira` with these arguments in a folder of its own, beside an app that runs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")

    async def run(*arguments: str, app: FakeApp) -> Ended:
        async with running_platform(tmp_path, authority, app):
            # The program blocks, as a person at a terminal expects; the servers need the loop.
            status = await asyncio.to_thread(main, arguments)
        written = capsys.readouterr()
        return Ended(status, written.out, written.err)

    return run
