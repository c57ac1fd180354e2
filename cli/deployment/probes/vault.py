"""Key Vault: every secret that the settings name can be had. None is shown, not even its length."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace

from cli.deployment.findings import Finding, error, ok
from cli.deployment.mending import DENIED, VAULT, VAULT_KIND, Need, failed_at, status_of
from cli.deployment.subject import Subject, Who
from shared.bootstrap import build_secrets
from shared.credentialing import CredentialPlan, in_vault
from shared.errors import SecretError

AREA = "keyvault"
UNAUTHORIZED = 401
_REFERENCE = re.compile(
    r"@Microsoft\.KeyVault\((?:.*SecretUri=https://[^/]+/secrets/|.*SecretName=)([\w-]+)", re.I
)
"""An app setting whose value the platform puts in: learn.microsoft.com, "Use Key Vault
references as app settings"."""

type Get = Callable[[str], Awaitable[object]]
"""A secret by its name; raises SecretError."""


def named(subject: Subject, plan: CredentialPlan) -> Iterator[tuple[str, str]]:
    """What the settings name, and the name of the secret: by profiles, aliases and references."""
    yield from in_vault(plan)
    for name, value in subject.place.environment.items():
        if found := _REFERENCE.match(value):
            yield name, found[1]


async def look(subject: Subject) -> list[Finding]:
    uri = subject.settings.key_vault.uri
    plan, credentials = build_secrets(subject.settings, subject.credential)
    try:
        wanted = list(named(subject, plan))
        if uri is None or credentials.secrets is None:
            lacking = [error(AREA, _unnamed(where), "the settings") for where, _ in wanted]
            return lacking or [ok(AREA, "the settings name no secret of a vault")]
        return await examined(credentials.secrets.get, wanted, subject, uri)
    finally:
        await credentials.close()


def _unnamed(where: str) -> str:
    return f"{where} names a secret, and KeyVault__Uri no vault"


async def examined(
    get: Get, wanted: list[tuple[str, str]], subject: Subject, uri: str
) -> list[Finding]:
    if not wanted:
        return [ok(AREA, "the settings name no secret of a vault")]
    need = Need(VAULT, VAULT_KIND, uri, for_people=True)

    async def one(where: str, name: str) -> Finding | None:
        tried = f"the secret {name} of {uri}, which {where} names"
        try:
            await get(name)
        except SecretError as failed:
            if status_of(failed) == UNAUTHORIZED and not subject.place.local:
                return error(AREA, _foreign(await subject.who), tried, _whose(need))
            if failed.retryable or status_of(failed) in DENIED:
                return await failed_at(AREA, tried, failed, subject, need)
            return error(AREA, f"{where}: {failed}", tried, _setting(name, subject, need))
        return None

    found = await asyncio.gather(*(one(*each) for each in wanted))
    wrong = _once([each for each in found if each is not None])
    return wrong or [ok(AREA, f"all {len(wanted)} secrets that the settings name can be had")]


def _once(found: list[Finding]) -> list[Finding]:
    """What the vault answers for every secret alike is one finding."""
    alike: dict[Finding, list[str]] = {}
    for each in found:
        tried = alike.setdefault(replace(each, tried=""), [])
        if each.tried not in tried:
            tried.append(each.tried)
    return [replace(each, tried="; ".join(tried)) for each, tried in alike.items()]


def _foreign(who: Who | None) -> str:
    whose = f"{who.name} of tenant {who.tenant_id}" if who else "whoever is signed in"
    return f"it answers 401: it takes no token of {whose}"


def _whose(need: Need) -> str:
    return (
        "it takes those of its own tenant only: "
        f"az keyvault show --name {need.name} --query properties.tenantId; az login --tenant …"
    )


def _setting(name: str, subject: Subject, need: Need) -> str:
    if subject.place.local:
        return f'put "{name}" under keyvault, secrets, in demo/cloud.json, and run ./eira up again'
    return f"az keyvault secret set --vault-name {need.name} --name {name} --file FILE"
