"""The tool `mcp`: methods of the operator's MCP servers, over streamable HTTP."""

import asyncio
import importlib
import ssl
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import ValidationError

from shared.contracts.credentials import CredentialScope, SecretRef
from shared.contracts.outside import McpServer, Outside, ServerMethod
from shared.contracts.wording import say
from shared.errors import NotAllowedError, RemoteError
from shared.ports import Credentials, Secret, ToolAnswered, ToolInvocation, ToolRefused
from shared.tools.keys import key_for, renewed
from shared.tools.mcp_answers import result_of, said_by
from shared.tools.schemas import first_problem

if TYPE_CHECKING:
    from mcp import Client
    from mcp_types import Tool

MOST_PAGES = 20
MOST_OF_A_DESCRIPTION = 1_000
FAILED_SECONDS = 5.0
"""Before a server that could not be asked for its methods is asked again."""


@dataclass(frozen=True, slots=True)
class McpLimits:
    """`bytes` of one answer; `seconds` of a call; `schema_seconds`: how long what a server declares
    is remembered."""

    bytes: int = 65_536
    seconds: float = 20.0
    schema_seconds: float = 300.0


type _Asked = tuple[str, SecretRef | None, str | None]
"""A server, and the secret that it is asked with, in this version: others may see other methods."""


@dataclass(frozen=True, slots=True)
class _Declared:
    """`failure` is why a server could not be asked, in words for the log."""

    methods: Mapping[str, ServerMethod]
    until: float
    failure: str | None = None


