"""Addresses of REST calls that are written out, and where the settings let nobody call."""

import re
from collections.abc import Iterator, Sequence

from shared.contracts.flows.document import AllowedHost
from shared.contracts.flows.nodes import RestCallNode
from shared.flows.findings import Finding, Place, error
from shared.flows.templates import Placeholder, TemplateError, parse

SCHEMES = ("https://", "http://")
_ORIGIN = re.compile(r"(https?)://([^/?#]*)", re.IGNORECASE)
_PORTS = {"https": ":443", "http": ":80"}
LONGEST_NAME = 128


def address_findings(
    node: RestCallNode, hosts: Sequence[AllowedHost], place: Place
) -> Iterator[Finding]:
    """By host and method; the path is looked at when it is called."""
    origin = _written_origin(node.url)
    if origin is None:
        return
    allowed = [each for each in hosts if _is_at(origin, each.origin)]
    if not allowed:
        yield error("not_allowed", (*place, "url"), name=origin[:LONGEST_NAME])
    elif not any(node.method in each.methods for each in allowed):
        name = f"{node.method} {origin}"[:LONGEST_NAME]
        yield error("not_allowed", (*place, "method"), name=name)


def host_findings(url: object, hosts: Sequence[AllowedHost], place: Place) -> Iterator[Finding]:
    """Of an address that a call binds for the tool `http`: whatever the scheme and the port."""
    origin = _written_origin(url) if isinstance(url, str) else None
    if origin is None:
        return
    name, _ = _host(origin.partition("://")[2])
    if not any(_is_below(name, _host(each.origin.partition("://")[2])[0]) for each in hosts):
        yield error("not_allowed", place, name=origin[:LONGEST_NAME])


def _written_origin(url: str) -> str | None:
    """Scheme and host in lower case, without a usual port and without the name of a user; of what
    is no address all of it. None where it depends on variables."""
    try:
        parts = parse(url)
    except TemplateError:
        return None
    first, alone = (parts[0], len(parts) == 1) if parts else ("", True)
    if isinstance(first, Placeholder):
        return None
    found = _ORIGIN.match(first)
    if found is None:
        may_be_one = any(each.startswith(first.lower()) for each in SCHEMES)
        return None if may_be_one and not alone else first
    if found.end() == len(first) and not alone:
        return None
    scheme = found[1].lower()
    user, at, host = found[2].lower().rpartition("@")
    return f"{scheme}://{'…@' if at else user}{host.removesuffix(_PORTS[scheme])}"


def _is_at(origin: str, allowed: str) -> bool:
    scheme, _, authority = allowed.partition("://")
    given_scheme, _, given = origin.partition("://")
    name, port = _host(authority)
    given_name, given_port = _host(given)
    return (given_scheme, given_port) == (scheme, port) and _is_below(given_name, name)


def _host(authority: str) -> tuple[str, str]:
    """Name and port, which is empty for the usual one."""
    name, _, port = authority.partition(":")
    return name, port


def _is_below(name: str, pattern: str) -> bool:
    if pattern.startswith("*."):
        return name.endswith(pattern[1:]) and name != pattern[1:]
    return name == pattern
