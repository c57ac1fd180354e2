"""Key Vault's secrets over HTTP: the challenge first, then what azure-keyvault-secrets calls."""

import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from aiohttp import web
from aiohttp.typedefs import Handler

from emulator.services.configuration import as_object
from emulator.services.serving import ServiceContext, bearer_token
from emulator.services.tokens import SigningKeys, TokenRejected

from .store import NameIsDeleted, Properties, SecretStore, Version
from .wire import VaultError, bundle, changed, deletion, item, not_found

RESOURCE = "https://vault.azure.net"
PAGE_SIZE = 25

_NAME = re.compile(r"[0-9A-Za-z-]{1,127}")
_NO_TENANT = "00000000-0000-4000-8000-000000000000"


def create_app(context: ServiceContext) -> web.Application:
    """Config: `secrets` {name: value} to begin with, `tenantId` named in the challenge."""
    seeds = as_object(context.config.get("secrets", {}), 'keyvault: "secrets"')
    store = SecretStore(context.data / "secrets.sqlite")
    store.seed({name: str(value) for name, value in seeds.items()})
    tenant = str(context.config.get("tenantId", _NO_TENANT))
    vault = _Vault(store)
    app = web.Application(middlewares=[_errors, _Challenge(context.keys, tenant)])
    app.add_routes(
        [
            web.get("/secrets", vault.list_secrets),
            web.put("/secrets/{name}", vault.set_secret),
            web.get("/secrets/{name}", vault.get_secret),
            web.get("/secrets/{name}/versions", vault.list_versions),
            # The SDK asks for the latest version with an empty one: /secrets/name/
            web.get("/secrets/{name}/{version:[^/]*}", vault.get_secret),
            web.patch("/secrets/{name}/{version:[^/]*}", vault.update_secret),
            web.delete("/secrets/{name}", vault.delete_secret),
            web.get("/deletedsecrets", vault.list_deleted),
            web.get("/deletedsecrets/{name}", vault.get_deleted),
            web.delete("/deletedsecrets/{name}", vault.purge),
            web.post("/deletedsecrets/{name}/recover", vault.recover),
        ]
    )

    async def close_at_the_end(_: web.Application) -> AsyncIterator[None]:
        yield
        store.close()

    app.cleanup_ctx.append(close_at_the_end)
    return app


class _Challenge:
    """Answers 401 with the vault's challenge until the request has a token for the vault."""

    # aiohttp calls middlewares as (request, handler) only when they carry this mark.
    __middleware_version__ = 1

    def __init__(self, keys: SigningKeys, tenant: str) -> None:
        self._keys = keys
        self._header = (
            f'Bearer authorization="https://login.microsoftonline.com/{tenant}", '
            f'resource="{RESOURCE}"'
        )

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            self._keys.verify(bearer_token(request), RESOURCE)
        except TokenRejected as rejected:
            response = VaultError(401, "Unauthorized", rejected.reason).response()
            response.headers["WWW-Authenticate"] = self._header
            return response
        return await handler(request)


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except VaultError as error:
        return error.response()


