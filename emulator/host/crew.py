"""The workers of one load of the app: who does what, restart after death."""

import asyncio
import logging
import signal
from collections.abc import Sequence
from dataclasses import dataclass, field

from emulator.host.catalogue import Catalogue, catalogue_of
from emulator.host.invocation import WorkerGone
from emulator.host.messages import Loaded, LoadFailed
from emulator.host.worker_process import Spawned, WorkerProcess, WorkerSpec, spawn

_FIRST_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 5.0

_log = logging.getLogger("host")


@dataclass(eq=False)
class _Post:
    """A place for one worker, filled again whenever its worker dies."""

    spawned: Spawned | None
    worker: WorkerProcess | None = None
    filled: asyncio.Event = field(default_factory=asyncio.Event)


class Crew:
    """N workers that loaded the app together; replaced as a whole by the next load.

    With two or more, functions of Durable have workers of their own: Flex Consumption never runs
    them on the instances of the others.
    """

    def __init__(self, spec: WorkerSpec, size: int, first: Sequence[Spawned] = ()) -> None:
        self._spec = spec
        spawned = [*first, *(spawn(spec) for _ in range(size - len(first)))]
        self._posts = [_Post(child) for child in spawned]
        self._front = self._posts[: max(1, size // 2)]
        self._durable = self._posts[size // 2 :]
        self._keepers: list[asyncio.Task[None]] = []
        self._turn = 0
        self._retired = asyncio.Event()
        self._told = False
        self.catalogue = Catalogue()
        self.streams = False

    async def load(self) -> bool:
        """Wait until all workers have loaded the app; False when the app does not import."""
        self._keepers = [asyncio.create_task(self._keep(post)) for post in self._posts]
        filled = [asyncio.create_task(post.filled.wait()) for post in self._posts]
        for keeper, fill in zip(self._keepers, filled, strict=True):
            await asyncio.wait([keeper, fill], return_when=asyncio.FIRST_COMPLETED)
        for fill in filled:
            fill.cancel()
        return not any(keeper.done() for keeper in self._keepers)

    @property
    def pids(self) -> list[int]:
        """Process ids of the workers that are ready."""
        return [post.worker.pid for post in self._posts if post.worker is not None]

    async def pick(self, *, durable: bool) -> WorkerProcess:
        """The least busy live worker for that kind of work; waits while there is none.

        Raises WorkerGone when the crew is retired meanwhile.
        """
        posts = self._durable if durable else self._front
        while not self._retired.is_set():
            # A worker that has just died may still be at its post: its keeper has not run yet.
            workers = [post.worker for post in posts if post.worker is not None]
            alive = [worker for worker in workers if not worker.gone.is_set()]
            if workers and not alive:
                await asyncio.sleep(0)
                continue
            if alive:
                self._turn += 1
                start = self._turn % len(alive)
                return min(alive[start:] + alive[:start], key=lambda worker: worker.busy)
            await _first_of(self._retired, *(post.filled for post in posts))
        raise WorkerGone("the app is being loaded again")

    async def retire(self, seconds: float) -> None:
        """Let work under way end within `seconds`, then end every process."""
        self._retired.set()
        workers = [post.worker for post in self._posts if post.worker is not None]
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        await asyncio.gather(*(worker.drain(seconds) for worker in workers))

    async def _keep(self, post: _Post) -> None:
        """Fill the post again and again; returns when the app does not load."""
        pause = _FIRST_PAUSE_SECONDS
        while True:
            worker = WorkerProcess(post.spawned or spawn(self._spec))
            post.spawned = None
            try:
                loaded = await worker.attach()
            except WorkerGone:
                _log.error(
                    "A worker ended while it loaded the app (%s); trying again in %.1f s",
                    _cause(worker),
                    pause,
                )
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
                continue
            except asyncio.CancelledError:
                worker.kill()
                raise
            if isinstance(loaded, LoadFailed):
                worker.kill()
                self._tell_once(loaded)
                return
            self._take_functions(loaded)
            post.worker = worker
            post.filled.set()
            await worker.gone.wait()
            post.worker = None
            post.filled.clear()
            pause = _FIRST_PAUSE_SECONDS
            _log.warning("Worker %d ended (%s); starting another", worker.pid, _cause(worker))

    def _take_functions(self, loaded: Loaded) -> None:
        if not len(self.catalogue):
            self.catalogue = catalogue_of(loaded.functions, self._spec.environment)
            self.streams = loaded.http_uri is not None

    def _tell_once(self, failed: LoadFailed) -> None:
        if not self._told:
            self._told = True
            _log.error("The app does not load: %s", f"{failed.message}\n{failed.stack}".rstrip())


async def _first_of(*events: asyncio.Event) -> None:
    waits = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


def _cause(worker: WorkerProcess) -> str:
    code = worker.exit_code
    if code is not None and code < 0:
        return signal.Signals(-code).name
    return f"exit code {code}"
