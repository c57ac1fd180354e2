"""Secrets: the fake, and the local Key Vault over its SDK."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from urllib.request import Request, urlopen

import pytest

from shared.bootstrap import build_credential
from shared.credentials.caching import CachedSecrets
from shared.credentials.key_vault import KeyVaultSecrets
from shared.errors import SecretError
from shared.ports import Secrets
from shared.settings import Settings
from tests.e2e.cloud import Services
from tests.fakes.credentials import FakeSecrets

VAULT = "https://vault.azure.net/.default"


@dataclass(frozen=True, slots=True)
class Vault:
    """A vault, its administrator, and how it is made to go away."""

    secrets: Secrets
    put: Callable[[str, str], Awaitable[None]]
    away: Callable[[], Awaitable[None]]


@pytest.fixture(params=["fake", "key-vault"])
async def vault(request: pytest.FixtureRequest) -> AsyncIterator[Vault]:
    if request.param == "fake":
        yield _fake()
        return
    services: Services = request.getfixturevalue("services")
    request.getfixturevalue("environment")
    async with build_credential() as credential:
        uri = Settings().key_vault.uri
        assert uri is not None

        async def put(name: str, value: str) -> None:
            token = (await credential.get_token(VAULT)).token
            headers = {"Authorization": f"Bearer {token}"}
            url = f"{services.urls['keyvault']}/secrets/{name}?api-version=7.6"
            await asyncio.to_thread(_send, services, "PUT", url, {"value": value}, headers)

        async def away() -> None:
            url = f"{services.urls['keyvault']}/_emulator/faults"
            fault = {"status": 503, "count": 9, "path": "/secrets"}
            await asyncio.to_thread(_send, services, "POST", url, fault, {})

        secrets = KeyVaultSecrets(uri, credential, verify=False)
        yield Vault(secrets, put, away)
        await secrets.close()
        url = f"{services.urls['keyvault']}/_emulator/faults"
        await asyncio.to_thread(_send, services, "DELETE", url, None, {})


def _fake() -> Vault:
    fake = FakeSecrets()

    async def put(name: str, value: str) -> None:
        fake.values.setdefault(name, []).append(value)

    async def away() -> None:
        fake.failure = SecretError("away")

    return Vault(fake, put, away)


def _send(services: Services, method: str, url: str, body: object, headers: dict[str, str]) -> None:
    data = None if body is None else json.dumps(body).encode()
    named = {"Content-Type": "application/json", **headers}
    urlopen(Request(url, data, named, method=method), context=services.trust()).close()


async def test_the_newest_version_is_read_and_older_ones_by_their_id(
    vault: Vault, fresh: Callable[[], str]
) -> None:
    name = fresh()
    await vault.put(name, "old")
    old = await vault.secrets.get(name)
    await vault.put(name, "new")
    new = await vault.secrets.get(name)
    assert (old.value, new.value) == ("old", "new")
    assert old.version != new.version
    assert old.ref == new.ref
    assert (await vault.secrets.get(name, old.version)).value == "old"
    # What a handle has room for.
    assert len(bytes.fromhex(old.version)) == 16


async def test_what_is_not_there_will_not_be_there_the_next_moment(
    vault: Vault, fresh: Callable[[], str]
) -> None:
    name = fresh()
    with pytest.raises(SecretError) as caught:
        await vault.secrets.get(name)
    assert not caught.value.retryable
    await vault.put(name, "made-up")
    with pytest.raises(SecretError) as caught:
        await vault.secrets.get(name, "0" * 32)
    assert not caught.value.retryable
    assert "made-up" not in str(caught.value)


@pytest.mark.parametrize("value", ["made\nup", "   ", "clavé"])
async def test_what_no_header_can_carry_is_no_key(
    vault: Vault, fresh: Callable[[], str], value: str
) -> None:
    name = fresh()
    await vault.put(name, value)
    with pytest.raises(SecretError) as caught:
        await vault.secrets.get(name)
    assert not caught.value.retryable
    assert value.strip() == "" or value not in str(caught.value)


async def test_a_line_break_at_the_end_is_none_of_the_key(
    vault: Vault, fresh: Callable[[], str]
) -> None:
    name = fresh()
    await vault.put(name, "made-up\n")
    assert (await vault.secrets.get(name)).value == "made-up"


async def test_a_vault_that_is_away_may_be_back_the_next_moment(
    vault: Vault, fresh: Callable[[], str]
) -> None:
    name = fresh()
    await vault.put(name, "made-up")
    cached = CachedSecrets(vault.secrets, 600)
    await cached.get(name)
    await vault.away()
    with pytest.raises(SecretError) as caught:
        await vault.secrets.get(name)
    assert caught.value.retryable
    assert caught.value.code == "CREDENTIALS_UNAVAILABLE"
    assert (await cached.get(name)).value == "made-up"
