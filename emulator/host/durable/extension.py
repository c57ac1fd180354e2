"""The Durable Functions extension as the host sees it."""

from collections.abc import Mapping
from pathlib import Path

from aiohttp import web

from emulator.host.durable.clock import Clock
from emulator.host.durable.engine import Engine
from emulator.host.durable.links import Links
from emulator.host.durable.management import Management
from emulator.host.durable.routes import Routes
from emulator.host.durable.settings import DurableSettings
from emulator.host.durable.store import Store
from emulator.host.invocation import Invoker

_WEBHOOK = "/runtime/webhooks/durabletask"
_RPC = "/durabletask"


class DurableExtension:
    """One task hub in one SQLite file.

    `public_url` is where clients reach the host, `rpc_url` where the SDK in the worker does
    (`http://127.0.0.1:17071`); `system_key` goes into the URLs that clients get, empty for none;
    `environment` are the app's settings.
    """

    def __init__(
        self,
        *,
        database: Path,
        settings: DurableSettings,
        invoker: Invoker,
        public_url: str,
        rpc_url: str,
        system_key: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        clock = Clock()
        self._links = Links(
            public_url=public_url, rpc_url=rpc_url, hub=settings.hub_name, key=system_key
        )
        self._store = Store(database)
        self._engine = Engine(self._store, clock, settings, invoker, environment or {})
        self.management = Management(self._store, clock, self._engine)
        self._routes = Routes(self.management, self._links, settings.hub_name)

    @property
    def episodes(self) -> int:
        """How often an orchestrator was replayed since the start."""
        return self._engine.replayer.episodes

    @property
    def activities(self) -> int:
        """How often an activity was run since the start."""
        return self._engine.activities.activities

    async def start(self) -> None:
        """Take up all unfinished work; the app's functions must be known to the invoker."""
        await self._engine.start()

    async def stop(self) -> None:
        """Stop where it stands and close the store."""
        await self._engine.stop()
        self._store.close()

    def functions_changed(self) -> None:
        """To be called when the app was loaded again: work that lacked a function is tried."""
        self._engine.functions_changed()

    def client_binding(self) -> str:
        """The value of a `durableClient` binding."""
        return self._links.client_binding()

    async def webhook(self, request: web.Request) -> web.StreamResponse:
        """Requests to `/runtime/webhooks/durabletask/{tail:.*}` on the main port."""
        return await self._routes.answer(request, _below(request, _WEBHOOK), webhook=True)

    async def rpc(self, request: web.Request) -> web.StreamResponse:
        """Requests to `/durabletask/{tail:.*}` on the worker's port."""
        return await self._routes.answer(request, _below(request, _RPC), webhook=False)


def _below(request: web.Request, root: str) -> str:
    return request.rel_url.raw_path.removeprefix(root)
