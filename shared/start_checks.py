"""What an app must not start with, wherever it is not somebody's own machine."""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from shared.errors import ConfigurationError
from shared.own_machine import is_own_machine, says_development
from shared.settings import Settings, get_settings

SIGNS_IN = ("WEBSITE_AUTH_ENABLED", "True")
"""Set by App Service where its authentication is on."""
OF_ANYBODY = {
    "common",
    "organizations",
    "consumers",
    "9188040d-6c67-4c5b-b112-36a304b66dad",
    "*",
    "",
}
"""Entra ID's names for whoever has an account; the long one is the tenant of all personal ones."""
OF_MICROSOFT = ("https://graph.microsoft.com", "https://management.azure.com")
"""Whoever has an account gets tokens for these, and any program that asks."""
WHAT_AGENTS_READ = ("tools__httpallowed", "tools__httpprivatehosts")
"""Nothing of ours is sent there, unless a rule has a credential: whether such a service has TLS is
its operator's affair."""
_PLAIN = re.compile(r"http://([^\s/:\"',\]}]+)", re.IGNORECASE)


def check_secure(
    settings: Settings, written: Mapping[str, str], environment: Mapping[str, str]
) -> None:
    """`written` are our settings as they are written, `environment` what the platform says.
    Raises ConfigurationError telling everything that is insecure, by the setting's name."""
    if wrong := tuple(_insecure(settings, written, environment)):
        raise ConfigurationError("the app does not start insecurely: " + "; ".join(wrong))


def read_settings(written: Mapping[str, str], environment: Mapping[str, str]) -> Settings:
    """Raises ConfigurationError telling what is wrong, and what is insecure about it besides."""
    try:
        return get_settings()
    except ConfigurationError as wrong:
        insecure = () if is_own_machine(environment) else tuple(_plain(written))
        raise ConfigurationError(str(wrong), (*wrong.others, *insecure)) from wrong


def check_told_by_us(settings: Settings) -> None:
    """Raises ConfigurationError where the worker would tell of everything that libraries log and
    request, people's words among it."""
    if settings.worker_telemetry:
        raise ConfigurationError(
            "setting PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY: the app tells Application "
            "Insights itself (APPLICATIONINSIGHTS_CONNECTION_STRING); leave it out"
        )


def _insecure(
    settings: Settings, written: Mapping[str, str], environment: Mapping[str, str]
) -> Iterator[str]:
    yield from _open_to_anybody(settings)
    if not is_own_machine(environment):
        yield from _believed(settings, environment)
        yield from _unencrypted(settings, written)


def _open_to_anybody(settings: Settings) -> Iterator[str]:
    audience = settings.auth.audience.strip().rstrip("/")
    if not audience.removeprefix("api:"):
        yield "setting Auth__Audience is empty: tokens for any program would be taken"
    if audience.lower() in OF_MICROSOFT:
        yield f"setting Auth__Audience: {audience} is not this app; tokens for it are everywhere"
    for tenant in settings.auth.tenants:
        if tenant.strip().lower() in OF_ANYBODY:
            yield f"setting Auth__Tenants: {tenant!r} is no tenant's id, it would let anybody in"


def _believed(settings: Settings, environment: Mapping[str, str]) -> Iterator[str]:
    """What may only be believed on one's own machine."""
    if says_development(environment):
        yield (
            "setting AZURE_FUNCTIONS_ENVIRONMENT: Development is for one's own machine, "
            "and this is Azure"
        )
    if settings.auth.app_service and not _is(environment, SIGNS_IN):
        yield (
            "setting Auth__AppService: App Service authentication is off here "
            "(WEBSITE_AUTH_ENABLED), so that anybody could send its header"
        )
    vault = settings.key_vault
    if vault.uri and not vault.verify_challenge_resource and not _is_here(_host(vault.uri)):
        yield (
            "setting KeyVault__VerifyChallengeResource: false is for the local platform only; "
            "a token for another vault would go to whoever asks for it"
        )


def _unencrypted(settings: Settings, written: Mapping[str, str]) -> Iterator[str]:
    for rule in settings.tools.http_allowed:
        plain = rule.host.removeprefix("http://")
        if rule.credential and plain != rule.host and not _is_here(plain.partition(":")[0]):
            yield f"setting Tools__HttpAllowed: {rule.credential} would go to {plain} unencrypted"
    yield from _plain(written)


def _plain(written: Mapping[str, str]) -> Iterator[str]:
    for name, value in written.items():
        if name.lower() not in WHAT_AGENTS_READ:
            yield from (
                f"setting {name}: http://{host} is not encrypted; use https"
                for host in _PLAIN.findall(value)
                if not _is_here(host)
            )


def _is(environment: Mapping[str, str], wanted: tuple[str, str]) -> bool:
    name, value = wanted
    return environment.get(name, "").lower() == value.lower()


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _is_here(host: str) -> bool:
    """This machine: nobody listens in between."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
