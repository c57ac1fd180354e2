"""The MCP server, seen by the client of the official SDK: by both ways to begin."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import aiohttp
import httpx2
import pytest
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client

from emulator.services.configuration import ConfigurationError
from emulator.services.mcp.app import create_app
from emulator.services.mcp.tools import read_tools
from emulator.services.serving import RunningService
from emulator.services.tls import Authority
from emulator.tests.services.conftest import StartService

type Mode = Literal["auto", "legacy"]

TOKEN = "made-up-token"
ID = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}
DOCUMENT = {
    "name": "things",
    "tools": [
        {"name": "get", "description": "One.", "inputSchema": ID, "does": {"get": "things"}},
        {"name": "list", "inputSchema": {"type": "object"}, "does": {"list": "things"}},
        {"name": "note", "inputSchema": ID, "does": {"append": "things", "to": "notes"}},
    ],
    "records": {
        "a": {"things": [{"id": "T-1", "state": "open"}, {"id": "T-2", "state": "Done"}]},
        "b": {"things": [{"id": "T-1", "state": "other"}]},
    },
}


@pytest.fixture
async def server(start_service: StartService, tmp_path: Path) -> RunningService:
    (tmp_path / "mcp.json").write_text(json.dumps(DOCUMENT), "utf-8")
    return await start_service(create_app, "mcp", {"token": TOKEN})


@asynccontextmanager
async def opened(
    server: RunningService, trust: Authority, mode: Mode = "auto", part: str = "a", key: str = ""
) -> AsyncIterator[Client]:
    sent = {"authorization": f"Bearer {TOKEN}", "x-tenant-id": part}
    sent |= {"idempotency-key": key} if key else {}
    async with (
        httpx2.AsyncClient(verify=trust.client_context(), headers=sent) as http,
        Client(streamable_http_client(f"{server.url}/mcp", http_client=http), mode=mode) as client,
    ):
        yield client


@pytest.mark.parametrize(("mode", "version"), [("auto", "2026-07-28"), ("legacy", "2025-11-25")])
async def test_it_says_what_it_is_and_what_it_can(
    server: RunningService, authority: Authority, mode: Mode, version: str
) -> None:
    async with opened(server, authority, mode) as client:
        assert client.protocol_version == version
        assert client.server_info is not None
        assert client.server_info.name == "things"
        tools = (await client.list_tools()).tools
    assert [tool.name for tool in tools] == ["get", "list", "note"]
    assert (tools[0].description, tools[0].input_schema) == ("One.", ID)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_tools_read_list_and_append(
    server: RunningService, authority: Authority, mode: Mode
) -> None:
    async with opened(server, authority, mode) as client:
        one = await client.call_tool("get", {"id": "T-1"})
        some = await client.call_tool("list", {"state": "done"})
        note = await client.call_tool("note", {"id": "T-1", "text": "ñ"})
        after = await client.call_tool("get", {"id": "T-1"})
    assert one.structured_content == {"id": "T-1", "state": "open"}
    assert some.structured_content == {"items": [{"id": "T-2", "state": "Done"}]}
    assert note.structured_content == {"id": "T-1-1", "text": "ñ"}
    assert after.structured_content["notes"] == [note.structured_content]


async def test_callers_of_one_part_do_not_see_another(
    server: RunningService, authority: Authority
) -> None:
    async with opened(server, authority, part="b") as client:
        other = await client.call_tool("get", {"id": "T-1"})
        assert other.structured_content == {"id": "T-1", "state": "other"}
        assert (await client.call_tool("get", {"id": "T-2"})).is_error
    async with opened(server, authority, part="none") as client:
        assert (await client.call_tool("list", {})).structured_content == {"items": []}


async def test_a_call_with_a_key_is_made_once(server: RunningService, authority: Authority) -> None:
    answers = []
    for _ in range(2):
        async with opened(server, authority, key="k1") as client:
            answers.append(await client.call_tool("note", {"id": "T-1", "text": "a"}))
    async with opened(server, authority) as client:
        found = await client.call_tool("get", {"id": "T-1"})
    assert answers[0].structured_content == answers[1].structured_content
    assert len(found.structured_content["notes"]) == 1


async def test_what_cannot_be_done_is_said_as_the_protocol_says_it(
    server: RunningService, authority: Authority
) -> None:
    async with opened(server, authority) as client:
        missing = await client.call_tool("get", {"id": "T-9"})
        wrong = await client.call_tool("get", {"id": 7})
        with pytest.raises(MCPError, match="Unknown tool: drop"):
            await client.call_tool("drop", {})
    assert missing.is_error
    assert "T-9" in json.dumps([block.model_dump() for block in missing.content])
    assert wrong.is_error


async def test_without_the_token_nobody_comes_in(
    server: RunningService, http: aiohttp.ClientSession
) -> None:
    for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": "Basic x"}):
        async with http.post(f"{server.url}/mcp", json={}, headers=headers) as response:
            assert response.status == 401
            assert response.headers["WWW-Authenticate"] == "Bearer"


NO_REQUESTS = {
    "{": (400, -32700),
    "[]": (400, -32600),
    '{"id": 1}': (400, -32600),
    '{"id": 1, "method": "nothing"}': (200, -32601),
    '{"id": 1, "method": "tools/call", "params": []}': (200, -32600),
    '{"id": 1, "method": "tools/call", "params": {"name": "get", "arguments": 1}}': (200, -32602),
}


async def test_what_is_no_request_is_an_error_of_json_rpc(
    server: RunningService, http: aiohttp.ClientSession
) -> None:
    headers = {"authorization": f"Bearer {TOKEN}"}
    for body, expected in NO_REQUESTS.items():
        async with http.post(f"{server.url}/mcp", data=body, headers=headers) as response:
            error = (await response.json())["error"]
            assert (response.status, error["code"]) == expected, body


async def test_a_notification_is_taken_and_there_is_no_stream_of_the_servers_own(
    server: RunningService, http: aiohttp.ClientSession
) -> None:
    headers = {"authorization": f"Bearer {TOKEN}"}
    told = {"method": "notifications/initialized"}
    async with http.post(f"{server.url}/mcp", json=told, headers=headers) as response:
        assert response.status == 202
    async with http.get(f"{server.url}/mcp", headers=headers) as response:
        assert response.status == 405


async def test_a_version_to_come_is_told_which_ones_there_are(
    server: RunningService, http: aiohttp.ClientSession
) -> None:
    headers = {"authorization": f"Bearer {TOKEN}", "MCP-Protocol-Version": "2031-01-01"}
    asked = {"id": 1, "method": "server/discover"}
    async with http.post(f"{server.url}/mcp", json=asked, headers=headers) as response:
        assert (await response.json())["error"]["data"]["supported"] == ["2026-07-28"]


async def test_records_outlive_the_service(
    server: RunningService, start_service: StartService, authority: Authority
) -> None:
    async with opened(server, authority) as client:
        await client.call_tool("note", {"id": "T-2", "text": "kept"})
    await server.stop()
    again = await start_service(create_app, "mcp", {"token": TOKEN})
    async with opened(again, authority) as client:
        found = await client.call_tool("get", {"id": "T-2"})
    assert found.structured_content["notes"][0]["text"] == "kept"


@pytest.mark.parametrize(
    ("tools", "says"),
    [
        ([], "at least one tool"),
        ([{"name": "get", "does": {"get": "things"}}], "inputSchema"),
        ([{"name": "get", "inputSchema": ID, "does": {"drop": "things"}}], "one of: get, list"),
    ],
)
def test_tools_that_cannot_be_used_are_named(tools: list[object], says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        read_tools({"tools": tools}, "mcp.json")
