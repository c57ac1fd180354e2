"""Bodies of requests: small ones at once, large ones as a stream, none above the limit."""

from collections.abc import AsyncIterator

from aiohttp import HttpVersion11, web

# Both as in the real host (maxRequestBodySize of Kestrel as Functions sets it).
LARGEST_BODY_BYTES = 104_857_600
_SMALL_BODY_BYTES = 65_536


class BodyTooLarge(Exception):  # noqa: N818 - reads as what it is
    """The body is, or turns out to be, longer than the host takes."""


async def body_of(request: web.Request) -> bytes | AsyncIterator[bytes] | None:
    """The body, whole when it is small, None when there is none; raises BodyTooLarge."""
    if not request.body_exists:
        return None
    length = request.content_length
    if length is not None and length > LARGEST_BODY_BYTES:
        raise BodyTooLarge
    await _ask_for_it(request)
    if length is not None and length <= _SMALL_BODY_BYTES:
        return await request.content.read()
    return _limited(request)


async def whole_body_of(request: web.Request) -> bytes:
    """The body as one piece; raises BodyTooLarge."""
    body = await body_of(request)
    if body is None or isinstance(body, bytes):
        return body or b""
    return b"".join([chunk async for chunk in body])


async def accept_expectation(request: web.Request) -> None:
    """A route's `expect_handler`: says nothing yet, the body may never be asked for."""


async def _ask_for_it(request: web.Request) -> None:
    """Tell a client that waits for it to send its body (RFC 9110, section 10.1.1)."""
    waits = request.headers.get("Expect", "").lower() == "100-continue"
    if waits and request.version >= HttpVersion11 and not request.content.total_bytes:
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # the answer itself has not begun


async def _limited(request: web.Request) -> AsyncIterator[bytes]:
    total = 0
    async for chunk in request.content.iter_any():
        total += len(chunk)
        if total > LARGEST_BODY_BYTES:
            raise BodyTooLarge
        yield chunk
