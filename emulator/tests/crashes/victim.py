"""The host under attack: started on fixed ports with one data folder, killed, started again."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from random import Random

from emulator.child import PARENT_VARIABLE

_ROOT = Path(__file__).resolve().parents[3]
_APP = Path(__file__).parent / "app"
_STOP_SECONDS = 20.0


class Victim:
    """One host at a time; `url` stays the same through all of its lives."""

    def __init__(self, folder: Path, workers: int) -> None:
        self._folder = folder
        self._workers = workers
        self._app = folder / "app"
        shutil.copytree(_APP, self._app, dirs_exist_ok=True)
        (folder / "marks").mkdir(exist_ok=True)
        self._port, self._rpc_port = _free_ports(2)
        self._process = self._launch()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def database(self) -> Path:
        return self._folder / "data" / "durable.db"

    @property
    def log(self) -> str:
        return (self._folder / "log.txt").read_text("utf-8", "replace")

    async def kill_worker(self, random: Random) -> None:
        """Kill one of the host's children, loading or loaded, as soon as there is one."""
        while not (children := sorted(_children(self._process.pid))):  # noqa: ASYNC110 - a process
            await asyncio.sleep(0.02)
        with contextlib.suppress(ProcessLookupError):
            os.kill(random.choice(children), signal.SIGKILL)

    def kill_host(self) -> None:
        """Kill the host, wherever it is, and start the next one at once."""
        self._process.kill()
        self._process.wait()
        self._process = self._launch()

    def edit(self) -> None:
        """Change the app's file, so that the host loads it again."""
        with (self._app / "function_app.py").open("a", encoding="utf-8") as source:
            source.write("# edited\n")

    async def stop(self) -> int:
        """Ask it to end; the exit code."""
        self._process.terminate()
        try:
            return await asyncio.to_thread(self._process.wait, _STOP_SECONDS)
        finally:
            self._process.kill()

    def end(self) -> None:
        """Leave nothing behind, whatever has happened."""
        self._process.kill()
        self._process.wait()

    def _launch(self) -> subprocess.Popen[bytes]:
        with (self._folder / "log.txt").open("ab") as log:
            return subprocess.Popen(
                [
                    *(sys.executable, "-m", "emulator.child"),
                    *("emulator.host", "--app", str(self._app)),
                    *("--port", str(self._port), "--rpc-port", str(self._rpc_port)),
                    *("--data", str(self._folder / "data"), "--workers", str(self._workers)),
                ],
                cwd=_ROOT,
                env={
                    **os.environ,
                    "MARKS": str(self._folder / "marks"),
                    # It ends with this program, even when that is killed itself.
                    PARENT_VARIABLE: str(os.getpid()),
                },
                stdout=subprocess.DEVNULL,
                stderr=log,
            )


def _children(pid: int) -> list[int]:
    try:
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8")
    except (FileNotFoundError, ProcessLookupError):  # the latter if it is reaped meanwhile
        return []
    return [int(child) for child in listed.split()]


def _free_ports(count: int) -> list[int]:
    """Ports that nobody uses, outside the range from which outgoing connections take theirs."""
    random = Random()
    found: list[int] = []
    while len(found) < count:
        port = random.randrange(10_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            found.append(port)
    return found
