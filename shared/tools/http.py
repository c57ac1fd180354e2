"""The tool `http`: calls that the settings allow, to public addresses, without anything of ours."""

import asyncio
import json
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver

from shared.contracts.outside import Outside
from shared.contracts.wording import say
from shared.errors import NotAllowedError, RemoteBusyError, RemoteError
from shared.ports import Credentials, Listens, Secret, ToolAnswered, ToolInvocation, ToolRefused
from shared.retry_after import retry_after
from shared.tools.addresses import is_public
from shared.tools.http_answers import REDIRECTS, Answer, Unread, read_body
from shared.tools.http_rules import Denied, HttpCall, read_call, redirected
from shared.tools.http_streams import is_stream, read_stream
from shared.tools.keys import key_for, renewed

MAX_REDIRECTS = 3
KEY_REFUSED = 401
TOO_MANY = 429
MAY_PASS = frozenset({408, 500, 502, 503, 504})

type AddressInfo = tuple[int, int, int, str, tuple[Any, ...]]
"""As `socket.getaddrinfo` has it; the address comes first in the last part."""


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """`bytes` of one answer; `seconds` of a whole call with its redirects."""

    bytes: int = 65_536
    seconds: float = 15.0


class HttpTools:
    """`resolver` and `trust` stand in, in tests, for those of the machine."""

    def __init__(
        self,
        outside: Outside,
        credentials: Credentials,
        limits: HttpLimits = HttpLimits(),
        resolver: Callable[[], AbstractResolver] | None = None,
    ) -> None:
        self._outside = outside
        self._credentials = credentials
        self._limits = limits
        self._resolver = resolver

    async def call(self, invocation: ToolInvocation) -> ToolAnswered | ToolRefused:
        """Raises RemoteError, whose `sent` is true of a call that may have acted."""
        call = read_call(invocation.args, self._outside)
        if isinstance(call, Denied):
            return _refused(call, invocation)
        seconds = min(self._limits.seconds, invocation.contract.timeout_ms / 1000)
        try:
            async with asyncio.timeout(seconds):
                return await self._follow(call, invocation)
        except NotAllowedError as error:
            return _refused(Denied(error.message, error.values), invocation)
        except TimeoutError as error:
            raise RemoteError("http: no answer in time", sent=True) from error

    async def find(self, invocation: ToolInvocation) -> dict[str, object] | None:
        """Never asked: the contract has no query, as nobody knows of all hosts how they tell."""
        raise RemoteError("http: there is nothing to ask", sent=False)

    async def _follow(
        self, call: HttpCall, invocation: ToolInvocation
    ) -> ToolAnswered | ToolRefused:
        """A call that changes something is sent once: where it was sent on to is its answer."""
        for _ in range(1 + MAX_REDIRECTS):
            answer = await self._keyed(call, invocation)
            if isinstance(answer, Denied):
                return _refused(answer, invocation)
            if answer.location is None or not call.reads:
                return _outcome(answer, call, invocation)
            further = redirected(call, answer.location, self._outside)
            if isinstance(further, Denied):
                return _refused(further, invocation)
            call = further
        return _refused(Denied("http_too_many_redirects", {"limit": MAX_REDIRECTS}), invocation)

    async def _keyed(self, call: HttpCall, invocation: ToolInvocation) -> Answer | Denied:
        """With the key that the call's rule asks for. Each address that a call is sent on to has
        its own rule, so a key goes nowhere else; one that is refused may have been rotated."""
        if call.credential is None:
            return await self._exchange(call, None, invocation)
        key = await key_for(call.credential, str(call.url), invocation.scope, self._credentials)
        answer = await self._exchange(call, key, invocation)
        if isinstance(answer, Denied) or answer.status != KEY_REFUSED:
            return answer
        fresh = await renewed(key, self._credentials)
        return answer if fresh is None else await self._exchange(call, fresh, invocation)

    async def _exchange(
        self, call: HttpCall, key: Secret | None, invocation: ToolInvocation
    ) -> Answer | Denied:
        """One request over a connection of its own: nothing is left of it for the next."""
        gate = _Gate(call.private)
        connector = aiohttp.TCPConnector(
            resolver=self._resolver() if self._resolver else None,
            socket_factory=gate.open,
            use_dns_cache=False,
            force_close=True,
        )
        try:
            async with (
                aiohttp.ClientSession(
                    connector=connector,
                    cookie_jar=aiohttp.DummyCookieJar(),
                    auto_decompress=False,
                    trust_env=False,
                    skip_auto_headers=("User-Agent", "Content-Type"),
                ) as session,
                session.request(
                    call.method,
                    call.url,
                    headers=_headers(call, key, invocation),
                    data=_body(call),
                    allow_redirects=False,
                ) as response,
            ):
                return await _answer(response, self._limits.bytes, invocation.listens)
        except aiohttp.ClientConnectorError as error:
            if gate.refused:
                return Denied("http_address_not_allowed", {"name": call.url.raw_host})
            raise RemoteError("http: the host cannot be reached", sent=False) from error
        except aiohttp.InvalidURL as error:
            raise RemoteError("http: no address to call", sent=False) from error
        except (aiohttp.ClientError, OSError) as error:
            raise RemoteError(f"http: {type(error).__name__}", sent=True) from error


