"""Calls to the API's handlers as the worker makes them, without a socket."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from azurefunctions.extensions.http.fastapi import Request, Response, StreamingResponse

from api.edge import Handler, authenticated
from shared.ports import Dependencies, Orchestrations

type Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Json:
        content: Json = json.loads(self.body)
        return content

    @property
    def code(self) -> str:
        """Of a problem: also checks that it is one, and whole."""
        problem = self.json
        assert self.headers["content-type"] == "application/problem+json"
        assert problem["status"] == self.status
        assert problem["correlationId"] == self.headers["x-correlation-id"]
        assert problem["title"]
        assert problem["detail"]
        assert self.headers["x-content-type-options"] == "nosniff"
        assert not {"<", ">"} & set(self.body.decode()), "nothing in it can be taken for markup"
        return str(problem["code"])


def request(
    method: str = "GET",
    *,
    path: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    chunks: Sequence[bytes] = (b"",),
    gone: asyncio.Event | None = None,
) -> Request:
    """`chunks` are the body as it arrives; `gone` tells that the client has left."""
    waiting = list(chunks)

    async def receive() -> Json:
        if not waiting:
            await (gone or asyncio.Event()).wait()
            return {"type": "http.disconnect"}
        chunk = waiting.pop(0)
        return {"type": "http.request", "body": chunk, "more_body": bool(waiting)}

    scope = {
        "type": "http",
        "method": method,
        "path": "/api",
        "path_params": dict(path or {}),
        "query_string": urlencode(query or {}).encode(),
        "headers": [
            (name.lower().encode(), value.encode("latin-1"))
            for name, value in (headers or {}).items()
        ],
    }
    return Request(scope, receive)


async def read(response: Response | StreamingResponse) -> Answer:
    """The whole answer; of a stream, until it ends."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    if isinstance(response, StreamingResponse):
        chunks: AsyncIterator[Any] = response.body_iterator
        body = b"".join([chunk async for chunk in chunks])
    else:
        body = bytes(response.body)
    return Answer(response.status_code, headers, body)


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with a token, a language and a way to call handlers."""

    deps: Dependencies
    orchestrations: Orchestrations
    token: str | None = "ana"

    async def call(
        self,
        handler: Handler,
        method: str = "GET",
        body: object = None,
        *,
        raw: Sequence[bytes] | None = None,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """`raw` is a body as bytes, in the chunks in which it arrives; else `body` as JSON."""
        return await read(
            await self.begin(
                handler, method, body, raw=raw, path=path, query=query, headers=headers
            )
        )

    async def begin(
        self,
        handler: Handler,
        method: str = "GET",
        body: object = None,
        *,
        raw: Sequence[bytes] | None = None,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        gone: asyncio.Event | None = None,
    ) -> Response:
        """The same answer, a stream of which nothing was read."""
        sent = {"authorization": f"Bearer {self.token}"} if self.token else {}
        chunks = raw or [b"" if body is None else json.dumps(body).encode()]
        incoming = request(
            method,
            path=path,
            query=query,
            headers=sent | dict(headers or {}),
            chunks=chunks,
            gone=gone,
        )
        endpoint = authenticated(handler, lambda: self.deps)
        return await endpoint(incoming, self.orchestrations)
