"""Plain http on 127.0.0.1, for those who do not trust the authority: a person's browser, say."""

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from aiohttp import web

from .serving import DRAIN_SECONDS

HTTP_PORT = web.AppKey("http_port", list[int])
"""The port of a service's plain http, once it listens: one number."""

type CleanupContext = Callable[[web.Application], AbstractAsyncContextManager[None]]


def serve_plain_http(
    app: web.Application, create: Callable[[str], web.Application], port: int
) -> None:
    """Serves what `create` makes of its own URL for as long as `app`, a service's, is served;
    port 0 takes a free one."""

    @asynccontextmanager
    async def serve(app: web.Application) -> AsyncIterator[None]:
        with socket.create_server(("127.0.0.1", port)) as listener:
            taken = int(listener.getsockname()[1])
            app[HTTP_PORT].append(taken)
            runner = web.AppRunner(
                create(f"http://localhost:{taken}"),
                access_log=None,
                shutdown_timeout=DRAIN_SECONDS,
            )
            await runner.setup()
            await web.SockSite(runner, listener).start()
            yield
            await runner.cleanup()

    app[HTTP_PORT] = []
    app.cleanup_ctx.append(serve)
