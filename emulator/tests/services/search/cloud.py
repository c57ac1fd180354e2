"""The search service in this process, over TLS, with clients of the real SDK."""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from azure.core.credentials import AccessToken, AzureKeyCredential
from azure.search.documents.aio import SearchClient
from azure.search.documents.indexes.aio import SearchIndexClient

from emulator.services.search.app import create_app
from emulator.services.serving import RunningService, ServiceContext, start
from emulator.services.tls import ensure_authority
from emulator.services.tokens import SigningKeys

API_KEY = "a-key-of-this-test"
AUDIENCE = "https://search.azure.com"


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
        credential = SignedToken(self.keys, audience)
        return await self.stack.enter_async_context(
            SearchClient(
                self.service.url,
                index,
                credential,
                connection_verify=str(self.ca_file),
                retry_total=0,
            )
        )

    async def indexes(self, key: str | None = None) -> SearchIndexClient:
        credential = AzureKeyCredential(key) if key else SignedToken(self.keys)
        return await self.stack.enter_async_context(
            SearchIndexClient(
                self.service.url,
                credential,
                connection_verify=str(self.ca_file),
                retry_total=0,
            )
        )


async def start_cloud(data: Path, stack: AsyncExitStack) -> Cloud:
    """Starts the service on the data in a folder, as a process would at its start."""
    keys = SigningKeys.load_or_create(data / "keys")
    context = ServiceContext(
        name="search",
        data=data / "search",
        config={"apiKey": API_KEY},
        config_dir=data,
        keys=keys,
        url="",
    )
    service = await start(create_app, context)
    stack.push_async_callback(service.stop)
    return Cloud(service, keys, ensure_authority(data / "ca").ca_file, stack)
