"""Serves MCP at `/mcp`: one JSON answer for each POST, no session, no stream of its own."""

import hmac
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from aiohttp import web

from emulator.services.configuration import as_object, read_object
from emulator.services.serving import ServiceContext, bearer_token
from emulator.services.tokens import TokenRejected

from .protocol import INVALID_REQUEST, MODERN, UNSUPPORTED_VERSION, Caller, RpcError, Server
from .store import Record, Records
from .tools import read_tools

PATH = "/mcp"
PARSE_ERROR = -32700


def create_app(context: ServiceContext) -> web.Application:
    """Config: `server`, a JSON file `{name, version?, tools, records}`; `token`, the bearer token
    that callers need (optional); `partition`, the header that says whose records are seen."""
    file = context.config_dir / str(context.config.get("server", "mcp.json"))
    document = read_object(file)
    seed = as_object(document.get("records", {}), f'{file}: "records"')
    tools = read_tools(document, str(file))
    records = Records(context.data / "records.sqlite", seed)
    server = Server(
        name=str(document.get("name", context.name)),
        version=str(document.get("version", "1")),
        tools=tools,
        records=records,
    )
    token = context.config.get("token")
    door = _Door(
        server, None if token is None else str(token),
        str(context.config.get("partition", "x-tenant-id")),
    )  # fmt: skip

    async def close_at_the_end(_: web.Application) -> AsyncIterator[None]:
        yield
        records.close()

    app = web.Application()
    # There is no stream of the server's own and no session to end: GET and DELETE get a 405.
    app.add_routes([web.post(PATH, door.post)])
    app.cleanup_ctx.append(close_at_the_end)
    return app


@dataclass(frozen=True, slots=True)
class _Door:
    server: Server
    token: str | None
    partition: str

    async def post(self, request: web.Request) -> web.Response:
        if not self._may_enter(request):
            return web.json_response(
                {"error": "invalid_token"}, status=401, headers={"WWW-Authenticate": "Bearer"}
            )
        try:
            message = await request.json()
        except ValueError:
            return _error(None, RpcError(PARSE_ERROR, "The body is not JSON."), 400)
        if not isinstance(message, dict) or not isinstance(message.get("method"), str):
            return _error(None, RpcError(INVALID_REQUEST, "The body is no request."), 400)
        if "id" not in message:
            return web.Response(status=202)
        return self._answer(message, request)

    def _answer(self, message: Mapping[str, object], request: web.Request) -> web.Response:
        version = request.headers.get("MCP-Protocol-Version", "")
        modern = version >= MODERN
        caller = Caller(
            part=request.headers.get(self.partition, ""),
            key=request.headers.get("Idempotency-Key"),
            modern=modern,
        )
        params = message.get("params", {})
        try:
            if modern and version != MODERN:
                data = {"supported": [MODERN], "requested": version}
                raise RpcError(UNSUPPORTED_VERSION, "Unsupported protocol version", data)
            result = self.server.answer(str(message["method"]), _object(params), caller)
        except RpcError as error:
            return _error(message["id"], error, 400 if modern else 200)
        return web.json_response({"jsonrpc": "2.0", "id": message["id"], "result": result})

    def _may_enter(self, request: web.Request) -> bool:
        if self.token is None:
            return True
        try:
            given = bearer_token(request)
        except TokenRejected:
            return False
        return hmac.compare_digest(given.encode(), self.token.encode())


def _object(params: object) -> Record:
    if not isinstance(params, dict):
        raise RpcError(INVALID_REQUEST, "The parameters are not an object.")
    return params


def _error(request_id: object, error: RpcError, status: int) -> web.Response:
    body: Record = {"code": error.code, "message": error.message}
    if error.data is not None:
        body["data"] = error.data
    return web.json_response({"jsonrpc": "2.0", "id": request_id, "error": body}, status=status)
