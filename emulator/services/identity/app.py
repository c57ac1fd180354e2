"""The identity service: an issuer like Entra ID over TLS, managed identity over plain http."""

import hmac
import socket
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Handler

from emulator.services.serving import DRAIN_SECONDS, ServiceContext
from emulator.services.tokens import LIFETIME, SigningKeys, resource_of

from .claims import USER_SCOPE, application_claims, issuer_of, user_claims
from .directory import Directory, User, read_directory
from .secret import MSI_PATH, identity_header

ANY_TENANT = ("common", "organizations")

HTTP_PORT = web.AppKey("http_port", list[int])
"""The port of the managed-identity endpoint, once it listens: one number."""

type _CleanupContext = Callable[[web.Application], AbstractAsyncContextManager[None]]

_SIGN_IN_SCOPES = frozenset({"openid", "profile", "email", "offline_access"})


class Refused(Exception):  # noqa: N818 (an answer of OAuth 2.0, not a fault)
    """An OAuth error answer (RFC 6749, section 5.2); `description` is shown to the developer."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


def create_app(context: ServiceContext) -> web.Application:
    """Config: `httpPort`, `audience`, `users`, `managedIdentity`, `clients`, `identityHeader`."""
    issuer = _Issuer(
        keys=context.keys,
        directory=read_directory(context.config, context.config_dir),
        url=context.url,
        audience=str(context.config.get("audience", "api://app")),
        header=identity_header(context.config, context.data.parent),
    )
    app = web.Application(middlewares=[_oauth_errors])
    app.add_routes(
        [
            web.get("/{tenant}/v2.0/.well-known/openid-configuration", issuer.metadata),
            web.get("/{tenant}/discovery/v2.0/keys", issuer.key_set),
            web.post("/{tenant}/oauth2/v2.0/token", issuer.token),
            web.post("/_emulator/token", issuer.token_for_developer),
        ]
    )
    app[HTTP_PORT] = []
    app.cleanup_ctx.append(_plain_http(issuer, int(str(context.config.get("httpPort", 0)))))
    return app


@dataclass(frozen=True, slots=True)
class _Issuer:
    keys: SigningKeys
    directory: Directory
    url: str
    audience: str
    header: str

    async def managed_identity(self, request: web.Request) -> web.Response:
        """App Service's token endpoint, api-version 2019-08-01.

        Source: https://learn.microsoft.com/azure/app-service/overview-managed-identity
        """
        given = request.headers.get("X-IDENTITY-HEADER", "")
        if not hmac.compare_digest(given.encode(), self.header.encode()):
            return _msi_refused(401, "The header X-IDENTITY-HEADER is missing or wrong.")
        resource = request.query.get("resource")
        if not resource:
            return _msi_refused(400, "The query parameter 'resource' is missing.")
        identity = self.directory.managed_identity
        asked = request.query.get("client_id", identity.client_id)
        if asked != identity.client_id:
            return _msi_refused(400, f"No managed identity has the client id {asked}.")
        claims = application_claims(identity, self.url, resource_of(resource))
        expires_on = int(time.time()) + LIFETIME
        return web.json_response(
            {
                "access_token": self.keys.sign({**claims, "exp": expires_on}),
                "expires_on": str(expires_on),
                "resource": resource,
                "token_type": "Bearer",
                "client_id": identity.client_id,
            }
        )

    async def metadata(self, request: web.Request) -> web.Response:
        tenant = self._tenant(request)
        base = f"{self.url}/{tenant}"
        return web.json_response(
            {
                "issuer": issuer_of(self.url, tenant),
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "jwks_uri": f"{base}/discovery/v2.0/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
                "response_types_supported": ["token"],
                "subject_types_supported": ["pairwise"],
            }
        )

    async def key_set(self, request: web.Request) -> web.Response:
        self._tenant(request)
        return web.json_response(self.keys.jwks())

    async def token(self, request: web.Request) -> web.Response:
        tenant = self._tenant(request)
        form = {name: str(value) for name, value in (await request.post()).items()}
        match form.get("grant_type"):
            case "client_credentials":
                return self._for_client(tenant, form)
            case "password":
                return self._for_user(tenant, form)
            case other:
                raise Refused(
                    "unsupported_grant_type",
                    f"grant_type is {other!r}; use 'client_credentials' or 'password'.",
                )

    async def token_for_developer(self, request: web.Request) -> web.Response:
        """A token without a password: `{"user": name, "audience"?: uri}`."""
        try:
            body = await request.json()
        except ValueError:
            body = None
        if not isinstance(body, dict) or not isinstance(body.get("user"), str):
            return _oauth_error("invalid_request", 'Send JSON such as {"user": "name"}.')
        user = self.directory.user(body["user"])
        if user is None:
            known = ", ".join(user.name for user in self.directory.users) or "none"
            return _oauth_error(
                "invalid_grant", f"There is no user {body['user']!r}; the users are: {known}."
            )
        audience = resource_of(str(body.get("audience", self.audience)))
        return self._answer(user_claims(user, self.url, audience, USER_SCOPE))

    def _for_client(self, tenant: str, form: Mapping[str, str]) -> web.Response:
        client = self.directory.client(form.get("client_id", ""))
        if client is None or tenant not in (*ANY_TENANT, client.tenant_id):
            raise Refused(
                "unauthorized_client",
                f"No client {form.get('client_id')!r} in this tenant; "
                'add it to "clients" in the identity section of the config.',
            )
        secret = form.get("client_secret", "")
        if client.secret is None or not hmac.compare_digest(
            secret.encode(), client.secret.encode()
        ):
            raise Refused("invalid_client", "The client secret is missing or wrong.")
        scope = form.get("scope", "")
        if not scope.endswith("/.default"):
            raise Refused("invalid_scope", "The scope of client_credentials ends in '/.default'.")
        return self._answer(application_claims(client, self.url, resource_of(scope)))

    def _for_user(self, tenant: str, form: Mapping[str, str]) -> web.Response:
        user = self.directory.user(form.get("username", ""))
        if user is None or tenant not in (*ANY_TENANT, user.tenant_id):
            raise Refused("invalid_grant", "There is no such user in this tenant.")
        if not _password_fits(user, form.get("password", "")):
            raise Refused("invalid_grant", "The password is missing or wrong.")
        audience, scope = self._audience_and_scope(form.get("scope", ""))
        return self._answer(user_claims(user, self.url, audience, scope))

    def _audience_and_scope(self, scope: str) -> tuple[str, str]:
        """`api://app/access_as_user` is the resource `api://app` and the scope behind it."""
        wanted = [one for one in scope.split() if one not in _SIGN_IN_SCOPES]
        if not wanted:
            return self.audience, USER_SCOPE
        resource, _, permission = wanted[0].rpartition("/")
        if not resource or resource.endswith("/"):
            raise Refused("invalid_scope", f"{wanted[0]!r} is not <resource>/<permission>.")
        return resource, USER_SCOPE if permission == ".default" else permission

    def _answer(self, claims: Mapping[str, object]) -> web.Response:
        return web.json_response(
            {
                "token_type": "Bearer",
                "expires_in": LIFETIME,
                "ext_expires_in": LIFETIME,
                "access_token": self.keys.sign(claims),
            }
        )

    def _tenant(self, request: web.Request) -> str:
        tenant = request.match_info["tenant"]
        known = self.directory.tenants()
        if tenant in known or tenant in ANY_TENANT:
            return tenant
        raise Refused(
            "invalid_tenant",
            f"There is no tenant {tenant!r}; the tenants are: {', '.join(sorted(known))}.",
        )


def _password_fits(user: User, given: str) -> bool:
    if user.password is None:
        return given != ""
    return hmac.compare_digest(given.encode(), user.password.encode())


@web.middleware
async def _oauth_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Refused as refused:
        return _oauth_error(refused.error, refused.description)


def _oauth_error(error: str, description: str) -> web.Response:
    status = 401 if error == "invalid_client" else 400
    return web.json_response({"error": error, "error_description": description}, status=status)


def _msi_refused(status: int, message: str) -> web.Response:
    return web.json_response({"statusCode": status, "message": message}, status=status)


def _plain_http(issuer: _Issuer, port: int) -> _CleanupContext:
    """Serves the managed-identity endpoint beside the app: the SDKs ask for it over http."""

    @asynccontextmanager
    async def serve(app: web.Application) -> AsyncIterator[None]:
        plain = web.Application()
        plain.router.add_get(MSI_PATH, issuer.managed_identity)
        runner = web.AppRunner(plain, access_log=None, shutdown_timeout=DRAIN_SECONDS)
        await runner.setup()
        listener = socket.create_server(("127.0.0.1", port))
        app[HTTP_PORT].append(listener.getsockname()[1])
        await web.SockSite(runner, listener).start()
        yield
        await runner.cleanup()

    return serve
