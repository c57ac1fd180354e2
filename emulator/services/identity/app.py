"""The identity service: an issuer like Entra ID over TLS; managed identity over plain http, where
browsers sign in as well."""

import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from emulator.services.configuration import ConfigurationError
from emulator.services.plain_http import HTTP_PORT as HTTP_PORT
from emulator.services.plain_http import serve_plain_http
from emulator.services.serving import ServiceContext
from emulator.services.tokens import LIFETIME, resource_of

from .claims import USER_SCOPE, application_claims, user_claims
from .cross_origin import answer_preflight, cross_origin
from .directory import User, read_directory
from .grants import Codes, SignedNotes
from .issuing import ANY_TENANT, Issuer
from .refusals import Refused, oauth_error, oauth_errors
from .secret import MSI_PATH, identity_header
from .sign_in import SignIn

# Entra ID's own for a single-page application.
_TOKEN_SECONDS = 3600
_CODE_SECONDS = 600
_REFRESH_SECONDS = 24 * 3600


def create_app(context: ServiceContext) -> web.Application:
    """Config: `httpPort`, `audience`, `users`, `managedIdentity`, `clients`, `identityHeader`,
    `tokenSeconds`, `codeSeconds`, `refreshSeconds`."""
    issuer = Issuer(
        keys=context.keys,
        directory=read_directory(context.config, context.config_dir),
        url=context.url,
        audience=str(context.config.get("audience", "api://app")),
    )
    config = context.config
    sign_in = SignIn(
        issuer=issuer,
        codes=Codes(_seconds(config, "codeSeconds", _CODE_SECONDS)),
        notes=SignedNotes(context.keys, _seconds(config, "refreshSeconds", _REFRESH_SECONDS)),
        lifetime=_seconds(config, "tokenSeconds", _TOKEN_SECONDS),
    )
    header = identity_header(config, context.data.parent)

    def plain(url: str) -> web.Application:
        app = _issuer_app(_Endpoints(issuer, sign_in, url))
        app.router.add_get(MSI_PATH, _ManagedIdentity(issuer, header).token)
        return app

    endpoints = _Endpoints(issuer, sign_in, context.url)
    app = _issuer_app(endpoints)
    app.router.add_post("/_emulator/token", endpoints.token_for_developer)
    serve_plain_http(app, plain, int(str(config.get("httpPort", 0))))
    return app


def _seconds(config: Mapping[str, object], name: str, default: int) -> int:
    value = config.get(name, default)
    if not isinstance(value, int) or value < 0:
        raise ConfigurationError(f'"{name}" of the identity service is a number of seconds.')
    return value


def _issuer_app(endpoints: "_Endpoints") -> web.Application:
    app = web.Application(middlewares=[cross_origin, oauth_errors])
    authorize = "/{tenant}/oauth2/v2.0/authorize"
    app.add_routes(
        [
            web.get("/{tenant}/v2.0/.well-known/openid-configuration", endpoints.metadata),
            web.get("/{tenant}/discovery/v2.0/keys", endpoints.key_set),
            web.post("/{tenant}/oauth2/v2.0/token", endpoints.token),
            web.options("/{tenant}/oauth2/v2.0/token", answer_preflight),
            web.get(authorize, endpoints.sign_in.authorize),
            web.post(authorize, endpoints.sign_in.authorize),
            web.get("/{tenant}/oauth2/v2.0/logout", endpoints.sign_in.logout),
        ]
    )
    return app


@dataclass(frozen=True, slots=True)
class _ManagedIdentity:
    """App Service's token endpoint, api-version 2019-08-01.

    Source: https://learn.microsoft.com/azure/app-service/overview-managed-identity
    """

    issuer: Issuer
    header: str

    async def token(self, request: web.Request) -> web.Response:
        given = request.headers.get("X-IDENTITY-HEADER", "")
        if not hmac.compare_digest(given.encode(), self.header.encode()):
            return _msi_refused(401, "The header X-IDENTITY-HEADER is missing or wrong.")
        resource = request.query.get("resource")
        if not resource:
            return _msi_refused(400, "The query parameter 'resource' is missing.")
        identity = self.issuer.directory.managed_identity
        asked = request.query.get("client_id", identity.client_id)
        if asked != identity.client_id:
            return _msi_refused(400, f"No managed identity has the client id {asked}.")
        claims = application_claims(identity, self.issuer.url, resource_of(resource))
        expires_on = int(time.time()) + LIFETIME
        return web.json_response(
            {
                "access_token": self.issuer.keys.sign({**claims, "exp": expires_on}),
                "expires_on": str(expires_on),
                "resource": resource,
                "token_type": "Bearer",
                "client_id": identity.client_id,
            }
        )


