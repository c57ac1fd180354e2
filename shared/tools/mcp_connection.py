"""A connection of the MCP SDK whose answers are bounded. Imports the SDK: do so behind a need."""

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

FAILURES = (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, OSError)
"""What a connection may fail with, besides what the SDK makes of it."""


class TooLargeError(httpx2.StreamError):
    """The server's answer has more bytes than are read."""


@asynccontextmanager
async def connected(
    url: str, headers: Mapping[str, str], trust: ssl.SSLContext, limit: int, seconds: float
) -> AsyncIterator[Client]:
    """Redirects only within the server's origin (the SDK's rule). `limit` is in bytes, of one
    answer."""
    inner = httpx2.AsyncHTTPTransport(verify=trust, trust_env=False)
    async with (
        httpx2.AsyncClient(
            transport=_Bounded(inner, limit),
            headers={**headers, "accept-encoding": "identity", "user-agent": "eira-agents"},
            timeout=seconds,
            trust_env=False,
        ) as http,
        Client(
            streamable_http_client(url, http_client=http, max_sse_event_size=limit),
            read_timeout_seconds=seconds,
            cache=None,
        ) as client,
    ):
        yield client


class _Bounded(httpx2.AsyncBaseTransport):
    """Breaks off an answer that grows beyond `limit` bytes, or is packed so that it could."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, limit: int) -> None:
        self._inner = inner
        self._limit = limit

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._inner.handle_async_request(request)
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        packed = response.headers.get("content-encoding", "identity") != "identity"
        response.stream = _Counted(response.stream, 0 if packed else self._limit)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Counted(httpx2.AsyncByteStream):
    def __init__(self, inner: httpx2.AsyncByteStream, limit: int) -> None:
        self._inner = inner
        self._left = limit

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._inner:
            self._left -= len(chunk)
            if self._left < 0:
                raise TooLargeError("the answer is too large")
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()
