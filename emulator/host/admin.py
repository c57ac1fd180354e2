"""The part of the admin API that tools use: status, ping, the list of functions, runs by hand."""

import json
import os
import platform
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from aiohttp import web

from emulator.host.access import Access
from emulator.host.catalogue import trigger_name, trigger_type
from emulator.host.invocation import Datum, Failed, FunctionInfo, WorkerGone
from emulator.host.key_api import answer_keys, key_scope
from emulator.host.keys import FunctionScope, KeyRing, Scope
from emulator.host.pool import WorkerPool
from emulator.host.request_body import whole_body_of
from emulator.host.settings import HostSettings
from emulator.host.timers import Timers

HOME_PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<title>Your Azure Function App is up and running.</title></head>
<body><h1>Your Azure Function App is up and running.</h1></body></html>"""

type Handler = Callable[[web.Request], Awaitable[web.Response]]


class Admin:
    """Answers below /admin; paths it does not know answer 404."""

    def __init__(
        self,
        settings: HostSettings,
        pool: WorkerPool,
        timers: Timers,
        access: Access,
        keys: KeyRing,
    ) -> None:
        self._access = access
        self._keys = keys
        self._settings = settings
        self._pool = pool
        self._timers = timers
        self._started = time.monotonic()

    async def answer(self, request: web.Request) -> web.Response:
        path = request.path.strip("/").split("/")[1:]
        if [part.lower() for part in path] == ["host", "ping"]:
            headers = {"Cache-Control": "no-store,no-cache", "Pragma": "no-cache"}
            return web.Response(headers=headers)
        handler = self._handler(request.method, path)
        if handler is None:
            return web.Response(status=404)
        refused = self._access.to_admin(request)
        return refused if refused is not None else await handler(request)

    def _handler(self, method: str, path: Sequence[str]) -> Handler | None:
        """Who answers; `path` is what follows /admin."""
        scope = key_scope(path)
        if scope is not None:
            return partial(self._about_keys, scope)
        match method, [part.lower() for part in path]:
            case "GET", ["host", "status"]:
                return self._status
            case "GET", ["functions"]:
                return self._functions
            case "POST", ["functions", _]:
                return partial(self._run, path[1])
        return None

    async def _about_keys(self, scope: Scope, request: web.Request) -> web.Response:
        await self._pool.ready()
        if isinstance(scope, FunctionScope) and self._pool.catalogue.find(scope.function) is None:
            return web.Response(status=404)
        return await answer_keys(request, self._keys, scope)

    async def _functions(self, request: web.Request) -> web.Response:
        await self._pool.ready()
        return web.json_response([self._described(info) for info in self._pool.catalogue])

    async def _status(self, request: web.Request) -> web.Response:
        return web.json_response(
            {
                "id": f"emulator-{os.getpid()}",
                "state": "Running",
                "version": "4.0.0",
                "platformVersion": "",
                "instanceId": "",
                "computerName": platform.node(),
                "processUptime": int((time.monotonic() - self._started) * 1000),
                "functionAppContentEditingState": "Unknown",
                "workers": self._pool.pids,
            }
        )

    def _described(self, info: FunctionInfo) -> dict[str, object]:
        url = None
        if trigger_type(info) == "httpTrigger":
            route = str(info.trigger.get("route") or info.name)
            parts = (self._settings.url, self._settings.route_prefix.strip("/"), route)
            url = "/".join(part for part in parts if part)
        return {
            "name": info.name,
            "language": "python",
            "isDisabled": False,
            "invoke_url_template": url,
            "config": {"name": info.name, "bindings": list(info.bindings)},
        }

    async def _run(self, name: str, request: web.Request) -> web.Response:
        """Run a function that HTTP does not reach by hand, with `{"input": ...}`."""
        await self._pool.ready()
        info = self._pool.catalogue.find(name)
        if info is None or trigger_type(info) == "httpTrigger":
            return web.Response(status=404)
        if trigger_type(info) == "timerTrigger":
            await self._timers.run_now(info)
            return web.Response(status=202)
        try:
            document = json.loads(await whole_body_of(request) or b"{}")
            given = document.get("input", "")
        except (ValueError, AttributeError):
            return web.Response(status=400)
        text = given if isinstance(given, str) else json.dumps(given)
        try:
            outcome = await self._pool.invoke(name, [(trigger_name(info), Datum("json", text))])
        except WorkerGone:
            return web.Response(status=500)
        return web.Response(status=500 if isinstance(outcome, Failed) else 202)
