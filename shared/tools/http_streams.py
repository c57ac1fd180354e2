"""An HTTP answer that comes in events: SSE, or JSON in lines. Each is passed on as it comes."""

import codecs
import json
from collections.abc import AsyncGenerator, Callable, Iterator

import aiohttp

from shared.ports import Listens
from shared.tools.http_answers import CHUNK, Unread

EVENTS = "text/event-stream"
LINES = ("application/x-ndjson", "application/ndjson", "application/jsonl")


class _TooLargeError(Exception):
    """More has come than may be kept."""


type Reads = Callable[[str], Iterator[str]]
"""What a line says, if an event ends with it."""


def is_stream(response: aiohttp.ClientResponse) -> bool:
    plain = response.headers.get("Content-Encoding", "identity").lower() == "identity"
    return plain and response.content_type in (EVENTS, *LINES)


async def read_stream(
    response: aiohttp.ClientResponse, limit: int, listens: Listens
) -> str | Unread:
    """The text of all events, each of which was passed on; never more than `limit` bytes."""
    said: list[str] = []
    reads = _Sse().line if response.content_type == EVENTS else _of_line
    try:
        async for line in _lines(response, limit):
            for text in reads(line):
                said.append(text)
                await listens(text)
    except _TooLargeError:
        return Unread("http_too_large", limit)
    return "".join(said)


async def _lines(response: aiohttp.ClientResponse, limit: int) -> AsyncGenerator[str]:
    """Without their ends; what is behind the last one, too. Counted as they come, since a line may
    have no end. Raises _TooLargeError."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    rest, size = "", 0
    async for chunk in response.content.iter_chunked(CHUNK):
        size += len(chunk)
        if size > limit:
            raise _TooLargeError
        *lines, rest = (rest + decoder.decode(chunk)).split("\n")
        for line in lines:
            yield line.removesuffix("\r")
    yield rest + decoder.decode(b"", final=True)
    yield ""


class _Sse:
    """Server-sent events (HTML, section 9.2.6), of which only the data matter."""

    def __init__(self) -> None:
        self._data: list[str] = []

    def line(self, line: str) -> Iterator[str]:
        if line:
            name, _, value = line.partition(":")
            if name == "data":
                self._data.append(value.removeprefix(" "))
            return
        if self._data:
            data = "\n".join(self._data)
            self._data.clear()
            yield from text_in(data)


def _of_line(line: str) -> Iterator[str]:
    if line.strip():
        yield from text_in(line)


def text_in(data: str) -> Iterator[str]:
    """What an event says: its member `text`, if it is a JSON object that has one (as ours), or a
    JSON text; of other JSON nothing that anybody would read, and all of what is no JSON."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        yield from () if data == "[DONE]" else (data,)
        return
    match value:
        case str() | {"text": str()}:
            yield value if isinstance(value, str) else value["text"]
        case {"choices": [{"delta": {"content": str() as text}}, *_]}:
            yield text
        case _:
            return
