"""One worker process seen from the host: start it, talk to it, know when it is gone."""

import asyncio
import contextlib
import itertools
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from emulator.host.frames import Frame, FrameChannel
from emulator.host.invocation import Failed, Outcome, WorkerGone
from emulator.host.log_levels import LogLevels
from emulator.host.messages import (
    Done,
    Forget,
    Loaded,
    LoadFailed,
    Ping,
    Pong,
    Run,
    decode,
    encode,
)
from emulator.host.time_span import time_span_text

_ROOT = Path(__file__).resolve().parents[2]
# How long a function that has used up its time may still take to end.
_GRACE_SECONDS = 2.0

# Where this interpreter has the worker library.
_PACKAGES = [path for path in sys.path if path.endswith("site-packages")]
_PRINTING_SECONDS = 0.1

_log = logging.getLogger("host")


@dataclass(frozen=True, slots=True)
class WorkerSpec:
    """What every worker of a host is started with; `python` is the interpreter.

    A worker that has not loaded the app within `start_seconds`, or whose event loop answers nothing
    for `hang_seconds` (0: however long), is ended.
    """

    app: Path
    environment: Mapping[str, str]
    log_levels: LogLevels
    start_seconds: float = 60.0
    hang_seconds: float = 30.0
    python: str = sys.executable


@dataclass(frozen=True, slots=True)
class Spawned:
    """A child that was started and is not yet attached to an event loop."""

    process: subprocess.Popen[bytes]
    ours: socket.socket


def _program(python: str) -> list[str]:
    """Run the worker in the app's own environment with this one's packages behind its own."""
    if python == sys.executable:
        return [python, "-m", "emulator.host.worker"]
    script = (
        f"import runpy, sys; sys.path.extend({_PACKAGES!r}); "
        "runpy.run_module('emulator.host.worker', run_name='__main__', alter_sys=True)"
    )
    return [python, "-c", script]


