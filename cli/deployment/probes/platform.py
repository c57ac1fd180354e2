"""What only Azure's management knows: the app's own roles, Event Grid's subscription, the hub."""

from collections.abc import Iterator, Mapping

import aiohttp
from pydantic import JsonValue

from cli.deployment.azure_cli import AzError
from cli.deployment.findings import Finding, error, ok, warning
from cli.deployment.mending import (
    ACCOUNT_KIND,
    COSMOS,
    COSMOS_KIND,
    COSMOS_ROLE,
    MODELS,
    SAFETY,
    SEARCH_DATA,
    SEARCH_KIND,
    VAULT,
    VAULT_KIND,
    Need,
    assigning,
    kind_of,
)
from cli.deployment.subject import Az, Place, Subject, Who
from shared.settings import Settings

ROLES, EVENTS, HUB = "roles", "events", "durable"
SUBSCRIPTION = "erp-events"
"""As infra/erp-subscription.bicep calls it."""
KEY = "durabletask_extension"
INSTANCES = "/runtime/webhooks/durabletask/instances?top=1"
LOCAL_DELIVERIES = "/_emulator/deliveries"
SECONDS = 30.0


async def look_at_roles(subject: Subject, az: Az) -> list[Finding]:
    """Those of the identity that the app signs in as, whoever asks."""
    place = subject.place
    group, name = place.value("AZURE_RESOURCE_GROUP"), place.value("AZURE_FUNCTION_APP")
    try:
        shown = await az("functionapp", "identity", "show", "-g", group, "-n", name)
        principals = tuple(_principals(shown))
        if not principals:
            what = f"the Function App {name} has no identity"
            return [error(ROLES, what, "az functionapp identity show", "azd provision")]
        given = [each for one in principals for each in await _roles_of(az, one)]
        cosmos = await _cosmos_principals(az, group, subject.settings)
    except AzError as failed:
        return [_silent(ROLES, failed)]
    app = Who(f"the app {name}", principals[0], "", is_program=True, credential="")
    return list(lacking(needs(subject.settings), given, bool(cosmos & set(principals)), app, place))


def needs(settings: Settings) -> Iterator[Need]:
    """What the app has to be allowed, as far as the settings say that it asks."""
    yield Need(COSMOS, COSMOS_KIND, settings.cosmos.endpoint)
    if not settings.azure_search.api_key:
        yield Need(SEARCH_DATA, SEARCH_KIND, settings.azure_search.endpoint)
    if settings.azure_openai.endpoint and not settings.azure_openai.api_key:
        yield Need(MODELS, ACCOUNT_KIND, settings.azure_openai.endpoint)
    if settings.key_vault.uri:
        yield Need(VAULT, VAULT_KIND, settings.key_vault.uri)
    moderation = settings.moderation
    if moderation.provider == "content-safety" and moderation.endpoint and not moderation.api_key:
        yield Need(SAFETY, ACCOUNT_KIND, moderation.endpoint)


def lacking(
    wanted: Iterator[Need], given: list[tuple[str, str]], cosmos: bool, app: Who, place: Place
) -> Iterator[Finding]:
    """`given` are roles with their scopes, which reach all that lies below."""
    tried = "az role assignment list, az cosmosdb sql role assignment list"
    every = list(wanted)
    missing = [
        need
        for need in every
        if not (cosmos if need.role == COSMOS else any(_reaches(need, *each) for each in given))
    ]
    for need in missing:
        what = f"{app.name} has not the role {need.role} at {need.name}"
        yield error(ROLES, what, tried, assigning(need, app, place), "or azd provision")
    if not missing:
        yield ok(ROLES, f"{app.name} has all {len(every)} roles that its settings need")


def _reaches(need: Need, role: str, scope: str) -> bool:
    resource = f"/providers/{need.resource}/{need.name}".lower()
    above = "/providers/" not in scope.lower()
    return role == need.role and (above or scope.lower().endswith(resource))


def _principals(shown: JsonValue) -> Iterator[str]:
    """Of the identities that users assigned, then of the app's own."""
    if not isinstance(shown, dict):
        return
    assigned = shown.get("userAssignedIdentities")
    for each in assigned.values() if isinstance(assigned, dict) else ():
        if isinstance(each, dict) and each.get("principalId"):
            yield str(each["principalId"])
    if shown.get("principalId"):
        yield str(shown["principalId"])


async def _roles_of(az: Az, principal: str) -> list[tuple[str, str]]:
    found = await az("role", "assignment", "list", "--assignee-object-id", principal, "--all")
    return [
        (str(each["roleDefinitionName"]), str(each["scope"]))
        for each in (found if isinstance(found, list) else ())
        if isinstance(each, dict) and {"roleDefinitionName", "scope"} <= each.keys()
    ]


