"""The local cloud with the app: started, filled, ready; stopped when left."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from .app_environment import local_settings
from .errors import CommandError
from .running import DATA, Running, read_running
from .web import StatusError, UnreachableError, send_for_json

CLOUD = Path("demo/cloud.json")
# The emulator itself gives up after 60 s and says why; this is for the case that it hangs.
START_SECONDS = 75.0
STOP_SECONDS = 5.0
POLL_SECONDS = 0.05
ANSWER_SECONDS = 2.0


class EndedError(Exception):
    """The local cloud ended by itself; `status` as `subprocess` has it."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True)
class PlatformOptions:
    """What a person asks for; with `free_ports` everybody gets any free one, save the app where
    `port` is named. What the local cloud prints goes to `log`, else to the terminal."""

    data: Path = DATA
    port: int | None = None
    workers: int = 1
    fresh: bool = False
    free_ports: bool = False
    without: Sequence[str] = ()
    log: Path | None = None


@dataclass(frozen=True, slots=True)
class Platform:
    """Everything answers."""

    running: Running
    process: subprocess.Popen[bytes]


@contextlib.contextmanager
def running_platform(options: PlatformOptions, settings: Mapping[str, str]) -> Iterator[Platform]:
    """`settings` besides those that the local cloud tells. Raises EndedError, CommandError."""
    with _cloud(options) as cloud:
        running = _wait_until_announced(cloud, options.data)
        # First what says in one line which setting is wrong: the app would just not load.
        with _output(options) as output:
            _seed(running, {**settings, **local_settings(options.data)}, output)
        _wait_for_app(cloud, running, options.data)
        yield Platform(running, cloud)


@contextlib.contextmanager
def _cloud(options: PlatformOptions) -> Iterator[subprocess.Popen[bytes]]:
    # emulator.child makes it end with this program, even when that is killed.
    command = [sys.executable, "-m", "emulator.child", "emulator", "up", "--app", "."]
    command += ["--config", str(CLOUD), "--data", str(options.data)]
    command += ["--workers", str(options.workers)]
    if options.port is not None:
        command += ["--port", str(options.port)]
    if options.free_ports:
        command.append("--random-ports")
    if options.fresh:
        command.append("--fresh")
    if options.without:
        command += ["--without", *options.without]
    with _output(options) as output:
        cloud = subprocess.Popen(
            command,
            env={**os.environ, "EMULATOR_PARENT": str(os.getpid())},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=None if output is None else subprocess.STDOUT,
            # A group of its own: Ctrl-C reaches only this program, which then stops it once.
            process_group=0,
        )
    try:
        yield cloud
    finally:
        _stop(cloud)


@contextlib.contextmanager
def _output(options: PlatformOptions) -> Iterator[BinaryIO | None]:
    if options.log is None:
        yield None
        return
    with options.log.open("ab") as output:
        yield output


def _stop(cloud: subprocess.Popen[bytes]) -> None:
    cloud.terminate()
    try:
        cloud.wait(STOP_SECONDS)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        # It hangs, or a second Ctrl-C says that nobody wants to wait; its children end with it.
        cloud.kill()
        cloud.wait()


def _wait_until_announced(cloud: subprocess.Popen[bytes], data: Path) -> Running:
    for _ in _polls(cloud, "the local cloud", data):
        running = read_running(data)
        if running is not None and local_settings(data):
            return running
    raise EndedError(cloud.wait())


def _wait_for_app(cloud: subprocess.Popen[bytes], running: Running, data: Path) -> None:
    for _ in _polls(cloud, f"{running.app}/api/health", data):
        with contextlib.suppress(StatusError, UnreachableError):
            send_for_json("GET", f"{running.app}/api/health", timeout=ANSWER_SECONDS)
            return
    raise EndedError(cloud.wait())


def _polls(cloud: subprocess.Popen[bytes], what: str, data: Path) -> Iterator[None]:
    """Ends when the cloud does; raises `CommandError` when the time is over."""
    deadline = time.monotonic() + START_SECONDS
    while cloud.poll() is None:
        yield
        if time.monotonic() > deadline:
            raise CommandError(
                f"{what} was not ready after {START_SECONDS:.0f} s; read {data}/logs/host.log."
            )
        time.sleep(POLL_SECONDS)


def _seed(running: Running, environment: Mapping[str, str], output: BinaryIO | None) -> None:
    """Loads the knowledge and, where the store is a local one, the example flows; with the same
    settings as the app: what the emulator says wins."""
    programs = [("cli.knowledge.load", "the knowledge")]
    if "cosmos" in running.services:
        programs.append(("cli.flow_examples", "the example flows"))
    for what, status in _run_all(programs, environment, output):
        match status:
            case 0:
                continue
            case 2:
                raise CommandError(
                    "a setting or a pack is wrong, as the line above says; correct it and run"
                    " `./eira up` again."
                )
            case _:
                raise CommandError(f"{what} could not be loaded; the reason is above.")


def _run_all(
    programs: Sequence[tuple[str, str]], environment: Mapping[str, str], output: BinaryIO | None
) -> list[tuple[str, int]]:
    """Side by side. Of each what it loads, and its exit code."""
    begun: list[subprocess.Popen[bytes]] = []
    try:
        for module, _ in programs:
            command = [sys.executable, "-m", module]
            begun.append(subprocess.Popen(command, env=environment, stdout=output))
        return [(what, each.wait()) for (_, what), each in zip(programs, begun, strict=True)]
    finally:
        # Whoever interrupts this ends them, too.
        for each in begun:
            if each.poll() is None:
                each.kill()
                each.wait()