def spawn(spec: WorkerSpec) -> Spawned:
    """Start a worker process; it begins to import the app at once.

    A session of its own keeps Ctrl-C in the terminal from it: the host decides when it ends.
    """
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with theirs:
        process = subprocess.Popen(
            [
                *_program(spec.python),
                str(theirs.fileno()),
                str(os.getpid()),
                str(spec.app),
                spec.log_levels.text(),
            ],
            cwd=_ROOT,
            env=dict(spec.environment),
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
    return Spawned(process, ours)


class WorkerProcess:
    """A running worker. `gone` is set when its process has ended, however that came."""

    def __init__(self, spawned: Spawned) -> None:
        self._process = spawned.process
        self._ours = spawned.ours
        self._loop = asyncio.get_running_loop()
        self._channel = FrameChannel(self._receive, self.kill)
        self._calls = itertools.count()
        self._pending: dict[int, asyncio.Future[Outcome]] = {}
        self._limits: dict[int, asyncio.TimerHandle] = {}
        self._loaded: asyncio.Future[Loaded | LoadFailed] = self._loop.create_future()
        self._exchanges = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._ponged = asyncio.Event()
        self.gone = asyncio.Event()
        self.http_uri: str | None = None

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """As subprocess says it: negative for a signal; None while it runs."""
        return self._process.returncode

    @property
    def invocations(self) -> int:
        """How many are under way."""
        return len(self._pending)

    @property
    def busy(self) -> int:
        """Invocations and HTTP exchanges under way."""
        return len(self._pending) + self._exchanges

    async def attach(self) -> Loaded | LoadFailed:
        """Connect and wait for the app to be imported; raises WorkerGone when the child dies."""
        threading.Thread(target=self._reap, name="reaper", daemon=True).start()
        await self._loop.create_unix_connection(lambda: self._channel, sock=self._ours)
        loaded = await self._loaded
        if isinstance(loaded, Loaded):
            self.http_uri = loaded.http_uri
        return loaded

    async def run(self, work: Run, limit: timedelta | None = None) -> Outcome:
        """Run one invocation; raises WorkerGone when the process dies first.

        A function that takes longer than `limit` has failed; when it does not end soon after, the
        process is ended, with all else that it runs, as the real host does.
        """
        if self.gone.is_set():
            raise WorkerGone(work.function)
        call = next(self._calls)
        future: asyncio.Future[Outcome] = self._loop.create_future()
        self._pending[call] = future
        if limit is not None:
            seconds = limit.total_seconds()
            self._limits[call] = self._loop.call_later(seconds, self._expire, call, work, limit)
        self._idle.clear()
        self._channel.send(encode(replace(work, call=call)))
        # The entry stays until the worker answers, even when the caller is cancelled: the
        # function runs on, and draining waits for it.
        return await future

    @contextlib.contextmanager
    def exchange(self, invocation: str) -> Generator[None]:
        """Count an HTTP exchange with the app's own server, and have it forgotten at the end."""
        self._exchanges += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._exchanges -= 1
            self._channel.send(encode(Forget(invocation)))
            self._note_idle()

    async def answers(self, seconds: float) -> bool:
        """Whether its event loop says within `seconds` that it still turns."""
        self._ponged.clear()
        self._channel.send(encode(Ping()))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ponged.wait(), seconds)
        # Asked once more: when this process was stopped itself, both came at the same moment.
        return self._ponged.is_set()

    async def show_where(self) -> None:
        """Have it print what its main thread is doing, even if that is blocked."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGUSR1)
        await asyncio.sleep(_PRINTING_SECONDS)

    async def drain(self, seconds: float) -> None:
        """Wait until nothing is under way, at most `seconds`, then kill it."""
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._idle.wait(), seconds)
        finally:
            self.kill()
        await self.gone.wait()

    def kill(self) -> None:
        """End the process at once; harmless when it has ended."""
        self._process.kill()

    def _receive(self, frame: Frame) -> None:
        match decode(frame):
            case Loaded() | LoadFailed() as loaded:
                if not self._loaded.done():
                    self._loaded.set_result(loaded)
            case Pong():
                self._ponged.set()
            case Done(call, outcome):
                future = self._pending.pop(call)
                self._forget_limit(call)
                if not future.done():
                    future.set_result(outcome)
                self._note_idle()
            case other:
                raise ValueError(f"not for the host: {other!r}")

    def _expire(self, call: int, work: Run, limit: timedelta) -> None:
        text = time_span_text(limit)
        _log.error(
            "Timeout value of %s exceeded by function 'Functions.%s' (Id: '%s')",
            text,
            work.function,
            work.invocation,
        )
        future = self._pending[call]
        if not future.done():
            message = f"Timeout value of {text} was exceeded by function: Functions.{work.function}"
            future.set_result(Failed(message))
        self._limits[call] = self._loop.call_later(_GRACE_SECONDS, self._end_stuck, work)

    def _end_stuck(self, work: Run) -> None:
        _log.warning(
            "Functions.%s does not end: worker %d is ended and started again",
            work.function,
            self.pid,
        )
        self.kill()

    def _forget_limit(self, call: int) -> None:
        timer = self._limits.pop(call, None)
        if timer is not None:
            timer.cancel()

    def _note_idle(self) -> None:
        if self.busy == 0:
            self._idle.set()

    def _reap(self) -> None:
        self._process.wait()
        with contextlib.suppress(RuntimeError):  # the loop has been closed meanwhile
            self._loop.call_soon_threadsafe(self._note_gone)

    def _note_gone(self) -> None:
        self.gone.set()
        self._channel.close()
        waiting: list[asyncio.Future[Outcome] | asyncio.Future[Loaded | LoadFailed]]
        waiting = [*self._pending.values(), self._loaded]
        self._pending.clear()
        for call in list(self._limits):
            self._forget_limit(call)
        self._note_idle()
        for future in waiting:
            if not future.done():
                future.set_exception(WorkerGone(f"worker {self.pid} ended"))
                future.exception()  # nobody may be waiting any more
