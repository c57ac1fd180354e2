"""The app itself: its health over HTTP, and what it says it works with."""

from collections.abc import Mapping

import aiohttp

from cli.deployment.findings import Finding, error, ok, warning
from cli.deployment.mending import kind_of
from cli.deployment.subject import Place
from shared.packs import PACKS, FolderPacks
from shared.settings import Settings

AREA = "app"
SECONDS = 30.0
"""The first one may wake an instance up."""
WAY_TO_HEALTH = "/api/health"


async def look(place: Place, settings: Settings | None) -> list[Finding]:
    """`settings` are None where they could not be read: the app may have others."""
    if place.app is None:
        what = "it is not said where the app is"
        return [warning(AREA, what, "", "./eira doctor --app URL, or --azd for a deployment")]
    tried = f"GET {place.app}{WAY_TO_HEALTH}"
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS)) as session,
            session.get(f"{place.app}{WAY_TO_HEALTH}", allow_redirects=False) as response,
        ):
            status = response.status
            told = await response.json(content_type=None) if status == 200 else None
    except (aiohttp.ClientError, TimeoutError) as failed:
        return [error(AREA, f"it does not answer ({kind_of(failed)})", tried, *_starting(place))]
    except ValueError:
        told = None
    if status != 200:
        return [error(AREA, f"it answers {status}", tried, *_starting(place))]
    if not isinstance(told, dict) or told.get("status") != "ok":
        return [error(AREA, "somebody answers, and it is not this app", tried, *_starting(place))]
    return list(compared(told, settings, tried))


def compared(told: Mapping[str, object], settings: Settings | None, tried: str) -> list[Finding]:
    """What the app says, beside the settings and packs that are known here."""
    version, indexes = told.get("packVersion"), told.get("indexes")
    found = [ok(AREA, f"it answers, with pack {version} and indexes {indexes}")]
    if settings is None:
        return found
    here = FolderPacks(PACKS, settings.packs.version).current
    if version != here:
        what = f"it has pack {version}, and this folder {here}"
        found.append(warning(AREA, what, tried, "azd deploy", "./eira packs load"))
    return found


def _starting(place: Place) -> tuple[str, ...]:
    if place.local:
        return ("./eira up; why the app does not load is in .eira/logs/host.log",)
    name = place.value("AZURE_FUNCTION_APP", "<app>")
    group = place.value("AZURE_RESOURCE_GROUP", "<resource group>")
    return (
        f"az functionapp show -g {group} -n {name} --query state; az functionapp restart …",
        f"az webapp log tail -g {group} -n {name} says what keeps it from starting; azd deploy",
    )
