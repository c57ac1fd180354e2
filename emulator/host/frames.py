"""Frames between host and worker on a socket pair: a JSON head and raw binary parts.

A frame is `>II` (length of the head, length of the body), the head as UTF-8 JSON, and the body:
the binary parts one after the other, whose lengths the head lists under `parts`. Payloads travel
as parts so that long texts are never escaped.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from struct import Struct
from typing import cast

_LENGTHS = Struct(">II")

type Head = dict[str, object]
type Receive = Callable[[Head, list[bytes]], None]


class FrameChannel(asyncio.Protocol):
    """One end of the socket pair; calls `receive` for each frame and `closed` once at the end."""

    def __init__(self, receive: Receive, closed: Callable[[], None]) -> None:
        self._receive = receive
        self._closed = closed
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclasses of asyncio's.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (frame := self._next_frame()) is not None:
            self._receive(*frame)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._closed()

    def send(self, head: Mapping[str, object], parts: Sequence[bytes] = ()) -> bool:
        """Queue one frame; False when the other end is gone."""
        if self._transport is None or self._transport.is_closing():
            return False
        text = json.dumps({**head, "parts": [len(part) for part in parts]}).encode()
        lengths = _LENGTHS.pack(len(text), sum(map(len, parts)))
        self._transport.write(b"".join((lengths, text, *parts)))
        return True

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _next_frame(self) -> tuple[Head, list[bytes]] | None:
        if len(self._buffer) < _LENGTHS.size:
            return None
        head_length, body_length = _LENGTHS.unpack_from(self._buffer)
        start = _LENGTHS.size + head_length
        end = start + body_length
        if len(self._buffer) < end:
            return None
        with memoryview(self._buffer) as view:
            head: Head = json.loads(bytes(view[_LENGTHS.size : start]))
            body = bytes(view[start:end])
        del self._buffer[:end]
        return head, _split(body, head.pop("parts"))


def _split(body: bytes, lengths: object) -> list[bytes]:
    assert isinstance(lengths, list)
    parts, start = [], 0
    for length in lengths:
        parts.append(body[start : start + length])
        start += length
    return parts
