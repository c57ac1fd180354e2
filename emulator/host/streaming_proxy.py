"""HTTP functions of apps that stream (HTTP v2): the request goes to the worker's own server.

The invocation and the proxied request start together; `x-ms-invocation-id` joins them in the
worker. Its server closes a connection after an exception and when it was idle for 5 s: only those
of requests that may be sent again are kept, and only for a while.
"""

import asyncio
import contextlib
import re
import secrets
import struct
import uuid
from collections.abc import AsyncIterator, Mapping
from socket import SO_LINGER, SOL_SOCKET

from aiohttp import (
    ClientError,
    ClientRequest,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
    web,
)
from multidict import CIMultiDict
from yarl import URL

from emulator.host.catalogue import trigger_name
from emulator.host.http_datum import HttpCall
from emulator.host.invocation import Datum, Failed, FunctionInfo, NoWorker, Outcome, WorkerGone
from emulator.host.pool import WorkerPool
from emulator.host.request_body import BodyTooLarge, body_of
from emulator.host.worker_process import WorkerProcess

_HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
_REPLACED = _HOP_BY_HOP | {
    "host",
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-ms-invocation-id",
}
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_NO_AUTOMATIC_HEADERS = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")

# How long the worker's server may take to answer for an invocation that has failed.
_ANSWER_AFTER_FAILURE_SECONDS = 2.0
_NOTICE_DEATH_SECONDS = 1.0
_KEEP_SECONDS = 2.0
_ESCAPED_SLASH = re.compile("%2f", re.IGNORECASE)

# Set on an answer that has no Content-Type and must not be given one.
UNTYPED: web.ResponseKey[bool] = web.ResponseKey("untyped", bool)


class StreamingProxy:
    """Forwards requests, chunk by chunk, and tells the worker when a client has left.

    With `traces` a request that belongs to no trace begins one, as with `func start`.
    """

    def __init__(self, pool: WorkerPool, *, traces: bool) -> None:
        self._pool = pool
        self._traces = traces
        self._calls: set[asyncio.Task[Outcome]] = set()
        self._kept = _session(_KEEP_SECONDS)
        # Not `force_close`: that would show in the headers that the function sees.
        self._fresh = _session(0.0)

    async def close(self) -> None:
        await self._kept.close()
        await self._fresh.close()

    async def answer(
        self, request: web.Request, info: FunctionInfo, parameters: Mapping[str, str]
    ) -> web.StreamResponse:
        """Answer with what the function answers; raises WorkerGone when it cannot be had."""
        try:
            body = await body_of(request)
        except BodyTooLarge:
            return _too_large()
        try:
            return await self._exchange(request, body, info, parameters)
        except NoWorker:
            raise
        except WorkerGone:
            if request.method not in _SAFE_METHODS:
                return web.Response(status=500)
        return await self._exchange(request, body, info, parameters)

    async def _exchange(
        self,
        request: web.Request,
        body: bytes | AsyncIterator[bytes] | None,
        info: FunctionInfo,
        parameters: Mapping[str, str],
    ) -> web.StreamResponse:
        """One try; raises WorkerGone when the worker dies before the answer starts."""
        worker = await self._pool.pick(info)
        invocation = str(uuid.uuid4())
        headers = _headers_for_worker(request, invocation)
        if self._traces and "traceparent" not in headers:
            headers["traceparent"] = _new_trace()
        with worker.exchange(invocation):
            try:
                async with asyncio.timeout(None) as patience:
                    self._invoke(worker, info, parameters, headers, patience)
                    upstream, first = await self._first_chunk(request, body, worker, headers)
            except BodyTooLarge:
                return _too_large()
            except TimeoutError:
                return web.Response(status=500)
            except ClientError as error:
                await _raise_if_gone(worker, error)
                return web.Response(status=500)
            async with upstream:
                answer = await _relay(request, upstream, first)
                if upstream.status >= 500:
                    upstream.close()  # the worker is about to close it too
                return answer

    async def _first_chunk(
        self,
        request: web.Request,
        body: bytes | AsyncIterator[bytes] | None,
        worker: WorkerProcess,
        headers: Mapping[str, str],
    ) -> tuple[ClientResponse, bytes]:
        """The worker's answer and its first chunk, empty when it has no body.

        As on the real host nothing is answered before, so that an exception until then is a 500.
        """
        session = self._kept if request.method in _SAFE_METHODS else self._fresh
        upstream = await session.request(
            request.method,
            URL(f"{worker.http_uri}{_target(request.raw_path)}", encoded=True),
            headers=headers,
            data=body,
            allow_redirects=False,
        )
        try:
            return upstream, await upstream.content.readany()
        except BaseException:
            upstream.close()
            raise

    def _invoke(
        self,
        worker: WorkerProcess,
        info: FunctionInfo,
        parameters: Mapping[str, str],
        headers: Mapping[str, str],
        patience: asyncio.Timeout,
    ) -> None:
        """Start the invocation; it runs to its end whatever becomes of the exchange."""
        inputs = ((trigger_name(info), Datum("http", HttpCall(parameters))),)
        call = asyncio.create_task(
            self._pool.run_on(
                worker,
                info,
                inputs,
                invocation=headers["x-ms-invocation-id"],
                traceparent=headers.get("traceparent", ""),
            )
        )
        self._calls.add(call)

        def ended(task: asyncio.Task[Outcome]) -> None:
            self._calls.discard(task)
            if task.cancelled() or isinstance(task.exception(), WorkerGone):
                return
            if isinstance(task.result(), Failed):
                _limit(patience, _ANSWER_AFTER_FAILURE_SECONDS)

        call.add_done_callback(ended)


