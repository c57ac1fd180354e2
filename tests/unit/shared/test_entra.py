"""Access tokens: real RS256 signatures, and a key server that rotates."""

import base64
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jwt
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from shared.errors import DependencyError, UnauthenticatedError
from shared.identity.entra import KEPT_SECONDS, KEPT_WHILE_AWAY_SECONDS, EntraTokens

TENANT = "11111111-1111-1111-1111-111111111111"
OTHER = "22222222-2222-2222-2222-222222222222"
AUDIENCE = "api://eira-agents"
RIGHTS = {"employee": ("tasks:read", "tasks:write"), "manager": ("projects:write", "tasks:read")}


@cache
def key(name: str) -> rsa.RSAPrivateKey:
    """Keys are costly to make: one per name for the whole process."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Authority:
    """Publishes the keys of `published`; counts how often it is asked."""

    published: list[str] = field(default_factory=lambda: ["k1"])
    asked: int = 0
    status: int = 200
    url: str = ""

    async def keys(self, request: web.Request) -> web.Response:
        self.asked += 1
        documents = [
            RSAAlgorithm.to_jwk(key(name).public_key(), as_dict=True) | {"kid": name, "use": "sig"}
            for name in self.published
        ]
        return web.json_response({"keys": documents}, status=self.status)

    now: float = 0.0

    def tokens(self, *scopes: str) -> EntraTokens:
        return EntraTokens(
            self.url + "/", AUDIENCE, [TENANT], RIGHTS, scopes, clock=lambda: self.now
        )

    def token(self, signed_by: str = "k1", **changes: Any) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {
            "aud": AUDIENCE,
            "iss": f"{self.url}/{TENANT}/v2.0",
            "tid": TENANT,
            "oid": "user-ana",
            "name": "Ana López",
            "roles": ["manager", "employee"],
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
        }
        claims = {name: value for name, value in (claims | changes).items() if value is not None}
        return jwt.encode(claims, key(signed_by), algorithm="RS256", headers={"kid": signed_by})


@asynccontextmanager
async def authority() -> AsyncIterator[Authority]:
    serving = Authority()
    app = web.Application()
    app.router.add_get(f"/{TENANT}/discovery/v2.0/keys", serving.keys)
    async with TestServer(app) as server:
        serving.url = str(server.make_url("/")).rstrip("/")
        yield serving


async def test_a_good_token_is_a_caller_with_the_rights_of_its_roles() -> None:
    async with authority() as entra:
        caller = await entra.tokens().verify(entra.token())
    assert (caller.tenant_id, caller.user_id, caller.name) == (TENANT, "user-ana", "Ana López")
    assert caller.roles == ("employee", "manager")
    assert caller.rights == ("projects:write", "tasks:read", "tasks:write")


async def test_a_token_without_roles_has_no_rights() -> None:
    async with authority() as entra:
        assert (await entra.tokens().verify(entra.token(roles=None))).rights == ()


async def test_a_role_that_nobody_declared_gives_no_right() -> None:
    async with authority() as entra:
        assert (await entra.tokens().verify(entra.token(roles=["root"]))).rights == ()


async def test_the_audience_may_be_the_bare_application_id() -> None:
    async with authority() as entra:
        await entra.tokens().verify(entra.token(aud="eira-agents"))


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "api://other"},
        {"aud": None},
        {"iss": "https://login.example/other/v2.0"},
        {"tid": OTHER},
        {"tid": None},
        {"tid": [TENANT]},
        {"tid": {"a": 1}},
        {"oid": None},
        {"exp": 1},
        {"exp": None},
        {"nbf": 99_999_999_999},
    ],
    ids=str,
)
async def test_a_token_with_a_wrong_claim_is_refused(changes: dict[str, Any]) -> None:
    async with authority() as entra:
        with pytest.raises(UnauthenticatedError) as caught:
            await entra.tokens().verify(entra.token(**changes))
    assert caught.value.message == "token_invalid"


async def test_another_tenants_issuer_is_refused_even_with_our_tenants_id() -> None:
    async with authority() as entra:
        token = entra.token(iss=f"{entra.url}/{OTHER}/v2.0")
        with pytest.raises(UnauthenticatedError):
            await entra.tokens().verify(token)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "....", "eyJhbGciOiJub25lIn0.e30."])
async def test_what_is_no_token_is_refused(token: str) -> None:
    async with authority() as entra:
        with pytest.raises(UnauthenticatedError):
            await entra.tokens().verify(token)


async def test_a_signature_by_another_key_is_refused() -> None:
    async with authority() as entra:
        forged = jwt.encode(
            jwt.decode(entra.token(), options={"verify_signature": False}),
            key("forger"),
            algorithm="RS256",
            headers={"kid": "k1"},
        )
        with pytest.raises(UnauthenticatedError):
            await entra.tokens().verify(forged)


async def test_a_token_signed_with_the_public_key_as_a_password_is_refused() -> None:
    """The confusion of algorithms: HS256 with what everybody can read."""
    async with authority() as entra:
        claims = jwt.decode(entra.token(), options={"verify_signature": False})
        secret = "0123456789abcdef0123456789abcdef"
        forged = jwt.encode(claims, secret, algorithm="HS256", headers={"kid": "k1"})
        with pytest.raises(UnauthenticatedError):
            await entra.tokens().verify(forged)


async def test_an_unsigned_token_is_refused() -> None:
    async with authority() as entra:
        _, claims, _ = entra.token().split(".")
        header = base64.urlsafe_b64encode(b'{"alg":"none","kid":"k1"}').decode().rstrip("=")
        with pytest.raises(UnauthenticatedError):
            await entra.tokens().verify(f"{header}.{claims}.")


async def test_keys_are_loaded_once_for_many_tokens() -> None:
    async with authority() as entra:
        tokens = entra.tokens()
        for _ in range(5):
            await tokens.verify(entra.token())
        assert entra.asked == 1


async def test_a_rotated_key_is_found_without_a_restart() -> None:
    async with authority() as entra:
        tokens = entra.tokens()
        await tokens.verify(entra.token())
        entra.published = ["k1", "k2"]
        await tokens.verify(entra.token(signed_by="k2"))
        await tokens.verify(entra.token(signed_by="k1"))


async def test_unknown_keys_cannot_make_us_ask_for_every_request() -> None:
    """Anybody can invent a key id: that must not become a request to the authority each time."""
    async with authority() as entra:
        tokens = entra.tokens()
        for name in ("forger", "k2", "k3", "k4"):
            with pytest.raises(UnauthenticatedError):
                await tokens.verify(entra.token(signed_by=name))
        assert entra.asked <= 2


async def test_when_the_authority_is_away_nobody_is_called_a_stranger() -> None:
    async with authority() as entra:
        entra.status = 503
        with pytest.raises(DependencyError):
            await entra.tokens().verify(entra.token())


async def test_a_key_that_was_taken_back_signs_no_longer_than_an_hour() -> None:
    async with authority() as entra:
        tokens = entra.tokens()
        await tokens.verify(entra.token())
        entra.published = ["k2"]
        await tokens.verify(entra.token())
        entra.now += KEPT_SECONDS + 1
        with pytest.raises(UnauthenticatedError):
            await tokens.verify(entra.token())
        await tokens.verify(entra.token(signed_by="k2"))


async def test_while_the_authority_is_away_known_keys_are_good_for_a_day() -> None:
    async with authority() as entra:
        tokens = entra.tokens()
        await tokens.verify(entra.token())
        entra.status = 503
        entra.now += KEPT_SECONDS + 1
        await tokens.verify(entra.token())
        with pytest.raises(DependencyError):
            await tokens.verify(entra.token(signed_by="k2"))
        entra.now += KEPT_WHILE_AWAY_SECONDS
        with pytest.raises(DependencyError):
            await tokens.verify(entra.token())
        entra.status = 200
        entra.now += 60
        await tokens.verify(entra.token())


async def test_an_authority_that_is_away_is_not_asked_for_every_request() -> None:
    async with authority() as entra:
        tokens = entra.tokens()
        entra.status = 503
        for _ in range(5):
            with pytest.raises(DependencyError):
                await tokens.verify(entra.token())
        assert entra.asked == 2


@pytest.mark.parametrize(
    ("changes", "comes_in"),
    [
        ({"scp": "access_as_user"}, True),
        ({"scp": "other access_as_user"}, True),
        ({"scp": "other"}, False),
        ({"scp": "other", "roles": ["employee"]}, False),
        ({"roles": ["employee"]}, True),
        ({"roles": None}, False),
        ({"roles": []}, False),
        ({"scp": ""}, True),
    ],
    ids=str,
)
async def test_a_program_needs_the_scope_or_in_its_own_name_a_role(
    changes: dict[str, Any], comes_in: bool
) -> None:
    async with authority() as entra:
        verifying = entra.tokens("access_as_user").verify(entra.token(**changes))
        if comes_in:
            await verifying
        else:
            with pytest.raises(UnauthenticatedError):
                await verifying
