"""What an application asks of the authorize endpoint, and where its answer goes.

Sources: RFC 6749 section 4.1, RFC 7636 (PKCE), OpenID Connect Core 1.0 section 3.1.2, and
https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, cast
from urllib.parse import urlencode, urlsplit, urlunsplit

from multidict import MultiMapping

from .directory import NO_TENANT, Application, Directory
from .issuing import ANY_TENANT
from .refusals import Refused

type ResponseMode = Literal["query", "fragment"]

_MODES = ("query", "fragment")
_PROMPTS = ("", "none", "login", "select_account", "consent")
# BASE64URL of a SHA-256 is always as long.
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


class RefusedToApplication(Exception):  # noqa: N818 (an answer, not a fault)
    """A refusal that the application is told, at `address`."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


@dataclass(frozen=True, slots=True)
class ReplyAddress:
    """Where the browser is sent back to; it is one that the application has registered."""

    uri: str
    mode: ResponseMode
    state: str | None

    def with_answer(self, answer: Mapping[str, str]) -> str:
        parameters = dict(answer)
        if self.state is not None:
            parameters["state"] = self.state
        parts = urlsplit(self.uri)
        if self.mode == "fragment":
            return urlunsplit(parts._replace(fragment=urlencode(parameters)))
        query = "&".join(part for part in (parts.query, urlencode(parameters)) if part)
        return urlunsplit(parts._replace(query=query))

    def with_refusal(self, refused: Refused) -> str:
        return self.with_answer({"error": refused.error, "error_description": refused.description})


@dataclass(frozen=True, slots=True)
class AuthorizeRequest:
    """A request whose application and parameters are in order."""

    client: Application
    reply: ReplyAddress
    scope: str
    challenge: str
    nonce: str | None
    prompt: str
    login_hint: str


def read_authorize_request(
    tenant: str, query: MultiMapping[str], directory: Directory
) -> AuthorizeRequest:
    """Raises `Refused` when nobody can be told but the person, else `RefusedToApplication`.

    The application is told nothing at an address that it has not registered, to the letter.
    """
    client = client_of(tenant, query.get("client_id", ""), directory)
    reply = _reply_address(client, query)
    try:
        return _rest(client, reply, query)
    except Refused as refused:
        raise RefusedToApplication(reply.with_refusal(refused)) from None


def client_of(tenant: str, client_id: str, directory: Directory) -> Application:
    """The application that people sign in to; raises `Refused`."""
    client = directory.client(client_id)
    if client is None or tenant not in (*ANY_TENANT, *_tenants_of(client, directory)):
        raise Refused(
            "unauthorized_client",
            700016,
            f"No application has the client_id {client_id!r} in the directory {tenant}; "
            'add it to "clients" in the identity section of the config.',
        )
    return client


def _tenants_of(client: Application, directory: Directory) -> Iterable[str]:
    return directory.tenants() if client.tenant_id == NO_TENANT else (client.tenant_id,)


def _reply_address(client: Application, query: MultiMapping[str]) -> ReplyAddress:
    _once(query)
    uri = query.get("redirect_uri", "")
    if uri not in client.redirect_uris:
        known = ", ".join(client.redirect_uris) or "none"
        raise Refused(
            "invalid_request",
            50011,
            f"The redirect_uri {uri!r} does not match those of the application {client.client_id}, "
            f"which are: {known}.",
        )
    mode = query.get("response_mode", "query")
    if mode not in _MODES:
        raise Refused(
            "invalid_request", 9002313, f"response_mode is {mode!r}, not query, fragment."
        )
    return ReplyAddress(uri, cast(ResponseMode, mode), query.get("state"))


def _once(query: MultiMapping[str]) -> None:
    for name in query:
        if len(query.getall(name)) > 1:
            raise Refused("invalid_request", 9000411, f"The parameter {name!r} is there twice.")


def _rest(client: Application, reply: ReplyAddress, query: MultiMapping[str]) -> AuthorizeRequest:
    if (kind := query.get("response_type")) != "code":
        raise Refused("unsupported_response_type", 700054, f"response_type is {kind!r}: use code.")
    if not (scope := query.get("scope", "")).split():
        raise Refused("invalid_request", 900144, "The parameter 'scope' is missing.")
    prompt = query.get("prompt", "")
    if prompt not in _PROMPTS:
        raise Refused("invalid_request", 90023, f"prompt is {prompt!r}.")
    return AuthorizeRequest(
        client=client,
        reply=reply,
        scope=scope,
        challenge=_challenge(query),
        nonce=query.get("nonce"),
        prompt=prompt,
        login_hint=query.get("login_hint", ""),
    )


def _challenge(query: MultiMapping[str]) -> str:
    challenge = query.get("code_challenge")
    if challenge is None:
        raise Refused("invalid_request", 9002325, "The parameter 'code_challenge' is missing.")
    if (method := query.get("code_challenge_method", "plain")) != "S256":
        raise Refused("invalid_request", 501491, f"code_challenge_method is {method!r}: use S256.")
    if not _CHALLENGE.fullmatch(challenge):
        raise Refused("invalid_request", 501491, "code_challenge is no SHA-256 in base64url.")
    return challenge
