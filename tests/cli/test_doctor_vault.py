"""What the doctor finds of Key Vault, in memory."""

from collections.abc import Sequence

import pytest

from cli.deployment.findings import Finding
from cli.deployment.probes import vault
from shared.bootstrap import build_secrets
from shared.errors import SecretError
from tests.cli.doctor_subject import PERSON, SETTINGS, answered, subject

type Monkey = pytest.MonkeyPatch


def only(found: Sequence[Finding]) -> Finding:
    (one,) = found
    return one


async def test_each_secret_that_is_missing_is_named_with_the_setting(monkeypatch: Monkey) -> None:
    async def get(name: str) -> object:
        if name == "there":
            return "the value"
        raise SecretError(f"Key Vault has no secret {name}", retryable=False)

    wanted = [("Setting__A", "there"), ("Setting__B", "gone")]
    uri = SETTINGS["KeyVault__Uri"]
    found = only(await vault.examined(get, wanted, subject(monkeypatch), uri))
    assert found.what == "Setting__B: Key Vault has no secret gone"
    assert found.mend == ("az keyvault secret set --vault-name kv-eira --name gone --file FILE",)
    here = only(await vault.examined(get, wanted, subject(monkeypatch, local=True), uri))
    assert "demo/cloud.json" in here.mend[0]
    fine = only(await vault.examined(get, wanted[:1], subject(monkeypatch), uri))
    assert (fine.level, "the value" in str(fine)) == ("ok", False)
    assert only(await vault.examined(get, [], subject(monkeypatch), uri)).level == "ok"


async def test_a_vault_that_refuses_names_the_role(monkeypatch: Monkey) -> None:
    async def get(name: str) -> object:
        raise SecretError("Key Vault answered 403", retryable=False) from answered(403)

    found = only(
        await vault.examined(get, [("a", "b")], subject(monkeypatch), SETTINGS["KeyVault__Uri"])
    )
    assert '--role "Key Vault Secrets User"' in found.mend[0]


@pytest.mark.parametrize(
    ("status", "said", "mend"),
    [
        (401, "takes no token of ana@example.org of tenant", "properties.tenantId"),
        (403, "ana@example.org has not the role", '--role "Key Vault Secrets User"'),
    ],
)
async def test_a_vault_that_refuses_every_secret_is_one_finding(
    monkeypatch: Monkey, status: int, said: str, mend: str
) -> None:
    async def get(name: str) -> object:
        raise SecretError(f"no {name}", retryable=False) from answered(status)

    wanted = [("One", "first"), ("Two", "second")]
    there = subject(monkeypatch, who=PERSON)
    found = only(await vault.examined(get, wanted, there, SETTINGS["KeyVault__Uri"]))
    assert (found.level, said in found.what, mend in found.mend[0]) == ("error", True, True)
    assert all(name in found.tried for name in ("first", "second"))


async def test_references_to_the_vault_are_secrets_that_the_settings_name(
    monkeypatch: Monkey,
) -> None:
    one = "@Microsoft.KeyVault(SecretUri=https://kv-eira.vault.azure.net/secrets/anthropic-key)"
    two = "@Microsoft.KeyVault(VaultName=kv-eira;SecretName=google-key)"
    settings = {"Anthropic__ApiKey": one, "Google__ApiKey": two}
    there = subject(monkeypatch, environment=settings)
    plan, _ = build_secrets(there.settings, there.credential)
    assert list(vault.named(there, plan)) == [
        ("Anthropic__ApiKey", "anthropic-key"),
        ("Google__ApiKey", "google-key"),
    ]
