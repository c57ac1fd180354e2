"""What an access token says, as Entra ID's v2.0 tokens do.

Source: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
"""

from .directory import Application, User

USER_SCOPE = "access_as_user"


def issuer_of(url: str, tenant_id: str) -> str:
    """The `iss` of a tenant, and the address under which its metadata lie."""
    return f"{url}/{tenant_id}/v2.0"


def user_claims(user: User, issuer_url: str, audience: str, scope: str) -> dict[str, object]:
    """For a person who acts through a client application with the delegated `scope`."""
    claims: dict[str, object] = {
        "ver": "2.0",
        "iss": issuer_of(issuer_url, user.tenant_id),
        "aud": audience,
        "tid": user.tenant_id,
        "oid": user.object_id,
        "sub": user.object_id,
        "preferred_username": user.email,
        "name": user.display_name,
        "roles": list(user.roles),
        "scp": scope,
    }
    if user.time_zone is not None:
        claims["zoneinfo"] = user.time_zone
    if user.language is not None:
        claims["locale"] = user.language
    return claims


def id_claims(user: User, issuer_url: str, client_id: str, nonce: str | None) -> dict[str, object]:
    """For the application that somebody signs in to: who it is, and the `nonce` of its request.

    Source: https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
    """
    claims = user_claims(user, issuer_url, client_id, USER_SCOPE)
    del claims["scp"]
    claims["email"] = user.email
    return claims if nonce is None else claims | {"nonce": nonce}


def application_claims(app: Application, issuer_url: str, audience: str) -> dict[str, object]:
    """For a program that acts in its own name: roles, but no scope and no person."""
    return {
        "ver": "2.0",
        "iss": issuer_of(issuer_url, app.tenant_id),
        "aud": audience,
        "tid": app.tenant_id,
        "oid": app.object_id,
        "sub": app.object_id,
        "azp": app.client_id,
        "idtyp": "app",
        "roles": list(app.roles),
    }
