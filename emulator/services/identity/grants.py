"""Authorization codes, used once; refresh tokens and sessions, which say who signed in."""

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from emulator.services.tokens import SigningKeys, TokenRejected

from .refusals import Refused

_SESSION = "urn:emulator:session"
_REFRESH = "urn:emulator:refresh"


@dataclass(frozen=True, slots=True)
class Grant:
    """That somebody has signed in to an application; `until` (epoch seconds) it can be renewed."""

    client_id: str
    user: str
    scope: str
    until: int


@dataclass(frozen=True, slots=True)
class Code:
    """What the bearer of a code can redeem, `until` (epoch seconds)."""

    grant: Grant
    redirect_uri: str
    challenge: str
    nonce: str | None
    until: float


@dataclass(slots=True)
class Codes:
    """Codes live in memory: who restarts the service signs in again."""

    lifetime: int
    _codes: dict[str, Code | None] = field(default_factory=dict)

    def issue(self, grant: Grant, redirect_uri: str, challenge: str, nonce: str | None) -> str:
        code = secrets.token_urlsafe(48)
        until = time.time() + self.lifetime
        self._codes[code] = Code(grant, redirect_uri, challenge, nonce, until)
        return code

    def redeem(self, code: str, *, client_id: str, redirect_uri: str, verifier: str) -> Code:
        """What the code stands for. Whoever shows it, and rightly or not, it is used up."""
        if code not in self._codes:
            raise Refused("invalid_grant", 70000, "The code is not one of this service.")
        held, self._codes[code] = self._codes[code], None
        if held is None:
            raise Refused("invalid_grant", 54005, "The code was redeemed already.")
        if held.until <= time.time():
            raise Refused("invalid_grant", 70008, "The code has expired.")
        if held.grant.client_id != client_id:
            raise Refused("invalid_grant", 700005, "The code is another application's.")
        if held.redirect_uri != redirect_uri:
            raise Refused("invalid_grant", 50148, "redirect_uri is not the one of the request.")
        if not verifier:
            raise Refused("invalid_grant", 50148, "The parameter 'code_verifier' is missing.")
        if not hmac.compare_digest(s256(verifier).encode(), held.challenge.encode()):
            raise Refused("invalid_grant", 501481, "code_verifier does not fit the code_challenge.")
        return held


def s256(verifier: str) -> str:
    """The challenge of a verifier (RFC 7636, section 4.2)."""
    digest = hashlib.sha256(verifier.encode("utf-8", "surrogateescape")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class SignedNotes:
    """What browsers and applications keep for the service; it outlives a restart."""

    keys: SigningKeys
    refresh_seconds: int

    def session(self, user: str) -> str:
        """A browser's cookie; it ends with the browser, or after as long as a refresh token."""
        return self._signed({"aud": _SESSION, "sub": user}, int(time.time()) + self.refresh_seconds)

    def user_of_session(self, cookie: str) -> str | None:
        try:
            return str(self.keys.verify(cookie, _SESSION)["sub"])
        except TokenRejected:
            return None

    def grant(self, client_id: str, user: str, scope: str) -> Grant:
        return Grant(client_id, user, scope, int(time.time()) + self.refresh_seconds)

    def refresh_token(self, grant: Grant) -> str:
        """As Entra ID gives a single-page application: a new one does not live longer."""
        noted = {"client": grant.client_id, "sub": grant.user, "scope": grant.scope}
        # Two for one grant differ, as their owner expects.
        once = {"jti": secrets.token_urlsafe(12)}
        return self._signed({"aud": _REFRESH, **noted, **once}, grant.until)

    def grant_of(self, refresh_token: str, client_id: str) -> Grant:
        """Raises `Refused` for a token that is not this client's, or not in force."""
        try:
            noted = self.keys.verify(refresh_token, _REFRESH)
        except TokenRejected as rejected:
            raise Refused("invalid_grant", 700084, rejected.reason) from None
        if noted["client"] != client_id:
            raise Refused("invalid_grant", 700005, "The refresh token is another application's.")
        return Grant(client_id, str(noted["sub"]), str(noted["scope"]), int(str(noted["exp"])))

    def _signed(self, claims: Mapping[str, object], until: int) -> str:
        return self.keys.sign({**claims, "exp": until})
