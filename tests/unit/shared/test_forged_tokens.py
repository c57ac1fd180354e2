"""Tokens that somebody made: what they say of themselves is not believed, and nobody is asked for
keys but the authority."""

import base64
import hashlib
import hmac
import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import RSAAlgorithm

from shared.errors import UnauthenticatedError
from shared.identity.entra import EntraTokens
from tests.unit.shared.test_entra import AUDIENCE, OTHER, TENANT, Authority, authority, key

NOBODY = EntraTokens("http://127.0.0.1:9", AUDIENCE, [TENANT], {})
"""Its authority does not exist: what asks it for keys fails in another way."""


def part(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def claims_of(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def signed_by_hash(head: dict[str, Any], claims: object, secret: bytes) -> str:
    text = f"{part(head)}.{part(claims)}"
    digest = hmac.new(secret, text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


async def refused(entra: Authority, token: str, asked: int = 1) -> None:
    """Refused like any other, the authority asked at most so often."""
    with pytest.raises(UnauthenticatedError) as caught:
        await entra.tokens().verify(token)
    assert caught.value.message == "token_invalid"
    assert entra.asked <= asked


@pytest.mark.parametrize(
    "alg", ["none", "None", "NONE", "nOnE", "", "HS256", "RS1", "RS512", "ES256"]
)
async def test_an_algorithm_that_the_token_chooses_is_not_taken(alg: str) -> None:
    async with authority() as entra:
        claims = part(claims_of(entra.token()))
        signature = entra.token().rpartition(".")[2]
        head = part({"alg": alg, "kid": "k1", "typ": "JWT"})
        for end in ("", signature):
            await refused(entra, f"{head}.{claims}.{end}", asked=2)


async def test_what_everybody_can_read_is_no_secret_to_sign_with() -> None:
    """HS256 with the public key, in each form in which a library might hold it."""
    async with authority() as entra:
        public = key("k1").public_key()
        forms = [
            public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
            public.public_bytes(Encoding.PEM, PublicFormat.PKCS1),
            public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
            json.dumps(RSAAlgorithm.to_jwk(public, as_dict=True)).encode(),
            b"",
        ]
        tokens = entra.tokens()
        for secret in forms:
            head = {"alg": "HS256", "kid": "k1", "typ": "JWT"}
            forged = signed_by_hash(head, claims_of(entra.token()), secret)
            with pytest.raises(UnauthenticatedError):
                await tokens.verify(forged)


@pytest.mark.parametrize("header", ["jku", "x5u", "jwk", "x5c", "iss"])
async def test_a_key_that_the_token_brings_or_points_to_is_not_looked_at(header: str) -> None:
    async with authority() as entra, authority() as elsewhere:
        elsewhere.published = ["forger"]
        brought: dict[str, object] = {
            "jku": f"{elsewhere.url}/{TENANT}/discovery/v2.0/keys",
            "x5u": f"{elsewhere.url}/{TENANT}/discovery/v2.0/keys",
            "jwk": RSAAlgorithm.to_jwk(key("forger").public_key(), as_dict=True),
            "x5c": ["MIIB"],
            "iss": elsewhere.url,
        }
        for kid in ("k1", "forger"):
            head = {"kid": kid, header: brought[header]}
            claims = claims_of(entra.token())
            forged = jwt.encode(claims, key("forger"), algorithm="RS256", headers=head)
            await refused(entra, forged, asked=2)
        assert elsewhere.asked == 0


@pytest.mark.parametrize(
    "kid",
    [
        "../../../../etc/passwd", "/dev/null", "..\\..\\keys", "k1\x00", "k1' or '1'='1", "",
        "http://169.254.169.254/k1", "k" * 20_000, 7, None, ["k1"], {"kid": "k1"}, True,
    ],
    ids=lambda kid: str(kid)[:20],
)  # fmt: skip
async def test_an_id_of_a_key_leads_nowhere_else(kid: object) -> None:
    async with authority() as entra:
        _, claims, signature = entra.token().split(".")
        head = part({"alg": "RS256", "kid": kid, "typ": "JWT"})
        await refused(entra, f"{head}.{claims}.{signature}")


@pytest.mark.parametrize("tid", [f"{TENANT}/../{OTHER}", f" {TENANT}", TENANT + "\x00", "*", "", 1])
async def test_a_tenant_is_one_of_the_list_letter_by_letter(tid: object) -> None:
    """It is a part of the address that keys are loaded from: nothing else may get there."""
    async with authority() as entra:
        await refused(entra, entra.token(tid=tid), asked=0)


@pytest.mark.parametrize(
    "token",
    [
        f"{part({'alg': 'RS256', 'kid': 'k1'})}.{part('[' * 20_000)}.AAAA",
        f"{part('[' * 20_000)}.{part({'tid': TENANT})}.AAAA",
        f"{part({'alg': 'RS256'})}.{part('{' + chr(34) + 'tid' + chr(34) + ':' + '9' * 9_000)}.A",
        f"{part([])}.{part([])}.A",
        f"{part('null')}.{part('null')}.",
        f"{part({'alg': 'RS256', 'crit': ['exp']})}.{part({'tid': TENANT})}.AAAA",
        "a" * 60_000,
        "." * 60_000,
        "é.ñ.ü",
    ],
    ids=[
        "deep claims",
        "deep head",
        "digits",
        "lists",
        "nulls",
        "crit",
        "long",
        "dots",
        "é",
    ],
)
async def test_what_is_made_to_hurt_is_refused_like_any_other(token: str) -> None:
    with pytest.raises(UnauthenticatedError):
        await NOBODY.verify(token)


@given(
    token=st.text(max_size=60) | st.lists(st.text(max_size=20).map(part), max_size=4).map(".".join)
)
async def test_any_text_that_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(UnauthenticatedError):
        await NOBODY.verify(token)
