"""Puts a host together, runs it until it is told to stop, and takes it down again."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from socket import socket

from aiohttp import web

from emulator.host.access import KeyAccess, OpenAccess
from emulator.host.admin import Admin
from emulator.host.catalogue import refusals, unused_retries
from emulator.host.connection import serve
from emulator.host.draining import Drain
from emulator.host.durable.extension import DurableExtension
from emulator.host.front import Front, sign
from emulator.host.keys import DURABLE_KEY, FunctionScope, KeyRing
from emulator.host.manual_run import ManualRuns
from emulator.host.pool import WorkerPool
from emulator.host.schedule_status import StatusFiles
from emulator.host.settings import CannotStart, HostSettings
from emulator.host.streaming_proxy import StreamingProxy
from emulator.host.timers import Timers
from emulator.host.ui.inspector import Inspector
from emulator.host.wall_clock import SystemClock
from emulator.host.warming import never_warmed
from emulator.host.worker_process import Spawned, WorkerSpec

_SETTINGS = frozenset({"host.json", "local.settings.json"})
_STOP_DURABLE_SECONDS = 0.3
_SHUTDOWN_SECONDS = 0.1

_log = logging.getLogger("host")


@dataclass(frozen=True, slots=True)
class Listeners:
    """The listening sockets of the main port and of the Durable RPC port."""

    main: socket
    rpc: socket


class Host:
    """Everything that runs in the host process."""

    def __init__(
        self,
        settings: HostSettings,
        keys: KeyRing,
        spec: WorkerSpec,
        first: Sequence[Spawned],
        read: Callable[[], object],
    ) -> None:
        """`read` reads the settings anew and raises CannotStart when they cannot be used."""
        self._settings = settings
        self._read = read
        self._outdated = asyncio.Event()
        self._keys = keys
        self._pool = WorkerPool(spec, settings.workers, first, settings.policy)
        self._durable = DurableExtension(
            database=settings.data / "durable.db",
            settings=settings.durable,
            invoker=self._pool,
            public_url=settings.url,
            rpc_url=settings.rpc_url,
            system_key=keys.system_key(DURABLE_KEY),
            environment=settings.environment,
        )
        self._pool.client_binding = self._durable.client_binding
        self._pool.app_changed = self._take_app
        timer_files = StatusFiles(settings.data / "timers")
        self._timers = Timers(self._pool, spec.environment, timer_files, SystemClock())
        self._proxy = StreamingProxy(self._pool, traces=not settings.enforce_keys)
        access = KeyAccess(keys) if settings.enforce_keys else OpenAccess()
        self._inspector = Inspector(self._durable, access.to_admin)
        self._changed = asyncio.Event()
        drain = Drain(self._pool, self._timers, self._changed.set, self._settled)
        runs = ManualRuns(self._pool, self._timers)
        admin = Admin(settings, self._pool, runs, drain, access, keys)
        self._front = Front(settings, self._pool, self._proxy, admin, access)
        self._taken: list[asyncio.Future[None]] = []
        self._background: list[asyncio.Task[None]] = []
        self._runners: list[web.AppRunner] = []
        self._servers: list[asyncio.Server] = []

    async def run(self, listeners: Listeners, ready: Callable[[], None]) -> bool:
        """Serve until SIGINT or SIGTERM; True when it ends because other settings hold now."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        starting = asyncio.create_task(self._start(listeners, ready))
        ends = [asyncio.create_task(event.wait()) for event in (stop, self._outdated)]
        await asyncio.wait([starting, *ends], return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            await starting  # an error in it ends the host
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for task in (starting, *ends):
            task.cancel()
        await self._stop()
        return not stop.is_set()

    async def _start(self, listeners: Listeners, ready: Callable[[], None]) -> None:
        front = self._front.application(self._durable.webhook, self._inspector.routes())
        await self._serve(front, listeners.main, cancels_handlers=True)
        rpc = web.Application(client_max_size=2**31)
        rpc.router.add_route("*", "/durabletask/{tail:.*}", self._durable.rpc)
        rpc.router.add_route("*", "/{tail:.*}", _nothing_here)
        rpc.on_response_prepare.append(sign)
        await self._serve(rpc, listeners.rpc, cancels_handlers=False)
        if self._settings.watch:
            self._background.append(asyncio.create_task(self._watch()))
        self._background.append(asyncio.create_task(self._keep_loaded()))
        await self._pool.settled()
        await self._durable.start()
        ready()

    async def _serve(
        self, app: web.Application, listener: socket, *, cancels_handlers: bool
    ) -> None:
        """Serve until the host stops; handlers may be cancelled when their client leaves."""
        runner = web.AppRunner(
            app,
            access_log=None,
            handler_cancellation=cancels_handlers,
            shutdown_timeout=_SHUTDOWN_SECONDS,
        )
        await runner.setup()
        self._runners.append(runner)
        self._servers.append(await serve(runner, listener))

    def _take_app(self) -> None:
        """Make routes and timers of the functions that were just loaded."""
        catalogue = self._pool.catalogue
        for line in (*refusals(catalogue), *unused_retries(catalogue), *never_warmed(catalogue)):
            _log.warning("%s", line)
        if self._pool.is_loaded and not len(catalogue):
            _log.warning("No function of this app runs here")
        self._front.load_routes()
        if self._settings.enforce_keys:
            for name in self._pool.functions("httpTrigger"):
                self._keys.of(FunctionScope(name))  # makes the ones that are missing
        self._timers.start()
        # Instances that wait for a function the app did not have are tried again.
        self._durable.functions_changed()
        while self._taken:
            waiting = self._taken.pop()
            if not waiting.done():
                waiting.set_result(None)
        _log.info("%d functions loaded, workers: %s", len(catalogue), self._pool.pids)

    async def _watch(self) -> None:
        # Imported while the workers load the app, and only where files are watched.
        from emulator.host.watching import watch

        def changed(names: list[str]) -> None:
            _log.info("%s has changed", names[0])
            if _SETTINGS.intersection(names):
                self._take_settings()
            if not self._outdated.is_set():
                self._changed.set()

        await watch(self._settings.app, self._settings.data, changed)

    def _take_settings(self) -> None:
        """Ask for another round with the settings that changed, when they can be used."""
        try:
            self._read()
        except CannotStart as error:
            _log.error("%s; the settings from before stay in force", error)
        else:
            self._outdated.set()

    async def _settled(self) -> None:
        """Wait for the next load of the app."""
        taken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._taken.append(taken)
        await taken

    async def _keep_loaded(self) -> None:
        """Load the app, and again after each change; a change ends a load that is under way."""
        load = self._pool.start
        while True:
            self._changed.clear()
            loading = asyncio.create_task(load())
            changed = asyncio.create_task(self._changed.wait())
            try:
                await asyncio.wait([loading, changed], return_when=asyncio.FIRST_COMPLETED)
                if loading.done():
                    await loading  # an error in it is one of the host
                    await changed
            finally:
                loading.cancel()
                changed.cancel()
            self._timers.stop()
            load = self._pool.reload

    async def _stop(self) -> None:
        self._timers.stop()
        for task in self._background:
            task.cancel()
        for server in self._servers:
            server.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._durable.stop(), _STOP_DURABLE_SECONDS)
        await self._pool.stop()
        await self._timers.abandon()
        await asyncio.gather(*self._background, return_exceptions=True)
        for runner in self._runners:
            await runner.cleanup()
        await self._proxy.close()


async def _nothing_here(request: web.Request) -> web.StreamResponse:
    del request
    return web.Response(status=404)
