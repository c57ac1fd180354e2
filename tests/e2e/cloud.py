"""Starts the local cloud and hosts as programs of their own, so that tests can kill them."""

import json
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 90.0
LOOK_AGAIN_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Services:
    """Running services: their URLs by name, and the environment that leads an app to them."""

    urls: Mapping[str, str]
    data: Path
    ca_file: Path
    environment: Mapping[str, str]

    def trust(self) -> ssl.SSLContext:
        """For clients: the authority of the local cloud."""
        return ssl.create_default_context(cafile=self.ca_file)


@dataclass(frozen=True, slots=True)
class Host:
    """A running host of the app, and the file with what it and its workers print."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def workers(self) -> tuple[int, ...]:
        """Process ids of the workers that are ready now."""
        with urlopen(f"{self.url}/admin/host/processes") as answer:
            _, *workers = json.load(answer)["processes"]
        return tuple(worker["processId"] for worker in workers)

    def kill_workers(self) -> None:
        """`kill -9` to every worker; the host starts others."""
        for pid in self.workers():
            os.kill(pid, signal.SIGKILL)

    def kill(self) -> None:
        """`kill -9` to the host; its workers end with it."""
        self.process.kill()
        self.process.wait()


@contextmanager
def running_services(data: Path) -> Iterator[Services]:
    """Services on free ports, with Cerebro filled from the packs."""
    command = ["emulator", "up", "--no-host", "--random-ports", "--without", "staticweb"]
    command += ["--config", str(ROOT / "demo" / "cloud.json"), "--data", str(data)]
    with _program(command, os.environ, data.with_suffix(".log")) as cloud:
        _until_ready(cloud, data.with_suffix(".log"))
        announced = json.loads((data / "urls.json").read_text("utf-8"))
        lines = (data / "app.env").read_text("utf-8").splitlines()
        services = Services(
            urls=announced["services"],
            data=data,
            ca_file=Path(announced["caFile"]),
            environment=dict(line.split("=", 1) for line in lines),
        )
        seeding = [sys.executable, "-m", "cli.knowledge.load"]
        subprocess.run(seeding, cwd=ROOT, env={**os.environ, **services.environment}, check=True)
        yield services


@contextmanager
def running_host(
    services: Services,
    data: Path,
    workers: int = 1,
    settings: Mapping[str, str] | None = None,
    app: Path = ROOT,
) -> Iterator[Host]:
    """The app in a host that does not look for changed files, with these settings besides."""
    command = ["emulator.host", "--app", str(app), "--data", str(data), "--port", "0"]
    command += ["--workers", str(workers), "--no-watch"]
    log = data.with_suffix(f".{time.monotonic_ns()}.log")
    environment = {**os.environ, **services.environment, **(settings or {})}
    with _program(command, environment, log) as process:
        yield Host(process, _until_ready(process, log), log)


@contextmanager
def _program(
    command: list[str], environment: Mapping[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m` in a process that cannot outlive this one; its output goes to `log`."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "emulator.child", *command],
            cwd=ROOT,
            env={**environment, "EMULATOR_PARENT": str(os.getpid()), "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE_SECONDS)
        finally:
            process.kill()


def _until_ready(process: subprocess.Popen[bytes], log: Path) -> str:
    """The URL in the line that says READY."""

    def ready() -> str | None:
        text = log.read_text("utf-8")
        assert process.poll() is None, text
        lines = [line.split() for line in text.splitlines() if line.startswith("READY ")]
        return lines[0][-1] if lines else None

    return eventually(ready)


def eventually[T](look: Callable[[], T | None]) -> T:
    """What `look` finds, as soon as it finds something; fails when that takes too long."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (found := look()) is None:
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(LOOK_AGAIN_SECONDS)
    return found
