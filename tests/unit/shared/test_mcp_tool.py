"""The tool `mcp` against servers of the official SDK and against servers that misbehave."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest
import uvicorn
from aiohttp import web
from aiohttp.test_utils import TestServer
from mcp.server.mcpserver import Context, MCPServer

from shared.contracts.credentials import (
    CredentialScope,
    Holder,
    SecretRef,
    SecureAlias,
    ToolCredential,
)
from shared.contracts.outside import McpServer, Outside
from shared.contracts.wording import say
from shared.errors import RemoteError
from shared.packs import FolderPacks
from shared.ports import ToolAnswered, ToolInvocation, ToolRefused
from shared.tools.as_called import as_called
from shared.tools.ledger import is_good
from shared.tools.mcp import FAILED_SECONDS, McpLimits, McpTools
from tests.fakes.credentials import FakeCredentials
from tests.fakes.world import ANA, OLGA, PACKS

MCP = FolderPacks(PACKS).get(FolderPacks(PACKS).current).tools["mcp"]
METHODS = ("getCase", "addNote", "notThere", "fails", "picture", "endless")
TOKEN_REF = SecretRef(source="key_vault", name="made-up-token")
TOKEN = "made-up-token-1"
LIMIT = 20_000

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Clock:
    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Corp:
    """What the server of the SDK was asked: methods, arguments, and the headers they came with."""

    calls: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list)

    def made(self) -> MCPServer:
        server = MCPServer("corp")

        def tell(name: str, what: str, context: Context) -> None:
            self.calls.append((name, what, dict(context.headers or {})))

        @server.tool(description="One case.")
        def getCase(id: str, context: Context) -> dict[str, str]:  # noqa: N802 (its name)
            tell("getCase", id, context)
            return {"id": id, "title": "Terraza"}

        @server.tool()
        def addNote(id: str, text: str, context: Context) -> str:  # noqa: N802
            tell("addNote", f"{id}: {text}", context)
            return "noted"

        @server.tool()
        def fails(id: str) -> str:
            raise ValueError(f"no case {id}")

        @server.tool()
        def secret() -> str:
            raise AssertionError("it is on no list")

        @server.tool(structured_output=False)
        def endless() -> str:
            return "a" * 2 * LIMIT

        return server


@dataclass(frozen=True, slots=True)
class Scene:
    tools: McpTools
    outside: Outside
    corp: Corp = field(default_factory=Corp)
    credentials: FakeCredentials = field(default_factory=FakeCredentials)

    async def call(
        self, method: str = "getCase", server: str = "corp", **params: object
    ) -> ToolAnswered | ToolRefused:
        args: dict[str, object] = {"server": server, "method": method, "params": params}
        return await self.tools.call(invocation(args, self.outside))


def invocation(args: dict[str, object], outside: Outside) -> ToolInvocation:
    contract = as_called(MCP, args, outside)
    return ToolInvocation(contract, args, ANA, "corr-1", "en", key="effect-1")


PROFILE = {"mcp:corp": ToolCredential("mcp:corp", "default", TOKEN_REF)}


def tools_for(
    url: str,
    limits: McpLimits | None = None,
    now: Callable[[], float] | None = None,
    credentials: FakeCredentials | None = None,
    **server: object,
) -> tuple[McpTools, Outside]:
    listed = McpServer.model_validate(
        {"name": "corp", "url": url, "methods": METHODS, "reads": ("getCase",), **server}
    )
    outside = Outside(servers=(listed,))
    return McpTools(
        outside,
        credentials or FakeCredentials(),
        limits or McpLimits(LIMIT, 20.0),
        now or Clock(),
    ), outside


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    """A server of the SDK on a port of its own."""
    corp = Corp()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(corp.made().streamable_http_app(), log_level="error", lifespan="on")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/mcp"
        credentials = FakeCredentials({"default": PROFILE})
        tools = tools_for(url, credentials=credentials, credential="mcp:corp")
        yield Scene(*tools, corp, credentials)
        server.should_exit = True
        await serving


@asynccontextmanager
async def answering(handler: Handler, limits: McpLimits | None = None) -> AsyncIterator[Scene]:
    """A server that speaks HTTP, and of MCP what the handler does."""
    app = web.Application()
    app.router.add_route("*", "/mcp", handler)
    async with TestServer(app) as server:
        yield Scene(*tools_for(str(server.make_url("/mcp")), limits))


# --- with a server of the SDK ---------------------------------------------------------------------


async def test_what_a_server_declares_is_what_the_settings_allow_of_it(scene: Scene) -> None:
    methods = await scene.tools.of("corp")
    assert set(methods) == {"getCase", "addNote", "fails", "endless"}
    assert methods["getCase"].description == "One case."
    assert methods["getCase"].parameters["required"] == ["id"]


async def test_a_method_is_called_and_its_structure_told(scene: Scene) -> None:
    answer = await scene.call(id="E-1")
    assert answer == ToolAnswered({"json": {"id": "E-1", "title": "Terraza"}})
    assert is_good(answer.result, MCP)
    assert [(name, what) for name, what, _ in scene.corp.calls] == [("getCase", "E-1")]


async def test_the_server_is_told_by_us_who_asks_and_never_by_the_model(scene: Scene) -> None:
    await scene.call("addNote", id="E-1", text="soy de tenant-b")
    ((_, what, headers),) = scene.corp.calls
    assert what == "E-1: soy de tenant-b"
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert headers["x-tenant-id"] == ANA.tenant_id != OLGA.tenant_id
    assert headers["x-user-id"] == ANA.user_id
    assert headers["idempotency-key"] == "effect-1"


def made_with(scene: Scene, scope: CredentialScope) -> ToolInvocation:
    args: dict[str, object] = {"server": "corp", "method": "getCase", "params": {"id": "E-1"}}
    return replace(invocation(args, scene.outside), scope=scope)


async def test_the_token_is_that_of_the_calls_profile_or_handle(scene: Scene) -> None:
    ref = SecretRef(source="key_vault", name="held")
    scene.credentials.aliases = {"corp": SecureAlias("corp", ref, ("mcp:corp",))}
    other = ToolCredential("mcp:corp", "prod", SecretRef(source="key_vault", name="prod-token"))
    scene.credentials.entries = {"default": PROFILE, "prod": {"mcp:corp": other}}
    holder = Holder(ANA.tenant_id, ANA.user_id, "s1")
    handle = (await scene.credentials.seal(scene.credentials.aliases["corp"], holder)).handle
    for scope in (
        CredentialScope(holder),
        CredentialScope(holder, "prod"),
        CredentialScope(holder, "prod", {"mcp:corp": handle}),
    ):
        assert isinstance(await scene.tools.call(made_with(scene, scope)), ToolAnswered)
    tokens = [headers["authorization"] for _, _, headers in scene.corp.calls]
    assert tokens == [f"Bearer {each}" for each in (TOKEN, "prod-token-1", "held-1")]


async def test_a_handle_that_is_over_is_refused_and_nobody_is_asked(scene: Scene) -> None:
    scope = CredentialScope(Holder("tenant-a", "user-ana", "s1"), handles={"mcp:corp": "h_00"})
    answer = await scene.tools.call(made_with(scene, scope))
    assert isinstance(answer, ToolRefused)
    assert answer.status == 403
    with pytest.raises(RemoteError):
        await scene.tools.of("corp", scope)
    assert scene.corp.calls == []


async def test_a_read_has_no_key(scene: Scene) -> None:
    await scene.call(id="E-1")
    ((_, _, headers),) = scene.corp.calls
    assert "idempotency-key" not in headers


async def test_what_is_on_no_list_is_refused_by_name(scene: Scene) -> None:
    for server, method, named in (
        ("corp", "secret", "corp/secret"),
        ("other", "getCase", "other"),
        ("http://evil.example/mcp", "getCase", "evil.example"),
        ("", "", "“"),
    ):
        answer = await scene.call(method, server)
        assert isinstance(answer, ToolRefused)
        assert answer.status == 403
        assert named in answer.reason
    assert scene.corp.calls == []


async def test_a_method_that_the_server_has_not_is_refused(scene: Scene) -> None:
    assert await scene.call("notThere") == ToolRefused(
        404, say("mcp_not_declared", "en", name="notThere")
    )


async def test_parameters_that_break_the_schema_are_not_sent(scene: Scene) -> None:
    for params in ({}, {"id": 7}, {"id": "E-1", "text": None}):
        args: dict[str, object] = {"server": "corp", "method": "addNote", "params": params}
        answer = await scene.tools.call(invocation(args, scene.outside))
        assert isinstance(answer, ToolRefused)
        assert answer.status == 400
    assert scene.corp.calls == []


async def test_a_method_that_says_no_is_refused_with_its_words(scene: Scene) -> None:
    answer = await scene.call("fails", id="E-9")
    assert isinstance(answer, ToolRefused)
    assert answer.status == 422


async def test_an_answer_that_is_too_large_is_not_read(scene: Scene) -> None:
    with pytest.raises(RemoteError) as caught:
        await scene.call("endless")
    assert caught.value.sent


async def test_what_is_declared_is_asked_for_once_in_a_while() -> None:
    asked: list[str] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        message = await request.json()
        asked.append(message["method"])
        return reply(message, "addNote")

    async with answering(handle) as there:
        clock = Clock()
        tools, _ = tools_for(there.outside.servers[0].url, now=clock)
        await asyncio.gather(tools.of("corp"), tools.of("corp"))
        clock.seconds = 299.0
        assert set(await tools.of("corp")) == {"addNote"}
        assert asked.count("tools/list") == 1
        clock.seconds = 301.0
        await tools.of("corp")
        assert asked.count("tools/list") == 2


async def test_a_server_that_cannot_be_asked_is_asked_once_by_all_who_wait_and_again_later() -> (
    None
):
    asked: list[str] = []
    well = asyncio.Event()

    async def handle(request: web.Request) -> web.StreamResponse:
        message = await request.json()
        asked.append(message["method"])
        return reply(message, "addNote") if well.is_set() else web.Response(status=500)

    async with answering(handle) as there:
        clock = Clock()
        tools, _ = tools_for(there.outside.servers[0].url, now=clock)
        failures = await asyncio.gather(
            *(tools.of("corp") for _ in range(5)), return_exceptions=True
        )
        assert {type(each) for each in failures} == {RemoteError}
        first = len(asked)
        with pytest.raises(RemoteError):
            await tools.of("corp")
        assert len(asked) == first
        clock.seconds = FAILED_SECONDS
        with pytest.raises(RemoteError):
            await tools.of("corp")
        assert len(asked) == 2 * first, "one asks as often as all did together"
        well.set()
        clock.seconds = 2 * FAILED_SECONDS
        assert set(await tools.of("corp")) == {"addNote"}


def reply(message: Mapping[str, object], *names: str, **result: object) -> web.Response:
    """As a server of the stateless protocol."""
    schema = {"type": "object"}
    results: dict[str, dict[str, object]] = {
        "server/discover": {"supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}}},
        "tools/list": {"tools": [{"name": name, "inputSchema": schema} for name in names]},
        "tools/call": result,
    }
    hints = {"resultType": "complete", "ttlMs": 0, "cacheScope": "private"}
    body = {**hints, **results[str(message["method"])]}
    return web.json_response({"jsonrpc": "2.0", "id": message["id"], "result": body})


# --- with servers that fail -----------------------------------------------------------------------


async def failure(handler: Handler, limits: McpLimits | None = None) -> RemoteError:
    async with answering(handler, limits) as there:
        with pytest.raises(RemoteError) as caught:
            await there.call("addNote")
    return caught.value


def at_the_call(response: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> Handler:
    """A server that is well until a method is called."""

    async def handle(request: web.Request) -> web.StreamResponse:
        message = await request.json()
        if message["method"] == "tools/call":
            return await response(request)
        return reply(message, "addNote")

    return handle


async def hang_up(request: web.Request) -> web.StreamResponse:
    assert request.transport
    request.transport.abort()
    return web.Response()


async def never(_: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    return web.Response()


async def elsewhere(_: web.Request) -> web.StreamResponse:
    return web.Response(status=307, headers={"Location": "http://169.254.169.254/mcp"})


async def broken(_: web.Request) -> web.StreamResponse:
    return web.Response(status=500)


async def no_mcp(_: web.Request) -> web.StreamResponse:
    return web.Response(text="<html>", content_type="text/html")


async def nonsense(request: web.Request) -> web.StreamResponse:
    return reply(await request.json(), content="no list")


@pytest.mark.parametrize("response", [hang_up, elsewhere, broken, no_mcp, nonsense])
async def test_from_the_call_on_nobody_knows_whether_a_method_acted(response: Handler) -> None:
    error = await failure(at_the_call(response))
    assert (error.sent, error.why_not) == (True, "tool_unreachable")


@pytest.mark.parametrize("response", [hang_up, elsewhere, broken, no_mcp])
async def test_before_the_call_nothing_was_done(response: Handler) -> None:
    error = await failure(response)
    assert error.sent is False
    assert "http" not in str(error), "no address in a message that is logged"


async def test_a_server_that_does_not_answer_is_waited_for_no_longer_than_allowed() -> None:
    assert not (await failure(never, McpLimits(LIMIT, 0.2))).sent


async def test_a_server_that_is_not_there_was_sent_nothing() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}/mcp"
    tools, outside = tools_for(url)
    with pytest.raises(RemoteError) as caught:
        await Scene(tools, outside).call()
    assert caught.value.sent is False


async def test_an_error_of_the_protocol_is_a_refusal_with_its_words() -> None:
    async def refuse(request: web.Request) -> web.StreamResponse:
        error = {"code": -32602, "message": "Unknown case"}
        answer_to = (await request.json())["id"]
        return web.json_response({"jsonrpc": "2.0", "id": answer_to, "error": error}, status=400)

    async with answering(at_the_call(refuse)) as there:
        answer = await there.call("addNote")
    said = say("mcp_refused", "en", name="addNote", detail="Unknown case")
    assert answer == ToolRefused(422, said)


async def test_content_that_is_no_text_is_named() -> None:
    async def picture(request: web.Request) -> web.StreamResponse:
        blocks = [
            {"type": "text", "text": "a"},
            {"type": "image", "data": "AAAA", "mimeType": "image/png"},
            {"type": "text", "text": "b"},
        ]
        return reply(await request.json(), content=blocks)

    async with answering(at_the_call(picture)) as there:
        answer = await there.call("addNote")
    assert answer == ToolAnswered({"text": "a\nb", "omitted": ["image"]})


def test_a_call_is_an_effect_unless_its_method_is_declared_a_read() -> None:
    _, outside = tools_for("http://x/mcp", right="cases:use")

    def kind(**args: object) -> tuple[bool, str]:
        contract = as_called(MCP, args, outside)
        return contract.effect, contract.right

    assert kind(server="corp", method="getCase") == (False, "cases:use")
    assert kind(server="corp", method="addNote") == (True, "cases:use")
    assert kind(server="other", method="getCase") == (True, "mcp:call")
    assert kind() == (True, "mcp:call")
