"""Who is signed in, by which credential, of which tenant."""

import asyncio
from typing import TYPE_CHECKING

import jwt
from azure.core.exceptions import ClientAuthenticationError

from cli.deployment.findings import Finding, error, ok, warning
from cli.deployment.subject import Place, Subject, Who
from shared.settings import Settings

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

SCOPE = "https://search.azure.com/.default"
"""Of a service that every deployment has."""
SECONDS = 30.0
MANAGED = ("IDENTITY_ENDPOINT", "MSI_ENDPOINT")
"""Set where the platform signs in by a managed identity: there nobody logs in."""
MANAGED_MEND = (
    "the managed identity gives no token: AZURE_CLIENT_ID has to be the client id of one that is "
    "assigned to this app, or to be left out for the app's own"
)
TRIED = f"DefaultAzureCredential: a token for {SCOPE}"


async def find_out(credential: "AsyncTokenCredential") -> Who | None:
    """None when nobody is signed in."""
    try:
        async with asyncio.timeout(SECONDS):
            token = (await credential.get_token(SCOPE)).token
        claims = jwt.decode(token, options={"verify_signature": False})
    except (ClientAuthenticationError, jwt.InvalidTokenError, TimeoutError):
        return None
    names = ("upn", "unique_name", "preferred_username", "app_displayname", "azp", "appid")
    used = getattr(credential, "_successful_credential", credential)
    return Who(
        name=str(next((claims[each] for each in names if claims.get(each)), "somebody")),
        object_id=str(claims.get("oid", "")),
        tenant_id=str(claims.get("tid", "")),
        is_program=claims.get("idtyp") == "app" or not claims.get("scp"),
        credential=type(used).__name__,
    )


async def look(subject: Subject) -> list[Finding]:
    place, who = subject.place, await subject.who
    if who is None:
        return [_nobody(place, asks_with_it(subject.settings))]
    kind = "a program" if who.is_program else "a person"
    said = f"{who.name} ({kind}, {who.object_id}) of tenant {who.tenant_id}, by {who.credential}"
    wanted = place.value("AZURE_TENANT_ID")
    if wanted and who.tenant_id and wanted.lower() != who.tenant_id.lower():
        mend = f"az login --tenant {wanted}"
        return [warning("identity", f"{said}; the deployment is of {wanted}", TRIED, mend)]
    return [ok("identity", said)]


def asks_with_it(settings: Settings) -> tuple[str, ...]:
    """The services that are asked by who is signed in, as no key of theirs is set."""
    model = settings.azure_openai if settings.azure_openai.endpoint else settings.openai
    moderation = settings.moderation
    keyed = {
        "search": settings.azure_search.api_key,
        "models": model.api_key,
        "moderation": moderation.api_key or moderation.provider != "content-safety",
    }
    every = ("cosmos", "search", "models", "keyvault", "erp", "moderation")
    return tuple(each for each in every if not keyed.get(each))


def _nobody(place: Place, unasked: tuple[str, ...]) -> Finding:
    what = f"nobody is signed in, so these were not asked: {', '.join(unasked)}"
    if place.local:
        return error("identity", what, TRIED, "./eira up starts the identity service anew")
    if any(place.value(name) for name in MANAGED):
        return error("identity", what, TRIED, MANAGED_MEND)
    tenant = place.value("AZURE_TENANT_ID", "<tenant>")
    return error("identity", what, TRIED, f"az login --tenant {tenant}")
