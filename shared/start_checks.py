"""What an app must not start with, wherever it is not somebody's own machine."""

import ipaddress
import re
from collections.abc import Iterator, Mapping

from shared.errors import ConfigurationError
from shared.settings import Settings

DEVELOPMENT = ("AZURE_FUNCTIONS_ENVIRONMENT", "Development")
SIGNS_IN = ("WEBSITE_AUTH_ENABLED", "True")
"""Set by App Service where its authentication is on."""
OF_ANYBODY = {"common", "organizations", "consumers", "*"}
"""Entra ID's names for whoever has an account."""
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


def _insecure(
    settings: Settings, written: Mapping[str, str], environment: Mapping[str, str]
) -> Iterator[str]:
    if not settings.auth.audience.strip():
        yield "setting Auth__Audience is empty: tokens for any program would be taken"
    for tenant in settings.auth.tenants:
        if tenant.lower() in OF_ANYBODY or not tenant.strip():
            yield f"setting Auth__Tenants: {tenant!r} is no tenant's id, it would let anybody in"
    if _is(environment, DEVELOPMENT):
        return
    if settings.auth.app_service and not _is(environment, SIGNS_IN):
        yield (
            "setting Auth__AppService: App Service authentication is off here "
            "(WEBSITE_AUTH_ENABLED), so that anybody could send its header"
        )
    for rule in settings.tools.http_allowed:
        plain = rule.host.removeprefix("http://")
        if rule.credential and plain != rule.host and not _is_here(plain.partition(":")[0]):
            yield f"setting Tools__HttpAllowed: {rule.credential} would go to {plain} unencrypted"
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


def _is_here(host: str) -> bool:
    """This machine: nobody listens in between."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
