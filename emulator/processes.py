"""Child processes: their READY line, their log file, their end."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from emulator.child import PARENT_VARIABLE

_CHUNK = 65_536
_LONGEST_KEPT_LINE = 400
_DRAIN_SECONDS = 0.5
_KILL_SECONDS = 0.5


@dataclass(eq=False)
class Child:
    """A process in a session of its own, whose output goes to `log` and perhaps to the console.

    `ready` is set once it has printed its line that begins with READY.
    """

    name: str
    log: Path
    process: asyncio.subprocess.Process
    console: BinaryIO | None
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    last_line: str = ""
    _reader: asyncio.Task[None] | None = field(default=None, repr=False)

    @staticmethod
    async def start(
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        console: BinaryIO | None = None,
    ) -> "Child":
        """Runs `python -m` with `command`."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "emulator.child",
            *command,
            env={**environment, PARENT_VARIABLE: str(os.getpid()), "PYTHONUNBUFFERED": "1"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            # Ctrl-C reaches the supervisor only, which then stops everybody in order.
            start_new_session=True,
        )
        child = Child(name, log, process, console)
        child._reader = asyncio.create_task(child._read())
        return child

    async def ended(self) -> int:
        """Waits for the end of the process and of its output; gives the exit code."""
        code = await self.process.wait()
        if self._reader is not None:
            # Grandchildren may hold the pipe open for longer.
            await asyncio.wait({self._reader}, timeout=_DRAIN_SECONDS)
        return code

    async def stop(self, seconds: float) -> None:
        """Asks the process to end, and kills its whole group after `seconds`."""
        self._signal(self.process.terminate)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.process.wait(), seconds)
        self._signal(lambda: os.killpg(self.process.pid, signal.SIGKILL))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.process.wait(), _KILL_SECONDS)
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.wait({self._reader})

    def _signal(self, send: Callable[[], None]) -> None:
        # macOS answers PermissionError for a group of which only zombies are left.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            send()

    async def _read(self) -> None:
        assert self.process.stdout is not None
        rest = b""
        with self.log.open("wb", buffering=0) as log:
            while chunk := await self.process.stdout.read(_CHUNK):
                log.write(chunk)
                *lines, rest = (rest + chunk).split(b"\n")
                # A line without an end must not grow for ever.
                rest = rest[-_CHUNK:]
                for line in lines:
                    self._take(line)
            if rest:
                self._take(rest)

    def _take(self, line: bytes) -> None:
        text = line.decode("utf-8", "replace").rstrip()
        if text.startswith("READY ") and not self.ready.is_set():
            self.ready.set()
            return
        if text.strip():
            self.last_line = text.strip()[:_LONGEST_KEPT_LINE]
        if self.console is not None:
            # The console may have gone (head, a closed pipe); the log file has it all.
            with contextlib.suppress(OSError, ValueError):
                self.console.write(line + b"\n")
                self.console.flush()
