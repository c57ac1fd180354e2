"""The key management API below /admin: list, read, make, set and delete keys.

Source: "Key management API" of the Functions host's wiki; answers are as recorded from the host.
"""

import json
from collections.abc import Mapping, Sequence

from aiohttp import web

from emulator.host.durable.codec import compact
from emulator.host.keys import FunctionScope, HostScope, KeyRing, Scope, SystemScope
from emulator.host.request_body import whole_body_of

_MASTER = "_master"
_HOST_LISTS: Mapping[str, Scope] = {
    "keys": HostScope(),
    "functionkeys": HostScope(),
    "systemkeys": SystemScope(),
}


def key_scope(path: Sequence[str]) -> Scope | None:
    """Whose keys a path is about, None when it is about none.

    `path` is what follows `admin`: `functions/f/keys[/name]`, `host/keys[/name]`,
    `host/functionkeys[/name]`, `host/systemkeys[/name]`.
    """
    match [part.lower() for part in path]:
        case ["functions", _, "keys"] | ["functions", _, "keys", _]:
            return FunctionScope(path[1])
        case ["host", kind] | ["host", kind, _]:
            return _HOST_LISTS.get(kind)
    return None


async def answer_keys(request: web.Request, keys: KeyRing, scope: Scope) -> web.Response:
    """Answer a request about the keys of `scope`, which exists and whose caller may ask."""
    last = request.path.rstrip("/").rsplit("/", 1)[1]
    named = None if last.lower() in _HOST_LISTS else last
    match request.method, named:
        case "GET", None:
            entries = [{"name": name, "value": value} for name, value in keys.of(scope).items()]
            return _linked(request, 200, {"keys": entries})
        case "GET", str(name):
            value = _found(keys, scope, name)
            return web.Response(status=404) if value is None else _one(request, 200, name, value)
        case "POST", str(name):
            return _put(request, keys, scope, name, None)
        case "PUT", str(name):
            return await _put_given(request, keys, scope)
        case "DELETE", str(name):
            return _removed(keys, scope, name)
    return web.Response(status=404)


def _found(keys: KeyRing, scope: Scope, name: str) -> str | None:
    if isinstance(scope, HostScope) and name.lower() == _MASTER:
        return keys.master
    return keys.of(scope).get(name)


async def _put_given(request: web.Request, keys: KeyRing, scope: Scope) -> web.Response:
    try:
        document = json.loads(await whole_body_of(request))
    except ValueError:
        return web.Response(status=400)
    match document:
        case {"name": str(name), "value": str(value)} if name and value:
            return _put(request, keys, scope, name, value)
        case {"name": str(name)} if name:
            return _put(request, keys, scope, name, None)
    return web.Response(status=400)


def _put(
    request: web.Request, keys: KeyRing, scope: Scope, name: str, value: str | None
) -> web.Response:
    if isinstance(scope, HostScope) and name.lower() == _MASTER:
        return _one(request, 200, name, keys.put_master(value))
    keys.of(scope)  # a function gets its default key first
    set_to, change = keys.put(scope, name, value)
    return _one(request, 201 if change == "created" else 200, name, set_to)


def _removed(keys: KeyRing, scope: Scope, name: str) -> web.Response:
    if isinstance(scope, HostScope) and name.lower() == _MASTER:
        return web.Response(status=400)
    keys.of(scope)
    return web.Response(status=204 if keys.remove(scope, name) else 404)


def _one(request: web.Request, status: int, name: str, value: str) -> web.Response:
    response = _linked(request, status, {"name": name, "value": value})
    if status == 201:
        response.headers["Location"] = _address(request)
    return response


def _linked(request: web.Request, status: int, document: dict[str, object]) -> web.Response:
    document["links"] = [{"rel": "self", "href": _address(request)}]
    return web.json_response(document, status=status, dumps=compact)


def _address(request: web.Request) -> str:
    return f"{request.scheme}://{request.host}{request.rel_url.raw_path}"
