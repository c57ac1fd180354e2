"""Signing in with a browser: who it is, where the answer goes, sessions, signing out."""

import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import aiohttp
import jwt
import pytest

from emulator.services.identity.page_words import words_for
from emulator.services.tokens import SigningKeys
from emulator.tests.services.conftest import StartService
from emulator.tests.services.signing_in import (
    BACK,
    CLIENT,
    ORIGIN,
    OTHER_CLIENT,
    OTHER_TENANT,
    TENANT,
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


async def test_who_chooses_a_person_gets_tokens_that_the_metadata_verify(browser: Browser) -> None:
    page = await browser.authorize()
    assert (page.status, page.location) == (200, "")
    answer = await browser.authorize("POST", form={"user": "ana"})
    told = answer.told()
    assert told["state"] == "a state"
    assert set(told) == {"code", "state", "session_state"}
    status, tokens = await browser.redeem(told["code"])
    assert status == 200
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 3600)
    assert tokens["scope"] == "api://demo/access_as_user"
    where = f"{browser.url}/{TENANT}/v2.0/.well-known/openid-configuration"
    async with browser.session.get(where, headers={"Origin": ORIGIN}) as response:
        metadata = await response.json()
        assert response.headers["Access-Control-Allow-Origin"] == "*"
    async with browser.session.get(metadata["jwks_uri"]) as response:
        keys = jwt.PyJWKSet.from_dict(await response.json())
    for token, audience in ((tokens["access_token"], "api://demo"), (tokens["id_token"], CLIENT)):
        claims = jwt.decode(
            token,
            keys[jwt.get_unverified_header(token)["kid"]],
            algorithms=["RS256"],
            audience=audience,
            issuer=metadata["issuer"],
        )
        assert (claims["oid"], claims["tid"], claims["ver"]) == ("a1", TENANT, "2.0")
        assert claims["exp"] - claims["iat"] == 3600
    assert (claims["nonce"], claims["name"]) == ("a-nonce", "Ana López")


async def test_an_access_token_says_for_which_application_and_right_it_is(
    browser: Browser, keys: SigningKeys
) -> None:
    _, tokens = await browser.redeem(await browser.choose("ana"))
    claims = keys.verify(tokens["access_token"], "api://demo")
    assert (claims["azp"], claims["scp"], claims["roles"]) == (
        CLIENT,
        "access_as_user",
        ["manager"],
    )


async def test_metadata_of_any_tenant_leave_the_issuers_tenant_open(browser: Browser) -> None:
    where = f"{browser.url}/organizations/v2.0/.well-known/openid-configuration"
    async with browser.session.get(where) as response:
        metadata = await response.json()
    assert metadata["issuer"].endswith("/{tenantid}/v2.0")
    assert metadata["authorization_endpoint"].startswith(f"{browser.url}/organizations/")
    assert metadata["response_types_supported"] == ["code"]


async def test_the_page_names_the_application_and_everybody_and_runs_no_script(
    browser: Browser,
) -> None:
    page = await browser.authorize(login_hint="luis")
    assert "Demo &amp; Co" in page.text
    assert "Valdeoro &lt;1&gt;" in page.text
    assert re.findall(r'name="user" value="(\w+)"( autofocus)?', page.text) == [
        ("ana", ""),
        ("luis", " autofocus"),
        ("olga", ""),
    ]
    assert "default-src 'none'" in page.policy
    assert f"form-action 'self' {ORIGIN};" in page.policy
    assert "<script" not in page.text
    only = await browser.authorize(tenant=OTHER_TENANT)
    assert re.findall(r'name="user" value="(\w+)"', only.text) == ["olga"]


@pytest.mark.parametrize(
    ("ui_locales", "accepted", "language"),
    [
        ("", "es-ES,es;q=0.9,en;q=0.8", "es"),
        ("", "fr, en;q=0.5, es;q=0.7", "es"),
        ("", "es;q=0, en;q=0.1", "en"),
        ("", "es;q=x", "en"),
        ("", "", "en"),
        ("es", "en", "es"),
    ],
)
def test_a_page_speaks_the_language_that_is_wanted(
    ui_locales: str, accepted: str, language: str
) -> None:
    assert words_for(ui_locales, accepted).language == language


