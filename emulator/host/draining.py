"""Drain mode: timers start nothing more, what runs may end; left by loading the app anew."""

from collections.abc import Awaitable, Callable

from emulator.host.pool import WorkerPool
from emulator.host.timers import Timers


class Drain:
    """Whether the host is draining; `restart` begins a load of the app, `settled` waits for it."""

    def __init__(
        self,
        pool: WorkerPool,
        timers: Timers,
        restart: Callable[[], None],
        settled: Callable[[], Awaitable[None]],
    ) -> None:
        self._pool = pool
        self._timers = timers
        self.restart = restart
        self._settled = settled
        self._on = False

    def begin(self) -> None:
        """Start no more runs of timers; HTTP, webhooks and Durable go on."""
        self._on = True
        self._timers.stop()

    async def end(self) -> None:
        """Back to work, when it was draining."""
        if self._on:
            self._on = False
            self.restart()
            await self._settled()

    def status(self) -> dict[str, object]:
        """As /admin/host/drain/status says it."""
        invocations, retries = self._pool.invocations, self._pool.retries
        return {
            "state": self._state(under_way=bool(invocations or retries)),
            "outstandingInvocations": invocations,
            "outstandingRetries": retries,
        }

    def _state(self, *, under_way: bool) -> str:
        if not self._on:
            return "Disabled"
        return "InProgress" if under_way else "Completed"
