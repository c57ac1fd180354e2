"""Verification of Entra ID access tokens (v2.0), with cached signing keys."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
import jwt

from shared.contracts.identity import Caller
from shared.errors import DependencyError, UnauthenticatedError
from shared.identity.rights import caller_of

log = logging.getLogger("eira.identity")

LEEWAY_SECONDS = 60
KEPT_SECONDS, KEPT_WHILE_AWAY_SECONDS = 3_600.0, 86_400.0
TIMEOUT = aiohttp.ClientTimeout(total=10)
LOADS, WITHIN_SECONDS = 2, 30.0
"""The keys of a tenant are loaded at most so often: anybody can invent a key id."""


class EntraTokens:
    """`authority` is the issuer's base (https://login.microsoftonline.com), `tenants` who may come
    in, `role_rights` what each role may do here. Of `scopes` a token that a program has for a
    person must hold one, if any are told; a program in its own name has none, and needs a role."""

    def __init__(
        self,
        authority: str,
        audience: str,
        tenants: Sequence[str],
        role_rights: Mapping[str, Sequence[str]],
        scopes: Sequence[str] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._authority = authority.rstrip("/")
        self._audiences = [audience, audience.removeprefix("api://")]
        self._tenants = frozenset(tenants)
        self._role_rights = role_rights
        self._scopes = frozenset(scopes)
        self._keys: dict[str, _Keys] = {}
        self._loading = asyncio.Lock()
        self._tried: dict[str, list[float]] = {}
        self._away: dict[str, DependencyError] = {}
        self._clock = clock

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
        except (jwt.InvalidTokenError, RecursionError) as error:
            # The latter of brackets without end, which are read before any signature is checked.
            raise UnauthenticatedError("token_invalid") from error
        return self._caller(claims)

    def _tenant_of(self, token: str) -> str:
        claims = jwt.decode(token, options={"verify_signature": False})
        tenant = claims.get("tid")
        if not isinstance(tenant, str) or tenant not in self._tenants:
            raise UnauthenticatedError("token_invalid")
        return tenant

    async def _key(self, tenant: str, key_id: str) -> jwt.PyJWK:
        """The signing key. An unknown id means that keys were added, so load them again; and now
        and then they are loaded anyway: one that was taken back must not go on signing. Where
        Entra ID is away, keys that were good an hour ago are good enough; and nobody is called a
        stranger whose key may be a new one."""
        known, away = self._keys.get(tenant), None
        if known is None or key_id not in known.by_id or self._age(known) > KEPT_SECONDS:
            async with self._loading:
                if self._keys.get(tenant) is known:
                    away = await self._renew(tenant)
        keys = self._keys.get(tenant)
        if keys is not None and key_id in keys.by_id:
            return keys.by_id[key_id]
        raise away or UnauthenticatedError("token_invalid")

    async def _renew(self, tenant: str) -> DependencyError | None:
        """Load the keys, if that was not done just now; what kept us from it, or did then."""
        known, now = self._keys.get(tenant), self._clock()
        tried = [at for at in self._tried.get(tenant, ()) if at > now - WITHIN_SECONDS]
        if len(tried) >= LOADS:
            return self._away.get(tenant)
        self._tried[tenant] = [*tried, now]
        try:
            self._keys[tenant] = _Keys(await self._load(tenant), now)
        except DependencyError as error:
            log.warning("the signing keys of a tenant cannot be renewed for now")
            self._away[tenant] = error
            if known is not None and self._age(known) > KEPT_WHILE_AWAY_SECONDS:
                del self._keys[tenant]
            return error
        self._away.pop(tenant, None)
        return None

    def _age(self, keys: "_Keys") -> float:
        return self._clock() - keys.at

    async def _load(self, tenant: str) -> Mapping[str, jwt.PyJWK]:
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
        return {each["kid"]: jwt.PyJWK(each, algorithm="RS256") for each in documents}

    def _caller(self, claims: Mapping[str, Any]) -> Caller:
        roles, scopes = claims.get("roles", ()), str(claims.get("scp", "")).split()
        if self._scopes and not (self._scopes.intersection(scopes) if scopes else roles):
            raise UnauthenticatedError("token_invalid")
        return caller_of(
            claims["tid"], claims["oid"], claims.get("name", ""), roles, self._role_rights
        )


@dataclass(frozen=True, slots=True)
class _Keys:
    """The signing keys of a tenant, and when they were loaded."""

    by_id: Mapping[str, jwt.PyJWK]
    at: float