async def test_the_page_is_in_spanish_for_who_reads_spanish(browser: Browser) -> None:
    browser.language = "es-MX"
    page = await browser.authorize()
    assert '<html lang="es">' in page.text
    assert "Iniciar sesión" in page.text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"client_id": "nobody"}, "700016"),
        ({"client_id": None}, "700016"),
        ({"redirect_uri": f"{BACK}?"}, "50011"),
        ({"redirect_uri": BACK.rstrip("/")}, "50011"),
        ({"redirect_uri": "http://127.0.0.1:4280/"}, "50011"),
        ({"redirect_uri": "https://evil.example/"}, "50011"),
        ({"redirect_uri": None}, "50011"),
        ({"client_id": "daemon"}, "50011"),
        ({"response_mode": "form_post"}, "9002313"),
    ],
)
async def test_an_address_that_is_not_registered_is_never_told_anything(
    browser: Browser, changed: Mapping[str, str | None], said: str
) -> None:
    for method in ("GET", "POST"):
        answer = await browser.authorize(method, form={"user": "ana"}, changed=changed)
        assert (answer.status, answer.location) == (400, "")
        assert f"AADSTS{said}" in answer.text


async def test_an_application_of_one_tenant_is_unknown_in_another(browser: Browser) -> None:
    assert (await browser.authorize(tenant=OTHER_TENANT, client_id=OTHER_CLIENT)).status == 400
    assert (await browser.authorize(tenant=TENANT, client_id=OTHER_CLIENT)).status == 200
    assert (await browser.authorize(tenant="nowhere")).status == 400


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": None}, "invalid_request"),
        ({"prompt": "nonsense"}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
    ],
)
async def test_what_is_wrong_besides_is_told_to_the_application(
    browser: Browser, changed: Mapping[str, str | None], error: str
) -> None:
    told = (await browser.authorize(changed=changed)).told()
    assert (told["error"], told["state"]) == (error, "a state")
    assert told["error_description"].startswith("AADSTS")


async def test_a_parameter_given_twice_is_refused(browser: Browser) -> None:
    where = f"{browser.url}/{TENANT}/oauth2/v2.0/authorize"
    query = [*browser.asked.items(), ("scope", "openid")]
    async with browser.session.get(where, params=query, allow_redirects=False) as response:
        assert response.status == 400
        assert "AADSTS9000411" in await response.text()


async def test_the_answer_may_come_in_the_fragment(browser: Browser) -> None:
    answer = await browser.authorize("POST", form={"user": "ana"}, response_mode="fragment")
    assert set(answer.told("fragment")) == {"code", "state", "session_state"}
    assert answer.told() == {}


async def test_who_cancels_is_sent_back_without_a_code(browser: Browser) -> None:
    told = (await browser.authorize("POST", form={"cancel": "1"})).told()
    assert told["error"] == "access_denied"


async def test_another_site_cannot_choose_for_a_person(browser: Browser) -> None:
    headers = {"Origin": "https://evil.example"}
    answer = await browser.authorize("POST", form={"user": "ana"}, headers=headers)
    assert (answer.status, answer.location) == (400, "")
    headers = {"Origin": browser.url}
    assert (await browser.authorize("POST", form={"user": "ana"}, headers=headers)).told()["code"]


@pytest.mark.parametrize(("user", "tenant"), [("eve", "organizations"), ("olga", TENANT)])
async def test_nobody_can_choose_who_is_not_there(browser: Browser, user: str, tenant: str) -> None:
    answer = await browser.authorize("POST", form={"user": user}, tenant=tenant)
    assert (answer.status, answer.location) == (400, "")


async def test_a_browser_that_is_known_needs_no_page(browser: Browser, keys: SigningKeys) -> None:
    await browser.choose("luis")
    for prompt in ("", "none"):
        _, tokens = await browser.redeem((await browser.authorize(prompt=prompt)).told()["code"])
        assert keys.verify(tokens["access_token"], "api://demo")["oid"] == "a2"
    for prompt in ("login", "select_account", "consent"):
        assert (await browser.authorize(prompt=prompt)).status == 200
    assert (await browser.authorize(login_hint="ana")).status == 200
    told = (await browser.authorize(prompt="none", login_hint="ana")).told()
    assert told["error"] == "login_required"
    told = (await browser.authorize(prompt="none", tenant=OTHER_TENANT)).told()
    assert told["error"] == "login_required"


async def test_who_signs_out_is_asked_again(browser: Browser) -> None:
    await browser.choose("ana")
    where = f"{browser.url}/organizations/oauth2/v2.0/logout"
    back = {"post_logout_redirect_uri": BACK, "state": "s"}
    async with browser.session.get(where, params=back, allow_redirects=False) as response:
        assert (response.status, response.headers["Location"]) == (303, f"{BACK}?state=s")
    assert (await browser.authorize(prompt="none")).told()["error"] == "login_required"


async def test_signing_out_leads_to_no_address_that_is_not_registered(browser: Browser) -> None:
    where = f"{browser.url}/organizations/oauth2/v2.0/logout"
    query = {"post_logout_redirect_uri": "https://evil.example/"}
    async with browser.session.get(where, params=query, allow_redirects=False) as response:
        assert (response.status, response.headers.get("Location")) == (200, None)
        assert "Signed out" in await response.text()
