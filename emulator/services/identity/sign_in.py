"""People in a browser: authorization code with PKCE, a session, renewal, signing out.

Sources: RFC 6749, RFC 7636, OpenID Connect Core 1.0, RP-Initiated Logout 1.0, and
https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
"""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import web

from .authorize_request import (
    AuthorizeRequest,
    RefusedToApplication,
    ReplyAddress,
    client_of,
    read_authorize_request,
)
from .claims import id_claims, user_claims
from .directory import User
from .grants import Codes, Grant, SignedNotes
from .issuing import ANY_TENANT, SIGN_IN_SCOPES, Issuer
from .page_words import PageWords, words_for
from .pages import choice_page, refusal_page, signed_out_page
from .refusals import Refused

_COOKIE = "session"


@dataclass(frozen=True, slots=True)
class SignIn:
    """`lifetime` of access and id tokens in seconds."""

    issuer: Issuer
    codes: Codes
    notes: SignedNotes
    lifetime: int

    async def authorize(self, request: web.Request) -> web.Response:
        """GET asks who it is, unless the browser is known; POST is a person's choice."""
        words = _words(request)
        try:
            tenant = self.issuer.tenant_of(request)
            asked = read_authorize_request(tenant, request.query, self.issuer.directory)
            if request.method == "POST":
                return await self._chosen(request, tenant, asked)
            return self._asked(request, tenant, asked, words)
        except Refused as refused:
            return refusal_page(refused.description, words)
        except RefusedToApplication as refused:
            return _redirect(refused.address)

    def _asked(
        self, request: web.Request, tenant: str, asked: AuthorizeRequest, words: PageWords
    ) -> web.Response:
        user = self._known(request, tenant, asked.login_hint)
        if asked.prompt in ("", "none") and user is not None:
            return self._admitted(request, user, asked)
        if asked.prompt == "none":
            refused = Refused("login_required", 50058, "Nobody is signed in in this browser.")
            return _redirect(asked.reply.with_refusal(refused))
        name = asked.client.name or asked.client.client_id
        users = self.issuer.users_of(tenant)
        return choice_page(users, name, asked.reply.uri, asked.login_hint, words)

    def _known(self, request: web.Request, tenant: str, hint: str) -> User | None:
        """The session's user, if that is somebody who can be meant."""
        name = self.notes.user_of_session(request.cookies.get(_cookie(request), ""))
        user = self.issuer.directory.user(name) if name is not None else None
        if user is None or tenant not in (*ANY_TENANT, user.tenant_id):
            return None
        meant = not hint or hint.casefold() in (user.name.casefold(), user.email.casefold())
        return user if meant else None

    async def _chosen(
        self, request: web.Request, tenant: str, asked: AuthorizeRequest
    ) -> web.Response:
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != request.host:
            raise Refused("invalid_request", 90023, f"The form was sent by another site, {origin}.")
        form = await request.post()
        if "cancel" in form:
            refused = Refused("access_denied", 65004, "The user cancelled the sign-in.")
            return _redirect(asked.reply.with_refusal(refused))
        user = self.issuer.directory.user(str(form.get("user", "")))
        if user is None or tenant not in (*ANY_TENANT, user.tenant_id):
            raise Refused("invalid_request", 50034, "There is no such user in this tenant.")
        answer = self._admitted(request, user, asked)
        # Only http on this machine: a cookie with Secure would be lost in some browsers.
        answer.set_cookie(
            _cookie(request), self.notes.session(user.name), httponly=True, samesite="Lax"
        )
        return answer

    def _admitted(self, request: web.Request, user: User, asked: AuthorizeRequest) -> web.Response:
        grant = self.notes.grant(asked.client.client_id, user.name, asked.scope)
        code = self.codes.issue(grant, asked.reply.uri, asked.challenge, asked.nonce)
        answer = {"code": code, "session_state": secrets.token_hex(16)}
        return _redirect(asked.reply.with_answer(answer))

    def redeem_code(
        self, request: web.Request, tenant: str, form: Mapping[str, str]
    ) -> web.Response:
        """Raises `Refused`."""
        self._check_client(request, tenant, form)
        held = self.codes.redeem(
            form.get("code", ""),
            client_id=form.get("client_id", ""),
            redirect_uri=form.get("redirect_uri", ""),
            verifier=form.get("code_verifier", ""),
        )
        return self._answer(held.grant, held.grant.scope, held.nonce)

    def renew(self, request: web.Request, tenant: str, form: Mapping[str, str]) -> web.Response:
        """Raises `Refused`."""
        self._check_client(request, tenant, form)
        grant = self.notes.grant_of(form.get("refresh_token", ""), form.get("client_id", ""))
        return self._answer(grant, form.get("scope") or grant.scope, nonce=None)

    def _check_client(self, request: web.Request, tenant: str, form: Mapping[str, str]) -> None:
        client = client_of(tenant, form.get("client_id", ""), self.issuer.directory)
        if not client.redirect_uris:
            raise Refused("invalid_client", 500113, "The application has no redirect URIs.")
        if "client_secret" in form:
            raise Refused("invalid_client", 700025, "A single-page application has no secret.")
        if "Origin" not in request.headers:
            raise Refused(
                "invalid_request",
                9002327,
                "Tokens of a single-page application are given to browsers only (header Origin).",
            )

    def _answer(self, grant: Grant, scope: str, nonce: str | None) -> web.Response:
        user = self.issuer.directory.user(grant.user)
        if user is None:
            raise Refused("invalid_grant", 50034, "The user is not there any more.")
        audience, permission = self.issuer.audience_and_scope(scope)
        wanted = scope.split()
        now = int(time.time())
        claims = user_claims(user, self.issuer.url, audience, permission)
        claims |= {"azp": grant.client_id, "azpacr": "0", "exp": now + self.lifetime}
        more: dict[str, object] = {
            "scope": " ".join(one for one in wanted if one not in SIGN_IN_SCOPES)
        }
        if "offline_access" in wanted:
            more["refresh_token"] = self.notes.refresh_token(grant)
        if "openid" in wanted:
            told = id_claims(user, self.issuer.url, grant.client_id, nonce)
            more["id_token"] = self.issuer.keys.sign({**told, "exp": now + self.lifetime})
        return self.issuer.answer(claims, self.lifetime, **more)

    async def logout(self, request: web.Request) -> web.Response:
        """Ends the browser's session; back to the application if it has registered the address."""
        self.issuer.tenant_of(request)
        uri = request.query.get("post_logout_redirect_uri", "")
        known = {one for client in self.issuer.directory.clients for one in client.redirect_uris}
        if uri in known:
            back = ReplyAddress(uri, "query", request.query.get("state"))
            answer = _redirect(back.with_answer({}))
        else:
            answer = signed_out_page(_words(request))
        answer.del_cookie(_cookie(request))
        return answer


def _cookie(request: web.Request) -> str:
    # A browser keeps one jar for all ports of a host.
    return f"{_COOKIE}-{request.url.port}"


def _words(request: web.Request) -> PageWords:
    wish = request.query.get("ui_locales", "")
    return words_for(wish, request.headers.get("Accept-Language", ""))


def _redirect(address: str) -> web.Response:
    # After a form too the browser goes on with GET.
    headers = {"Location": address, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return web.Response(status=303, headers=headers)
