"""Who may call what: nobody is asked (as with `func start`), or keys are (as in Azure).

Source: "HTTP trigger: authorization keys"; which refusal is a 401 and which a 403 is as recorded
from the real host.
"""

import hmac
from collections.abc import Iterable
from typing import Literal, Protocol

from aiohttp import web

from emulator.host.keys import FunctionScope, HostScope, KeyRing, SystemScope

type Level = Literal["anonymous", "function", "admin"]


class Access(Protocol):
    """Decides about a request before it is answered: the refusal, or None for one that may."""

    def to_function(
        self, request: web.Request, function: str, level: Level
    ) -> web.Response | None: ...

    def to_webhook(self, request: web.Request, extension: str) -> web.Response | None:
        """For the webhook of an extension; `extension` is the name of its system key."""
        ...

    def to_admin(self, request: web.Request) -> web.Response | None: ...


class OpenAccess:
    """Everybody may call everything."""

    def to_function(self, request: web.Request, function: str, level: Level) -> web.Response | None:
        return None

    def to_webhook(self, request: web.Request, extension: str) -> web.Response | None:
        return None

    def to_admin(self, request: web.Request) -> web.Response | None:
        return None


class KeyAccess:
    """Asks for the key in the header `x-functions-key` or, without it, in the query's `code`."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    def to_function(self, request: web.Request, function: str, level: Level) -> web.Response | None:
        if level == "anonymous":
            return None
        given = _key_of(request)
        if self._is_master(given):
            return None
        if level == "function":
            own = self._keys.of(FunctionScope(function)).values()
            if _among(given, own) or _among(given, self._keys.of(HostScope()).values()):
                return None
        return web.Response(status=401)

    def to_webhook(self, request: web.Request, extension: str) -> web.Response | None:
        given = _key_of(request)
        if self._is_master(given) or _among(given, [self._keys.system_key(extension)]):
            return None
        return self._refusal(given)

    def to_admin(self, request: web.Request) -> web.Response | None:
        given = _key_of(request)
        return None if self._is_master(given) else self._refusal(given)

    def _is_master(self, given: str) -> bool:
        return _among(given, [self._keys.master])

    def _refusal(self, given: str) -> web.Response:
        """403 for a key that is good elsewhere, 401 for none and for an unknown one."""
        for scope in (HostScope(), SystemScope()):
            if _among(given, self._keys.of(scope).values()):
                return web.Response(status=403)
        return web.Response(status=401, headers={"WWW-Authenticate": "Bearer"})


def _key_of(request: web.Request) -> str:
    header = request.headers.get("x-functions-key")
    if header is not None:
        return header
    query = (value for name, value in request.query.items() if name.lower() == "code")
    return next(query, "")


def _among(given: str, keys: Iterable[str]) -> bool:
    # In constant time, so that answers do not tell how much of a key was right.
    # Headers may hold bytes that are no UTF-8; aiohttp hands them over as lone surrogates.
    offered = given.encode(errors="surrogateescape")
    return any(hmac.compare_digest(offered, key.encode()) for key in keys)
