"""Codes and refresh tokens: who gets tokens for them, once, for how long; as with Entra ID."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import jwt
import pytest

from emulator.services.identity.grants import s256
from emulator.services.tokens import SigningKeys
from emulator.tests.services.conftest import StartService
from emulator.tests.services.signing_in import (
    BACK,
    CLIENT,
    ORIGIN,
    OTHER_CLIENT,
    VERIFIER,
    Browser,
    serve,
)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    # Cookies of a number instead of a name are kept as well.
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield session


@pytest.fixture
async def browser(
    start_service: StartService, tmp_path: Path, session: aiohttp.ClientSession
) -> Browser:
    return Browser(await serve(start_service, tmp_path), session)


async def test_a_code_is_used_once(browser: Browser) -> None:
    code = await browser.choose("ana")
    assert (await browser.redeem(code))[0] == 200
    status, answer = await browser.redeem(code)
    assert (status, answer["error"], answer["error_codes"]) == (400, "invalid_grant", [54005])


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"code_verifier": "b" * 43}, 501481),
        ({"code_verifier": s256(VERIFIER)}, 501481),
        ({"code_verifier": ""}, 50148),
        ({"client_id": OTHER_CLIENT}, 700005),
        ({"redirect_uri": f"{BACK}silent"}, 50148),
    ],
)
async def test_a_code_in_the_wrong_hands_is_worth_nothing_and_is_used_up(
    browser: Browser, changed: dict[str, str], code: int
) -> None:
    given = await browser.choose("ana")
    status, answer = await browser.redeem(given, **changed)
    assert (status, answer["error"], answer["error_codes"]) == (400, "invalid_grant", [code])
    assert (await browser.redeem(given))[1]["error_codes"] == [54005]


@pytest.mark.parametrize(
    ("changed", "error", "code"),
    [
        ({"client_id": "nobody"}, "unauthorized_client", 700016),
        ({"client_id": "daemon"}, "invalid_client", 500113),
        ({"client_secret": "made-up"}, "invalid_client", 700025),
        ({"code": "made-up"}, "invalid_grant", 70000),
    ],
)
async def test_whoever_is_not_the_application_gets_nothing(
    browser: Browser, changed: dict[str, str], error: str, code: int
) -> None:
    given = await browser.choose("ana")
    _, answer = await browser.redeem(**({"code": given} | changed))
    assert (answer["error"], answer["error_codes"]) == (error, [code])


async def test_a_refusal_has_every_field_of_entra_id(browser: Browser) -> None:
    _, answer = await browser.redeem("made-up")
    assert set(answer) == {
        "error",
        "error_description",
        "error_codes",
        "timestamp",
        "trace_id",
        "correlation_id",
    }
    assert answer["error_description"].startswith("AADSTS70000: ")
    assert answer["trace_id"] in answer["error_description"]


async def test_a_code_expires(
    start_service: StartService, tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    browser = Browser(await serve(start_service, tmp_path, codeSeconds=0), session)
    _, answer = await browser.redeem(await browser.choose("ana"))
    assert (answer["error"], answer["error_codes"]) == ("invalid_grant", [70008])


async def test_a_refresh_token_gives_new_tokens_for_as_long_as_the_sign_in_lasts(
    browser: Browser, keys: SigningKeys
) -> None:
    _, first = await browser.redeem(await browser.choose("ana"))
    renewing = {"grant_type": "refresh_token", "client_id": CLIENT}
    status, second = await browser.token(**renewing, refresh_token=first["refresh_token"])
    assert status == 200
    assert keys.verify(second["access_token"], "api://demo")["oid"] == "a1"
    assert second["refresh_token"] != first["refresh_token"]
    assert second["id_token"]
    assert end_of(second["refresh_token"]) == end_of(first["refresh_token"])


def end_of(token: str) -> int:
    return int(jwt.decode(token, options={"verify_signature": False})["exp"])


async def test_no_refresh_token_is_given_unasked(browser: Browser) -> None:
    scope = "api://demo/access_as_user"
    _, tokens = await browser.redeem(await browser.choose("ana", scope=scope))
    assert {"refresh_token", "id_token"} & set(tokens) == set()


async def test_a_refresh_token_is_worth_nothing_to_others(browser: Browser) -> None:
    _, tokens = await browser.redeem(await browser.choose("ana"))
    refresh = tokens["refresh_token"]
    for client, token, code in (
        (OTHER_CLIENT, refresh, 700005),
        (CLIENT, tokens["access_token"], 700084),
        (CLIENT, "made-up", 700084),
    ):
        form = {"grant_type": "refresh_token", "client_id": client, "refresh_token": token}
        _, answer = await browser.token(**form)
        assert (answer["error"], answer["error_codes"]) == ("invalid_grant", [code])


async def test_a_refresh_token_is_no_access_token(browser: Browser, keys: SigningKeys) -> None:
    _, tokens = await browser.redeem(await browser.choose("ana"))
    claims = jwt.decode(tokens["refresh_token"], options={"verify_signature": False})
    assert claims["aud"] not in ("api://demo", CLIENT)


async def test_only_browsers_redeem_the_codes_of_a_browsers_application(browser: Browser) -> None:
    form = {"grant_type": "authorization_code", "client_id": CLIENT, "code": "x"}
    _, answer = await browser.token(origin=None, **form)
    assert answer["error_codes"] == [9002327]


async def test_a_browser_gets_tokens_in_no_other_way(browser: Browser) -> None:
    form = {"grant_type": "password", "username": "ana", "password": "anything"}
    assert (await browser.token(**form))[1]["error_codes"] == [9002326]
    assert (await browser.token(origin=None, **form))[0] == 200


async def test_a_browser_may_ask_for_tokens_from_another_origin(browser: Browser) -> None:
    where = f"{browser.url}/organizations/oauth2/v2.0/token"
    headers = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    async with browser.session.options(where, headers=headers) as response:
        assert response.status == 204
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert response.headers["Access-Control-Allow-Headers"] == "content-type"
    async with browser.session.get(f"{browser.url}/msi/token", headers=headers) as response:
        assert "Access-Control-Allow-Origin" not in response.headers


async def test_a_session_outlives_a_restart_of_the_service(
    start_service: StartService, tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    first = Browser(await serve(start_service, tmp_path), session)
    await first.choose("ana")
    second = Browser(await serve(start_service, tmp_path), session)
    (cookie,) = session.cookie_jar
    named = f"session-{urlsplit(second.url).port}"
    headers = {"Cookie": f"{named}={cookie.value}"}
    answer = await second.authorize(prompt="none", headers=headers)
    assert answer.told()["code"]
