"""What an HTTP answer comes to: text and JSON of a bounded size, anything else by its name."""

import json
from dataclasses import dataclass

import aiohttp

from shared.tools.storable import is_storable

REDIRECTS = frozenset({301, 302, 303, 307, 308})
CHUNK = 16_384


@dataclass(frozen=True, slots=True)
class Unread:
    """Why a body is not told: a key of the wording, with what fills it."""

    key: str
    value: object


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    content_type: str
    body: object
    location: str | None = None
    wait: float | None = None

    @property
    def result(self) -> dict[str, object]:
        told: dict[str, object] = {"status": self.status}
        if self.content_type:
            told["contentType"] = self.content_type
        if self.location is not None:
            told["location"] = self.location
        match self.body:
            case None:
                return told
            case Unread(key=key):
                return told | {"omitted": key}
            case str() as text:
                return told | {"text": text}
            case value:
                return told | {"json": value}

    @property
    def detail(self) -> str:
        """What a problem says for itself (RFC 9457), shortened."""
        if not isinstance(self.body, dict):
            return ""
        said = next((self.body[k] for k in ("detail", "title", "message") if k in self.body), "")
        return said[:300] if isinstance(said, str) else ""


async def read_body(response: aiohttp.ClientResponse, limit: int) -> object:
    """JSON, a text, Unread, or None without a body; never more than `limit` bytes are kept.

    A compressed answer, which was not asked for, could grow beyond any limit before it is counted.
    """
    kind = response.content_type if "Content-Type" in response.headers else ""
    coded = response.headers.get("Content-Encoding", "identity").lower()
    content = bytearray()
    if _is_text(kind) and coded == "identity":
        async for chunk in response.content.iter_chunked(CHUNK):
            content += chunk
            if len(content) > limit:
                return Unread("http_too_large", limit)
        return _decoded(bytes(content), kind, response.charset) if content else None
    named = " ".join([*([kind] if kind else []), *([coded] if coded != "identity" else [])])
    return None if await _is_empty(response) else Unread("http_no_text", named or "?")


async def _is_empty(response: aiohttp.ClientResponse) -> bool:
    return not await response.content.read(1)


def _is_text(kind: str) -> bool:
    return kind.startswith("text/") or kind == "application/json" or kind.endswith("+json")


def _decoded(content: bytes, kind: str, charset: str | None) -> object:
    """What calls itself JSON and is none that can be stored is text."""
    try:
        text = content.decode(charset or "utf-8", "replace")
    except (LookupError, UnicodeError):
        # No such charset, or one (`idna`) that is none of texts.
        text = content.decode("utf-8", "replace")
    if kind.startswith("text/") and kind != "text/json":
        return text
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value if is_storable(value) else text
