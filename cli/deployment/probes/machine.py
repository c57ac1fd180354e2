"""This machine: what `./eira` needs here, and what is in its way."""

import os
import shutil
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

from cli.arguments import DEFAULT_PORT
from cli.deployment.findings import Finding, error, ok, warning
from cli.errors import CommandError
from cli.install import LOCK, STAMP, UNFINISHED
from cli.running import DATA, Running, find_running, read_running

AREA = "machine"
NEEDED = (3, 13)
FREE_BYTES = 500 * 2**20


def look(root: Path = Path(), data: Path = DATA, port: int = DEFAULT_PORT) -> list[Finding]:
    """Everything that can be told without asking a service."""
    running = _running(data)
    return [
        *_python(root),
        *_node(),
        *_folder(data),
        *_platform(running, data),
        *_port(running, port),
    ]


def _python(root: Path) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < NEEDED:
        mend = "pyenv install 3.13, then the same command again"
        yield error(AREA, f"Python is {version}, and 3.13 is needed", sys.executable, mend)
    lock, stamp = root / LOCK, root / STAMP
    if (root / UNFINISHED).exists() or not _same(lock, stamp):
        what = "the packages in .venv are not those of requirements-dev.txt"
        yield warning(AREA, what, f"{LOCK} beside {STAMP}", "./eira --help installs them")
    else:
        yield ok(AREA, f"Python {version}, with the packages of {LOCK}")


def _same(lock: Path, stamp: Path) -> bool:
    try:
        return lock.read_bytes() == stamp.read_bytes()
    except OSError:
        return False


def _node() -> Iterator[Finding]:
    """Of the packages, or of the machine."""
    beside = Path(sys.executable).parent / "node"
    if found := shutil.which("node") or (str(beside) if beside.exists() else None):
        yield ok(AREA, f"node is {found}")
    else:
        what = "there is no node, which tests with JavaScript clients and the front end need"
        yield warning(
            AREA, what, "PATH and .venv/bin", "rm .venv/installed-lock.txt; ./eira --help"
        )


def _folder(data: Path) -> Iterator[Finding]:
    there = data if data.exists() else data.absolute().parent
    if not os.access(there, os.W_OK | os.X_OK):
        mend = f"chown -R $(id -u) {data}, or run it from a folder of your own"
        yield error(AREA, f"nothing can be written into {data}", f"access to {there}", mend)
    elif (free := shutil.disk_usage(there).free) < FREE_BYTES:
        mend = "./eira up --fresh forgets what is stored there"
        yield warning(AREA, f"{free // 2**20} MiB are free for {data}", "the disk", mend)
    else:
        yield ok(AREA, f"{data} can be written, {free // 2**30} GiB are free")


def _running(data: Path) -> Running | None:
    try:
        return find_running(data)
    except CommandError:
        return None


def _platform(running: Running | None, data: Path) -> Iterator[Finding]:
    if running is not None:
        yield ok(AREA, f"./eira up runs, at {running.app}")
        return
    left = read_running(data)
    what = "nothing runs here" if left is None else "it does not run any more: it was killed"
    yield error(AREA, what, f"{data}/urls.json", "./eira up (in another terminal)")


def _port(running: Running | None, port: int) -> Iterator[Finding]:
    """Who else has the port that `./eira up` would take."""
    if running is not None:
        return
    with socket.socket() as one:
        one.settimeout(1.0)
        if one.connect_ex(("127.0.0.1", port)) == 0:
            what = f"port {port} is taken by another program"
            mend = f"end it (lsof -i :{port}), or ./eira up --port N"
            yield warning(AREA, what, f"connecting to 127.0.0.1:{port}", mend)