async def _cosmos_principals(az: Az, group: str, settings: Settings) -> set[str]:
    name = Need(COSMOS, COSMOS_KIND, settings.cosmos.endpoint).name
    found = await az("cosmosdb", "sql", "role", "assignment", "list", "-g", group, "-a", name)
    return {
        str(each.get("principalId"))
        for each in (found if isinstance(found, list) else ())
        if isinstance(each, dict) and str(each.get("roleDefinitionId")).endswith(COSMOS_ROLE)
    }


async def look_at_events(place: Place, az: Az) -> list[Finding]:
    """Whether the ERP's topic brings its events to the app."""
    group, topic = place.value("AZURE_RESOURCE_GROUP"), place.value("ERP_TOPIC")
    if not topic:
        what = "azd does not know by which topic the events of the ERP come"
        mend = "azd provision puts ERP_TOPIC out; azd env refresh brings it here"
        return [warning(EVENTS, what, "ERP_TOPIC of azd", mend)]
    words = ("eventgrid", "topic", "event-subscription", "list", "-g", group, "--topic-name", topic)
    try:
        found = await az(*words)
    except AzError as failed:
        return [_silent(EVENTS, failed)]
    named = [each for each in (found if isinstance(found, list) else ()) if isinstance(each, dict)]
    mine = next((each for each in named if each.get("name") == SUBSCRIPTION), None)
    tried, mend = f"az {' '.join(words)}", "azd hooks run postdeploy makes it"
    if mine is None:
        what = f"the topic {topic} has no subscription {SUBSCRIPTION}: no event of the ERP arrives"
        return [error(EVENTS, what, tried, mend)]
    if mine.get("provisioningState") != "Succeeded":
        what = f"the subscription {SUBSCRIPTION} is {mine.get('provisioningState')}"
        return [error(EVENTS, what, tried, mend)]
    return [ok(EVENTS, f"the topic {topic} has its subscription to erp_event")]


async def look_at_hub(place: Place, az: Az) -> list[Finding]:
    """Durable's hub, by the host's own routes, with its system key; which is not told."""
    group, name = place.value("AZURE_RESOURCE_GROUP"), place.value("AZURE_FUNCTION_APP")
    try:
        keys = await az("functionapp", "keys", "list", "-g", group, "-n", name)
    except AzError as failed:
        return [_silent(HUB, failed)]
    system = keys.get("systemKeys") if isinstance(keys, dict) else None
    key = system.get(KEY) if isinstance(system, dict) else None
    if not key:
        what = f"the host has no system key {KEY}: Durable has not started there"
        mend = f"az functionapp restart -g {group} -n {name}; az webapp log tail says the rest"
        return [error(HUB, what, "az functionapp keys list", mend)]
    return [await ask_hub(place, {"x-functions-key": str(key)})]


async def ask_hub(place: Place, headers: Mapping[str, str]) -> Finding:
    """One instance of its list, whichever; without a key on one's own machine."""
    tried = f"GET {place.app}{INSTANCES}"
    mend = (
        "./eira up; what the host says is in .eira/logs/host.log"
        if place.local
        else "the scheduler has to be reachable and the app to have its role (docs/deployment.md)"
    )
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(f"{place.app}{INSTANCES}", headers=dict(headers)) as response,
        ):
            status = response.status
    except (aiohttp.ClientError, TimeoutError) as failed:
        return error(HUB, f"the hub cannot be asked ({kind_of(failed)})", tried, mend)
    if status == 200:
        return ok(HUB, "the hub answers")
    return error(HUB, f"the hub answers {status}", tried, mend)


async def look_at_local_events(url: str) -> list[Finding]:
    """What the local Event Grid says of its subscriptions."""
    tried = f"GET {url}{LOCAL_DELIVERIES}"
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(f"{url}{LOCAL_DELIVERIES}") as response,
        ):
            told = await response.json()
    except (aiohttp.ClientError, TimeoutError, ValueError) as failed:
        what = f"the local Event Grid does not answer ({kind_of(failed)})"
        return [error(EVENTS, what, tried, "./eira up starts it anew")]
    if told.get("dead"):
        what = f"{told['dead']} events of the ERP were given up"
        mend = "why is in .eira/logs/host.log; ./eira up --fresh forgets them"
        return [warning(EVENTS, what, tried, mend)]
    return [ok(EVENTS, f"the ERP's events come, {told.get('pending', 0)} of them are under way")]


def _silent(area: str, failed: AzError) -> Finding:
    what = "the Azure CLI does not tell it"
    mend = "az login with somebody who may read the resource group; then by hand: "
    return warning(area, what, failed.command, mend + failed.command)
