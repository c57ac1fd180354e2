"""The seams to secrets: what Key Vault holds, and what a call is made with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from shared.contracts.credentials import (
    CredentialScope,
    Holder,
    SealedHandle,
    SecretRef,
    SecureAlias,
    ToolCredential,
)


@dataclass(frozen=True, slots=True)
class Secret:
    """A value, where it is from and which version of it this is; in no repr and in no log. One that
    is `once` is for a single call: no connection is kept that has it."""

    ref: SecretRef
    value: str = field(repr=False)
    version: str
    once: bool = False


class Secrets(Protocol):
    """A vault. Raises SecretError (not `retryable`: there is no such secret, or no right to it)."""

    async def get(self, name: str, version: str | None = None) -> Secret:
        """The newest version, or the one that is asked for."""
        ...

    async def close(self) -> None:
        """Let go of the connections."""
        ...


class Credentials(Protocol):
    """What tools are called with. `scope` None is the app itself, in the profile `default`."""

    def entry(self, tool: str, scope: CredentialScope | None) -> ToolCredential | None:
        """What the profile in force says of a tool, or `default` when that one says nothing; None
        if neither does. Asks nobody."""
        ...

    def is_held(self, tool: str, scope: CredentialScope | None) -> bool:
        """Whether the call has a handle for this tool, which goes before the profile's secret."""
        ...

    async def secret(self, tool: str, scope: CredentialScope | None) -> Secret | None:
        """The secret of a handle or of the profile; None where there is none, and the managed
        identity or the settings' own key is used. Raises SecretError, and NotAllowedError for a
        handle that is not this holder's, is over, or is for other tools."""
        ...

    async def renewed(self, seen: Secret) -> Secret | None:
        """Another version of a secret that was refused; None when there is none (yet). Raises
        SecretError."""
        ...

    async def check(self, scope: CredentialScope) -> None:
        """Whether all handles of a call can be used by it. Raises NotAllowedError naming the field,
        SecretError."""
        ...

    def keep(self, keys: Mapping[str, str], holder: Holder, seconds: float) -> dict[str, str]:
        """Handles, by tool, of keys that somebody typed into the simulator; they are in the memory
        of this process alone, `seconds` at most. Raises NotAllowedError where none are taken."""
        ...

    def drop(self, handles: Iterable[str]) -> None:
        """Forget those keys: the call is over."""
        ...

    async def seal(self, alias: SecureAlias, holder: Holder) -> SealedHandle:
        """A handle that stands for the alias. Raises SecretError."""
        ...
