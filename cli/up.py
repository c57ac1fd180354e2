"""`./eira up`: the local cloud and the app, filled and ready; Ctrl-C stops everything."""

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from .app_environment import ENVIRONMENT, local_settings
from .errors import CommandError
from .running import DATA, Running, find_running, read_running
from .settings_file import check_real_services, read_settings
from .web import StatusError, UnreachableError, send_for_json

CLOUD = Path("demo/cloud.json")
ANNOUNCED = DATA / "urls.json"
# The emulator itself gives up after 60 s and says why; this is for the case that it hangs.
START_SECONDS = 75.0
STOP_SECONDS = 5.0
POLL_SECONDS = 0.05
ANSWER_SECONDS = 2.0


def run(options: argparse.Namespace) -> int:
    """Stays until Ctrl-C (0) or until the local cloud ends by itself (its exit code)."""
    settings = {**read_settings(Path()), **os.environ}
    check_real_services(options.no_emulator, settings)
    _refuse_a_second_one()
    # kill and a closed terminal end everything as cleanly as Ctrl-C does.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    begin = time.monotonic()
    try:
        with contextlib.suppress(KeyboardInterrupt), _cloud(options) as cloud:
            running = _wait_until_announced(cloud)
            # First what says in one line which setting is wrong: the app would just not load.
            _seed(settings)
            _wait_for_app(cloud, running)
            print(describe(running, time.monotonic() - begin), flush=True)
            raise _EndedError(cloud.wait())
    except _EndedError as ended:
        if ended.status < 0:
            raise CommandError(
                f"the local cloud was killed (signal {-ended.status}); run `./eira up` again."
            ) from None
        # It has said why in a line of its own.
        return ended.status
    return 0


def describe(running: Running, seconds: float) -> str:
    """What a person wants to know once everything runs."""
    services = "\n".join(f"  {name:<9} {url}" for name, url in sorted(running.services.items()))
    return f"""
EIRA runs at {running.app} (ready in {seconds:.1f} s; Ctrl-C stops everything)
{services}
  CA file   {running.ca_file}

In another terminal:
  ./eira chat "Hola, ¿cómo va?"
  ./eira runs                        (or, in a browser: {running.app}/runtime/ui)
{_curl(running) if "identity" in running.services else ""}"""


def _curl(running: Running) -> str:
    api = f"{running.app}/api/conversations"
    bearer = '-H "Authorization: Bearer $(./eira token --user ana)"'
    as_json = "-H 'Content-Type: application/json'"
    take_id = 's/.*"conversationId": *"\\([^"]*\\)".*/\\1/p'
    return f"""or, to see the wire:
  ID=$(curl -s {api} {bearer} {as_json} -d '{{}}' | sed -n '{take_id}')
  curl -N {api}/$ID/messages {bearer} {as_json} \\
    -H 'Accept: text/event-stream' -d '{{"message": "Hola, ¿cómo va?"}}'
"""


class _EndedError(Exception):
    """The local cloud ended by itself; `status` as `subprocess` has it."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def _refuse_a_second_one() -> None:
    try:
        running = find_running()
    except CommandError:
        # What a killed run left would be taken for the new one's.
        for path in (ANNOUNCED, ENVIRONMENT):
            path.unlink(missing_ok=True)
    else:
        raise CommandError(f"it runs already, at {running.app}; stop that one first (Ctrl-C).")


@contextlib.contextmanager
def _cloud(options: argparse.Namespace) -> Iterator[subprocess.Popen[bytes]]:
    # emulator.child makes it end with this program, even when that is killed.
    command = [sys.executable, "-m", "emulator.child", "emulator", "up", "--app", "."]
    command += ["--config", str(CLOUD), "--data", str(DATA)]
    command += ["--port", str(options.port), "--workers", str(options.workers)]
    if options.fresh:
        command.append("--fresh")
    if options.no_emulator:
        command += ["--without", *options.no_emulator]
    cloud = subprocess.Popen(
        command,
        env={**os.environ, "EMULATOR_PARENT": str(os.getpid())},
        stdin=subprocess.DEVNULL,
        # A group of its own: Ctrl-C reaches only this program, which then stops it once.
        process_group=0,
    )
    try:
        yield cloud
    finally:
        _stop(cloud)


def _stop(cloud: subprocess.Popen[bytes]) -> None:
    cloud.terminate()
    try:
        cloud.wait(STOP_SECONDS)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        # It hangs, or a second Ctrl-C says that nobody wants to wait; its children end with it.
        cloud.kill()
        cloud.wait()


def _wait_until_announced(cloud: subprocess.Popen[bytes]) -> Running:
    for _ in _polls(cloud, "the local cloud"):
        running = read_running(DATA)
        if running is not None and ENVIRONMENT.exists():
            return running
    raise _EndedError(cloud.wait())


def _wait_for_app(cloud: subprocess.Popen[bytes], running: Running) -> None:
    for _ in _polls(cloud, f"{running.app}/api/health"):
        with contextlib.suppress(StatusError, UnreachableError):
            send_for_json("GET", f"{running.app}/api/health", timeout=ANSWER_SECONDS)
            return
    raise _EndedError(cloud.wait())


def _polls(cloud: subprocess.Popen[bytes], what: str) -> Iterator[None]:
    """Ends when the cloud does; raises `CommandError` when the time is over."""
    deadline = time.monotonic() + START_SECONDS
    while cloud.poll() is None:
        yield
        if time.monotonic() > deadline:
            raise CommandError(
                f"{what} was not ready after {START_SECONDS:.0f} s; read {DATA}/logs/host.log."
            )
        time.sleep(POLL_SECONDS)


def _seed(settings: Mapping[str, str]) -> None:
    """Loads the knowledge with the same settings as the app: what the emulator says wins."""
    command = [sys.executable, "-m", "cli.knowledge.load"]
    environment = {**settings, **local_settings()}
    match subprocess.run(command, env=environment, check=False).returncode:
        case 0:
            return
        case 2:
            raise CommandError(
                "a setting or a pack is wrong, as the line above says; correct it and run"
                " `./eira up` again."
            )
        case _:
            raise CommandError("the knowledge could not be loaded; the reason is above.")