class _Gate:
    """Makes the sockets of one request: the address that is checked is the one that is connected
    to, whatever a name meant before or means next."""

    def __init__(self, private: bool) -> None:
        self._private = private
        self.refused = False

    def open(self, info: AddressInfo) -> socket.socket:
        family, kind, protocol, _, where = info
        if not self._private and not is_public(str(where[0])):
            self.refused = True
            raise PermissionError("no public address")
        return socket.socket(family, kind, protocol)


async def _answer(response: aiohttp.ClientResponse, limit: int, listens: Listens | None) -> Answer:
    return Answer(
        status=response.status,
        content_type=response.content_type if "Content-Type" in response.headers else "",
        body=(
            await read_stream(response, limit, listens)
            if listens is not None and is_stream(response)
            else await read_body(response, limit)
        ),
        location=response.headers.get("Location") if response.status in REDIRECTS else None,
        wait=retry_after(response.headers),
    )


def _outcome(
    answer: Answer, call: HttpCall, invocation: ToolInvocation
) -> ToolAnswered | ToolRefused:
    if invocation.any_status:
        return ToolAnswered(answer.result)
    if answer.status == TOO_MANY:
        raise RemoteBusyError("http: 429", retry_after=answer.wait)
    if answer.status in MAY_PASS:
        raise RemoteError(f"http: {answer.status}", sent=True, retry_after=answer.wait)
    if answer.status >= 400:
        values = {"status": answer.status, "detail": answer.detail}
        return ToolRefused(answer.status, say("http_status", invocation.language, **values).strip())
    match answer.body:
        case Unread(key, value) if call.reads:
            # What was asked for cannot be told. What was done was done, and is told without it.
            said = say(key, invocation.language, limit=value, name=value)
            return ToolRefused(answer.status, said)
        case _:
            return ToolAnswered(answer.result)


def _headers(call: HttpCall, key: Secret | None, invocation: ToolInvocation) -> dict[str, str]:
    headers = {
        "accept": _accepted(invocation),
        **({"content-type": _content_type(call.body)} if call.body is not None else {}),
        **call.headers,
        "accept-encoding": "identity",
    }
    if invocation.key and not call.reads:
        headers["idempotency-key"] = invocation.key
    if key is not None and call.key_header == "bearer":
        headers["authorization"] = f"Bearer {key.value}"
    elif key is not None:
        headers["api-key"] = key.value
    return headers


def _accepted(invocation: ToolInvocation) -> str:
    if invocation.listens is None:
        return "application/json, text/*;q=0.9"
    return "text/event-stream, application/x-ndjson, application/json;q=0.9, text/*;q=0.8"


def _content_type(body: object) -> str:
    return "text/plain; charset=utf-8" if isinstance(body, str) else "application/json"


def _body(call: HttpCall) -> bytes | None:
    if call.body is None:
        return None
    text = call.body if isinstance(call.body, str) else json.dumps(call.body, ensure_ascii=False)
    return text.encode()


def _refused(denied: Denied, invocation: ToolInvocation) -> ToolRefused:
    return ToolRefused(403, say(denied.key, invocation.language, **denied.values))
