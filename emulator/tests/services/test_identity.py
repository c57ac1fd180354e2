"""The issuer, seen by the real credentials of azure-identity and by plain HTTP clients."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

import aiohttp
import jwt
import pytest
from azure.identity import ClientSecretCredential, DefaultAzureCredential
from azure.identity.aio import DefaultAzureCredential as AsyncDefaultAzureCredential

from emulator.services.configuration import ConfigurationError
from emulator.services.identity.app import create_app
from emulator.services.identity.directory import read_directory
from emulator.services.identity.secret import identity_header
from emulator.services.serving import RunningService
from emulator.services.tokens import SigningKeys
from emulator.tests.services.conftest import AzureEnvironment, StartService

TENANT = "11111111-1111-4111-8111-111111111111"
OTHER_TENANT = "22222222-2222-4222-8222-222222222222"
VAULT = "https://vault.azure.net"

USERS = [
    {
        "name": "ana",
        "displayName": "Ana López",
        "email": "ana@valdeoro.example",
        "tenantId": TENANT,
        "objectId": "a1",
        "roles": ["employee", "manager"],
        "timeZone": "Europe/Madrid",
        "language": "es",
    },
    {
        "name": "olga",
        "displayName": "Olga Ferrer",
        "tenantId": OTHER_TENANT,
        "objectId": "b1",
        "password": "made-up-password",
    },
]


@pytest.fixture
async def issuer(start_service: StartService, tmp_path: Path) -> RunningService:
    (tmp_path / "users.json").write_text(json.dumps(USERS), "utf-8")
    client = {"clientId": "c1", "principalId": "c2", "tenantId": TENANT, "secret": "made-up"}
    config = {"users": "users.json", "audience": "api://demo", "clients": [client]}
    return await start_service(create_app, "identity", config)


async def ask(
    http: aiohttp.ClientSession, issuer: RunningService, tenant: str, form: Mapping[str, str]
) -> tuple[int, dict[str, str]]:
    async with http.post(f"{issuer.url}/{tenant}/oauth2/v2.0/token", data=form) as response:
        return response.status, await response.json()


async def test_the_default_credential_gets_a_token_for_the_managed_identity(
    azure_environment: AzureEnvironment, keys: SigningKeys
) -> None:
    credential = DefaultAzureCredential()
    token = await asyncio.to_thread(credential.get_token, f"{VAULT}/.default")
    assert keys.verify(token.token, VAULT)["idtyp"] == "app"
    credential.close()


async def test_the_async_default_credential_gets_one_too(
    azure_environment: AzureEnvironment, keys: SigningKeys
) -> None:
    async with AsyncDefaultAzureCredential() as credential:
        token = await credential.get_token(f"{VAULT}/.default")
    assert keys.verify(token.token, VAULT)["aud"] == VAULT


@pytest.mark.parametrize(
    ("header", "query", "status"),
    [
        ("wrong", f"resource={VAULT}", 401),
        ("made-up-header", "", 400),
        ("made-up-header", f"resource={VAULT}&client_id=nobody", 400),
    ],
)
async def test_managed_identity_refuses_who_is_not_entitled(
    azure_environment: AzureEnvironment,
    http: aiohttp.ClientSession,
    header: str,
    query: str,
    status: int,
) -> None:
    url = f"{azure_environment.identity_endpoint}?api-version=2019-08-01&{query}"
    async with http.get(url, headers={"X-IDENTITY-HEADER": header}) as response:
        assert response.status == status
        assert (await response.json())["statusCode"] == status


async def test_managed_identity_answers_all_five_fields(
    azure_environment: AzureEnvironment, http: aiohttp.ClientSession
) -> None:
    url = f"{azure_environment.identity_endpoint}?api-version=2019-08-01&resource={VAULT}"
    header = {"X-IDENTITY-HEADER": azure_environment.identity_header}
    async with http.get(url, headers=header) as response:
        body = await response.json()
    assert set(body) == {"access_token", "expires_on", "resource", "token_type", "client_id"}
    assert body["expires_on"].isdigit()
    assert body["resource"] == VAULT


async def test_a_client_secret_credential_discovers_the_tenant_and_gets_a_token(
    issuer: RunningService, azure_environment: AzureEnvironment, keys: SigningKeys
) -> None:
    credential = ClientSecretCredential(
        TENANT, "c1", "made-up", authority=issuer.url, disable_instance_discovery=True
    )
    token = await asyncio.to_thread(credential.get_token, "api://demo/.default")
    claims = keys.verify(token.token, "api://demo")
    assert (claims["azp"], claims["oid"], claims["tid"]) == ("c1", "c2", TENANT)
    credential.close()


async def test_a_user_gets_a_token_that_the_published_metadata_verify(
    issuer: RunningService, http: aiohttp.ClientSession
) -> None:
    form = {
        "grant_type": "password",
        "username": "ana",
        "password": "anything",
        "scope": "openid api://demo/access_as_user",
    }
    _, answer = await ask(http, issuer, TENANT, form)
    where = f"{issuer.url}/{TENANT}/v2.0/.well-known/openid-configuration"
    async with http.get(where) as response:
        metadata = await response.json()
    async with http.get(metadata["jwks_uri"]) as response:
        keys = jwt.PyJWKSet.from_dict(await response.json())
    token = answer["access_token"]
    claims = jwt.decode(
        token,
        keys[jwt.get_unverified_header(token)["kid"]],
        algorithms=["RS256"],
        audience="api://demo",
        issuer=metadata["issuer"],
    )
    assert claims["exp"] > claims["iat"] >= claims["nbf"]
    assert {name: claims[name] for name in ("ver", "tid", "oid", "sub", "name", "scp")} == {
        "ver": "2.0",
        "tid": TENANT,
        "oid": "a1",
        "sub": "a1",
        "name": "Ana López",
        "scp": "access_as_user",
    }
    assert claims["preferred_username"] == "ana@valdeoro.example"
    assert claims["roles"] == ["employee", "manager"]
    assert (claims["zoneinfo"], claims["locale"]) == ("Europe/Madrid", "es")


@pytest.mark.parametrize(
    ("tenant", "form", "status", "error"),
    [
        (TENANT, {"grant_type": "device_code"}, 400, "unsupported_grant_type"),
        ("nowhere", {"grant_type": "password"}, 400, "invalid_tenant"),
        (TENANT, {"grant_type": "password", "username": "eve"}, 400, "invalid_grant"),
        (TENANT, {"grant_type": "password", "username": "ana"}, 400, "invalid_grant"),
        (
            TENANT,
            {"grant_type": "password", "username": "olga", "password": "made-up-password"},
            400,
            "invalid_grant",
        ),
        (
            OTHER_TENANT,
            {"grant_type": "password", "username": "olga", "password": "wrong"},
            400,
            "invalid_grant",
        ),
        (
            TENANT,
            {"grant_type": "password", "username": "ana", "password": "x", "scope": "demo"},
            400,
            "invalid_scope",
        ),
        (TENANT, {"grant_type": "client_credentials"}, 400, "unauthorized_client"),
        (
            TENANT,
            {"grant_type": "client_credentials", "client_id": "c1", "client_secret": "wrong"},
            401,
            "invalid_client",
        ),
        (
            TENANT,
            {"grant_type": "client_credentials", "client_id": "c1", "client_secret": "made-up"},
            400,
            "invalid_scope",
        ),
    ],
)
async def test_a_refusal_has_the_shape_of_oauth(
    issuer: RunningService,
    http: aiohttp.ClientSession,
    tenant: str,
    form: dict[str, str],
    status: int,
    error: str,
) -> None:
    seen, answer = await ask(http, issuer, tenant, form)
    assert (seen, answer["error"]) == (status, error)
    assert answer["error_description"]


async def test_a_developer_gets_a_token_by_a_users_name(
    issuer: RunningService, http: aiohttp.ClientSession, keys: SigningKeys
) -> None:
    async with http.post(f"{issuer.url}/_emulator/token", json={"user": "Ana"}) as response:
        answer = await response.json()
    assert keys.verify(answer["access_token"], "api://demo")["oid"] == "a1"
    body = {"user": "ana", "audience": "api://erp"}
    async with http.post(f"{issuer.url}/_emulator/token", json=body) as response:
        answer = await response.json()
    assert keys.verify(answer["access_token"], "api://erp")["oid"] == "a1"


async def test_an_unknown_user_is_refused_with_the_names_that_are_known(
    issuer: RunningService, http: aiohttp.ClientSession
) -> None:
    async with http.post(f"{issuer.url}/_emulator/token", json={"user": "eve"}) as response:
        assert response.status == 400
        description = (await response.json())["error_description"]
    assert description == "There is no user 'eve'; the users are: ana, olga."


@pytest.mark.parametrize("body", [b"", b"[]", b'{"user": 1}'])
async def test_a_developer_who_names_nobody_is_told_how(
    issuer: RunningService, http: aiohttp.ClientSession, body: bytes
) -> None:
    async with http.post(f"{issuer.url}/_emulator/token", data=body) as response:
        assert response.status == 400
        assert '{"user": "name"}' in (await response.json())["error_description"]


def test_users_may_be_grouped_by_tenant(tmp_path: Path) -> None:
    user = {"id": "a1", "username": "ana", "name": "Ana López", "roles": ["admin"]}
    document = {"tenants": [{"id": TENANT, "name": "Valdeoro", "users": [user]}]}
    (tmp_path / "users.json").write_text(json.dumps(document), "utf-8")
    ana = read_directory({"users": "users.json"}, tmp_path).users[0]
    assert (ana.name, ana.display_name, ana.object_id) == ("ana", "Ana López", "a1")
    assert (ana.tenant_id, tuple(ana.roles)) == (TENANT, ("admin",))


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ([{"name": "ana"}], "the user 'ana' needs a 'tenantId'"),
        ([{"displayName": "Ana"}], "a user needs a 'username' or 'name'"),
        ({"tenants": 1}, '"tenants" must be a JSON list'),
        ([1], "a user must be a JSON object"),
    ],
)
def test_a_users_file_that_cannot_be_used_names_what_is_wrong(
    tmp_path: Path, document: object, complaint: str
) -> None:
    (tmp_path / "users.json").write_text(json.dumps(document), "utf-8")
    with pytest.raises(ConfigurationError) as raised:
        read_directory({"users": "users.json"}, tmp_path)
    assert complaint in str(raised.value)
    assert "users.json" in str(raised.value)


def test_a_users_file_with_a_comma_too_many_names_line_and_column(tmp_path: Path) -> None:
    (tmp_path / "users.json").write_text('[\n  {"name": "ana"},\n]')
    with pytest.raises(ConfigurationError, match=r"users\.json, line 2, column 18"):
        read_directory({"users": "users.json"}, tmp_path)


def test_the_identity_header_is_made_once_and_kept(tmp_path: Path) -> None:
    made = identity_header({}, tmp_path)
    assert len(made) == 32
    assert identity_header({}, tmp_path) == made
    assert identity_header({"identityHeader": "given"}, tmp_path) == "given"
    assert (tmp_path / "keys" / "identity-header").stat().st_mode & 0o077 == 0
