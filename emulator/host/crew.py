"""The workers of one load of the app: who does what, restart after death."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from emulator.host.backoff import BackOff
from emulator.host.catalogue import Catalogue, catalogue_of
from emulator.host.invocation import NoWorker, WorkerGone
from emulator.host.load_failure import explained
from emulator.host.messages import Loaded, LoadFailed
from emulator.host.worker_process import Spawned, WorkerProcess, WorkerSpec, spawn

_LONGEST_BETWEEN_PINGS = 2.0

_log = logging.getLogger("host")


class _CannotStart(Exception):  # noqa: N818 - a state of the world, not a mistake
    """A worker never came to run anything; the message says what it did instead."""


@dataclass(eq=False)
class _Post:
    """A place for one worker, filled again whenever its worker dies.

    `settled` once it is known how the first start went; `trouble` says why nobody is there and
    will not be for a while.
    """

    spawned: Spawned | None
    worker: WorkerProcess | None = None
    filled: asyncio.Event = field(default_factory=asyncio.Event)
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    troubled: asyncio.Event = field(default_factory=asyncio.Event)
    trouble: str = ""

    def fill(self, worker: WorkerProcess) -> None:
        """Here it is."""
        self.hope()
        self.worker = worker
        self.filled.set()
        self.settled.set()

    def clear(self) -> None:
        """Its worker is gone."""
        self.worker = None
        self.filled.clear()

    def warn(self, trouble: str) -> None:
        """Nobody will be here for a while."""
        self.trouble = trouble
        self.troubled.set()
        self.settled.set()

    def hope(self) -> None:
        """Somebody is on the way."""
        self.trouble = ""
        self.troubled.clear()


class Crew:
    """N workers that loaded the app together; replaced as a whole by the next load.

    With two or more, functions of Durable have workers of their own: Flex Consumption never runs
    them on the instances of the others. `loaded` is called once, with this crew, when its first
    worker has loaded the app.
    """

    def __init__(
        self,
        spec: WorkerSpec,
        size: int,
        first: Sequence[Spawned],
        loaded: Callable[["Crew"], None],
    ) -> None:
        self._spec = spec
        self._posts = [_Post(child) for child in [*first, *[None] * (size - len(first))]]
        self._front = self._posts[: max(1, size // 2)]
        self._durable = self._posts[size // 2 :]
        self._keepers: list[asyncio.Task[None]] = []
        self._turn = 0
        self._retired = asyncio.Event()
        self._told = False
        self._loaded = loaded
        self.is_loaded = False
        self.catalogue = Catalogue()
        self.streams = False

    async def load(self) -> None:
        """Wait until it is known of all workers whether they could load the app."""
        self._keepers = [asyncio.create_task(self._keep(post)) for post in self._posts]
        for post in self._posts:
            await post.settled.wait()

    def check(self) -> None:
        """Raise NoWorker when no worker starts, and not because the app refuses to be imported."""
        if not self.is_loaded and not self._told and all(post.trouble for post in self._posts):
            raise NoWorker(self._posts[0].trouble)

    @property
    def pids(self) -> list[int]:
        """Process ids of the workers that are ready."""
        return [post.worker.pid for post in self._posts if post.worker is not None]

    @property
    def invocations(self) -> int:
        """How many are under way."""
        return sum(post.worker.invocations for post in self._posts if post.worker is not None)

    async def pick(self, *, durable: bool) -> WorkerProcess:
        """The least busy live worker for that kind of work; waits while one is being started.

        Raises WorkerGone when the crew is retired meanwhile, NoWorker when none can be started.
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
            if all(post.trouble for post in posts):
                raise NoWorker(posts[0].trouble)
            changes = [event for post in posts for event in (post.filled, post.troubled)]
            await _first_of(self._retired, *(event for event in changes if not event.is_set()))
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
        back_off = BackOff()
        loop = asyncio.get_running_loop()
        while True:
            try:
                worker = await self._start(post)
            except _CannotStart as problem:
                pause = back_off.after_failed_start()
                _log.error("%s; trying again in %.1f s", problem, pause)
                await self._rest(post, str(problem), pause)
                continue
            if worker is None:
                post.warn("The app does not load")
                return
            begin = loop.time()
            post.fill(worker)
            self._announce()
            seen = await self._end_of(worker)
            post.clear()
            pause = back_off.after_life(loop.time() - begin)
            _log.warning("%s; starting another%s", seen, f" in {pause:.1f} s" if pause else "")
            await self._rest(post, seen, pause)
            # This app loads: whoever asks from now on waits for the worker that is started next.
            post.hope()

    async def _rest(self, post: _Post, trouble: str, pause: float) -> None:
        """Wait before the next start; a pause is trouble of which those who wait are told."""
        if pause:
            post.warn(trouble)
            await asyncio.sleep(pause)

    async def _start(self, post: _Post) -> WorkerProcess | None:
        """A worker that has loaded the app; None when the app is not to be loaded.

        Raises _CannotStart when it ended, or did not come to an end, before that.
        """
        try:
            worker = WorkerProcess(post.spawned or spawn(self._spec))
        except OSError as error:
            raise _CannotStart(f"No worker can be started ({error})") from error
        finally:
            post.spawned = None
        try:
            loaded = await asyncio.wait_for(worker.attach(), self._spec.start_seconds)
        except WorkerGone:
            raise _CannotStart(
                f"Worker {worker.pid} ended while it loaded the app ({_cause(worker)})"
            ) from None
        except TimeoutError:
            worker.kill()
            raise _CannotStart(
                f"Worker {worker.pid} had not loaded the app after {self._spec.start_seconds:g} s "
                "and was ended: look for what blocks at the import of function_app.py"
            ) from None
        except asyncio.CancelledError:
            worker.kill()
            raise
        if isinstance(loaded, LoadFailed):
            worker.kill()
            self._tell_once(loaded)
            return None
        self._take_functions(loaded)
        return worker

    async def _end_of(self, worker: WorkerProcess) -> str:
        """Wait for the end of a worker, and bring it about when it hangs; what happened."""
        limit = self._spec.hang_seconds
        pause = min(limit / 3, _LONGEST_BETWEEN_PINGS) if limit else None
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(worker.gone.wait(), pause)
                return f"Worker {worker.pid} ended ({_cause(worker)})"
            if not await worker.answers(limit) and not worker.gone.is_set():
                await worker.show_where()
                worker.kill()
                await worker.gone.wait()
                return (
                    f"Worker {worker.pid} did not answer for {limit:g} s and was ended: a function "
                    "blocks its event loop (use await, or a function without async)"
                )

    def _take_functions(self, loaded: Loaded) -> None:
        if not len(self.catalogue):
            self.catalogue = catalogue_of(loaded.functions, self._spec.environment)
            self.streams = loaded.http_uri is not None

    def _announce(self) -> None:
        if not self.is_loaded:
            self.is_loaded = True
            self._loaded(self)

    def _tell_once(self, failed: LoadFailed) -> None:
        if not self._told:
            self._told = True
            _log.error("The app does not load: %s", explained(failed, self._spec.app))
            if failed.message.startswith("ModuleNotFoundError"):
                _log.error(
                    "Install what the app needs: %s -m pip install -r %s, or pass --python with "
                    "the app's virtual environment",
                    self._spec.python,
                    self._spec.app / "requirements.txt",
                )


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
