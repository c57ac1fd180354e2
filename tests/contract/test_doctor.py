"""The doctor's probes over the real SDKs and the local services: healthy, and with faults."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

import aiohttp
import pytest

from cli.deployment.findings import Finding
from cli.deployment.probes import cosmos, erp, identity, models, network, safety, search, vault
from cli.deployment.subject import Place, Shared, Subject
from shared.bootstrap import build_credential, build_index
from shared.settings import get_settings
from tests.e2e.cloud import Services
from tests.e2e.surroundings import Surroundings

AZURE = {"AZURE_RESOURCE_GROUP": "rg-eira", "AZURE_SUBSCRIPTION_ID": "5b5b"}


@pytest.fixture
async def around(services: Services) -> AsyncIterator[Surroundings]:
    connector = aiohttp.TCPConnector(ssl=services.trust())
    async with aiohttp.ClientSession(connector=connector) as http:
        surroundings = Surroundings(http, services.urls)
        yield surroundings
        await surroundings.heal()


@asynccontextmanager
async def examined(environment: Mapping[str, str], *, local: bool = True) -> AsyncIterator[Subject]:
    """With the settings as they are now."""
    get_settings.cache_clear()
    settings = get_settings()
    async with build_credential() as credential:
        who = Shared(identity.find_out(credential))
        dimensions = Shared(models.measured(settings, credential))
        yield Subject(Place(environment, None, local), settings, credential, who, dimensions)
        await who.end()
        await dimensions.end()


def wrong(found: list[Finding]) -> list[Finding]:
    return [each for each in found if each.level != "ok"]


def told_of_an_index(name: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Its name, which the settings name alone."""
    monkeypatch.setenv("AzureSearch__DefaultIndex", name)
    monkeypatch.setenv("Search__AllowedIndexes", f'["{name}"]')
    return name


async def test_services_that_work_are_found_so(told: None) -> None:
    looks = (identity, network, cosmos, search, models, vault, erp, safety)
    async with examined({}) as subject:
        for each in looks:
            found = await each.look(subject)
            assert found
            assert wrong(found) == [], each.__name__


