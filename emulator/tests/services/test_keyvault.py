"""The vault, seen by the real client with the production credential."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
)
from azure.identity import DefaultAzureCredential as BlockingCredential
from azure.identity.aio import DefaultAzureCredential
from azure.keyvault.secrets import SecretClient as BlockingClient
from azure.keyvault.secrets.aio import SecretClient

from emulator.services.keyvault.app import create_app
from emulator.services.keyvault.store import Properties, SecretStore
from emulator.services.serving import RunningService
from emulator.services.tokens import SigningKeys
from emulator.tests.services.conftest import AzureEnvironment, StartService

SEEDS: Mapping[str, str] = {"openai-key": "made-up-1", "search-key": "made-up-2"}
VAULT = "https://vault.azure.net"


@pytest.fixture
async def service(start_service: StartService) -> RunningService:
    return await start_service(create_app, "keyvault", {"secrets": SEEDS})


@pytest.fixture
async def vault(
    service: RunningService, azure_environment: AzureEnvironment
) -> AsyncIterator[SecretClient]:
    async with (
        DefaultAzureCredential() as credential,
        SecretClient(service.url, credential, verify_challenge_resource=False) as client,
    ):
        yield client


async def test_a_seeded_secret_is_read_through_managed_identity(vault: SecretClient) -> None:
    secret = await vault.get_secret("openai-key")
    assert secret.value == "made-up-1"
    assert secret.properties.enabled
    assert secret.properties.created_on is not None


async def test_the_blocking_client_reads_it_as_well(
    service: RunningService, azure_environment: AzureEnvironment
) -> None:
    def read() -> str | None:
        with (
            BlockingCredential() as credential,
            BlockingClient(service.url, credential, verify_challenge_resource=False) as client,
        ):
            return client.get_secret("search-key").value

    assert await asyncio.to_thread(read) == "made-up-2"


async def test_setting_a_secret_makes_a_new_version_and_keeps_the_old(vault: SecretClient) -> None:
    first = await vault.set_secret("token", "one")
    expires = datetime(2040, 1, 2, tzinfo=UTC)
    second = await vault.set_secret(
        "token", "two", content_type="text/plain", tags={"team": "a"}, expires_on=expires
    )
    assert first.properties.version is not None
    assert (await vault.get_secret("token")).value == "two"
    assert (await vault.get_secret("token", first.properties.version)).value == "one"
    assert second.properties.content_type == "text/plain"
    assert second.properties.tags == {"team": "a"}
    assert second.properties.expires_on == expires


async def test_names_are_the_same_in_any_case(vault: SecretClient) -> None:
    assert (await vault.get_secret("OpenAI-Key")).value == "made-up-1"


async def test_an_unknown_secret_is_not_found(vault: SecretClient) -> None:
    with pytest.raises(ResourceNotFoundError) as raised:
        await vault.get_secret("missing")
    assert raised.value.error is not None
    assert raised.value.error.code == "SecretNotFound"
    with pytest.raises(ResourceNotFoundError):
        await vault.get_secret("openai-key", "0" * 32)


async def test_lists_go_over_several_pages_and_hold_no_values(vault: SecretClient) -> None:
    for number in range(30):
        await vault.set_secret(f"bulk-{number:02}", "x")
    found = [one.name async for one in vault.list_properties_of_secrets()]
    assert found == [*(f"bulk-{number:02}" for number in range(30)), "openai-key", "search-key"]


async def test_versions_are_listed_over_several_pages(vault: SecretClient) -> None:
    made = [(await vault.set_secret("key", str(n))).properties.version for n in range(4)]
    listed = vault.list_properties_of_secret_versions("key", max_page_size=3)
    assert [one.version async for one in listed] == made


async def test_properties_are_changed_in_place(vault: SecretClient) -> None:
    await vault.update_secret_properties("openai-key", enabled=False, tags={"old": "yes"})
    with pytest.raises(HttpResponseError) as raised:
        await vault.get_secret("openai-key")
    assert raised.value.status_code == 403
    kept = await vault.update_secret_properties("openai-key", enabled=True)
    assert kept.tags == {"old": "yes"}
    assert (await vault.get_secret("openai-key")).value == "made-up-1"
    with pytest.raises(ResourceNotFoundError):
        await vault.update_secret_properties("missing", enabled=True)


async def test_a_deleted_secret_is_gone_until_it_is_recovered(vault: SecretClient) -> None:
    deleted = await vault.delete_secret("openai-key")
    assert deleted.deleted_date is not None
    with pytest.raises(ResourceNotFoundError):
        await vault.get_secret("openai-key")
    with pytest.raises(ResourceExistsError):
        await vault.set_secret("openai-key", "new")
    assert [one.name async for one in vault.list_deleted_secrets()] == ["openai-key"]
    assert (await vault.get_deleted_secret("openai-key")).name == "openai-key"
    await vault.recover_deleted_secret("openai-key")
    assert (await vault.get_secret("openai-key")).value == "made-up-1"


async def test_a_purged_secret_frees_its_name(vault: SecretClient) -> None:
    await vault.delete_secret("openai-key")
    await vault.purge_deleted_secret("openai-key")
    await vault.set_secret("openai-key", "new")
    found = vault.list_properties_of_secret_versions("openai-key")
    assert len([one async for one in found]) == 1


@pytest.mark.parametrize("method", ["delete_secret", "get_deleted_secret", "purge_deleted_secret"])
async def test_what_is_not_there_cannot_be_deleted_or_purged(
    vault: SecretClient, method: str
) -> None:
    with pytest.raises(ResourceNotFoundError):
        await getattr(vault, method)("missing")


async def test_a_name_with_other_signs_is_refused(vault: SecretClient) -> None:
    with pytest.raises(HttpResponseError) as raised:
        await vault.set_secret("under_score", "x")
    assert raised.value.status_code == 400


async def test_without_a_token_the_vault_answers_its_challenge(
    service: RunningService, http: aiohttp.ClientSession
) -> None:
    async with http.get(f"{service.url}/secrets/openai-key") as response:
        assert response.status == 401
        challenge = response.headers["WWW-Authenticate"]
    assert challenge.startswith('Bearer authorization="https://login.microsoftonline.com/')
    assert challenge.endswith(f'resource="{VAULT}"')


async def test_a_token_for_another_resource_is_refused(
    service: RunningService, http: aiohttp.ClientSession, keys: SigningKeys
) -> None:
    bearer = {"Authorization": f"Bearer {keys.sign({'aud': 'https://search.azure.com'})}"}
    async with http.get(f"{service.url}/secrets/openai-key", headers=bearer) as response:
        assert response.status == 401


async def test_a_client_with_a_wrong_credential_reports_an_authentication_error(
    service: RunningService, azure_environment: AzureEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDENTITY_HEADER", "wrong")
    async with (
        DefaultAzureCredential(
            exclude_cli_credential=True,
            exclude_developer_cli_credential=True,
            exclude_powershell_credential=True,
            exclude_shared_token_cache_credential=True,
        ) as credential,
        SecretClient(service.url, credential, verify_challenge_resource=False) as client,
    ):
        with pytest.raises(ClientAuthenticationError):
            await client.get_secret("openai-key")


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b"{}", b'{"value": 1}', b'{"value": "x", "attributes": {"exp": "soon"}}'],
)
async def test_a_body_that_makes_no_sense_is_refused(
    service: RunningService, http: aiohttp.ClientSession, keys: SigningKeys, body: bytes
) -> None:
    bearer = {"Authorization": f"Bearer {keys.sign({'aud': VAULT})}"}
    async with http.put(f"{service.url}/secrets/new", data=body, headers=bearer) as response:
        assert response.status == 400
        assert (await response.json())["error"]["code"] == "BadParameter"


async def test_secrets_survive_a_restart(
    start_service: StartService, data_root: Path, http: aiohttp.ClientSession, keys: SigningKeys
) -> None:
    service = await start_service(create_app, "keyvault")
    headers = {
        "Authorization": f"Bearer {keys.sign({'aud': VAULT})}",
        "Content-Type": "application/json",
    }
    body = json.dumps({"value": "kept"})
    async with http.put(f"{service.url}/secrets/new", data=body, headers=headers) as response:
        assert response.status == 200
    await service.stop()
    again = await start_service(create_app, "keyvault")
    async with http.get(f"{again.url}/secrets/new", headers=headers) as response:
        assert (await response.json())["value"] == "kept"


def test_a_changed_seed_becomes_a_version_unless_somebody_set_the_secret(tmp_path: Path) -> None:
    store = SecretStore(tmp_path / "secrets.sqlite")
    store.seed({"a": "1", "b": "1", "c": "1"})
    store.set("b", Properties("mine"))
    store.delete("c")
    store.seed({"a": "2", "b": "2", "c": "2"})
    values = [found and found.properties.value for found in (store.get(n, None) for n in "abc")]
    assert values == ["2", "mine", None]
    assert len(store.versions("a", "", 10)) == 2
    store.close()
