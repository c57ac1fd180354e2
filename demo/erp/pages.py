"""Pages that show one record to whoever follows a link to it: on this machine, and to read only.

There is nobody to sign in here: a browser has no token of the ERP's. So these pages are on a port
of their own, over plain HTTP, and the demo's records are made up.
"""

import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from html import escape

from aiohttp import web

from .kinds import KINDS, Json, Kind
from .problems import language_of
from .store import Store

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
STYLE = (
    ":root{color-scheme:light dark}body{font:16px system-ui;margin:2rem auto;max-width:44rem;"
    "padding:0 1rem}dt{opacity:.7;margin-top:1rem}dd{margin:0}"
)
NAMES = {
    "tasks": {"es": "Tarea", "en": "Task"},
    "projects": {"es": "Proyecto", "en": "Project"},
    "users": {"es": "Usuario", "en": "User"},
}
MISSING = {"es": "Aquí no hay ningún registro", "en": "There is no record here"}

type _CleanupContext = Callable[[web.Application], AbstractAsyncContextManager[None]]


def serve_pages(store: Store, port: int) -> _CleanupContext:
    """Serves them beside an app, as long as it lives; port 0 takes a free one."""

    @asynccontextmanager
    async def serve(_: web.Application) -> AsyncIterator[None]:
        runner = web.AppRunner(pages(store), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        await web.SockSite(runner, socket.create_server(("127.0.0.1", port))).start()
        yield
        await runner.cleanup()

    return serve


def pages(store: Store) -> web.Application:
    """`/records/<tenant>/<collection>/<id>`."""
    app = web.Application()
    for kind in KINDS:
        app.router.add_get(f"/records/{{tenant}}/{kind.path}/{{id}}", _reading(store, kind))
    return app


def _reading(store: Store, kind: Kind) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def read(request: web.Request) -> web.Response:
        language = language_of(request)
        record = store.read(kind, request.match_info["tenant"], request.match_info["id"])
        title = NAMES[kind.path][language] if record else MISSING[language]
        return web.Response(
            status=200 if record else 404,
            text=_page(title, record or {}, language),
            content_type="text/html",
            charset="utf-8",
            headers=HEADERS,
        )

    return read


def _page(title: str, record: Json, language: str) -> str:
    heading = escape(" ".join([title, str(record.get("id", ""))]).strip())
    fields = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>"
        for name, value in record.items()
        if name != "tenantId"
    )
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{heading}</title><style>{STYLE}</style>"
        f"<main><h1>{heading}</h1><dl>{fields}</dl></main></html>"
    )
