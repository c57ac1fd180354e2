"""`./eira up`: the local cloud, the app and its front end, ready; Ctrl-C stops everything."""

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from .app_environment import ENVIRONMENT
from .arguments import DEFAULT_PORT
from .errors import CommandError
from .frontend.node import FOLDER
from .platform import EndedError, PlatformOptions, running_platform
from .running import ANNOUNCED, Running, find_running
from .settings_file import check_real_services, read_settings

PAGE_FOLLOWS = "The page follows as soon as its front end is built."


def run(options: argparse.Namespace) -> int:
    """Stays until Ctrl-C (0) or until the local cloud ends by itself (its exit code)."""
    settings = {**read_settings(Path()), **os.environ}
    check_real_services(options.no_emulator, settings)
    _refuse_a_second_one()
    # kill and a closed terminal end everything as cleanly as Ctrl-C does.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    wanted = PlatformOptions(
        port=DEFAULT_PORT if options.port is None and not options.free_ports else options.port,
        workers=options.workers,
        fresh=options.fresh,
        free_ports=options.free_ports,
        without=options.no_emulator,
    )
    begin = time.monotonic()
    try:
        with (
            contextlib.suppress(KeyboardInterrupt),
            _front_end() as front_end,
            running_platform(wanted, settings) as platform,
        ):
            print(describe(platform.running, time.monotonic() - begin), flush=True)
            if front_end is not None:
                print(PAGE_FOLLOWS, flush=True)
            _tell_of(front_end, platform.running.page)
            raise EndedError(platform.process.wait())
    except EndedError as ended:
        if ended.status < 0:
            raise CommandError(
                f"the local cloud was killed (signal {-ended.status}); run `./eira up` again."
            ) from None
        # It has said why in a line of its own.
        return ended.status
    return 0


def describe(running: Running, seconds: float) -> str:
    """What a person wants to know once everything runs."""
    services = "\n".join(f"  {name:<13} {url}" for name, url in sorted(running.services.items()))
    return f"""
EIRA runs at {running.app} (ready in {seconds:.1f} s; Ctrl-C stops everything)
{services}
  CA file       {running.ca_file}

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


@contextlib.contextmanager
def _front_end() -> Iterator[subprocess.Popen[bytes] | None]:
    """Its build, beside the start of everything else; None where there is no front end."""
    if not (FOLDER / "package.json").exists():
        yield None
        return
    # A group of its own, to end it with all that npm starts.
    building = subprocess.Popen(
        [sys.executable, "-m", "cli.frontend"], stdin=subprocess.DEVNULL, process_group=0
    )
    try:
        yield building
    finally:
        if building.poll() is None:
            os.killpg(building.pid, signal.SIGTERM)
            building.wait()


def _tell_of(front_end: subprocess.Popen[bytes] | None, page: str | None) -> None:
    """Where the page is, once it is there; nobody waits for that."""
    if front_end is None or page is None:
        return

    def tell() -> None:
        match front_end.wait():
            case 0:
                print(f"In a browser: {page}", flush=True)
            case status if status > 0:
                print("There is no page in a browser: the reason is above.", flush=True)
            case _:
                return

    threading.Thread(target=tell, daemon=True).start()


def _refuse_a_second_one() -> None:
    try:
        running = find_running()
    except CommandError:
        # What a killed run left would be taken for the new one's.
        for path in (ANNOUNCED, ENVIRONMENT):
            path.unlink(missing_ok=True)
    else:
        raise CommandError(f"it runs already, at {running.app}; stop that one first (Ctrl-C).")
