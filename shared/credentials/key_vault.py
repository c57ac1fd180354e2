"""Azure Key Vault's secrets, with the app's own identity."""

from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError, HttpResponseError, ResourceNotFoundError
from azure.core.pipeline.transport import AioHttpTransport
from azure.keyvault.secrets.aio import SecretClient

from shared.contracts.credentials import SecretRef
from shared.errors import SecretError
from shared.ports import Secret

RETRIES = 1
"""Somebody waits, and there may be a value that is still valid."""
SECONDS = 5.0
DENIED = (401, 403)


class KeyVaultSecrets:
    """`verify` compares the vault's address with what its challenge names (never off in Azure)."""

    def __init__(self, uri: str, credential: AsyncTokenCredential, *, verify: bool = True) -> None:
        self._client = SecretClient(
            uri,
            credential,
            verify_challenge_resource=verify,
            transport=AioHttpTransport(use_env_settings=False),
            retry_total=RETRIES,
            connection_timeout=SECONDS,
            read_timeout=SECONDS,
        )

    async def get(self, name: str, version: str | None = None) -> Secret:
        try:
            found = await self._client.get_secret(name, version)
        except ResourceNotFoundError as error:
            raise SecretError(f"Key Vault has no secret {name}", retryable=False) from error
        except HttpResponseError as error:
            denied = error.status_code in DENIED
            hint = "; the app's identity needs the role Key Vault Secrets User" if denied else ""
            answered = error.status_code or type(error).__name__
            raise SecretError(
                f"Key Vault answered {answered} for {name}{hint}", retryable=not denied
            ) from error
        except AzureError as error:
            raise SecretError(f"Key Vault: {type(error).__name__} for {name}") from error
        # Whoever pipes a key into the vault's command line adds a line break to it.
        value = (found.value or "").strip()
        if not value or not value.isascii() or not value.isprintable():
            what = f"the secret {name} is empty, or no text that a header can carry"
            raise SecretError(what, retryable=False)
        ref = SecretRef(source="key_vault", name=name)
        return Secret(ref, value, found.properties.version or "")

    async def close(self) -> None:
        await self._client.close()
