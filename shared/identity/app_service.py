"""Who is asking, as App Service authentication says it.

The platform checks the sign-in and puts its claims into the header X-MS-CLIENT-PRINCIPAL, base64 of
JSON, having taken away what a client sent under that name:
https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities
"""

import base64
from collections.abc import Mapping, Sequence

from pydantic import BaseModel

from shared.contracts.identity import Caller
from shared.errors import UnauthenticatedError
from shared.identity.rights import caller_of

ENTRA = "aad"
TENANT = ("tid", "http://schemas.microsoft.com/identity/claims/tenantid")
PERSON = ("oid", "http://schemas.microsoft.com/identity/claims/objectidentifier")
NAME = ("name",)
ROLES = ("roles", "http://schemas.microsoft.com/ws/2008/06/identity/claims/role")
"""The platform tells each claim by its name in the token, or by the longer one that .NET knows."""


class _Claim(BaseModel):
    typ: str
    val: str


class _Principal(BaseModel):
    auth_typ: str
    claims: tuple[_Claim, ...]
    role_typ: str | None = None


class AppServicePrincipals:
    """`tenants` may come in; `role_rights` is what each role may do here."""

    def __init__(self, tenants: Sequence[str], role_rights: Mapping[str, Sequence[str]]) -> None:
        self._tenants = frozenset(tenants)
        self._role_rights = role_rights

    def read(self, header: str) -> Caller:
        principal = _principal(header)
        tenant, person = _one(principal, TENANT), _one(principal, PERSON)
        if principal.auth_typ != ENTRA or tenant not in self._tenants or not person:
            raise UnauthenticatedError("token_invalid")
        role_claims = {*ROLES, principal.role_typ}
        roles = (claim.val for claim in principal.claims if claim.typ in role_claims)
        return caller_of(tenant, person, _one(principal, NAME), roles, self._role_rights)


def _principal(header: str) -> _Principal:
    try:
        return _Principal.model_validate_json(base64.b64decode(header, validate=True))
    except ValueError as error:
        # No base64, no ASCII, no JSON, or none of its fields.
        raise UnauthenticatedError("token_invalid") from error


def _one(principal: _Principal, names: Sequence[str]) -> str:
    """Its only value. Raises UnauthenticatedError when two are told: which of them was checked?"""
    told = {claim.val for claim in principal.claims if claim.typ in names}
    if len(told) > 1:
        raise UnauthenticatedError("token_invalid")
    return told.pop() if told else ""
