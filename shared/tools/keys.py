"""The secrets that calls of `http` and `mcp` are made with."""

from urllib.parse import urlsplit

from shared.contracts.credentials import CredentialScope
from shared.errors import RemoteSecretError, SecretError
from shared.ports import Credentials, Secret


async def key_for(
    tool: str, url: str, scope: CredentialScope | None, credentials: Credentials
) -> Secret | None:
    """The secret that is sent to this address; None without one, or where the profile has it for
    another host. Raises RemoteSecretError, and NotAllowedError for a handle that cannot be used."""
    entry = credentials.entry(tool, scope)
    if not credentials.is_held(tool, scope):
        if entry is None:
            return None
        places = [each for each in (entry.endpoint, *entry.endpoints) if each]
        if places and origin_of(url) not in {origin_of(each) for each in places}:
            return None
    try:
        return await credentials.secret(tool, scope)
    except SecretError as error:
        raise RemoteSecretError(str(error)) from error


async def renewed(seen: Secret | None, credentials: Credentials) -> Secret | None:
    """Another version of a key that was refused. Raises RemoteSecretError."""
    if seen is None:
        return None
    try:
        return await credentials.renewed(seen)
    except SecretError as error:
        raise RemoteSecretError(str(error)) from error


def origin_of(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    usual = {"http": 80, "https": 443}.get(parts.scheme.lower())
    return parts.scheme.lower(), (parts.hostname or "").lower(), parts.port or usual
