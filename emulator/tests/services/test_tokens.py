"""Tokens are accepted only by whom they are meant for, and only from us."""

import time
from pathlib import Path
from types import SimpleNamespace

import aiohttp
import jwt
import pytest
from aiohttp import web

from emulator.services.serving import CLAIMS, ServiceContext, authenticated
from emulator.services.tokens import LIFETIME, SigningKeys, TokenRejected
from emulator.tests.services.conftest import StartService

SEARCH = "https://search.azure.com"


def create_guarded(context: ServiceContext) -> web.Application:
    async def who(request: web.Request) -> web.Response:
        return web.json_response(request[CLAIMS])

    app = web.Application(middlewares=[authenticated(context, SEARCH)])
    app.router.add_get("/who", who)
    return app


@pytest.mark.parametrize("spelling", [SEARCH, f"{SEARCH}/", f"{SEARCH}/.default"])
def test_an_audience_is_compared_as_a_resource(keys: SigningKeys, spelling: str) -> None:
    token = keys.sign({"aud": spelling, "oid": "me"})
    assert keys.verify(token, SEARCH)["oid"] == "me"
    assert keys.verify(keys.sign({"aud": SEARCH}), spelling)["aud"] == SEARCH


def test_a_token_for_somebody_else_is_rejected(keys: SigningKeys) -> None:
    token = keys.sign({"aud": "https://vault.azure.net"})
    with pytest.raises(TokenRejected, match=r"meant for https://vault\.azure\.net, not for"):
        keys.verify(token, SEARCH)


def test_an_expired_token_is_rejected(keys: SigningKeys) -> None:
    token = keys.sign({"aud": SEARCH, "exp": int(time.time()) - 60})
    with pytest.raises(TokenRejected, match="expired"):
        keys.verify(token, SEARCH)


def test_a_token_that_was_accepted_is_rejected_after_its_end(
    keys: SigningKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = keys.sign({"aud": SEARCH, "oid": "me"})
    assert keys.verify(token, SEARCH) == keys.verify(token, SEARCH)
    later = time.time() + LIFETIME + 60
    monkeypatch.setattr("emulator.services.tokens.time", SimpleNamespace(time=lambda: later))
    with pytest.raises(TokenRejected, match="expired"):
        keys.verify(token, SEARCH)


def test_many_tokens_are_verified_and_a_changed_one_is_not(keys: SigningKeys) -> None:
    for number in range(300):
        assert keys.verify(keys.sign({"aud": SEARCH, "oid": number}), SEARCH)["oid"] == number
    token = keys.sign({"aud": SEARCH})
    keys.verify(token, SEARCH)
    header, _, signature = token.split(".")
    other = keys.sign({"aud": SEARCH, "oid": "me"}).split(".")[1]
    with pytest.raises(TokenRejected, match="not valid"):
        keys.verify(f"{header}.{other}.{signature}", SEARCH)


def test_a_token_of_another_issuer_is_rejected(keys: SigningKeys, tmp_path: Path) -> None:
    token = SigningKeys.load_or_create(tmp_path).sign({"aud": SEARCH})
    with pytest.raises(TokenRejected, match="not valid"):
        keys.verify(token, SEARCH)


def test_an_unsigned_token_is_rejected(keys: SigningKeys) -> None:
    token = jwt.encode({"aud": SEARCH, "exp": time.time() + 60}, key="", algorithm="none")
    with pytest.raises(TokenRejected, match="not valid"):
        keys.verify(token, SEARCH)


def test_the_keys_survive_a_restart(tmp_path: Path) -> None:
    token = SigningKeys.load_or_create(tmp_path).sign({"aud": SEARCH})
    again = SigningKeys.load_or_create(tmp_path)
    assert again.verify(token, SEARCH)["aud"] == SEARCH


def test_a_stranger_can_verify_a_token_with_the_published_key_set(keys: SigningKeys) -> None:
    token = keys.sign({"aud": SEARCH})
    published = jwt.PyJWKSet.from_dict(keys.jwks())
    key = published[jwt.get_unverified_header(token)["kid"]]
    assert jwt.decode(token, key, algorithms=["RS256"], audience=SEARCH)["aud"] == SEARCH


async def test_a_bearer_token_opens_a_guarded_service(
    start_service: StartService, http: aiohttp.ClientSession, keys: SigningKeys
) -> None:
    service = await start_service(create_guarded, "guarded")
    bearer = {"Authorization": f"Bearer {keys.sign({'aud': SEARCH, 'oid': 'me'})}"}
    async with http.get(f"{service.url}/who", headers=bearer) as response:
        assert (await response.json())["oid"] == "me"


@pytest.mark.parametrize("header", ["", "Basic abc", "Bearer", "Bearer nonsense"])
async def test_everybody_else_gets_401_with_a_challenge(
    start_service: StartService, http: aiohttp.ClientSession, header: str
) -> None:
    service = await start_service(create_guarded, "guarded")
    async with http.get(f"{service.url}/who", headers={"Authorization": header}) as response:
        assert response.status == 401
        assert response.headers["WWW-Authenticate"].startswith("Bearer ")


async def test_the_admin_routes_need_no_token(
    start_service: StartService, http: aiohttp.ClientSession
) -> None:
    service = await start_service(create_guarded, "guarded")
    async with http.get(f"{service.url}/_emulator/health") as response:
        assert await response.json() == {"service": "guarded", "status": "ready"}
