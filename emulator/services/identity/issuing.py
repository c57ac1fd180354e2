"""What the issuer says of itself and which tokens it gives, for every way to ask for them."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from emulator.services.tokens import LIFETIME, SigningKeys

from .claims import USER_SCOPE, issuer_of
from .directory import Directory, User
from .refusals import Refused

ANY_TENANT = ("common", "organizations")
SIGN_IN_SCOPES = frozenset({"openid", "profile", "email", "offline_access"})


@dataclass(frozen=True, slots=True)
class Issuer:
    """`url` is what its tokens name, without a trailing slash; `audience` whom they are for when a
    caller does not say."""

    keys: SigningKeys
    directory: Directory
    url: str
    audience: str

    def tenant_of(self, request: web.Request) -> str:
        """The tenant in the path; raises `Refused` for one that is not there."""
        tenant = request.match_info["tenant"]
        known = self.directory.tenants()
        if tenant in known or tenant in ANY_TENANT:
            return tenant
        raise Refused(
            "invalid_tenant",
            90002,
            f"There is no tenant {tenant!r}; the tenants are: {', '.join(sorted(known))}.",
        )

    def audience_and_scope(self, scope: str) -> tuple[str, str]:
        """`api://app/access_as_user` is the resource `api://app` and the scope behind it."""
        wanted = [one for one in scope.split() if one not in SIGN_IN_SCOPES]
        if not wanted:
            return self.audience, USER_SCOPE
        resource, _, permission = wanted[0].rpartition("/")
        if not resource or resource.endswith("/"):
            raise Refused("invalid_scope", 70011, f"{wanted[0]!r} is not <resource>/<permission>.")
        return resource, USER_SCOPE if permission == ".default" else permission

    def metadata(self, tenant: str, served_at: str) -> Mapping[str, object]:
        """OpenID Connect Discovery 1.0, with endpoints under the URL at which it was asked.

        As Entra ID's: who asks for any tenant is given an issuer to be filled in, and nothing is
        said of PKCE.
        """
        base = f"{served_at}/{tenant}"
        return {
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "response_modes_supported": ["query", "fragment"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["code"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "issuer": issuer_of(self.url, "{tenantid}" if tenant in ANY_TENANT else tenant),
            "request_uri_parameter_supported": False,
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "end_session_endpoint": f"{base}/oauth2/v2.0/logout",
            "http_logout_supported": True,
            "claims_supported": [
                "sub",
                "iss",
                "aud",
                "exp",
                "iat",
                "nonce",
                "preferred_username",
                "name",
                "tid",
                "ver",
            ],
        }

    def answer(
        self, claims: Mapping[str, object], lifetime: int = LIFETIME, **more: object
    ) -> web.Response:
        """An answer of the token endpoint; `lifetime` in seconds."""
        document = {
            "token_type": "Bearer",
            "expires_in": lifetime,
            "ext_expires_in": lifetime,
            "access_token": self.keys.sign(claims),
        }
        # RFC 6749, section 5.1.
        headers = {"Cache-Control": "no-store", "Pragma": "no-cache"}
        return web.json_response(document | more, headers=headers)

    def users_of(self, tenant: str) -> list[User]:
        """Who can sign in at this tenant's address."""
        users = self.directory.users
        return [one for one in users if tenant in (*ANY_TENANT, one.tenant_id)]