@dataclass(frozen=True, slots=True)
class _Endpoints:
    """`served_at` is their URL; tokens name the issuer's, wherever they were got."""

    issuer: Issuer
    sign_in: SignIn
    served_at: str

    async def metadata(self, request: web.Request) -> web.Response:
        tenant = self.issuer.tenant_of(request)
        return web.json_response(self.issuer.metadata(tenant, self.served_at))

    async def key_set(self, request: web.Request) -> web.Response:
        self.issuer.tenant_of(request)
        return web.json_response(self.issuer.keys.jwks())

    async def token(self, request: web.Request) -> web.Response:
        tenant = self.issuer.tenant_of(request)
        form = {name: str(value) for name, value in (await request.post()).items()}
        match form.get("grant_type"):
            case "authorization_code":
                return self.sign_in.redeem_code(request, tenant, form)
            case "refresh_token":
                return self.sign_in.renew(request, tenant, form)
            case "client_credentials" | "password" if "Origin" in request.headers:
                raise Refused(
                    "invalid_request",
                    9002326,
                    "A browser gets tokens for single-page applications only, by a code.",
                )
            case "client_credentials":
                return self._for_client(tenant, form)
            case "password":
                return self._for_user(tenant, form)
            case other:
                raise Refused(
                    "unsupported_grant_type",
                    70003,
                    f"grant_type is {other!r}; use 'authorization_code', 'refresh_token', "
                    "'client_credentials' or 'password'.",
                )

    async def token_for_developer(self, request: web.Request) -> web.Response:
        """A token without a password: `{"user": name, "audience"?: uri}`."""
        try:
            body = await request.json()
        except ValueError:
            body = None
        if not isinstance(body, dict) or not isinstance(body.get("user"), str):
            return oauth_error("invalid_request", 'Send JSON such as {"user": "name"}.')
        user = self.issuer.directory.user(body["user"])
        if user is None:
            known = ", ".join(user.name for user in self.issuer.directory.users) or "none"
            return oauth_error(
                "invalid_grant", f"There is no user {body['user']!r}; the users are: {known}."
            )
        audience = resource_of(str(body.get("audience", self.issuer.audience)))
        return self.issuer.answer(user_claims(user, self.issuer.url, audience, USER_SCOPE))

    def _for_client(self, tenant: str, form: Mapping[str, str]) -> web.Response:
        client = self.issuer.directory.client(form.get("client_id", ""))
        if client is None or tenant not in (*ANY_TENANT, client.tenant_id):
            raise Refused(
                "unauthorized_client",
                700016,
                f"No client {form.get('client_id')!r} in this tenant; "
                'add it to "clients" in the identity section of the config.',
            )
        secret = form.get("client_secret", "")
        if client.secret is None or not hmac.compare_digest(
            secret.encode(), client.secret.encode()
        ):
            raise Refused("invalid_client", 7000215, "The client secret is missing or wrong.")
        scope = form.get("scope", "")
        if not scope.endswith("/.default"):
            raise Refused(
                "invalid_scope", 1002012, "The scope of client_credentials ends in '/.default'."
            )
        claims = application_claims(client, self.issuer.url, resource_of(scope))
        return self.issuer.answer(claims)

    def _for_user(self, tenant: str, form: Mapping[str, str]) -> web.Response:
        user = self.issuer.directory.user(form.get("username", ""))
        if user is None or tenant not in (*ANY_TENANT, user.tenant_id):
            raise Refused("invalid_grant", 50034, "There is no such user in this tenant.")
        if not _password_fits(user, form.get("password", "")):
            raise Refused("invalid_grant", 50126, "The password is missing or wrong.")
        audience, scope = self.issuer.audience_and_scope(form.get("scope", ""))
        return self.issuer.answer(user_claims(user, self.issuer.url, audience, scope))


def _password_fits(user: User, given: str) -> bool:
    if user.password is None:
        return given != ""
    return hmac.compare_digest(given.encode(), user.password.encode())


def _msi_refused(status: int, message: str) -> web.Response:
    return web.json_response({"statusCode": status, "message": message}, status=status)
