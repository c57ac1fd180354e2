"""How to mend what a service answers: roles to be given, settings to be made, commands."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from cli.deployment.findings import Finding, error, warning
from cli.deployment.subject import Place, Subject, Who
from shared.errors import AppError

DENIED = frozenset({401, 403})
TOO_MANY = 429
MISSING = 404
CAUSES = 8
"""Adapters wrap SDKs, which wrap transports: no chain is longer."""
UNKNOWN = "<{}>"
COSMOS_ROLE = "00000000-0000-0000-0000-000000000002"
"""Cosmos DB Built-in Data Contributor, which is not one of Azure's own roles."""
MINUTES = "roles hold up to ten minutes after they are given"
UP = "./eira up"


@dataclass(frozen=True, slots=True)
class Need:
    """The role without which a service refuses the app, at the resource that `endpoint` names.
    `for_people`: who deploys has it as well (infra/)."""

    role: str
    resource: str
    endpoint: str
    for_people: bool = False

    @property
    def name(self) -> str:
        """Azure's services are called by the first part of their hosts."""
        return (urlsplit(self.endpoint).hostname or "").partition(".")[0]


SEARCH_DATA = "Search Index Data Contributor"
SEARCH_SERVICE = "Search Service Contributor"
MODELS = "Cognitive Services OpenAI User"
SAFETY = "Cognitive Services User"
VAULT = "Key Vault Secrets User"
COSMOS = "Cosmos DB Built-in Data Contributor"

SEARCH_KIND = "Microsoft.Search/searchServices"
ACCOUNT_KIND = "Microsoft.CognitiveServices/accounts"
VAULT_KIND = "Microsoft.KeyVault/vaults"
COSMOS_KIND = "Microsoft.DocumentDB/databaseAccounts"


def status_of(failed: BaseException) -> int | None:
    """The HTTP status behind an error, however often it was translated; None of what had none."""
    one: BaseException | None = failed
    for _ in range(CAUSES):
        if one is None:
            return None
        if isinstance(status := getattr(one, "status_code", None), int):
            return status
        one = one.__cause__ or one.__context__
    return None


def kind_of(failed: BaseException) -> str:
    """The name of the innermost error's class: its text may quote what nobody should read."""
    one = failed
    for _ in range(CAUSES):
        if (inner := one.__cause__) is None:
            break
        one = inner
    return type(one).__name__


def why(failed: BaseException) -> str:
    """Our own errors quote nobody."""
    return str(failed) if isinstance(failed, AppError) else kind_of(failed)


def assigning(need: Need, who: Who | None, place: Place) -> str:
    """The command that gives the role."""
    principal = who.object_id if who else UNKNOWN.format("object id")
    group = place.value("AZURE_RESOURCE_GROUP", UNKNOWN.format("resource group"))
    if need.role == COSMOS:
        return (
            f"az cosmosdb sql role assignment create --resource-group {group} --account-name "
            f"{need.name} --role-definition-id {COSMOS_ROLE} --principal-id {principal} "
            f"--scope /dbs/{place.value('Cosmos__Database', 'eira')}"
        )
    subscription = place.value("AZURE_SUBSCRIPTION_ID", UNKNOWN.format("subscription"))
    kind = "ServicePrincipal" if who is None or who.is_program else "User"
    scope = f"/subscriptions/{subscription}/resourceGroups/{group}/providers/{need.resource}"
    return (
        f'az role assignment create --role "{need.role}" --assignee-object-id {principal} '
        f"--assignee-principal-type {kind} --scope {scope}/{need.name}"
    )


async def failed_at(
    area: str, tried: str, failed: BaseException, subject: Subject, need: Need | None = None
) -> Finding:
    """What an error of a service means, by its status."""
    place, status = subject.place, status_of(failed)
    if status in DENIED and need is not None and not place.local:
        return _denied(area, tried, status, need, await subject.who, place)
    if status == TOO_MANY:
        what = "it answers 429: as much is asked of it as it may be"
        return warning(area, what, tried, "wait, or raise its capacity (docs/deployment.md)")
    answer = f"it answers {status}" if status else f"it cannot be asked: {why(failed)}"
    if place.local:
        return error(area, answer, tried, _again(area))
    if status is None:
        return error(area, answer, tried, "the findings on identity and reachability say why")
    return error(area, answer, tried)


def _denied(
    area: str, tried: str, status: int | None, need: Need, who: Who | None, place: Place
) -> Finding:
    name = who.name if who else "whoever is signed in"
    what = f"it answers {status}: {name} has not the role {need.role}"
    mend = [assigning(need, who, place), MINUTES]
    if place.is_private:
        mend.append("or this is outside of the private network, where nobody may")
    if who is not None and not who.is_program and not need.for_people:
        what += ", which the app needs and people do not; whether the app has it says 'roles'"
        return warning(area, what, tried, *mend)
    return error(area, what, tried, *mend)


def _again(area: str) -> str:
    return f"{UP} starts everything anew; what the service says is in .eira/logs ({area})"
