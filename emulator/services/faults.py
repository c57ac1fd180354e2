"""Failures on demand: every service can be told to answer 429 or 500, slowly, or not at all."""

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from typing import Literal

from aiohttp import web
from aiohttp.typedefs import Handler

from .cutting import cut_in_body

type Cut = Literal["before", "mid"]

ADMIN = "/_emulator/"
HEADER = "x-emulator-fault"

_FIELDS = {"count", "status", "retryAfter", "retryDate", "delayMs", "cut", "path", "method"}


@dataclass(frozen=True, slots=True)
class Fault:
    """What the next `count` matching requests suffer.

    `retry_after` is in seconds, told as a date with `retry_date`; `delay_ms` in milliseconds;
    `path` is any part of the path with its query. A delay alone leaves the answer right, only late.
    """

    count: int = 1
    status: int | None = None
    retry_after: float | None = None
    delay_ms: int = 0
    cut: Cut | None = None
    path: str = ""
    method: str | None = None
    retry_date: bool = False

    @staticmethod
    def parse(document: object) -> "Fault":
        """From the admin API's JSON, or a bare status; raises `ValueError` naming what is wrong."""
        if isinstance(document, int) and not isinstance(document, bool):
            document = {"status": document}
        if not isinstance(document, dict):
            raise ValueError("A fault is a JSON object or a status such as 429.")
        if unknown := sorted(set(document) - _FIELDS):
            known = ", ".join(sorted(_FIELDS))
            raise ValueError(f"Unknown field {unknown[0]!r}; the fields are {known}.")
        cut = document.get("cut")
        if cut not in (None, "before", "mid"):
            raise ValueError('"cut" is "before" or "mid".')
        method = document.get("method")
        return Fault(
            count=_whole(document, "count", 1, 1),
            status=_whole(document, "status", 0, 0) or None,
            retry_after=_seconds(document.get("retryAfter")),
            delay_ms=_whole(document, "delayMs", 0, 0),
            cut=cut,
            path=str(document.get("path", "")),
            method=None if method is None else str(method).upper(),
            retry_date=document.get("retryDate") is True,
        )

    def matches(self, request: web.Request) -> bool:
        return self.path in request.path_qs and self.method in (None, request.method)

    def to_json(self) -> dict[str, object]:
        pairs = {
            "count": self.count,
            "status": self.status,
            "retryAfter": self.retry_after,
            "delayMs": self.delay_ms or None,
            "cut": self.cut,
            "path": self.path or None,
            "method": self.method,
            "retryDate": self.retry_date or None,
        }
        return {name: value for name, value in pairs.items() if value is not None}


@dataclass(slots=True)
class Faults:
    """The faults waiting in one service, and how often it was called. Lives in memory only."""

    service: str
    waiting: list[Fault] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    _ended: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def middleware(self) -> "FaultMiddleware":
        """Goes outermost; whatever lies under /_emulator/ bypasses all other middlewares."""
        return FaultMiddleware(self)

    def routes(self) -> Iterable[web.RouteDef]:
        return (
            web.get(f"{ADMIN}health", self._health),
            web.get(f"{ADMIN}faults", self._list),
            web.post(f"{ADMIN}faults", self._add),
            web.delete(f"{ADMIN}faults", self._clear),
            web.delete(f"{ADMIN}delays", self._end_delays),
            web.get(f"{ADMIN}calls", self._count),
            web.delete(f"{ADMIN}calls", self._reset),
        )

    def take(self, request: web.Request) -> Fault | None:
        """The fault that hits this request, used up by one; raises `ValueError` on a bad header."""
        if (header := request.headers.get(HEADER)) is not None:
            return Fault.parse(json.loads(header))
        for index, fault in enumerate(self.waiting):
            if fault.matches(request):
                if fault.count > 1:
                    self.waiting[index] = replace(fault, count=fault.count - 1)
                else:
                    del self.waiting[index]
                return fault
        return None

    async def delay(self, seconds: float) -> None:
        """Wait so long, or until the delays under way are ended."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._ended.wait()

    async def _health(self, _: web.Request) -> web.Response:
        return web.json_response({"service": self.service, "status": "ready"})

    async def _list(self, _: web.Request) -> web.Response:
        return web.json_response({"faults": [fault.to_json() for fault in self.waiting]})

    async def _add(self, request: web.Request) -> web.Response:
        try:
            fault = Fault.parse(await request.json())
        except ValueError as error:
            return _refused(str(error))
        self.waiting.append(fault)
        return web.json_response(fault.to_json(), status=201)

    async def _clear(self, request: web.Request) -> web.Response:
        self.waiting.clear()
        return await self._end_delays(request)

    async def _end_delays(self, _: web.Request) -> web.Response:
        self._ended.set()
        self._ended = asyncio.Event()
        return web.Response(status=204)

    async def _count(self, _: web.Request) -> web.Response:
        return web.json_response({"total": self.calls.total(), "byPath": dict(self.calls)})

    async def _reset(self, _: web.Request) -> web.Response:
        self.calls.clear()
        return web.Response(status=204)


class FaultMiddleware:
    """Counts each request and makes it fail if a fault is waiting for it."""

    # aiohttp calls middlewares as (request, handler) only when they carry this mark.
    __middleware_version__ = 1

    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith(ADMIN):
            return await request.match_info.handler(request)
        self._faults.calls[f"{request.method} {request.path}"] += 1
        try:
            fault = self._faults.take(request)
        except ValueError as error:
            return _refused(f"The header {HEADER} cannot be understood: {error}")
        if fault is None:
            return await handler(request)
        if fault.delay_ms:
            await self._faults.delay(fault.delay_ms / 1000)
        return await _suffer(fault, request, handler)


async def _suffer(fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
    if fault.cut == "before":
        if request.transport is not None:
            request.transport.abort()
        # Nobody reads this answer: the connection is gone.
        return web.Response(status=500)
    if fault.cut == "mid":
        cut_in_body(request)
    if fault.status is not None:
        return _failure(fault.status, fault.retry_after, dated=fault.retry_date)
    try:
        return await handler(request)
    except ConnectionResetError:
        if fault.cut is None:
            raise
        # The handler was still streaming when the cut came.
        return web.Response(status=500)


def _failure(status: int, retry_after: float | None, *, dated: bool) -> web.Response:
    """An error in the shapes the SDKs look for: `error.code` (most) and `code` (Cosmos DB)."""
    try:
        code = HTTPStatus(status).phrase.title().replace(" ", "")
    except ValueError:
        code = "Fault"
    message = "This failure was asked for through the emulator's faults API."
    body = {"error": {"code": code, "message": message}, "code": code, "message": message}
    headers = {}
    if retry_after is not None and dated:
        now = datetime.now(UTC)
        headers["Date"] = format_datetime(now, usegmt=True)
        headers["Retry-After"] = format_datetime(now + timedelta(seconds=retry_after), usegmt=True)
    elif retry_after is not None:
        headers["Retry-After"] = f"{retry_after:g}"
        headers["retry-after-ms"] = f"{retry_after * 1000:.0f}"
        headers["x-ms-retry-after-ms"] = f"{retry_after * 1000:.0f}"
    return web.json_response(body, status=status, headers=headers)


def _refused(message: str) -> web.Response:
    return web.json_response({"error": {"code": "BadFault", "message": message}}, status=400)


def _whole(document: dict[str, object], name: str, default: int, least: int) -> int:
    value = document.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ValueError(f'"{name}" is a whole number of at least {least}.')
    return value


def _seconds(value: object) -> float | None:
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
        raise ValueError('"retryAfter" is a number of seconds.')
    return float(value)
