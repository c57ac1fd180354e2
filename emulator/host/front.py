"""The HTTP front: what comes in on the main port and who answers it."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence

from aiohttp import HttpVersion11, web
from aiohttp.typedefs import Handler

from emulator.host.access import Access, Level
from emulator.host.admin import HOME_PAGE, Admin
from emulator.host.classic_http import answer_classic
from emulator.host.connection import SERVER
from emulator.host.cors import add_allowed, is_preflight, preflight_answer
from emulator.host.event_grid import EVENT_GRID_PATH, receive_events
from emulator.host.invocation import FunctionInfo, NoWorker, WorkerGone
from emulator.host.keys import DURABLE_KEY, EVENT_GRID_KEY
from emulator.host.pool import WorkerPool
from emulator.host.request_body import BodyTooLarge, accept_expectation
from emulator.host.routes import RouteTable
from emulator.host.settings import HostSettings
from emulator.host.streaming_proxy import UNTYPED, StreamingProxy
from emulator.host.throttle import Throttle, TooBusy

# Kestrel's limits, as the Functions host sets them.
_LONGEST_LINE = 8192
_LARGEST_HEADERS = 32768
_MOST_HEADERS = 100
_FIELD_SIGNS = len(": \r\n")
# The real host's words for it; the reason is ours.
_NOT_RUNNING = "Function host is not running."

type Webhook = Callable[[web.Request], Coroutine[None, None, web.StreamResponse]]

_log = logging.getLogger("host.http")


class Front:
    """Routes requests to functions, webhooks and the admin API."""

    def __init__(
        self,
        settings: HostSettings,
        pool: WorkerPool,
        proxy: StreamingProxy,
        admin: Admin,
        access: Access,
    ) -> None:
        self._settings = settings
        self._pool = pool
        self._proxy = proxy
        self._admin = admin
        self._access = access
        self._throttle = Throttle(settings.http_limits)
        self._routes = RouteTable((), "")
        self._operations: set[asyncio.Task[web.StreamResponse]] = set()

    def application(
        self, durable_webhook: Webhook, inspection: Sequence[web.RouteDef]
    ) -> web.Application:
        """The aiohttp application of the main port; `inspection` are the routes of the page."""
        app = web.Application(middlewares=[self._before_all], client_max_size=2**31)
        app.on_response_prepare.append(self._complete)

        async def durable(request: web.Request) -> web.StreamResponse:
            refused = self._access.to_webhook(request, DURABLE_KEY)
            if refused is not None:
                return refused
            # A client that leaves must not stop half-way what it has asked for.
            operation = asyncio.create_task(durable_webhook(request))
            self._operations.add(operation)
            operation.add_done_callback(self._operations.discard)
            return await asyncio.shield(operation)

        app.router.add_route("*", "/runtime/webhooks/durabletask/{tail:.*}", durable)
        app.add_routes(inspection)
        app.router.add_route("*", "/{path:.*}", self._answer, expect_handler=accept_expectation)
        return app

    def load_routes(self) -> None:
        """Take the HTTP functions of the app that is loaded now."""
        functions = self._pool.functions("httpTrigger").values()
        good: list[FunctionInfo] = []
        for info in functions:
            try:
                RouteTable([info], self._settings.route_prefix)
            except ValueError as error:
                _log.error("Function %s has no usable route: %s", info.name, error)
            else:
                good.append(info)
        self._routes = RouteTable(good, self._settings.route_prefix)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        path = request.raw_path.partition("?")[0].lower()
        if path.rstrip("/") == EVENT_GRID_PATH:
            refused = self._access.to_webhook(request, EVENT_GRID_KEY)
            return refused if refused is not None else await receive_events(self._pool, request)
        if path.startswith("/admin/"):
            return await self._admin.answer(request)
        return await self._answer_function(request, path)

    async def _answer_function(self, request: web.Request, path: str) -> web.StreamResponse:
        await self._pool.ready()
        found = self._routes.find(request.method, request.raw_path.partition("?")[0])
        if found is None:
            if path == "/":
                return web.Response(body=HOME_PAGE, content_type="text/html")
            return web.Response(status=404)
        info, parameters = found
        refused = self._access.to_function(request, info.name, _level(info))
        if refused is not None:
            return refused
        async with self._throttle.admitted():
            if self._pool.streams:
                return await self._proxy.answer(request, info, parameters)
            return await answer_classic(self._pool, request, info, parameters)

    @web.middleware
    async def _before_all(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        refused = _beyond_limits(request)
        if refused is not None:
            return refused
        if self._settings.cors is not None and is_preflight(request):
            return preflight_answer(request, self._settings.cors)
        try:
            return await handler(request)
        except NoWorker as problem:
            return web.Response(status=503, text=f"{_NOT_RUNNING} {problem}.\n")
        except WorkerGone:
            # The app was loaded anew, or its worker died, while the request was on its way.
            return web.Response(status=500)
        except TooBusy:
            return web.Response(status=429)
        except BodyTooLarge:
            return _closing(500)

    async def _complete(self, request: web.Request, response: web.StreamResponse) -> None:
        if self._settings.cors is not None:
            add_allowed(request, response, self._settings.cors)
        response.headers.update(self._settings.custom_headers)
        if request.version < HttpVersion11:
            response.headers["Connection"] = "close"
        if UNTYPED in response:
            response.headers.popall("Content-Type", None)
        await sign(request, response)


async def sign(request: web.Request, response: web.StreamResponse) -> None:
    """Name the server as the real host does, unless the worker's own server has answered."""
    del request
    if response.headers.get("Server", "").startswith("Python"):
        response.headers["Server"] = SERVER


def _level(info: FunctionInfo) -> Level:
    match str(info.trigger.get("authLevel", "")).lower():
        case "anonymous":
            return "anonymous"
        case "admin":
            return "admin"
    return "function"


def _beyond_limits(request: web.Request) -> web.Response | None:
    line = f"{request.method} {request.raw_path} HTTP/1.1\r\n"
    if len(line) > _LONGEST_LINE:
        return _closing(414)
    fields = request.raw_headers
    size = sum(len(name) + len(value) + _FIELD_SIGNS for name, value in fields)
    if size > _LARGEST_HEADERS or len(fields) > _MOST_HEADERS:
        return _closing(431)
    return None


def _closing(status: int) -> web.Response:
    response = web.Response(status=status)
    response.force_close()
    return response
