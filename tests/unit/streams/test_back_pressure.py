"""A reader that does not read: what is taken out of the log for it, and what is kept in memory."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from azurefunctions.extensions.http.fastapi import StreamingResponse

from api import runs
from shared.contracts.events import TextEvent
from shared.ports import LogItem
from shared.streams.sse import encode
from tests.fakes.log_events import done

ENTRIES = 4_000
PIECE = "x" * 8_000
"""An answer of 32 MB, many times what any buffer on the way holds."""
BUFFERED = 2_000_000
"""Bytes: the sockets' buffers on both sides, doubled by the kernel, and that of the server."""
SOCKET_BUFFER = 64 * 1024


@dataclass
class EndlessLog:
    """A log whose entries are there as soon as somebody asks; `taken` counts them by run."""

    taken: dict[str, int] = field(default_factory=dict)

    async def get(self, run_id: str, first: int) -> LogItem | None:
        self.taken[run_id] = first
        ends = first == ENTRIES
        event = done() if ends else TextEvent(text=PIECE, attempt=1)
        return LogItem(first, (event,), f"respond/1/{first}", "w")

    async def create(self, run_id: str, item: LogItem) -> LogItem | None:
        raise AssertionError

    async def all(self, run_id: str) -> tuple[LogItem, ...]:
        return ()

    async def changed(self, run_id: str, within: float) -> None:
        await asyncio.sleep(0)

    async def erase(self, run_id: str) -> None:
        raise AssertionError


def stream(log: EndlessLog, run_id: str) -> Any:
    frames = runs._frames(log, run_id, 0, False, None, encode)
    return StreamingResponse(frames, media_type="text/event-stream", headers=runs.STREAM_HEADERS)


async def test_nothing_is_taken_from_the_log_while_a_frame_waits_to_be_sent() -> None:
    log, sent = EndlessLog(), list[Any]()
    stuck = asyncio.Event()

    async def send(message: Any) -> None:
        sent.append(message)
        if len(sent) == 4:
            stuck.set()
            await asyncio.Event().wait()

    async def receive() -> Any:
        await asyncio.Event().wait()

    scope = {"type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}}
    answering = asyncio.create_task(stream(log, "slow")(scope, receive, send))
    await stuck.wait()
    for _ in range(100):
        await asyncio.sleep(0)
    assert log.taken == {"slow": 3}, "the head and two entries were sent, the third waits"
    answering.cancel()
    await asyncio.wait([answering])


@asynccontextmanager
async def serving(log: EndlessLog) -> AsyncGenerator[int]:
    """The port of the worker's own server, where a path is a run."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await stream(log, scope["path"].strip("/"))(scope, receive, send)

    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SOCKET_BUFFER)
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="error"))
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield int(listener.getsockname()[1])
    finally:
        server.force_exit = server.should_exit = True
        await running


async def opened(port: int, run_id: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection that has asked for a run, and has read the head of the answer."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SOCKET_BUFFER)
    client.setblocking(False)
    await asyncio.get_running_loop().sock_connect(client, ("127.0.0.1", port))
    reader, writer = await asyncio.open_connection(sock=client, limit=SOCKET_BUFFER)
    writer.write(f"GET /{run_id} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    assert b"x-accel-buffering: no\r\n" in head
    assert b"cache-control: no-cache, no-transform\r\n" in head
    assert b"connection: keep-alive\r\n" in head
    return reader, writer


async def test_a_client_that_does_not_read_costs_its_buffers_and_no_more() -> None:
    """Meanwhile another client reads as much as the first one could have had."""
    log = EndlessLog()
    async with serving(log) as port:
        _, idle = await opened(port, "idle")
        eager, other = await opened(port, "eager")
        while log.taken["eager"] < ENTRIES:
            assert await eager.read(SOCKET_BUFFER)
        assert log.taken["idle"] * len(PIECE) < BUFFERED
        for writer in (idle, other):
            writer.close()
