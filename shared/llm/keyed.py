"""Models that are asked with the key of a credential profile, or of a caller's handle."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from shared.contracts.credentials import CredentialScope, SecretRef
from shared.contracts.models import Provider
from shared.errors import KeyRefusedError, ModelError, NotAllowedError, SecretError
from shared.lending import Lending
from shared.ports import Completion, Credentials, Model, ModelRequest, Secret, StreamEnd


class Connection(Protocol):
    """A client of one provider at one endpoint, for all of its models."""

    def model(self, name: str, version: str | None, *, patient: bool) -> Model:
        """`version` of the API, of providers that have such. Only a `patient` one repeats a call
        that was refused for the moment: behind another, the next is asked sooner."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Access:
    """What a connection is made with instead of what the settings have. Without `key` that is the
    managed identity."""

    key: str | None = field(default=None, repr=False)
    api_version: str | None = None
    embeddings: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Which connection a call needs, apart from the key."""

    provider: Provider
    endpoint: str
    api_version: str | None = None
    embeddings: str | None = None


type Connect = Callable[[str, Access], Connection]


type KeyedConnections = Lending[tuple[Place, SecretRef | None], Connection]
"""One connection for each place and secret; another version of the secret takes its place."""


def keyed_connections() -> KeyedConnections:
    return Lending(lambda connection: connection.close())


@dataclass(frozen=True, slots=True)
class KeyedModel:
    """`tool` is what the key is looked up by. The key is asked for with each call, which costs
    nothing while it is remembered; one that is refused is asked for once more, as it may have been
    rotated in between."""

    place: Place
    tool: str
    scope: CredentialScope | None
    credentials: Credentials
    connections: KeyedConnections
    connect: Connect
    name: str
    version: str | None
    patient: bool

    async def stream(self, request: ModelRequest) -> AsyncGenerator[str | StreamEnd]:
        secret = await self._secret()
        try:
            async with aclosing(self._stream(secret, request)) as stream:
                async for piece in stream:
                    yield piece
            return
        except KeyRefusedError as error:
            # A key is refused before anything is said.
            secret = await self._renewed(secret, error)
        async with aclosing(self._stream(secret, request)) as stream:
            async for piece in stream:
                yield piece

    async def complete(self, request: ModelRequest) -> Completion:
        secret = await self._secret()
        try:
            async with self._model(secret) as model:
                return await model.complete(request)
        except KeyRefusedError as error:
            secret = await self._renewed(secret, error)
        async with self._model(secret) as model:
            return await model.complete(request)

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        secret = await self._secret()
        try:
            async with self._model(secret) as model:
                return await model.embed(texts)
        except KeyRefusedError as error:
            secret = await self._renewed(secret, error)
        async with self._model(secret) as model:
            return await model.embed(texts)

    async def close(self) -> None:
        """The connections are everybody's: who made them closes them."""

    async def _stream(
        self, secret: Secret | None, request: ModelRequest
    ) -> AsyncGenerator[str | StreamEnd]:
        async with self._model(secret) as model, aclosing(model.stream(request)) as stream:
            async for piece in stream:
                yield piece

    @asynccontextmanager
    async def _model(self, secret: Secret | None) -> AsyncIterator[Model]:
        place = self.place
        key = (place, secret.ref if secret else None)
        access = Access(secret.value if secret else None, place.api_version, place.embeddings)
        version = secret.version if secret else None
        make = partial(self.connect, place.endpoint, access)
        if secret is not None and secret.once:
            alone = make()
            try:
                yield alone.model(self.name, self.version, patient=self.patient)
            finally:
                await alone.close()
            return
        async with self.connections.lent(key, version, make) as connection:
            yield connection.model(self.name, self.version, patient=self.patient)

    async def _secret(self) -> Secret | None:
        try:
            return await self.credentials.secret(self.tool, self.scope)
        except (SecretError, NotAllowedError) as error:
            raise _as_models(error) from error

    async def _renewed(self, seen: Secret | None, refused: KeyRefusedError) -> Secret:
        """Raises `refused` when there is no other key."""
        if seen is None:
            raise refused
        try:
            found = await self.credentials.renewed(seen)
        except SecretError as error:
            raise _as_models(error) from error
        if found is None:
            raise refused
        return found


def _as_models(error: SecretError | NotAllowedError) -> ModelError:
    if isinstance(error, SecretError):
        return ModelError(str(error), code=error.code, retryable=error.retryable)
    return ModelError(error.message, code=error.code, retryable=False)
