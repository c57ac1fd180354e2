"""Starts real hosts for tests and waits for things to happen."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

APPS = Path(__file__).parent / "apps"
_ROOT = Path(__file__).resolve().parents[3]
_PATIENCE_SECONDS = 60.0


def eventually[T](look: Callable[[], T]) -> T:
    """What `look` returns as soon as that is true; fails when it does not become so."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)
    return found


@dataclass(frozen=True, slots=True)
class HostProcess:
    """A host started as a program of its own, with its log in a file."""

    process: subprocess.Popen[bytes]
    url: str
    folder: Path

    @property
    def log(self) -> str:
        return (self.folder / "log.txt").read_text("utf-8")

    def notes(self, what: str) -> list[dict[str, object]]:
        """What the probe app noted under that name, in order; whole lines only."""
        file = self.folder / "notes.ndjson"
        text = file.read_text("utf-8") if file.exists() else ""
        lines = text.rpartition("\n")[0].splitlines()
        return [note for note in map(json.loads, lines) if note["what"] == what]

    def open_gate(self, name: str) -> None:
        (self.folder / name).touch()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal and wait for the end; the exit code."""
        self.process.send_signal(number)
        return self.process.wait(_PATIENCE_SECONDS)


def launch(
    app: Path, folder: Path, *options: str, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a host on free ports; its log and the notes of its app are in `folder`."""
    log = (folder / "log.txt").open("wb")
    with log:
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "emulator.host", "--app", str(app), "--port", "0"),
                *("--data", str(folder / "data"), *options),
            ],
            cwd=_ROOT,
            env={
                **os.environ,
                "NOTES": str(folder / "notes.ndjson"),
                "EVERY": "0 0 3 1 1 *",
                **(environment or {}),
            },
            stdout=subprocess.PIPE,
            stderr=log,
        )


def start_host(
    app: Path, folder: Path, *options: str, environment: Mapping[str, str] | None = None
) -> HostProcess:
    """Start a host and wait until it says that it is ready."""
    process = launch(app, folder, *options, environment=environment)
    assert process.stdout is not None
    with process.stdout:  # READY is all that a host prints there
        line = process.stdout.readline().decode().split()
    assert line[:2] == ["READY", "host"], (folder / "log.txt").read_text("utf-8")
    return HostProcess(process, line[2], folder)


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and is not yet reaped does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):  # the latter if it is reaped meanwhile
        return False
    return state != "Z"