async def test_an_index_that_is_missing(
    told: None, fresh: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = told_of_an_index(f"index-{fresh()}", monkeypatch)
    async with examined({}) as subject:
        (found,) = await search.look(subject)
    assert found.what == f"there is no index {name}, and none behind an alias of that name"
    assert "./eira packs load" in found.mend[0]


async def test_an_index_with_vectors_of_another_length_and_one_that_is_empty(
    told: None, fresh: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = told_of_an_index(f"index-{fresh()}", monkeypatch)
    async with examined({}) as subject:
        index = build_index(subject.settings, subject.credential, name)
        await index.create(4)
        await index.close()
        (found,) = await search.look(subject)
        assert "holds vectors of 4 dimensions, not 384" in found.what
        assert found.mend == (f"./eira cerebro reindex --index {name}",)
    other = told_of_an_index(f"index-{fresh()}", monkeypatch)
    async with examined({}) as subject:
        index = build_index(subject.settings, subject.credential, other)
        await index.create(384)
        await index.close()
        found = wrong(await search.look(subject))[0]
    assert (found.level, found.what) == ("warning", f"the index {other} is empty")


async def test_a_semantic_configuration_that_is_not_there(
    told: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AzureSearch__SemanticConfiguration", "another")
    async with examined({}) as subject:
        found = wrong(await search.look(subject))
    assert found[0].what == "index cerebro: there is no semantic configuration another"


async def test_a_wrong_key_of_the_search_service(
    told: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AzureSearch__ApiKey", "made-up-and-wrong")
    async with examined({}) as subject:
        found = wrong(await search.look(subject))
    assert found
    assert all("the key in AzureSearch__ApiKey" in each.what for each in found)
    assert "made-up-and-wrong" not in str(found)


async def test_a_role_that_is_lacking_is_told_with_the_command_that_gives_it(
    told: None, around: Surroundings
) -> None:
    async with examined(AZURE, local=False) as subject:
        await subject.dimensions
        await around.fail("search", status=403, count=50)
        found = wrong(await search.look(subject))
        assert '--role "Search Service Contributor"' in found[0].mend[0]
        await around.fail("cosmos", status=403, count=50)
        (found_there,) = await cosmos.look(subject)
        assert found_there.mend[0].startswith("az cosmosdb sql role assignment create")
        await around.fail("model", status=403, count=50)
        found = wrong(await models.look(subject))
        assert '--role "Cognitive Services OpenAI User"' in found[0].mend[0]
        await around.fail("keyvault", status=403, count=100)
        found = wrong(await vault.look(subject))
        assert '--role "Key Vault Secrets User"' in found[0].mend[0]
        await around.fail("erp", status=403, count=10)
        (found_there,) = await erp.look(subject)
        assert "app role" in found_there.mend[0]


async def test_a_database_that_is_missing(told: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("Cosmos__Database", "another")
    async with examined({}) as subject:
        (found,) = await cosmos.look(subject)
    assert found.what == "there is no database another, or no container in it"


async def test_models_that_are_away_unknown_or_refuse_the_key(
    told: None, monkeypatch: pytest.MonkeyPatch, around: Surroundings
) -> None:
    monkeypatch.setenv("AI__AllowedProviders", "[]")
    with monkeypatch.context() as patch:
        patch.setenv("AzureOpenAI__Endpoint", "https://127.0.0.1:9")
        async with examined({}) as subject:
            found = await models.look(subject)
    assert [each.what for each in found] == ["it cannot be asked: the model cannot be reached"] * 2
    with monkeypatch.context() as patch:
        patch.setenv("AzureOpenAI__ApiKey", "made-up-and-wrong")
        async with examined({}) as subject:
            found = await models.look(subject)
    assert {each.what for each in found} == {
        "it answers 401: the key in AzureOpenAI__ApiKey is refused"
    }
    await around.fail("model", status=404, path="chat/completions", count=2)
    async with examined(AZURE, local=False) as subject:
        found = wrong(await models.look(subject))
    assert [each.what for each in found] == ["there is no deployment or model scripted-local"]


async def test_dimensions_that_the_model_does_not_give(
    told: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("Search__Dimensions", "512")
    async with examined({}) as subject:
        (found,) = wrong(await models.look(subject))
        indexes = wrong(await search.look(subject))
    assert "does not give the 512 dimensions that it is asked for" in found.what
    assert "Search__Dimensions" in found.mend[0]
    for each in indexes:
        assert "holds vectors of 384 dimensions, not 512" in each.what
        assert "Search__Dimensions" in each.mend[0]
    assert indexes


async def test_a_secret_that_the_vault_has_not(told: None, monkeypatch: pytest.MonkeyPatch) -> None:
    profiles = (
        '{"default": {"mcp:corp-tools": {"source": "key_vault", "secret": "kv://mcp/corp-token"}},'
        ' "prod": {"openai": {"source": "key_vault", "secret": "kv://openai/no-such-key"}}}'
    )
    monkeypatch.setenv("Security__CredentialProfiles", profiles)
    monkeypatch.setenv("Security__ProfileAccess", '{"prod": {}}')
    monkeypatch.setenv("Tools__HttpAllowed", "[]")
    async with examined({}) as subject:
        (found,) = await vault.look(subject)
    assert found.what.endswith("Key Vault has no secret openai-no-such-key")
    assert "demo/cloud.json" in found.mend[0]


async def test_nobody_who_is_signed_in(told: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_HEADER", "made-up-and-wrong")
    async with examined({}) as subject:
        (found,) = await identity.look(subject)
        assert found.what.startswith("nobody is signed in, so these were not asked: cosmos, ")
        (refused,) = await cosmos.look(subject)
    assert refused.level == "error"
