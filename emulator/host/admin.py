"""The admin API: status, functions, keys, runs by hand, drain and restart; as recorded."""

import json
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from aiohttp import web

from emulator.host import admin_documents
from emulator.host.access import Access
from emulator.host.admin_documents import FunctionListing
from emulator.host.draining import Drain
from emulator.host.durable.codec import compact
from emulator.host.key_api import answer_keys, key_scope
from emulator.host.keys import FunctionScope, KeyRing, Scope
from emulator.host.manual_run import ManualRuns
from emulator.host.pool import WorkerPool
from emulator.host.request_body import whole_body_of
from emulator.host.settings import HostSettings
from emulator.host.streaming_proxy import UNTYPED
from emulator.host.version import HOST_VERSION
from emulator.host.warming import WarmUp

HOME_PAGE = b"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<title>Your Azure Function App is up and running.</title></head>
<body><h1>Your Azure Function App is up and running.</h1></body></html>"""

# System.Diagnostics.TraceLevel, which the log entries of the real host use.
_LEVELS = {
    "off": logging.NOTSET,
    "error": logging.ERROR,
    "warning": logging.WARNING,
    "info": logging.INFO,
    "verbose": logging.DEBUG,
}

type Handler = Callable[[web.Request], Awaitable[web.Response]]

_log = logging.getLogger("host.admin")


class Admin:
    """Answers below /admin; paths it does not know answer 404."""

    def __init__(
        self,
        settings: HostSettings,
        pool: WorkerPool,
        runs: ManualRuns,
        drain: Drain,
        access: Access,
        keys: KeyRing,
    ) -> None:
        self._access = access
        self._keys = keys
        self._settings = settings
        self._pool = pool
        self._runs = runs
        self._drain = drain
        self._warm_up = WarmUp(pool)
        self._started = time.monotonic()

    async def answer(self, request: web.Request) -> web.Response:
        path = request.path.strip("/").split("/")[1:]
        match [part.lower() for part in path]:
            case ["host", "ping"] if request.method in ("GET", "POST"):
                headers = {"Cache-Control": "no-store,no-cache", "Pragma": "no-cache"}
                return web.Response(headers=headers)
            case ["warmup"]:
                return await self._warm_up.answer()
        handler = self._handler(request.method, path)
        if handler is None:
            return web.Response(status=404)
        refused = self._access.to_admin(request)
        if refused is None:
            return await handler(request)
        if handler == self._health:
            refused.headers.popall("WWW-Authenticate", None)
        return refused

    def _handler(self, method: str, path: Sequence[str]) -> Handler | None:
        """Who answers; `path` is what follows /admin."""
        scope = key_scope(path)
        if scope is not None:
            return partial(self._about_keys, scope)
        match method, [part.lower() for part in path]:
            case _, ["functions", *_]:
                return self._about_functions(method, path[1:])
            case "GET", ["instance", "info"]:
                return self._instance
            case "GET", ["health"]:
                return self._health
            case _, ["host", *rest]:
                return self._about_host(method, rest)
        return None

    def _about_functions(self, method: str, path: Sequence[str]) -> Handler | None:
        match method, [part.lower() for part in path]:
            case "GET", []:
                return self._functions
            case "GET", [_]:
                return partial(self._function, path[0])
            case "POST", [_]:
                return partial(self._runs.answer, path[0])
            case "GET", [_, "status"]:
                return partial(self._function_status, path[0])
        return None

    def _about_host(self, method: str, path: Sequence[str]) -> Handler | None:
        handlers: dict[tuple[str, str], Handler] = {
            ("GET", "status"): self._status,
            ("GET", "config"): self._config,
            ("GET", "extensions"): self._extensions,
            ("GET", "processes"): self._processes,
            ("POST", "synctriggers"): self._sync_triggers,
            ("POST", "log"): self._write_log,
            ("POST", "scale/status"): self._scale,
            ("POST", "drain"): self._begin_drain,
            ("GET", "drain/status"): self._drain_status,
            ("POST", "resume"): self._resume,
            ("POST", "restart"): self._restart,
        }
        return handlers.get((method, "/".join(path)))

    async def _about_keys(self, scope: Scope, request: web.Request) -> web.Response:
        if isinstance(scope, FunctionScope):
            await self._pool.ready()
            if self._pool.catalogue.find(scope.function) is None:
                return web.Response(status=404)
        return await answer_keys(request, self._keys, scope)

    async def _functions(self, request: web.Request) -> web.Response:
        return _json((await self._listing()).all())

    async def _function(self, name: str, request: web.Request) -> web.Response:
        found = (await self._listing()).one(name, f"{request.scheme}://{request.host}")
        return web.Response(status=404) if found is None else _json(found)

    async def _function_status(self, name: str, request: web.Request) -> web.Response:
        found = (await self._listing()).status(name)
        return web.Response(status=404) if found is None else _json(found)

    async def _listing(self) -> FunctionListing:
        await self._pool.ready()
        return FunctionListing(self._settings, self._pool.catalogue)

    async def _status(self, request: web.Request) -> web.Response:
        uptime = time.monotonic() - self._started
        return _json(admin_documents.host_status(uptime))

    async def _config(self, request: web.Request) -> web.Response:
        text = json.dumps(admin_documents.host_config(self._settings), indent=2)
        response = web.Response(text=text)
        response.enable_chunked_encoding()
        return response

    async def _extensions(self, request: web.Request) -> web.Response:
        link = {"rel": "self", "href": f"{request.scheme}://{request.host}{request.path}"}
        return _json({"extensions": [], "links": [link]})

    async def _processes(self, request: web.Request) -> web.Response:
        return _json(admin_documents.processes(self._pool.pids))

    async def _instance(self, request: web.Request) -> web.Response:
        return _json(
            {"FUNCTIONS_EXTENSION_VERSION": HOST_VERSION, "WEBSITE_NODE_DEFAULT_VERSION": "8.5.0"}
        )

    async def _health(self, request: web.Request) -> web.Response:
        headers = {
            "Cache-Control": "no-store, no-cache",
            "Expires": "Thu, 01 Jan 1970 00:00:00 GMT",
            "Pragma": "no-cache",
        }
        response = web.Response(text='{"status":"Healthy"}', headers=headers)
        response[UNTYPED] = True
        response.enable_chunked_encoding()
        return response

    async def _sync_triggers(self, request: web.Request) -> web.Response:
        return _json({"status": "Invalid environment for SyncTriggers operation."}, 500)

    async def _scale(self, request: web.Request) -> web.Response:
        return web.Response(status=400, text="Runtime scale monitoring is not enabled.")

    async def _write_log(self, request: web.Request) -> web.Response:
        entries = _log_entries(await whole_body_of(request))
        if entries is None:
            response = web.Response(status=400, text="An array of log entry objects is expected.")
            response.enable_chunked_encoding()
            return response
        for level, message in entries:
            if level != logging.NOTSET:
                _log.log(level, "%s", message)
        return web.Response()

    async def _begin_drain(self, request: web.Request) -> web.Response:
        self._drain.begin()
        return web.Response(status=202)

    async def _drain_status(self, request: web.Request) -> web.Response:
        return _json(self._drain.status())

    async def _resume(self, request: web.Request) -> web.Response:
        await self._drain.end()
        return _json({"state": "Running"})

    async def _restart(self, request: web.Request) -> web.Response:
        self._drain.restart()
        return _json(admin_documents.restarted(self._settings, str(self._keys.folder)))


def _log_entries(body: bytes) -> list[tuple[int, str]] | None:
    """Level and message of each entry; None when the body is no list of entries."""
    try:
        document = json.loads(body)
    except ValueError:
        return None
    if not isinstance(document, list):
        return None
    found = []
    for entry in document:
        match entry:
            case {"level": str(level), "message": str(message)} if level.lower() in _LEVELS:
                found.append((_LEVELS[level.lower()], message))
            case _:
                return None
    return found


def _json(document: object, status: int = 200) -> web.Response:
    return web.json_response(document, status=status, dumps=compact)
