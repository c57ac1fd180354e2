"""The port Credentials: profiles of the settings, secrets of Key Vault, handles of callers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from shared.contracts.credentials import (
    DEFAULT_PROFILE,
    CredentialScope,
    Holder,
    SealedHandle,
    SecretRef,
    SecureAlias,
    ToolCredential,
)
from shared.credentials.caching import CachedSecrets
from shared.credentials.handles import Handles
from shared.credentials.profiles import Profiles, entry_of
from shared.credentials.typed import PREFIX, TypedKeys
from shared.errors import NotAllowedError, SecretError
from shared.ports import Secret

OF_SETTINGS = "settings"
"""The only version of an app setting's value: another one is another process."""
OF_ONE_CALL = SecretRef(source="app_settings", name="simulator")
"""Where a key is from that somebody typed in."""


@dataclass(frozen=True, slots=True)
class ProfiledCredentials:
    """`app_settings` are the values, by name in lower case, that profiles and aliases may name.
    Without a vault (`secrets`) nothing of Key Vault can be named, without `handles` no handle,
    without `typed` no key of the simulator."""

    profiles: Profiles
    app_settings: Mapping[str, str] = field(repr=False)
    aliases: Mapping[str, SecureAlias] = field(default_factory=dict)
    secrets: CachedSecrets | None = None
    handles: Handles | None = None
    typed: TypedKeys | None = None

    def entry(self, tool: str, scope: CredentialScope | None) -> ToolCredential | None:
        return entry_of(tool, scope.profile if scope else DEFAULT_PROFILE, self.profiles)

    def is_held(self, tool: str, scope: CredentialScope | None) -> bool:
        return scope is not None and tool in scope.handles

    async def secret(self, tool: str, scope: CredentialScope | None) -> Secret | None:
        if scope is not None and tool in scope.handles:
            if scope.handles[tool].startswith(PREFIX):
                return Secret(OF_ONE_CALL, self._typed(tool, scope), OF_SETTINGS, once=True)
            return await self._value((await self._opened(tool, scope)).secret)
        entry = self.entry(tool, scope)
        return await self._value(entry.secret) if entry and entry.secret else None

    async def renewed(self, seen: Secret) -> Secret | None:
        if seen.once or seen.ref.source == "app_settings" or self.secrets is None:
            return None
        return await self.secrets.renewed(seen)

    async def check(self, scope: CredentialScope) -> None:
        for tool, handle in scope.handles.items():
            if handle.startswith(PREFIX):
                self._typed(tool, scope)
            else:
                await self._opened(tool, scope)

    async def seal(self, alias: SecureAlias, holder: Holder) -> SealedHandle:
        return await self._handles().seal(alias, holder)

    def keep(self, keys: Mapping[str, str], holder: Holder, seconds: float) -> dict[str, str]:
        if self.typed is None:
            raise NotAllowedError("no_secure_values")
        return self.typed.keep(keys, holder, seconds)

    def drop(self, handles: Iterable[str]) -> None:
        if self.typed is not None:
            self.typed.drop(handles)

    async def close(self) -> None:
        if self.secrets is not None:
            await self.secrets.close()

    def _typed(self, tool: str, scope: CredentialScope) -> str:
        key = None
        if self.typed is not None:
            key = self.typed.key(scope.handles[tool], tool, scope.holder)
        if key is None:
            raise NotAllowedError("handle_not_allowed", name=f"credentials/{tool}")
        return key

    async def _opened(self, tool: str, scope: CredentialScope) -> SecureAlias:
        """The alias that a handle stands for, if it still stands in the settings as it was sealed
        and may be sent to this tool."""
        sealed = await self._handles().open(scope.handles[tool], scope.holder)
        alias = self.aliases.get(sealed.alias) if sealed else None
        if sealed is None or alias is None or alias.secret != sealed.secret:
            raise NotAllowedError("handle_not_allowed", name=f"credentials/{tool}")
        if tool not in alias.tools:
            raise NotAllowedError("handle_of_other_tools", name=f"credentials/{tool}")
        return alias

    def _handles(self) -> Handles:
        if self.handles is None:
            raise NotAllowedError("no_secure_values")
        return self.handles

    async def _value(self, ref: SecretRef) -> Secret:
        if ref.source == "app_settings":
            return Secret(ref, self.app_settings[ref.name.lower()], OF_SETTINGS)
        if self.secrets is None:
            raise SecretError(f"no Key Vault for {ref.name}", retryable=False)
        return await self.secrets.get(ref.name)
