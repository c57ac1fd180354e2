"""Which model answers a call: by what it asks for, and what the settings allow."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol
from urllib.parse import urlsplit

from shared.contracts.models import ModelChoice, Provider
from shared.errors import NotAllowedError
from shared.llm.bounding import CappedModel, FallingBackModel
from shared.ports import Model

DEFAULT = "default"
REASONING = "reasoning"
ALIASES = (DEFAULT, REASONING)
"""Names for a model of the settings; a provider without such has but one, which both mean."""

_NAME = re.compile(r"[A-Za-z0-9](?:[\w.:@/-]{0,126}[A-Za-z0-9])?")
"""A model, a deployment, or a gateway's path to one; nothing that a URL could stumble over."""


class Connection(Protocol):
    """A client of one provider at one endpoint, for all of its models."""

    def model(self, name: str, version: str | None, *, patient: bool) -> Model:
        """`version` of the API, of providers that have such. Only a `patient` one repeats a call
        that was refused for the moment: behind another, the next is asked sooner."""
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


@dataclass(frozen=True, slots=True)
class Limits:
    """Of an agent profile: most tokens of an answer, and the models that its calls may name."""

    max_tokens: int | None = None
    names: frozenset[str] = frozenset()


@dataclass(slots=True)
class OfferedModels:
    """The port `Models`; one client for each provider and endpoint. It belongs to one event loop.

    `default` is the provider of calls that name none. Its models have the `aliases` `default` and
    `reasoning`. Of the `offers` calls may ask for those that are `allowed`, and for the models
    `names`, any if there are none. `fallback` are asked in turn when a model refuses for the
    moment, unless the call wants a certain endpoint. `limits` by profile; `default` stands for
    those without any.
    """

    default: Provider
    offers: Mapping[Provider, Offer]
    allowed: frozenset[Provider]
    aliases: Mapping[str, str] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    fallback: tuple[ModelChoice, ...] = ()
    limits: Mapping[str, Limits] = field(default_factory=dict)
    _connections: dict[tuple[Provider, str], Connection] = field(default_factory=dict)

    def get(
        self, choice: ModelChoice, profile: str | None = None, *, patient: bool = True
    ) -> Model:
        provider = choice.provider or self.default
        if provider not in self.allowed:
            raise NotAllowedError("model_provider_not_allowed", name=provider)
        offer, limits = self.offers[provider], self._limits(profile)
        name = self._name(choice.name, provider, offer, limits.names or self.names)
        endpoint = _endpoint(choice.endpoint, offer)
        others = () if choice.endpoint else self._others(provider, name, patient)
        connection = self._connection(provider, endpoint)
        model = connection.model(name, choice.api_version, patient=patient and not others)
        if others:
            model = FallingBackModel(model, others)
        return model if limits.max_tokens is None else CappedModel(model, limits.max_tokens)

    async def close(self) -> None:
        while self._connections:
            _, connection = self._connections.popitem()
            await connection.close()

    def _limits(self, profile: str | None) -> Limits:
        if profile is None:
            return Limits()
        return self.limits.get(profile) or self.limits.get(DEFAULT) or Limits()

    def _connection(self, provider: Provider, endpoint: str) -> Connection:
        connection = self._connections.get((provider, endpoint))
        if connection is None:
            connection = self.offers[provider].connect(endpoint)
            self._connections[provider, endpoint] = connection
        return connection

    def _others(
        self, provider: Provider, name: str, patient: bool
    ) -> tuple[Callable[[], Model], ...]:
        chain = [
            (other.provider or self.default, other.name or "")
            for other in self.fallback
            if (other.provider or self.default, other.name) != (provider, name)
        ]
        return tuple(
            partial(self._other, *asked, patient=patient and index == len(chain))
            for index, asked in enumerate(chain, start=1)
        )

    def _other(self, provider: Provider, name: str, *, patient: bool) -> Model:
        connection = self._connection(provider, self.offers[provider].endpoint)
        return connection.model(name, None, patient=patient)

    def _name(
        self, asked: str | None, provider: Provider, offer: Offer, names: frozenset[str]
    ) -> str:
        aliases = self.aliases if provider == self.default else {}
        name = aliases.get((asked or DEFAULT).lower(), asked)
        if name is None or name.lower() in ALIASES:
            return offer.name
        if name == offer.name or name in aliases.values():
            return name
        if not _NAME.fullmatch(name) or ".." in name or (names and name not in names):
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
