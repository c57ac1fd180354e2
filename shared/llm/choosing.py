"""Which model answers a call: by what it asks for, and what the settings allow."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from urllib.parse import urlsplit

from shared.contracts.credentials import DEFAULT_PROFILE, CredentialScope, ToolCredential
from shared.contracts.models import ModelChoice, Provider
from shared.errors import NotAllowedError
from shared.llm.bounding import CappedModel, FallingBackModel
from shared.llm.keyed import (
    Access,
    Connection,
    KeyedConnections,
    KeyedModel,
    Place,
    keyed_connections,
)
from shared.ports import Credentials, Model

DEFAULT = "default"
REASONING = "reasoning"
ALIASES = (DEFAULT, REASONING)
"""Names for a model of the settings; a provider without such has but one, which both mean."""

_NAME = re.compile(r"[A-Za-z0-9](?:[\w.:@/-]{0,126}[A-Za-z0-9])?")
"""A model, a deployment, or a gateway's path to one; nothing that a URL could stumble over."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A provider that calls may ask for. `name` is the model of the settings, `endpoint` theirs
    (empty for the provider's own); `endpoints` are those that a call may name besides it.
    `connect` (with None: with the settings' own key) raises ConfigurationError when an extra or a
    setting is missing."""

    name: str
    connect: Callable[[str, Access | None], Connection]
    endpoint: str = ""
    endpoints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """Of an agent profile: most tokens of an answer, and the models that its calls may name."""

    max_tokens: int | None = None
    names: frozenset[str] = frozenset()


@dataclass(slots=True)
class OfferedModels:
    """The port `Models`; one client for each provider, endpoint and key. It belongs to one event
    loop.

    `default` is the provider of calls that name none. Its models have the `aliases` `default` and
    `reasoning`. Of the `offers` calls may ask for those that are `allowed`, or that the credential
    profile in force has a key for, and for the models `names`, any if there are none. `fallback`
    are asked in turn when a model refuses for the moment, unless the call wants a certain endpoint
    or has a profile of its own. `limits` by profile; `default` stands for those without any.
    """

    default: Provider
    offers: Mapping[Provider, Offer]
    allowed: frozenset[Provider]
    credentials: Credentials
    aliases: Mapping[str, str] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    fallback: tuple[ModelChoice, ...] = ()
    limits: Mapping[str, Limits] = field(default_factory=dict)
    _connections: dict[tuple[Provider, str], Connection] = field(default_factory=dict)
    _keyed: KeyedConnections = field(default_factory=keyed_connections)

    def get(
        self,
        choice: ModelChoice,
        profile: str | None = None,
        scope: CredentialScope | None = None,
        *,
        patient: bool = True,
    ) -> Model:
        provider = choice.provider or self._provider(scope)
        entry = self.credentials.entry(provider, scope)
        named = entry is not None and entry.profile != DEFAULT_PROFILE
        if provider not in self.offers or not (named or provider in self.allowed):
            raise NotAllowedError("model_provider_not_allowed", name=provider)
        limits = self._limits(profile)
        offer = _of_profile(self.offers[provider], entry)
        asked = choice.name
        if entry is not None and entry.deployment and (asked or DEFAULT).lower() == DEFAULT:
            asked = entry.deployment
        name = self._name(asked, provider, offer, limits.names or self.names)
        endpoint = _endpoint(choice.endpoint, offer)
        alone = choice.endpoint or named or self.credentials.is_held(provider, scope)
        others = () if alone else self._others(provider, name, patient)
        version = choice.api_version
        model = self._model(
            provider, endpoint, name, version, scope, patient=patient and not others
        )
        if others:
            model = FallingBackModel(model, others)
        return model if limits.max_tokens is None else CappedModel(model, limits.max_tokens)

    def embedder(self, scope: CredentialScope | None) -> Model | None:
        if scope is None or scope.profile == DEFAULT_PROFILE:
            return None
        for provider in self.offers:
            entry = self.credentials.entry(provider, scope)
            if entry and entry.profile == scope.profile and entry.embeddings_deployment:
                return self.get(ModelChoice(provider=provider), None, scope)
        return None

    async def close(self) -> None:
        await self._keyed.close()
        while self._connections:
            _, connection = self._connections.popitem()
            await connection.close()

    def _provider(self, scope: CredentialScope | None) -> Provider:
        """The app's own, unless the profile of the call has keys of others only."""
        if scope is None:
            return self.default
        entries = {each: self.credentials.entry(each, scope) for each in self.offers}
        own = [p for p, entry in entries.items() if entry and entry.profile == scope.profile]
        return self.default if self.default in own or not own else own[0]

    def _limits(self, profile: str | None) -> Limits:
        if profile is None:
            return Limits()
        return self.limits.get(profile) or self.limits.get(DEFAULT) or Limits()

    def _model(
        self,
        provider: Provider,
        endpoint: str,
        name: str,
        version: str | None,
        scope: CredentialScope | None,
        *,
        patient: bool,
    ) -> Model:
        """With the key of the profile or of a handle; without any, with the settings' own."""
        entry = self.credentials.entry(provider, scope)
        connect = self.offers[provider].connect
        if entry is None and not self.credentials.is_held(provider, scope):
            connection = self._connections.get((provider, endpoint))
            if connection is None:
                connection = self._connections[provider, endpoint] = connect(endpoint, None)
            return connection.model(name, version, patient=patient)
        return KeyedModel(
            place=Place(
                provider,
                endpoint,
                entry.api_version if entry else None,
                entry.embeddings_deployment if entry else None,
            ),
            tool=provider,
            scope=scope,
            credentials=self.credentials,
            connections=self._keyed,
            connect=connect,
            name=name,
            version=version,
            patient=patient,
        )

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
        entry = self.credentials.entry(provider, None)
        endpoint = _of_profile(self.offers[provider], entry).endpoint
        return self._model(provider, endpoint, name, None, None, patient=patient)

    def _name(
        self, asked: str | None, provider: Provider, offer: Offer, names: frozenset[str]
    ) -> str:
        aliases = self.aliases if provider == self.default else {}
        name = aliases.get((asked or DEFAULT).lower(), asked)
        if name is None or name.lower() in ALIASES:
            return offer.name
        if name in (offer.name, self.offers[provider].name) or name in aliases.values():
            return name
        if not _NAME.fullmatch(name) or ".." in name or (names and name not in names):
            raise NotAllowedError("model_not_allowed", name=asked)
        return name


def _of_profile(offer: Offer, entry: ToolCredential | None) -> Offer:
    """A key goes to the endpoints of its own profile only, where that has any."""
    if entry is None:
        return offer
    found = replace(offer, name=entry.deployment or offer.name)
    if entry.endpoint is None:
        return found
    return replace(found, endpoint=entry.endpoint, endpoints=entry.endpoints)


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
