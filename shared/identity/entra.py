"""Verification of Entra ID access tokens (v2.0), with cached signing keys."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
import jwt

from shared.contracts.identity import Caller
from shared.errors import DependencyError, UnauthenticatedError

LEEWAY_SECONDS = 60
TIMEOUT = aiohttp.ClientTimeout(total=10)
LOADS, WITHIN_SECONDS = 2, 30.0
"""The keys of a tenant are loaded at most so often: anybody can invent a key id."""


class EntraTokens:
    """`authority` is the issuer's base (https://login.microsoftonline.com), `tenants` who may come
    in, `role_rights` what each role may do here."""

    def __init__(
        self,
        authority: str,
        audience: str,
        tenants: Sequence[str],
        role_rights: Mapping[str, Sequence[str]],
    ) -> None:
        self._authority = authority.rstrip("/")
        self._audiences = [audience, audience.removeprefix("api://")]
        self._tenants = frozenset(tenants)
        self._role_rights = role_rights
        self._keys: dict[tuple[str, str], jwt.PyJWK] = {}
        self._loading = asyncio.Lock()
        self._loaded: dict[str, list[float]] = {}

    async def verify(self, token: str) -> Caller:
        try:
            tenant = self._tenant_of(token)
            key = await self._key(tenant, jwt.get_unverified_header(token).get("kid", ""))
            claims = jwt.decode(
                token,
                key,
                algorithms=["RS256"],
                audience=self._audiences,
                issuer=f"{self._authority}/{tenant}/v2.0",
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iss", "aud", "tid", "oid"]},
            )
        except jwt.InvalidTokenError as error:
            raise UnauthenticatedError("token_invalid") from error
        return self._caller(claims)

    def _tenant_of(self, token: str) -> str:
        claims = jwt.decode(token, options={"verify_signature": False})
        tenant = claims.get("tid")
        if not isinstance(tenant, str) or tenant not in self._tenants:
            raise UnauthenticatedError("token_invalid")
        return tenant

    async def _key(self, tenant: str, key_id: str) -> jwt.PyJWK:
        """The signing key; an unknown id means that the keys were rotated, so load them again."""
        if (tenant, key_id) not in self._keys:
            async with self._loading:
                if (tenant, key_id) not in self._keys and self._may_load(tenant):
                    await self._load(tenant)
        if (tenant, key_id) not in self._keys:
            raise UnauthenticatedError("token_invalid")
        return self._keys[tenant, key_id]

    def _may_load(self, tenant: str) -> bool:
        since = time.monotonic() - WITHIN_SECONDS
        self._loaded[tenant] = [at for at in self._loaded.get(tenant, ()) if at > since]
        return len(self._loaded[tenant]) < LOADS

    async def _load(self, tenant: str) -> None:
        url = f"{self._authority}/{tenant}/discovery/v2.0/keys"
        try:
            async with (
                aiohttp.ClientSession(timeout=TIMEOUT) as session,
                session.get(url) as response,
            ):
                response.raise_for_status()
                documents = (await response.json())["keys"]
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DependencyError("the signing keys cannot be loaded") from error
        self._loaded[tenant].append(time.monotonic())
        for document in documents:
            self._keys[tenant, document["kid"]] = jwt.PyJWK(document, algorithm="RS256")

    def _caller(self, claims: dict[str, Any]) -> Caller:
        roles = tuple(sorted(claims.get("roles", ())))
        rights = {right for role in roles for right in self._role_rights.get(role, ())}
        return Caller(
            tenant_id=claims["tid"],
            user_id=claims["oid"],
            name=claims.get("name", ""),
            roles=roles,
            rights=tuple(sorted(rights)),
        )
