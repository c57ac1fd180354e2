"""Serves one service over TLS: as a process of its own, or inside a test."""

import argparse
import asyncio
import contextlib
import dataclasses
import errno
import json
import logging
import signal
import socket
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from emulator.child import end_with_parent

from .configuration import ConfigurationError, services_of
from .faults import ADMIN as ADMIN
from .faults import Faults
from .tls import ensure_authority
from .tokens import SigningKeys, TokenRejected

EXIT_BAD_CONFIG = 2
EXIT_PORT_BUSY = 3
DRAIN_SECONDS = 0.3

CLAIMS = web.RequestKey("claims", dict[str, object])
"""Where `authenticated` leaves the caller's verified claims: `request[CLAIMS]`."""


@dataclass(frozen=True, slots=True)
class ServiceContext:
    """What a service is given at its start.

    `data` is its own folder (it exists), beside those of the other services; `config` is its
    section of the config file, whose relative paths count from `config_dir`; `url` is where it
    is reached, without a trailing slash.
    """

    name: str
    data: Path
    config: Mapping[str, object]
    config_dir: Path
    keys: SigningKeys
    url: str


type CreateApp = Callable[[ServiceContext], web.Application]


@dataclass(frozen=True, slots=True)
class RunningService:
    """A service that listens; `stop` ends it within the drain time."""

    url: str
    app: web.Application
    stop: Callable[[], Coroutine[None, None, None]]


def authenticated(context: ServiceContext, audience: str) -> "BearerMiddleware":
    """A middleware that lets in only callers with a token for `audience`; 401 for all others."""
    return BearerMiddleware(context.keys, audience)


def bearer_token(request: web.Request) -> str:
    """The token of `Authorization: Bearer …`; raises `TokenRejected` when there is none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise TokenRejected("The request carries no bearer token.")
    return token.strip()


class BearerMiddleware:
    """Verifies `Authorization: Bearer …` and leaves the claims in `request[CLAIMS]`."""

    # aiohttp calls middlewares as (request, handler) only when they carry this mark.
    __middleware_version__ = 1

    def __init__(self, keys: SigningKeys, audience: str) -> None:
        self._keys = keys
        self._audience = audience

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            request[CLAIMS] = self._keys.verify(bearer_token(request), self._audience)
        except TokenRejected as rejected:
            return _unauthorised(rejected.reason)
        return await handler(request)


async def start(create_app: CreateApp, context: ServiceContext, port: int = 0) -> RunningService:
    """Serves in this process; port 0 takes a free one. `context.url` is replaced by the real one.

    The certificates lie in the folder `ca` beside the service's own. Raises `OSError` when the
    port is taken.
    """
    context.data.mkdir(parents=True, exist_ok=True)
    tls = ensure_authority(context.data.parent / "ca").server_context()
    async with contextlib.AsyncExitStack() as undo:
        listener = undo.enter_context(socket.create_server(("127.0.0.1", port)))
        url = f"https://localhost:{listener.getsockname()[1]}"
        app = create_app(dataclasses.replace(context, url=url))
        faults = Faults(context.name)
        app.middlewares.insert(0, faults.middleware)
        app.add_routes(faults.routes())
        runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=DRAIN_SECONDS
        )
        undo.push_async_callback(runner.cleanup)
        await runner.setup()
        await web.SockSite(runner, listener, ssl_context=tls).start()
        undo.pop_all()
    return RunningService(url=url, app=app, stop=runner.cleanup)


def main(name: str, create_app: CreateApp, argv: Sequence[str] | None = None) -> None:
    """The entry of a service process; it never returns but exits.

    Prints `READY <name> <url>` on stdout once it listens and ends with its parent, or at SIGTERM
    or SIGINT. Exit codes: 0 told to stop, 2 unusable config, 3 port taken.
    """
    end_with_parent()
    options = _parse(name, argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        context = _context(name, options)
        _run(_serve(create_app, context, options.port))
    except ConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(EXIT_BAD_CONFIG)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        sys.stderr.write(f"{name} cannot listen: {error.strerror}\n")
        sys.exit(EXIT_PORT_BUSY)
    sys.exit(0)


def _parse(name: str, argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=name, description=f"The service {name}, on this machine.")
    parser.add_argument("--config", type=Path, required=True, help="the JSON file of all services")
    parser.add_argument("--data", type=Path, required=True, help="the folder to keep data in")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=JSON",
        help="replaces one value of the service's section",
    )
    return parser.parse_args(argv)


def _context(name: str, options: argparse.Namespace) -> ServiceContext:
    config_file: Path = options.config.resolve()
    data: Path = options.data.resolve()
    overrides = dict(_override(text) for text in options.set)
    section = services_of(config_file).get(name)
    if section is None:
        raise ConfigurationError(f'{config_file}: "services" has no section "{name}".')
    return ServiceContext(
        name=name,
        data=data / name,
        config={**section, **overrides},
        config_dir=config_file.parent,
        keys=SigningKeys.load_or_create(data / "keys"),
        url="",
    )


def _override(text: str) -> tuple[str, object]:
    key, _, value = text.partition("=")
    try:
        return key, json.loads(value)
    except json.JSONDecodeError:
        raise ConfigurationError(f"--set {text}: what follows the = must be JSON.") from None


async def _serve(create_app: CreateApp, context: ServiceContext, port: int) -> None:
    told_to_stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        # Windows has no loop signal handlers; there Ctrl-C raises KeyboardInterrupt instead.
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, told_to_stop.set)
    service = await start(create_app, context, port)
    sys.stdout.write(f"READY {context.name} {service.url}\n")
    sys.stdout.flush()
    try:
        await told_to_stop.wait()
    finally:
        await service.stop()


def _run(work: Coroutine[None, None, None]) -> None:
    try:
        import uvloop
    except ImportError:
        asyncio.run(work)
    else:
        uvloop.run(work)


def _unauthorised(reason: str) -> web.Response:
    # A quoted-string of RFC 9110 on one line.
    quoted = " ".join(reason.replace('"', "'").split())
    return web.json_response(
        {"error": {"code": "Unauthorized", "message": reason}},
        status=401,
        headers={"WWW-Authenticate": f'Bearer error="invalid_token", error_description="{quoted}"'},
    )