@dataclass(frozen=True, slots=True)
class _Vault:
    store: SecretStore

    async def set_secret(self, request: web.Request) -> web.Response:
        name = _name(request)
        body = await _body(request)
        if not isinstance(body, dict) or "value" not in body:
            raise VaultError(400, "BadParameter", 'The secret needs a "value".')
        try:
            made = self.store.set(name, changed(Properties(value=""), body))
        except NameIsDeleted:
            message = f"Secret {name} is currently in a deleted but recoverable state."
            raise VaultError(409, "Conflict", message, "ObjectIsDeletedButRecoverable") from None
        return web.json_response(bundle(made, _url(request)))

    async def get_secret(self, request: web.Request) -> web.Response:
        found = self.store.get(_name(request), _version(request))
        if found is None:
            raise not_found(_name(request))
        if not found.properties.enabled:
            message = "Operation get is not allowed on a disabled secret."
            raise VaultError(403, "Forbidden", message, "SecretDisabled")
        return web.json_response(bundle(found, _url(request)))

    async def update_secret(self, request: web.Request) -> web.Response:
        name, version = _name(request), _version(request)
        found = self.store.get(name, version)
        if found is None:
            raise not_found(name)
        updated = changed(found.properties, await _body(request))
        # A value is never changed in place: that is what versions are for.
        kept = replace(updated, value=found.properties.value)
        found = self.store.replace(found, kept)
        return web.json_response(item(found, _url(request), with_version=True))

    async def list_secrets(self, request: web.Request) -> web.Response:
        return _page(
            request,
            lambda after, limit: self.store.names(after, limit, deleted=False),
            lambda found: item(found, _url(request), with_version=False),
            lambda found: found.name,
        )

    async def list_versions(self, request: web.Request) -> web.Response:
        name = _name(request)
        return _page(
            request,
            lambda after, limit: self.store.versions(name, after, limit),
            lambda found: item(found, _url(request), with_version=True),
            lambda found: found.version,
        )

    async def list_deleted(self, request: web.Request) -> web.Response:
        return _page(
            request,
            lambda after, limit: self.store.names(after, limit, deleted=True),
            lambda found: (
                item(found, _url(request), with_version=False) | self._deletion(found, request)
            ),
            lambda found: found.name,
        )

    async def delete_secret(self, request: web.Request) -> web.Response:
        found = self.store.delete(_name(request))
        if found is None:
            raise not_found(_name(request))
        return web.json_response(bundle(found, _url(request)) | self._deletion(found, request))

    async def get_deleted(self, request: web.Request) -> web.Response:
        found = self.store.deleted(_name(request))
        if found is None:
            raise not_found(_name(request))
        return web.json_response(bundle(found, _url(request)) | self._deletion(found, request))

    async def purge(self, request: web.Request) -> web.Response:
        if not self.store.purge(_name(request)):
            raise not_found(_name(request))
        return web.Response(status=204)

    async def recover(self, request: web.Request) -> web.Response:
        found = self.store.recover(_name(request))
        if found is None:
            raise not_found(_name(request))
        return web.json_response(bundle(found, _url(request)))

    def _deletion(self, found: Version, request: web.Request) -> dict[str, object]:
        return deletion(found.name, _url(request), self.store.deleted_at(found.name) or 0)


def _page(
    request: web.Request,
    fetch: Callable[[str, int], Sequence[Version]],
    shape: Callable[[Version], Mapping[str, object]],
    mark: Callable[[Version], str],
) -> web.Response:
    """One page of a list; `nextLink` carries the mark of its last entry, None at the end."""
    try:
        size = min(int(request.query.get("maxresults", PAGE_SIZE)), PAGE_SIZE)
    except ValueError:
        size = 0
    if size < 1:
        raise VaultError(400, "BadParameter", f"maxresults is a number from 1 to {PAGE_SIZE}.")
    found = fetch(request.query.get("$skiptoken", ""), size + 1)
    next_link = None
    if len(found) > size:
        found = found[:size]
        query = dict(request.query) | {"$skiptoken": mark(found[-1]), "maxresults": str(size)}
        next_link = f"{_url(request)}{request.path}?{urlencode(query)}"
    return web.json_response({"value": [shape(one) for one in found], "nextLink": next_link})


async def _body(request: web.Request) -> object:
    try:
        document: object = await request.json()
    except ValueError:
        raise VaultError(400, "BadParameter", "The request body is not JSON.") from None
    return document


def _name(request: web.Request) -> str:
    name = request.match_info["name"]
    if _NAME.fullmatch(name) is None:
        message = f"{name!r} is no secret's name: 1 to 127 letters, digits and hyphens."
        raise VaultError(400, "BadParameter", message)
    return name


def _version(request: web.Request) -> str | None:
    return request.match_info.get("version") or None


def _url(request: web.Request) -> str:
    """As the caller reached us, so that the ids point to the vault it knows."""
    return f"https://{request.host}"
