"""One connection of a client: the limits of its parser, and answers to what is no request."""

import asyncio
import logging
from collections.abc import Callable
from socket import socket
from typing import override

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

SERVER = "Kestrel"
"""What the host calls itself where the worker's server does not speak."""

# The front refuses longer lines, and more of them, itself, with the status of the real host.
_PARSER_LIMIT = 131_072
_PARSER_HEADERS = 1024
# How long the rest of a refused body is read, so that its sender sees the refusal.
_LINGER_SECONDS = 0.5
_BACKLOG = 1024

_log = logging.getLogger("host.http")


class Connection(RequestHandler):
    """Refuses with an empty answer, as the real host does, and closes."""

    __slots__ = ()

    @override
    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        if status >= 500:
            _log.error("%s %s failed", request.method, request.path, exc_info=exc)
        else:
            _log.warning("Refused with %d: %s", status, _first_line(message))
        if request.writer.output_size > 0:
            raise ConnectionError("the answer has begun already")
        response = web.Response(status=status, headers={"Server": SERVER, "Connection": "close"})
        response.force_close()
        return response


def _first_line(message: str | None) -> str:
    return (message or "no HTTP").partition("\n")[0].rstrip(":")


async def serve(runner: web.AppRunner, listener: socket) -> asyncio.Server:
    """Accept connections for an application that is set up; whoever calls closes the server."""
    loop = asyncio.get_running_loop()
    return await loop.create_server(_factory(runner), sock=listener, backlog=_BACKLOG)


def _factory(runner: web.AppRunner) -> Callable[[], Connection]:
    loop, manager = asyncio.get_running_loop(), runner.server
    assert manager is not None, "the runner is not set up"

    def connection() -> Connection:
        return Connection(
            manager,
            loop=loop,
            access_log=None,  # type: ignore[arg-type]  # what aiohttp's own runner passes for none
            lingering_time=_LINGER_SECONDS,
            max_line_size=_PARSER_LIMIT,
            max_field_size=_PARSER_LIMIT,
            max_headers=_PARSER_HEADERS,
            # Compressed bodies reach the function as they were sent.
            auto_decompress=False,
        )

    return connection
