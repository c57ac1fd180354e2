"""Clients that write requests by hand: two in one, headers in headers, bodies that do not come, and
five hundred that listen and say nothing."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp
import pytest

from emulator.host.open_files import raise_open_file_limit
from tests.e2e.cloud import Host, Services
from tests.e2e.conftest import Call
from tests.e2e.people import Person, Stream
from tests.e2e.test_control import new_address, wish

STREAMS = 500
AT_ONCE, HEARING = 25, 25
SLOW = 50


@dataclass(frozen=True, slots=True)
class Wire:
    """One connection to the host, on which anything can be written."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    host: str

    async def write(self, *lines: str, body: bytes = b"") -> None:
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        self.writer.write(head + body)
        await self.writer.drain()

    async def answer(self) -> tuple[int, str, bytes]:
        """Status, head and body of the next answer; (0, "", b"") when there is none."""
        try:
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except (asyncio.IncompleteReadError, ConnectionError):
            return 0, "", b""
        lengths = [
            int(line.partition(":")[2])
            for line in head.split("\r\n")
            if line.lower().startswith("content-length:")
        ]
        body = await self.reader.readexactly(lengths[0]) if lengths else b""
        return int(head.split()[1]), head, body


@asynccontextmanager
async def wired(host: Host) -> AsyncIterator[Wire]:
    there = urlsplit(host.url)
    reader, writer = await asyncio.open_connection(there.hostname, there.port)
    try:
        yield Wire(reader, writer, there.netloc)
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


def post(wire: Wire, who: Person, path: str = "/api/conversations") -> list[str]:
    return [
        f"POST {path} HTTP/1.1",
        f"Host: {wire.host}",
        f"Authorization: Bearer {who.token}",
        "Content-Type: application/json",
    ]


HIDDEN = b"0\r\n\r\nDELETE /api/conversations/x HTTP/1.1\r\nHost: x\r\nX: "


