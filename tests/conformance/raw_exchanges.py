"""Exchanges byte by byte on a socket: heads, what was sent in chunks, and how it ended."""

import re
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager

from tests.conformance.comparing import Masks
from tests.conformance.http_exchanges import Answer, shown
from tests.conformance.recordings import Json

OPEN, ENDED, RESET = "open", "EOF", "reset"
_PATIENCE_SECONDS = 30.0
_PROBE = b"GET /api/ping HTTP/1.1\r\nHost: probe\r\n\r\n"
_CHUNK = re.compile(rb"([0-9a-f]+)\r\n", re.IGNORECASE)


@contextmanager
def connected(address: str) -> Iterator[socket.socket]:
    """A connection to `host:port`, closed in the end."""
    host, port = address.split(":")
    with socket.create_connection((host, int(port)), _PATIENCE_SECONDS) as connection:
        yield connection


def leave(connection: socket.socket) -> None:
    """Close at once, as a client that is gone."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def received(connection: socket.socket) -> tuple[bytes, str]:
    """Everything of one answer, and how the connection is after it.

    Whether it is still open is found out by asking for something else on it.
    """
    data = b""
    while not _complete(data):
        try:
            more = connection.recv(65536)
        except ConnectionError:
            return data, RESET
        if not more:
            return data, ENDED
        data += more
    return data, _state(connection)


def answer_shown(data: bytes, end: str, masks: Masks) -> Json:
    """One raw answer in the form that is compared: its head, what was sent, how it ended.

    Chunks are joined: on a machine with much to do two may travel as one.
    """
    head, _, rest = data.partition(b"\r\n\r\n")
    first, *fields = head.decode().split("\r\n")
    version, status, reason = first.split(" ", 2)
    pairs = [field.split(": ", 1) for field in fields]
    if "transfer-encoding: chunked" not in head.decode().lower():
        text = rest.decode("utf-8", "replace")
        form = shown(Answer(int(status), reason, pairs, text), masks)
        return {"version": version, "answer": form, "end": end}
    form = shown(Answer(int(status), reason, pairs, ""), masks)
    chunks = b"".join(_chunks(rest)).decode("utf-8", "replace")
    return {"version": version, "answer": form, "chunks": chunks, "end": end}


def _complete(data: bytes) -> bool:
    head, end, rest = data.partition(b"\r\n\r\n")
    if not end:
        return False
    if b"transfer-encoding: chunked" in head.lower():
        return rest.endswith(b"0\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    return length is not None and len(rest) >= int(length[1])


def _state(connection: socket.socket) -> str:
    try:
        connection.sendall(_PROBE)
        return OPEN if connection.recv(1) else ENDED
    except ConnectionError:
        return ENDED


def _chunks(body: bytes) -> Iterator[bytes]:
    position = 0
    while found := _CHUNK.match(body, position):
        size = int(found[1], 16)
        yield body[found.end() : found.end() + size]
        position = found.end() + size + 2
