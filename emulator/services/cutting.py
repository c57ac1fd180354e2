"""Cuts a connection in the middle of an answer, for plain and for streamed bodies alike."""

import asyncio
from collections.abc import Iterable

from aiohttp import web

_HEADER_END = b"\r\n\r\n"


def cut_in_body(request: web.Request) -> None:
    """The answer to `request` ends too early.

    A plain body is cut in its half; of a streamed one the first chunk passes whole and the second
    is cut, so that the client has read something before the connection goes.
    """
    protocol = request.protocol
    if protocol.transport is not None:
        protocol.transport = _CuttingTransport(protocol.transport)


class _CuttingTransport(asyncio.Transport):
    """Stands before the real transport and closes it while the body is being written."""

    def __init__(self, real: asyncio.Transport) -> None:
        super().__init__()
        self._real = real
        self._headers_sent = False
        self._may_pass = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        octets = bytes(data)
        body_at = 0
        if not self._headers_sent:
            self._headers_sent = True
            body_at = octets.find(_HEADER_END) + len(_HEADER_END)
            self._may_pass = b"transfer-encoding: chunked" in octets[:body_at].lower()
        body = len(octets) - body_at
        if body == 0 or self._may_pass:
            self._may_pass = self._may_pass and body == 0
            self._real.write(octets)
            return
        self._real.write(octets[: body_at + body // 2])
        self._real.close()

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview]) -> None:
        self.write(b"".join(list_of_data))

    def get_extra_info(self, name: str, default: object = None) -> object:
        return self._real.get_extra_info(name, default)

    def is_closing(self) -> bool:
        return self._real.is_closing()

    def close(self) -> None:
        self._real.close()

    def abort(self) -> None:
        self._real.abort()

    def can_write_eof(self) -> bool:
        return self._real.can_write_eof()

    def write_eof(self) -> None:
        self._real.write_eof()

    def get_write_buffer_size(self) -> int:
        return self._real.get_write_buffer_size()

    def is_reading(self) -> bool:
        return self._real.is_reading()

    def pause_reading(self) -> None:
        self._real.pause_reading()

    def resume_reading(self) -> None:
        self._real.resume_reading()
