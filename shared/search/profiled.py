"""Cerebro by credential profile: another search service, or the same with another key."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial

from azure.core.credentials import AzureKeyCredential

from shared.contracts.credentials import CredentialScope, SecretRef
from shared.contracts.evidence import ContextPack, KnowledgeDocument, Snippet
from shared.errors import NotAllowedError, SearchError, SearchKeyRefusedError, SecretError
from shared.lending import Lending
from shared.ports import Credentials, EventQuery, Knowledge, KnowledgeQuery, Secret
from shared.search.cerebro import SearchCredential
from shared.search.query import SearchProfile

TOOL = "ai_search"


@dataclass(frozen=True, slots=True)
class Service:
    """One search service as it is asked with one key, and how its connections are let go of."""

    knowledge: Knowledge
    close: Callable[[], Awaitable[None]]


type Build = Callable[[str, SearchCredential, SearchProfile], Service]
"""From endpoint and key."""


type _Where = tuple[str, str | None, SecretRef | None]
"""Endpoint, semantic configuration, secret."""


def _services() -> Lending[_Where, Service]:
    return Lending(lambda service: service.close())


@dataclass(slots=True)
class ProfiledKnowledge:
    """The port `Knowledge`. What agents ask goes where their profile says, what the app looks up
    and remembers itself where `default` does; where neither speaks of `ai_search`, to `own`.
    `endpoint` and `profile` are those of `own`; `identity` is the app's, for services that are
    asked without a key."""

    own: Knowledge
    endpoint: str
    profile: SearchProfile
    identity: SearchCredential
    credentials: Credentials
    build: Build
    _services: Lending[_Where, Service] = field(default_factory=_services)

    def check(self, query: KnowledgeQuery) -> None:
        self.own.check(query)

    async def search(self, query: KnowledgeQuery) -> ContextPack:
        return await self._asked(query.scope, lambda knowledge: knowledge.search(query))

    async def events(self, query: EventQuery) -> tuple[Snippet, ...]:
        return await self._asked(None, lambda knowledge: knowledge.events(query))

    async def stored(self, index: str, document_id: str) -> KnowledgeDocument | None:
        return await self._asked(None, lambda knowledge: knowledge.stored(index, document_id))

    async def upsert(
        self, index: str, documents: Sequence[tuple[KnowledgeDocument, Sequence[float] | None]]
    ) -> None:
        await self._asked(None, lambda knowledge: knowledge.upsert(index, documents))

    async def forget(self, index: str, document_ids: Sequence[str]) -> None:
        await self._asked(None, lambda knowledge: knowledge.forget(index, document_ids))

    async def close(self) -> None:
        """Of `own`, who made it takes care."""
        await self._services.close()

    async def _asked[Found](
        self, scope: CredentialScope | None, ask: Callable[[Knowledge], Awaitable[Found]]
    ) -> Found:
        """With a key that is refused once more, if it was rotated in between."""
        entry = self.credentials.entry(TOOL, scope)
        if entry is None and not self.credentials.is_held(TOOL, scope):
            return await ask(self.own)
        secret = await self._secret(scope)
        try:
            async with self._knowledge(scope, secret) as knowledge:
                return await ask(knowledge)
        except SearchKeyRefusedError as error:
            fresh = await self._renewed(secret, error)
        async with self._knowledge(scope, fresh) as knowledge:
            return await ask(knowledge)

    @asynccontextmanager
    async def _knowledge(
        self, scope: CredentialScope | None, secret: Secret | None
    ) -> AsyncIterator[Knowledge]:
        """The service that the profile of a call names, with this key."""
        entry = self.credentials.entry(TOOL, scope)
        endpoint = (entry and entry.endpoint) or self.endpoint
        semantic = entry.semantic_configuration if entry else None
        profile = self.profile
        if semantic is not None:
            profile = replace(profile, semantic_configuration=semantic)
        key = AzureKeyCredential(secret.value) if secret else self.identity
        where = (endpoint, semantic, secret.ref if secret else None)
        version = secret.version if secret else None
        make = partial(self.build, endpoint, key, profile)
        if secret is not None and secret.once:
            alone = make()
            try:
                yield alone.knowledge
            finally:
                await alone.close()
            return
        async with self._services.lent(where, version, make) as service:
            yield service.knowledge

    async def _secret(self, scope: CredentialScope | None) -> Secret | None:
        try:
            return await self.credentials.secret(TOOL, scope)
        except (SecretError, NotAllowedError) as error:
            raise _as_searchs(error) from error

    async def _renewed(self, seen: Secret | None, refused: SearchKeyRefusedError) -> Secret:
        """Raises `refused` when there is no other key."""
        if seen is None:
            raise refused
        try:
            found = await self.credentials.renewed(seen)
        except SecretError as error:
            raise _as_searchs(error) from error
        if found is None:
            raise refused
        return found


def _as_searchs(error: SecretError | NotAllowedError) -> SearchError:
    if isinstance(error, SecretError):
        return SearchError(str(error), code=error.code, retryable=error.retryable)
    return SearchError(error.message, code=error.code, retryable=False)
