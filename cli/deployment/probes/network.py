"""Reachability: names, TLS, private addresses, and the clocks at the other ends."""

import asyncio
import ipaddress
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import aiohttp

from cli.deployment.findings import Finding, error, ok, warning
from cli.deployment.mending import kind_of
from cli.deployment.subject import Place, Subject
from shared.settings import Settings

AREA = "reachability"
CLOCK = "clock"
SECONDS = 30.0
SKEW_SECONDS = 60.0
"""What verifying tokens forgives (shared/identity/entra.py)."""
OF_PRIVATE_NETWORKS = frozenset(
    {"AzureSearch__Endpoint", "Cosmos__Endpoint", "KeyVault__Uri", "AzureOpenAI__Endpoint",
     "Moderation__Endpoint"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reached:
    """What came back from an address: the clock's difference in seconds if its answer told the
    time, where its name leads to; or what went wrong."""

    setting: str
    url: str
    skew: float | None = None
    addresses: tuple[str, ...] = ()
    wrong: Finding | None = None


async def look(subject: Subject) -> list[Finding]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS)) as session:
        wanted = endpoints(subject.settings, subject.place).items()
        reached = await asyncio.gather(
            *(_reach(session, setting, url, subject.place) for setting, url in wanted)
        )
    return [*judged(reached, subject.place), *clocks(reached)]


def endpoints(settings: Settings, place: Place) -> Mapping[str, str]:
    """Every service that the app asks, by the setting that says where it is."""
    openai = None if settings.azure_openai.endpoint else settings.openai.base_url
    found = {
        "AzureOpenAI__Endpoint": settings.azure_openai.endpoint,
        "OpenAI__BaseUrl": openai,
        "AzureSearch__Endpoint": settings.azure_search.endpoint,
        "Cosmos__Endpoint": settings.cosmos.endpoint,
        "KeyVault__Uri": settings.key_vault.uri,
        "Moderation__Endpoint": settings.moderation.endpoint,
        "Erp__BaseUrl": settings.erp.base_url,
        "Auth__Authority": settings.auth.authority,
        "EIRA_URL (--app)": place.app,
    }
    servers = {
        f"Tools__McpServers: {name}": server.url
        for name, server in settings.tools.mcp_servers.items()
    }
    return {name: url for name, url in (found | servers).items() if url}


async def _reach(session: aiohttp.ClientSession, setting: str, url: str, place: Place) -> Reached:
    """Any answer will do: who asks without a token is refused, by somebody who is there."""
    tried = f"GET {url}"
    try:
        begin = time.time()
        async with session.get(url, allow_redirects=False) as response:
            told, end = response.headers.get("Date"), time.time()
        return Reached(setting, url, _skew(told, begin, end), await _addresses(url))
    except (aiohttp.ClientError, TimeoutError) as failed:
        return Reached(setting, url, wrong=_unreachable(setting, url, failed, tried, place))


def _skew(told: str | None, begin: float, end: float) -> float | None:
    """Seconds by which the other clock is ahead; an answer is told to the second."""
    try:
        there = parsedate_to_datetime(told or "").timestamp()
    except ValueError:
        return None
    return there - end if there > end else min(there + 1 - begin, 0.0)


async def _addresses(url: str) -> tuple[str, ...]:
    place = urlsplit(url)
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(place.hostname, place.port or 443, type=socket.SOCK_STREAM)
    except OSError:
        # Behind a proxy, names mean nothing here.
        return ()
    return tuple(dict.fromkeys(str(each[4][0]) for each in found))


def _unreachable(
    setting: str, url: str, failed: BaseException, tried: str, place: Place
) -> Finding:
    host = urlsplit(url).hostname
    where = "./eira up starts it" if place.local else f"{setting} says where it is"
    match failed:
        case aiohttp.ClientConnectorDNSError():
            private = "inside of the private network its zone tells the name" * place.is_private
            return error(AREA, f"there is no host {host}", tried, *filter(None, (where, private)))
        case aiohttp.ClientConnectorCertificateError():
            what = f"the certificate of {host} is not trusted here"
            mend = "SSL_CERT_FILE names the authorities that are; a proxy may stand in between"
            return error(AREA, what, tried, mend)
        case aiohttp.ClientSSLError():
            return error(AREA, f"{host} does not speak TLS as it should", tried, where)
        case TimeoutError():
            firewall = "a firewall that drops what it does not let through answers like this"
            return error(AREA, f"{host} does not answer", tried, where, firewall)
        case _:
            return error(AREA, f"{host} cannot be reached ({kind_of(failed)})", tried, where)


def judged(reached: list[Reached], place: Place) -> Iterator[Finding]:
    wrong = [each.wrong for each in reached if each.wrong is not None]
    yield from wrong
    for each in reached:
        public = [at for at in each.addresses if not ipaddress.ip_address(at).is_private]
        if place.is_private and each.setting in OF_PRIVATE_NETWORKS and public:
            what = f"{urlsplit(each.url).hostname} leads to {public[0]}, which is not private"
            mend = "look from inside of the network, whose DNS zones lead to private endpoints"
            yield warning(AREA, what, f"the addresses of {each.setting}", mend)
    if not wrong:
        yield ok(AREA, f"all {len(reached)} services answer")


def clocks(reached: list[Reached]) -> Iterator[Finding]:
    """One is enough to be wrong: then it is that one. All of them: it is ours."""
    told = {each.url: each.skew for each in reached if each.skew is not None}
    tried = f"the time in {len(told)} answers"
    far = {url: skew for url, skew in told.items() if abs(skew) > SKEW_SECONDS}
    if far:
        url, skew = max(far.items(), key=lambda each: abs(each[1]))
        way = "behind" if skew > 0 else "ahead of"
        what = f"this machine's clock is {abs(skew):.0f} s {way} that of {urlsplit(url).hostname}"
        mend = "timedatectl set-ntp true; tokens are refused beyond a minute"
        yield (error if len(far) == len(told) else warning)(CLOCK, what, tried, mend)
    elif told:
        yield ok(CLOCK, "no clock is more than a minute off")
