"""The ERP: whether it answers, and lets the app's identity in."""

import aiohttp
from azure.core.exceptions import AzureError

from cli.deployment.findings import Finding, error, ok, warning
from cli.deployment.mending import kind_of
from cli.deployment.subject import Subject
from shared.contracts.tools import Pack
from shared.packs import PACKS, FolderPacks

AREA = "erp"
SECONDS = 20.0
NO_JSON_TEST = 500
READER = "doctor"
"""On whose behalf it is asked; nobody of this name has a record."""


async def look(subject: Subject) -> list[Finding]:
    settings = subject.settings
    packs = FolderPacks(PACKS, settings.packs.version)
    path = readable(packs.get(packs.current))
    tried = f"GET {settings.erp.base_url}{path} with a token for {settings.erp.scope}"
    try:
        token = (await subject.credential.get_token(settings.erp.scope)).token
    except AzureError:
        what = f"there is no token for {settings.erp.scope}"
        mend = "Erp__Scope ends in /.default and begins with the ERP's Application ID URI"
        return [await _for_people(error(AREA, what, tried, mend), subject)]
    headers = {
        "Authorization": f"Bearer {token}",
        "x-tenant-id": settings.auth.tenants[0],
        "x-user-id": READER,
    }
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(
                f"{settings.erp.base_url.rstrip('/')}{path}",
                params={"limit": "1"},
                headers=headers,
                allow_redirects=False,
            ) as response,
        ):
            status = response.status
    except (aiohttp.ClientError, TimeoutError) as failed:
        what = f"it does not answer ({kind_of(failed)})"
        return [error(AREA, what, tried, *_where(subject))]
    return [await judged(status, tried, subject)]


def readable(pack: Pack) -> str:
    """The path of what may be asked without naming anything; the root if there is none."""
    for tool in pack.tools.values():
        plain = tool.kind == "rest" and not tool.effect and not tool.arguments.get("required")
        if plain and tool.rest.method == "GET" and "{" not in tool.rest.path:
            return tool.rest.path
    return "/"


async def judged(status: int, tried: str, subject: Subject) -> Finding:
    match status:
        case 401 | 403:
            what = f"it answers {status}: it does not let this identity in"
            mend = (
                "the ERP's app registration gives the identity the app role that its API asks for "
                "(docs/deployment.md); Erp__Scope names that registration"
            )
            return await _for_people(error(AREA, what, tried, mend), subject)
        case 404:
            return error(AREA, "it answers 404", tried, *_where(subject))
        case _ if status >= NO_JSON_TEST:
            return error(AREA, f"it answers {status}", tried, *_where(subject))
        case _:
            return ok(AREA, f"it answers {status}")


async def _for_people(finding: Finding, subject: Subject) -> Finding:
    """The ERP knows the app; whether it knows who examines the app, is another matter."""
    who = await subject.who
    if who is None or who.is_program:
        return finding
    said = f"{finding.what}, which is {who.name}'s and not the app's"
    return warning(finding.area, said, finding.tried, *finding.mend)


def _where(subject: Subject) -> tuple[str, ...]:
    if subject.place.local:
        return ("./eira up starts it anew; what it says is in .eira/logs",)
    return ("Erp__BaseUrl says where its REST API lies, without a trailing slash",)
