"""Puts the ERP together: store, seed, routes and the OpenAPI document."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import cast

from aiohttp import web

from emulator.services.serving import ServiceContext

from .callers import Gate
from .kinds import KINDS
from .openapi import document
from .pages import serve_pages
from .problems import problem_answers
from .publishing import Publisher, topic_of
from .resources import Resource
from .seeding import fill, read_seed
from .store import Store

MAX_BODY_BYTES = 64 * 1024


def create_app(context: ServiceContext) -> web.Application:
    """Config: `seed`, a JSON file (optional); `audiences`, those accepted in tokens; `events`, the
    topic that is told what happens, and `httpPort`, where people see records (both optional)."""
    store = Store(context.data / "erp.sqlite")
    seed = context.config.get("seed")
    if seed is not None:
        fill(store, read_seed(context.config_dir / str(seed)))
    audiences = cast(Sequence[str], context.config.get("audiences", ["api://erp"]))
    gate = Gate(keys=context.keys, audiences=audiences)
    topic = topic_of(context.config)
    publisher = None if topic is None else Publisher(store, topic)
    described = document(context.url)

    async def openapi(_: web.Request) -> web.Response:
        return web.json_response(described)

    async def health(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def lifetime(_: web.Application) -> AsyncIterator[None]:
        sending = None
        if publisher is not None:
            sending = asyncio.create_task(publisher.run(context.data.parent))
        yield
        if sending is not None:
            sending.cancel()
            await asyncio.wait([sending])
        store.close()

    app = web.Application(middlewares=[problem_answers], client_max_size=MAX_BODY_BYTES)
    app.add_routes([web.get("/openapi.json", openapi), web.get("/health", health)])
    for kind in KINDS:
        app.add_routes(Resource(kind, store, gate, publisher).routes())
    app.cleanup_ctx.append(lifetime)
    port = context.config.get("httpPort")
    if port is not None:
        app.cleanup_ctx.append(serve_pages(store, int(str(port))))
    return app
