"""Who calls: a person with their own token, or the app on behalf of one."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from emulator.services.tokens import SigningKeys, TokenRejected

from .problems import Problem, Wording


@dataclass(frozen=True, slots=True)
class Caller:
    """The tenant whose records are seen, and the user who is written down as the author."""

    tenant_id: str
    user_id: str


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets in bearers of a token for one of `audiences`."""

    keys: SigningKeys
    audiences: Sequence[str]

    def caller(self, request: web.Request) -> Caller:
        """Raises `Problem` 401 without a good token, 400 when an app does not say for whom it acts.

        A person's token speaks for itself and the headers are ignored; only a program's own
        identity (`idtyp` app) may name tenant and user.
        """
        claims = self._claims(request)
        if claims.get("idtyp") == "app":
            return Caller(
                tenant_id=_header(request, "x-tenant-id"), user_id=_header(request, "x-user-id")
            )
        return Caller(
            tenant_id=str(claims.get("tid", "")),
            user_id=str(claims.get("oid") or claims.get("sub", "")),
        )

    def _claims(self, request: web.Request) -> dict[str, object]:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise _unauthenticated("no bearer token")
        reason = ""
        for audience in self.audiences:
            try:
                return self.keys.verify(token.strip(), audience)
            except TokenRejected as rejected:
                reason = rejected.reason
        raise _unauthenticated(reason)


def _unauthenticated(reason: str) -> Problem:
    wording = Wording(
        f"La petición no lleva un token válido para el ERP ({reason})",
        f"The request carries no valid token for the ERP ({reason})",
    )
    return Problem(401, "unauthenticated", wording)


def _header(request: web.Request, name: str) -> str:
    value = request.headers.get(name, "").strip()
    if not value:
        wording = Wording(
            f"Falta la cabecera {name}: di en nombre de quién se llama.",
            f"The header {name} is missing: say on whose behalf you call.",
        )
        raise Problem(400, "missing-header", wording)
    return value
