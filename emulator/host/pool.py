"""Runs functions on the workers of the app that is loaded now; implements Invoker."""

import asyncio
import logging
import uuid
from collections.abc import Callable, Mapping, Sequence

from emulator.host.catalogue import Catalogue, trigger_type
from emulator.host.crew import Crew
from emulator.host.durable.explaining import explained
from emulator.host.invocation import (
    Datum,
    Failed,
    FunctionInfo,
    NoWorker,
    Outcome,
    RetryState,
    WorkerGone,
)
from emulator.host.invocation_policy import InvocationPolicy
from emulator.host.messages import NamedData, Run
from emulator.host.retrying import Retries
from emulator.host.worker_process import Spawned, WorkerProcess, WorkerSpec

DURABLE_TRIGGERS = frozenset({"orchestrationTrigger", "activityTrigger", "entityTrigger"})

_DRAIN_AT_RELOAD_SECONDS = 10.0
_DRAIN_AT_STOP_SECONDS = 0.3
# A function whose worker dies under it again and again is what kills it.
_TRIES = 3
_DEFAULT_POLICY = InvocationPolicy()

_log = logging.getLogger("host")


class FunctionGone(WorkerGone):
    """The app that is loaded now has no function of that name; the next load may have it."""


class WorkerPool:
    """The crew of the day; requests wait while the app is being loaded (again).

    `app_changed` is called whenever the app has been loaded, or is known not to load.
    """

    def __init__(
        self,
        spec: WorkerSpec,
        size: int,
        first: Sequence[Spawned] = (),
        policy: InvocationPolicy = _DEFAULT_POLICY,
    ) -> None:
        self._spec = spec
        self._policy = policy
        self._size = size
        self._crew = Crew(spec, size, first, self._take)
        self._ready = asyncio.Event()
        self._loaded = asyncio.Event()
        self._leaving: set[asyncio.Task[None]] = set()
        self._retries = Retries()
        self.client_binding: Callable[[], str] | None = None
        self.app_changed: Callable[[], None] = lambda: None

    @property
    def catalogue(self) -> Catalogue:
        return self._crew.catalogue

    @property
    def streams(self) -> bool:
        """Whether HTTP goes to the workers' own servers (HTTP v2)."""
        return self._crew.streams

    @property
    def pids(self) -> list[int]:
        """Process ids of the workers that are ready now."""
        return self._crew.pids

    @property
    def invocations(self) -> int:
        """How many are under way."""
        return self._crew.invocations

    @property
    def retries(self) -> int:
        """How many failed runs are not done with their retries, pauses included."""
        return self._retries.outstanding

    async def start(self) -> None:
        """Load the app; when that cannot be done, the pool runs with no functions."""
        await self._crew.load()
        self._settle()

    async def ready(self) -> None:
        """Wait while the app is being loaded; raises NoWorker when no worker starts."""
        await self._ready.wait()
        self._crew.check()

    async def settled(self) -> None:
        """Wait until the app has been loaded, or is known not to load."""
        await self._ready.wait()

    @property
    def is_loaded(self) -> bool:
        """Whether it is known which functions the app has."""
        return self._loaded.is_set()

    async def loaded(self) -> None:
        """Wait until it is known which functions the app has."""
        while not self._loaded.is_set():
            await self._loaded.wait()

    async def reload(self) -> None:
        """Load the app anew; what runs on the old workers may end there.

        May be cancelled by somebody who calls it again at once: the file has changed once more.
        """
        self._ready.clear()
        self._loaded.clear()
        old = self._crew
        self._crew = Crew(self._spec, self._size, (), self._take)
        leaving = asyncio.create_task(old.retire(_DRAIN_AT_RELOAD_SECONDS))
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)
        await self._crew.load()
        self._settle()

    def _settle(self) -> None:
        self._ready.set()
        if self._crew.is_loaded:
            self._loaded.set()
        self.app_changed()

    def _take(self, crew: Crew) -> None:
        """The first worker of that crew has loaded the app."""
        # Until all have settled, whoever loads the app is waiting for them.
        if crew is self._crew and self._ready.is_set():
            self._settle()

    async def stop(self) -> None:
        """End all workers; work under way has a moment to finish."""
        for leaving in self._leaving:
            leaving.cancel()
        await self._crew.retire(_DRAIN_AT_STOP_SECONDS)

    def functions(self, trigger_type: str) -> Mapping[str, FunctionInfo]:
        """The functions with that trigger (e.g. `activityTrigger`), by function name."""
        return self._crew.catalogue.with_trigger(trigger_type)

    async def invoke(
        self,
        function: str,
        inputs: Sequence[tuple[str, Datum]],
        metadata: Mapping[str, Datum] | None = None,
        retry: RetryState | None = None,
    ) -> Outcome:
        """Run `function` once; raises WorkerGone when its worker died, or FunctionGone."""
        await self._ready.wait()
        info = self.catalogue.find(function)
        if info is None:
            raise FunctionGone(f"the app has no function {function}")
        worker = await self.pick(info)
        named = tuple((metadata or {}).items())
        return await self.run_on(worker, info, tuple(inputs), named, retry=retry)

    async def invoke_surely(
        self,
        function: str,
        inputs: Sequence[tuple[str, Datum]],
        metadata: Mapping[str, Datum] | None = None,
        retry: RetryState | None = None,
    ) -> Outcome:
        """As invoke, tried again on another worker when one dies; at most three times.

        Raises NoWorker at once: it has not run, and another try would find nobody either.
        """
        for _ in range(_TRIES - 1):
            try:
                return await self.invoke(function, inputs, metadata, retry)
            except NoWorker:
                raise
            except WorkerGone:
                _log.warning("The worker ended while it ran %s; running it again", function)
        return await self.invoke(function, inputs, metadata, retry)

    async def invoke_retrying(
        self,
        function: str,
        inputs: Sequence[tuple[str, Datum]],
        metadata: Mapping[str, Datum] | None = None,
    ) -> Outcome:
        """As invoke_surely, and run again after failures as the retry policy says."""
        await self._ready.wait()
        info = self.catalogue.find(function)
        policy = (info.retry if info is not None else None) or self._policy.retry

        async def attempt(retry: RetryState | None) -> Outcome:
            return await self.invoke_surely(function, inputs, metadata, retry)

        return await self._retries.run(function, policy, attempt)

    async def pick(self, info: FunctionInfo) -> WorkerProcess:
        """A live worker for that kind of function; raises WorkerGone during a reload."""
        return await self._crew.pick(durable=trigger_type(info) in DURABLE_TRIGGERS)

    async def run_on(
        self,
        worker: WorkerProcess,
        info: FunctionInfo,
        inputs: NamedData,
        metadata: NamedData = (),
        *,
        invocation: str = "",
        traceparent: str = "",
        retry: RetryState | None = None,
    ) -> Outcome:
        """Run on that worker, with the values of the function's other input bindings added."""
        work = Run(
            call=0,
            function=info.name,
            invocation=invocation or str(uuid.uuid4()),
            inputs=inputs + self._other_inputs(info),
            metadata=metadata,
            traceparent=traceparent,
            retry=retry,
        )
        outcome = await worker.run(work, self._policy.timeout)
        if isinstance(outcome, Failed):
            _log_failure(info, outcome)
        return outcome

    def _other_inputs(self, info: FunctionInfo) -> NamedData:
        if self.client_binding is None:
            return ()
        return tuple(
            (str(binding["name"]), Datum("string", self.client_binding()))
            for binding in info.bindings
            if binding.get("type") == "durableClient"
        )


def _log_failure(info: FunctionInfo, failed: Failed) -> None:
    # What follows the mark is the orchestrator's state as JSON: data, not an explanation.
    message, _ = explained(failed.message.split("$OutOfProcData$", 1)[0])
    stack = "" if trigger_type(info) == "orchestrationTrigger" else failed.stack.rstrip()
    _log.error("Functions.%s failed: %s%s", info.name, message, stack and f"\n{stack}")
