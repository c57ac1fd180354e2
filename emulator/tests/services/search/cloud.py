"""Clients of the real SDK for a search service in this process, over TLS."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

from azure.core.credentials import AccessToken, AzureKeyCredential
from azure.search.documents.aio import SearchClient
from azure.search.documents.indexes.aio import SearchIndexClient

from emulator.services.serving import RunningService
from emulator.services.tokens import SigningKeys

API_KEY = "a-key-of-this-test"
OTHER_KEY = "another-key-of-this-test"
AUDIENCE = "https://search.azure.com"

type Found = dict[str, object]


class SignedToken:
    """A credential whose tokens the service's own keys have signed, for any audience."""

    def __init__(self, keys: SigningKeys, audience: str = AUDIENCE) -> None:
        self.token = keys.sign({"aud": audience, "oid": "someone"})

    async def get_token(
        self,
        *scopes: str,
        claims: str | None = None,
        tenant_id: str | None = None,
        enable_cae: bool = False,
        **kwargs: object,
    ) -> AccessToken:
        return AccessToken(self.token, 4_000_000_000)

    async def close(self) -> None:
        return None

    async def __aenter__(self) -> "SignedToken":
        return self

    async def __aexit__(self, *error: object) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Cloud:
    """A running service and what its clients need; the clients close with the stack."""

    service: RunningService
    keys: SigningKeys
    ca_file: Path
    stack: AsyncExitStack

    async def search(self, index: str, audience: str = AUDIENCE) -> SearchClient:
        """A client that signs in with a token for `audience`."""
        client = SearchClient(
            self.service.url,
            index,
            SignedToken(self.keys, audience),
            connection_verify=str(self.ca_file),
            retry_total=0,
        )
        return await self.stack.enter_async_context(client)

    async def indexes(self, key: str | None = None) -> SearchIndexClient:
        """A client for index definitions, with a token or with an api key."""
        client = SearchIndexClient(
            self.service.url,
            AzureKeyCredential(key) if key else SignedToken(self.keys),
            connection_verify=str(self.ca_file),
            retry_total=0,
        )
        return await self.stack.enter_async_context(client)


class Results(Protocol):
    """What the async `SearchClient.search` answers."""

    def __aiter__(self) -> AsyncIterator[Found]: ...


async def ids(results: object) -> list[str]:
    """The keys of the documents found, in order."""
    return [str(document["id"]) async for document in cast(Results, results)]