class _WorkerRequest(ClientRequest):
    """Says no length for a DELETE without a body, as the real host does not."""

    GET_METHODS = ClientRequest.GET_METHODS | {"DELETE"}


def _session(keep_seconds: float) -> ClientSession:
    return ClientSession(
        connector=TCPConnector(limit=0, keepalive_timeout=keep_seconds),
        request_class=_WorkerRequest,
        cookie_jar=DummyCookieJar(),
        auto_decompress=False,
        skip_auto_headers=_NO_AUTOMATIC_HEADERS,
        timeout=ClientTimeout(total=None, sock_connect=5),
    )


def _limit(patience: asyncio.Timeout, seconds: float) -> None:
    # A timeout that has been left already raises: the exchange was over first.
    with contextlib.suppress(RuntimeError):
        patience.reschedule(asyncio.get_running_loop().time() + seconds)


async def _relay(
    request: web.Request, upstream: ClientResponse, first: bytes
) -> web.StreamResponse:
    response = web.StreamResponse(status=upstream.status, reason=upstream.reason)
    for name, value in upstream.headers.items():
        if name.lower() not in _HOP_BY_HOP:
            response.headers.add(name, value)
    if "Content-Type" not in upstream.headers:
        response[UNTYPED] = True
    try:
        await response.prepare(request)
        chunk = first
        while chunk:
            await response.write(chunk)
            chunk = await upstream.content.readany()
        await response.write_eof()
    except ClientError:
        # The worker's end broke, or the client has left: at any moment, also before the end.
        _reset(request)
    return response


def _reset(request: web.Request) -> None:
    """Cut the client's connection, so that it cannot take what it has for the whole."""
    transport = request.transport
    if transport is not None:
        socket = transport.get_extra_info("socket")
        socket.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()


async def _raise_if_gone(worker: WorkerProcess, error: Exception) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(worker.gone.wait(), _NOTICE_DEATH_SECONDS)
        raise WorkerGone("the worker ended before it answered") from error


def _headers_for_worker(request: web.Request, invocation: str) -> CIMultiDict[str]:
    headers = CIMultiDict(
        (name, value) for name, value in request.headers.items() if name.lower() not in _REPLACED
    )
    headers["x-ms-invocation-id"] = invocation
    headers["x-forwarded-for"] = request.remote or ""
    headers["x-forwarded-host"] = request.host
    headers["x-forwarded-proto"] = request.scheme
    upgrade = request.headers.get("Upgrade")
    if upgrade is not None:
        headers["Connection"], headers["Upgrade"] = "Upgrade", upgrade
    if request.method == "TRACE":
        headers["Content-Length"] = "0"
    return headers


def _new_trace() -> str:
    """A trace that nobody records (W3C Trace Context, section 3.2)."""
    return f"00-{uuid.uuid4().hex}-{secrets.token_hex(8)}-00"


def _target(raw_path: str) -> str:
    """Path and query for the worker: an escaped slash in the path stays one, decoded or not."""
    path, mark, query = raw_path.partition("?")
    return _ESCAPED_SLASH.sub(lambda found: f"%25{found[0][1:]}", path) + mark + query


def _too_large() -> web.Response:
    response = web.Response(status=500)
    response.force_close()
    return response