@pytest.mark.parametrize(
    "lengths",
    [
        ["Content-Length: 5", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: chunked", "Content-Length: 5"],
        ["Content-Length: 5", "Content-Length: 60"],
        ["Content-Length: +5"],
        ["Content-Length: 5, 60"],
        ["Transfer-Encoding: xchunked", "Content-Length: 5"],
        ["Transfer-Encoding: chunked", "Transfer-Encoding: identity"],
        ["Content-Length: 60", "Transfer-Encoding : chunked"],
        ["Content-Length: 60\n", "X: y"],
    ],
    ids=" & ".join,
)
async def test_a_request_is_not_two(ana: Person, host: Host, lengths: list[str]) -> None:
    """Where its end could be read in two ways it is refused, and its connection closed."""
    async with wired(host) as wire:
        await wire.write(*post(wire, ana), *lengths, body=HIDDEN)
        status, _, _ = await wire.answer()
        assert status in (400, 0)
        assert await wire.answer() == (0, "", b""), "nothing is answered that was hidden in it"


@pytest.mark.parametrize(
    "line",
    [
        "x-correlation-id: a%0d%0aSet-Cookie: canary=1",
        "x-correlation-id: a\tb",
        "x-correlation-id: canary\x0bb",
        "x-correlation-id: a\r\n Set-Cookie: canary=1",
        "Idempotency-Key: a\r\n\tSet-Cookie: canary=1",
        "Accept-Language: en\x85Set-Cookie: canary=1",
        "Last-Event-ID: 1\u00a0\x85data: canary",
        "traceparent: 00-\x0b-canary-00",
    ],
)
async def test_no_header_of_a_request_becomes_one_of_the_answer(
    ana: Person, host: Host, line: str
) -> None:
    async with wired(host) as wire:
        await wire.write(*post(wire, ana), line, "Content-Length: 2", body=b"{}")
        status, head, body = await wire.answer()
        assert status in (0, 201, 400)
        assert "set-cookie" not in head.lower()
        assert "canary" not in head + body.decode()


@pytest.mark.parametrize(
    "headers",
    [
        ["X-Forwarded-Host: evil.example", "X-Forwarded-Proto: http", "X-Forwarded-Prefix: /evil"],
        ["X-Original-URL: /api/openapi.json", "X-Rewrite-URL: /api/openapi.json"],
        ["X-HTTP-Method-Override: DELETE", "X-Method-Override: GET"],
        ["Forwarded: for=127.0.0.1;host=evil.example;proto=http", "X-Real-IP: 127.0.0.1"],
    ],
    ids=lambda headers: str(headers[0]).partition(":")[0],
)
async def test_what_a_proxy_might_have_said_leads_nowhere_else(
    ana: Person, host: Host, headers: list[str]
) -> None:
    async with wired(host) as wire:
        await wire.write(*post(wire, ana), *headers, "Content-Length: 2", body=b"{}")
        status, head, body = await wire.answer()
    assert status == 201
    where = json.loads(body)["conversationId"]
    assert f"location: /api/conversations/{where}\r\n" in head.lower().replace(where.lower(), where)
    assert "evil" not in head + body.decode()


async def test_a_token_that_is_told_twice_is_none(ana: Person, olga: Person, host: Host) -> None:
    for first, second in ((ana, olga), (olga, ana)):
        async with wired(host) as wire:
            twice = f"Authorization: Bearer {second.token}"
            await wire.write(*post(wire, first), twice, "Content-Length: 2", body=b"{}")
            status, _, _ = await wire.answer()
            assert status in (400, 401)


async def test_others_are_answered_while_bodies_do_not_come(ana: Person, host: Host) -> None:
    """Some have a token and some have none: these are told so at once."""
    async with AsyncExitStack() as stack:
        wires = [await stack.enter_async_context(wired(host)) for _ in range(SLOW)]
        for number, wire in enumerate(wires):
            lines = post(wire, ana) if number % 2 else post(wire, ana)[:2]
            await wire.write(*lines, "Content-Length: 200000", body=b'{"title": "')
        for wire in wires[::2]:
            status, _, _ = await wire.answer()
            assert status == 401
        for _ in range(3):
            conversation = await ana.open_conversation()
            assert (await ana.say(conversation, "Hola, ¿cómo va?")).end["type"] == "done"
        for wire in wires[1::2]:
            wire.writer.write(b"x")
            await wire.writer.drain()
    conversation = await ana.open_conversation()
    assert (await ana.say(conversation, "Hola, ¿cómo va?")).end["type"] == "done"


async def test_five_hundred_idle_streams_keep_nobody_from_being_answered(
    person: Call, ana: Person, host: Host, services: Services
) -> None:
    """They listen to a run that waits for somebody; when that one decides, who is left hears it."""
    raise_open_file_limit()
    marta = await person("marta")
    asked = await marta.post(await marta.open_conversation(), wish(new_address()))
    run_id, approval = asked.body["runId"], asked.body["approval"]
    timeout = aiohttp.ClientTimeout(total=None)
    async with (
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=timeout) as http,
        AsyncExitStack() as stack,
    ):
        listener = Person(http, marta.app, marta.token)
        at_once = asyncio.Semaphore(AT_ONCE)

        async def opened() -> Stream:
            async with at_once:
                return await stack.enter_async_context(listener.watching(run_id))

        streams = await asyncio.gather(*(opened() for _ in range(STREAMS)))
        firsts = await asyncio.gather(*(stream.read(1) for stream in streams))
        assert {events[0].data["type"] for events in firsts} == {"state"}
        for _ in range(3):
            run = await ana.say(await ana.open_conversation(), "Hola, ¿cómo va?")
            assert run.end["type"] == "done"
        # All but some leave, at once and without a word.
        for stream in streams[HEARING:]:
            stream._response.close()
        path = f"/runs/{run_id}/approvals/{approval['approvalId']}"
        decision = {"decision": "reject", "payloadHash": approval["payloadHash"]}
        assert (await ana.ask("POST", path, json=decision)).status == 200
        rests = await asyncio.gather(*(each.until(lambda _: False) for each in streams[:HEARING]))
    assert {events[-1].type for events in rests} == {"done"}
    assert len({events[-1].number for events in rests}) == 1
    assert len(host.workers()) == 1, "the worker lived through it"
