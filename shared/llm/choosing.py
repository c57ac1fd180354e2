"""Which model answers a call: by what it asks for, and what the settings allow."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from shared.contracts.models import ModelChoice, Provider
from shared.errors import NotAllowedError
from shared.ports import Model

DEFAULT = "default"
REASONING = "reasoning"
ALIASES = (DEFAULT, REASONING)
"""Names for a model of the settings; a provider without such has but one, which both mean."""

_NAME = re.compile(r"[A-Za-z0-9](?:[\w.:@/-]{0,126}[A-Za-z0-9])?")
"""A model, a deployment, or a gateway's path to one; nothing that a URL could stumble over."""


class Connection(Protocol):
    """A client of one provider at one endpoint, for all of its models."""

    def model(self, name: str, version: str | None) -> Model:
        """`version` of the API, of providers that have such."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Offer:
    """A provider that calls may ask for. `name` is the model of the settings, `endpoint` theirs
    (empty for the provider's own); `endpoints` are those that a call may name besides it.
    `connect` raises ConfigurationError when an extra or a setting is missing."""

    name: str
    connect: Callable[[str], Connection]
    endpoint: str = ""
    endpoints: tuple[str, ...] = ()


@dataclass(slots=True)
class OfferedModels:
    """The port `Models`; one client for each provider and endpoint. It belongs to one event loop.

    `default` is the provider of calls that name none. Its models have the `aliases` `default` and
    `reasoning`. `names` are those that a call may ask for, any if there are none.
    """

    default: Provider
    offers: Mapping[Provider, Offer]
    aliases: Mapping[str, str] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    _connections: dict[tuple[Provider, str], Connection] = field(default_factory=dict)

    def get(self, choice: ModelChoice, profile: str | None = None) -> Model:
        provider = choice.provider or self.default
        offer = self.offers.get(provider)
        if offer is None:
            raise NotAllowedError("model_provider_not_allowed", name=provider)
        name = self._name(choice.name, provider, offer)
        endpoint = _endpoint(choice.endpoint, offer)
        connection = self._connections.get((provider, endpoint))
        if connection is None:
            connection = self._connections[provider, endpoint] = offer.connect(endpoint)
        return connection.model(name, choice.api_version)

    async def close(self) -> None:
        while self._connections:
            _, connection = self._connections.popitem()
            await connection.close()

    def _name(self, asked: str | None, provider: Provider, offer: Offer) -> str:
        aliases = self.aliases if provider == self.default else {}
        name = aliases.get((asked or DEFAULT).lower(), asked)
        if name is None or name.lower() in ALIASES:
            return offer.name
        if name == offer.name or name in aliases.values():
            return name
        if not _NAME.fullmatch(name) or ".." in name or (self.names and name not in self.names):
            raise NotAllowedError("model_not_allowed", name=asked)
        return name


def _endpoint(asked: str | None, offer: Offer) -> str:
    """One of the settings' own, as they write it: what a caller wrote is compared, never called."""
    if asked is None:
        return offer.endpoint
    for allowed in (offer.endpoint, *offer.endpoints):
        if allowed and _comparable(allowed) == _comparable(asked):
            return allowed
    raise NotAllowedError("model_endpoint_not_allowed", name=asked)


def _comparable(url: str) -> tuple[str, str, str]:
    """Scheme and host have no case, and a slash at the end says nothing."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ("", "", url)
    rest = f"{parts.path.rstrip('/')}?{parts.query}#{parts.fragment}"
    return (parts.scheme.lower(), parts.netloc.lower(), rest)
