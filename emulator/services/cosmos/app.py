"""Cosmos DB for NoSQL: the account's REST endpoint over one SQLite file."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable

from aiohttp import web

from emulator.services.serving import ServiceContext

from . import account
from .answers import Answer, CosmosError, bad_request
from .authorization import Gate
from .calls import Call, receive
from .catalog import Catalog, Container
from .configuration import declare
from .documents import Documents
from .expiry import remove_expired_for_ever
from .ledger import Ledger
from .storage import Storage

BODY_BYTES = 4 * 1024 * 1024
VERSION = "2020-07-15"


def create_app(context: ServiceContext, clock: Callable[[], float] = time.time) -> web.Application:
    """`clock` (epoch seconds) is for tests of expiry; raises `ConfigurationError`."""
    storage = Storage(context.data / "cosmos.sqlite")
    try:
        catalog = Catalog(storage, clock)
        declare(catalog, context.config)
    except BaseException:
        storage.close()
        raise
    ledger = Ledger()
    endpoint = Endpoint(Gate(context.keys), catalog, Documents(storage, clock), ledger, storage)
    app = web.Application(client_max_size=BODY_BYTES)
    app.add_routes(ledger.routes())
    app.router.add_route("*", "/{path:.*}", endpoint.handle)

    async def lifetime(_: web.Application) -> AsyncIterator[None]:
        cleaning = asyncio.create_task(remove_expired_for_ever(storage, clock))
        yield
        cleaning.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await cleaning
        storage.close()

    app.cleanup_ctx.append(lifetime)
    return app


class Endpoint:
    """Authorises each request, finds the operation for its path, and words the answer."""

    def __init__(
        self, gate: Gate, catalog: Catalog, documents: Documents, ledger: Ledger, storage: Storage
    ) -> None:
        self._gate = gate
        self._catalog = catalog
        self._documents = documents
        self._ledger = ledger
        self._storage = storage

    async def handle(self, request: web.Request) -> web.Response:
        container = ""
        try:
            self._gate.check(request.headers.get("authorization"))
            call = await receive(request)
            container = call.segments[3] if len(call.segments) > 4 else ""
            answer = await self._answer(call)
        except CosmosError as error:
            answer = Answer(
                error.status,
                error.body(),
                {"x-ms-substatus": str(error.substatus)} if error.substatus else {},
                error.charge,
                "refused",
                container,
            )
        self._ledger.book(answer.container, answer.operation, answer.charge)
        return self._response(request, answer)

    async def _answer(self, call: Call) -> Answer:
        match call.segments:
            case ("dbs", database, "colls", name, *rest) if rest:
                return await self._in_container(self._catalog.container(database, name), call)
            case ():
                return account.account_document(call.origin)
            case ("dbs",):
                return account.databases(self._catalog, call)
            case ("dbs", _):
                return account.database(self._catalog, call)
            case ("dbs", _, "colls"):
                return account.containers(self._catalog, call)
            case ("dbs", _, "colls", _):
                return account.container(self._catalog, call)
            case ("offers",):
                return account.offers(call)
            case _:
                raise _unknown(call)

    async def _in_container(self, container: Container, call: Call) -> Answer:
        match call.segments[4:]:
            case ("docs", _):
                return await self._documents.document(container, call)
            case ("docs",):
                return await self._documents.collection(container, call)
            case ("pkranges",):
                return account.partition_key_ranges(container, call)
            case ("operations", "partitionkeydelete"):
                return await self._documents.delete_partition(container, call)
            case _:
                raise _unknown(call)

    def _response(self, request: web.Request, answer: Answer) -> web.Response:
        headers = {
            "x-ms-request-charge": f"{answer.charge:.2f}",
            "x-ms-activity-id": request.headers.get("x-ms-activity-id", ""),
            "x-ms-session-token": f"0:-1#{self._storage.committed_lsn}",
            "x-ms-gatewayversion": VERSION,
            "Content-Type": "application/json",
            **answer.headers,
        }
        if answer.container:
            # Without the range's id the SDK would load the ranges anew after every answer.
            headers["x-ms-documentdb-partitionkeyrangeid"] = "0"
            owner = request.raw_path.strip("/").split("/docs")[0]
            headers["x-ms-alt-content-path"] = owner
        return web.Response(status=answer.status, body=answer.body or None, headers=headers)


def _unknown(call: Call) -> CosmosError:
    return bad_request(f"{call.method} /{'/'.join(call.segments)} is not emulated.")