class McpTools:
    """Also the port ServerMethods. `now` is in seconds and never goes back."""

    def __init__(
        self,
        outside: Outside,
        credentials: Credentials,
        limits: McpLimits = McpLimits(),
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._outside = outside
        self._credentials = credentials
        self._limits = limits
        self._now = now
        self._declared: dict[_Asked, _Declared] = {}
        self._asking: dict[_Asked, asyncio.Lock] = {}
        self._trust: ssl.SSLContext | None = None

    async def of(
        self, server: str, scope: CredentialScope | None = None
    ) -> Mapping[str, ServerMethod]:
        """Asked once at a time, for each secret. A failure is believed for a moment: who waits
        beside the one that asks a silent server must not wait as long once more, in turn. Raises
        RemoteError."""
        known = self._outside.server(server)
        assert known is not None, f"{server} is on no list"
        try:
            token = await self._token(known, scope)
        except NotAllowedError as error:
            raise RemoteError(f"mcp {known.name}: {error.message}", sent=False) from error
        asked = known.name, token.ref if token else None, token.version if token else None
        async with self._asking.setdefault(asked, asyncio.Lock()):
            declared = self._declared.get(asked)
            if declared is None or declared.until <= self._now():
                declared = self._declared[asked] = await self._declaration(known, token)
        if declared.failure is not None:
            raise RemoteError(declared.failure, sent=False)
        return declared.methods

    async def _declaration(self, server: McpServer, token: Secret | None) -> _Declared:
        try:
            methods = await self._ask(server, token)
        except RemoteError as error:
            return _Declared({}, self._now() + FAILED_SECONDS, str(error))
        return _Declared(methods, self._now() + self._limits.schema_seconds)

    async def call(self, invocation: ToolInvocation) -> ToolAnswered | ToolRefused:
        """Raises RemoteError, whose `sent` is true from the moment the method is called."""
        args, language = invocation.args, invocation.language
        refused = self._outside.refused("mcp", args)
        server, name = self._outside.server(args.get("server")), str(args.get("method"))
        if server is None or refused is not None or name not in server.methods:
            allowed = refused or f"{args.get('server')}/{name}"
            return ToolRefused(403, say("mcp_not_allowed", language, name=allowed[:200]))
        try:
            token = await self._token(server, invocation.scope)
        except NotAllowedError as error:
            return ToolRefused(403, say(error.message, language, **error.values))
        method = (await self.of(server.name, invocation.scope)).get(name)
        if method is None:
            return ToolRefused(404, say("mcp_not_declared", language, name=name))
        params = dict(args.get("params") or {})
        wrong = first_problem(params, method.parameters)
        if wrong is not None:
            return ToolRefused(400, say("mcp_bad_params", language, name=name, why=wrong))
        return await self._call(server, name, params, token, invocation)

    async def find(self, invocation: ToolInvocation) -> dict[str, object] | None:
        """Never asked: the contract has no query, as MCP knows of none."""
        raise RemoteError("mcp: there is nothing to ask", sent=False)

    async def _token(self, server: McpServer, scope: CredentialScope | None) -> Secret | None:
        """Raises RemoteSecretError, NotAllowedError."""
        if server.credential is None:
            return None
        return await key_for(server.credential, server.url, scope, self._credentials)

    async def _call(
        self,
        server: McpServer,
        name: str,
        params: dict[str, object],
        token: Secret | None,
        invocation: ToolInvocation,
    ) -> ToolAnswered | ToolRefused:
        from mcp import MCPError
        from mcp_types import CallToolRequest, CallToolRequestParams, CallToolResult

        request = CallToolRequest(params=CallToolRequestParams(name=name, arguments=params))
        seconds = min(self._limits.seconds, invocation.contract.timeout_ms / 1000)
        headers = _headers(invocation)
        async with self._session(server, headers, token, seconds) as (client, progress):
            progress.sent = True
            try:
                # Not `call_tool`, which asks for the declarations again behind each call.
                answer = await client.session.send_request(request, CallToolResult)
            except MCPError as error:
                if not said_by(error):
                    raise
                detail = error.message[:300]
                said = say("mcp_refused", invocation.language, name=name, detail=detail)
                return ToolRefused(422, said.strip())
        told = result_of(answer)
        if answer.is_error:
            detail = str(told.get("text", ""))[:300]
            said = say("mcp_refused", invocation.language, name=name, detail=detail)
            return ToolRefused(422, said.strip())
        return ToolAnswered(told)

    async def _ask(self, server: McpServer, token: Secret | None) -> Mapping[str, ServerMethod]:
        found: dict[str, ServerMethod] = {}
        cursor: str | None = None
        async with self._session(server, {}, token, self._limits.seconds) as (client, _):
            for _ in range(MOST_PAGES):
                page = await client.list_tools(cursor=cursor)
                found |= dict(self._allowed(server, page.tools))
                cursor = page.next_cursor
                if cursor is None:
                    break
        return found

    def _allowed(
        self, server: McpServer, tools: list["Tool"]
    ) -> Iterator[tuple[str, ServerMethod]]:
        for tool in tools:
            if tool.name in server.methods:
                text = (tool.description or tool.title or tool.name)[:MOST_OF_A_DESCRIPTION]
                yield (
                    tool.name,
                    ServerMethod(
                        server=server.name,
                        name=tool.name,
                        description=text,
                        parameters=tool.input_schema,
                    ),
                )

    @asynccontextmanager
    async def _session(
        self, server: McpServer, headers: Mapping[str, str], token: Secret | None, seconds: float
    ) -> AsyncIterator[tuple["Client", "_Progress"]]:
        """A connection of its own for one caller. Whatever fails in it becomes a RemoteError."""
        if self._trust is None:
            self._trust = await asyncio.to_thread(_prepared)
        trust = self._trust
        from mcp import MCPError

        from shared.tools.mcp_connection import FAILURES, connected

        progress = _Progress()
        if token is not None:
            headers = {**headers, "authorization": f"Bearer {token.value}"}
        try:
            async with (
                asyncio.timeout(seconds),
                connected(server.url, headers, trust, self._limits.bytes, seconds) as client,
            ):
                yield client, progress
        except* (*FAILURES, MCPError, ValidationError, TimeoutError) as errors:
            if token is not None and not progress.sent:
                # Its token may have been rotated: the next call is made with the new one.
                await renewed(token, self._credentials)
            what = f"mcp {server.name}: {', '.join(sorted(set(_kinds(errors))))}"
            raise RemoteError(what, sent=progress.sent) from errors


def _prepared() -> ssl.SSLContext:
    """The SDK takes more than a second to import: not in the event loop, and not at the start of a
    worker that may never need it. The machine's authorities, with those of `SSL_CERT_FILE`."""
    importlib.import_module("shared.tools.mcp_connection")
    return ssl.create_default_context()


@dataclass(slots=True)
class _Progress:
    sent: bool = False


def _kinds(errors: BaseExceptionGroup[BaseException]) -> Iterator[str]:
    """The names alone: what an error says may hold what a person wrote."""
    for each in errors.exceptions:
        if isinstance(each, BaseExceptionGroup):
            yield from _kinds(each)
        else:
            yield type(each).__name__


def _headers(invocation: ToolInvocation) -> dict[str, str]:
    """Who asks is told by us: nothing that a model writes can change it."""
    headers = {
        "x-tenant-id": invocation.caller.tenant_id,
        "x-user-id": invocation.caller.user_id,
        "x-correlation-id": invocation.correlation_id,
        "accept-language": invocation.language,
    }
    if invocation.key and invocation.contract.effect:
        headers["idempotency-key"] = invocation.key
    return headers
