"""Frames between host and worker on a socket pair: tuples of plain values, marshalled.

A frame is `>I` (the length of what follows) and the tuple as the standard library's marshal has
it: both ends are the same Python, started by one another, and its text and bytes need no escaping.
"""

import asyncio
import marshal
from collections.abc import Callable
from struct import Struct
from typing import cast

_LENGTH = Struct(">I")
# The last version that keeps no book of what it has seen already: nothing comes twice here.
_FORMAT = 2

type Frame = tuple[object, ...]
type Receive = Callable[[Frame], None]


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
        if self._buffer:
            self._buffer += data
            del self._buffer[: self._take_frames(self._buffer)]
        else:
            taken = self._take_frames(data)
            if taken < len(data):
                self._buffer += data[taken:]

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._closed()

    def send(self, frame: Frame) -> bool:
        """Queue one frame; False when the other end is gone."""
        if self._transport is None or self._transport.is_closing():
            return False
        content = marshal.dumps(frame, _FORMAT)  # type: ignore[arg-type]  # says what it cannot take
        self._transport.write(_LENGTH.pack(len(content)) + content)
        return True

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _take_frames(self, data: bytes | bytearray) -> int:
        """Hand on the complete frames; how many bytes they are."""
        start = 0
        with memoryview(data) as view:
            while len(view) - start >= _LENGTH.size:
                begin = start + _LENGTH.size
                end = begin + int(_LENGTH.unpack_from(view, start)[0])
                if end > len(view):
                    break
                with view[begin:end] as content:
                    # The other end is a process that this one has started.
                    frame: Frame = marshal.loads(content)  # noqa: S302
                start = end
                self._receive(frame)
        return start
