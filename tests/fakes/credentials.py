"""Secrets, and what calls are made with, in memory."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from shared.contracts.credentials import (
    DEFAULT_PROFILE,
    CredentialScope,
    Holder,
    SealedHandle,
    SecretRef,
    SecureAlias,
    ToolCredential,
)
from shared.credentials.profiles import entry_of
from shared.credentials.typed import TypedKeys
from shared.errors import AppError, NotAllowedError, SecretError
from shared.ports import Secret

AT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@dataclass
class FakeSecrets:
    """A vault: versions by name, the newest last. `failure` is raised by every question."""

    values: dict[str, list[str]] = field(default_factory=dict)
    failure: SecretError | None = None
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    async def get(self, name: str, version: str | None = None) -> Secret:
        self.asked.append((name, version))
        if self.failure:
            raise self.failure
        versions = self.values.get(name, [])
        known = {f"{number:032x}": value for number, value in enumerate(versions, start=1)}
        wanted = version or (list(known)[-1] if known else "")
        if wanted not in known:
            raise SecretError(f"no secret {name}", retryable=False)
        value = known[wanted].strip()
        if not value or not value.isascii() or not value.isprintable():
            raise SecretError(f"the secret {name} is no key", retryable=False)
        return Secret(SecretRef(source="key_vault", name=name), value, wanted)

    async def close(self) -> None:
        return


@dataclass
class FakeCredentials:
    """`entries` by profile and tool; the value of a secret is its name and its version, which
    `rotate` raises. A handle is what it stands for, readable."""

    entries: Mapping[str, Mapping[str, ToolCredential]] = field(default_factory=dict)
    aliases: Mapping[str, SecureAlias] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    failure: AppError | None = None
    over: bool = False
    """Handles are of no use any more."""
    rotates: bool = False
    """The next secret that is read is rotated a moment later."""
    typed: TypedKeys = field(default_factory=lambda: TypedKeys(lambda: AT))

    def entry(self, tool: str, scope: CredentialScope | None) -> ToolCredential | None:
        return entry_of(tool, scope.profile if scope else DEFAULT_PROFILE, self.entries)

    def is_held(self, tool: str, scope: CredentialScope | None) -> bool:
        return scope is not None and tool in scope.handles

    async def secret(self, tool: str, scope: CredentialScope | None) -> Secret | None:
        if self.failure:
            raise self.failure
        if scope is not None and tool in scope.handles:
            typed = self.typed.key(scope.handles[tool], tool, scope.holder)
            if typed is not None:
                ref = SecretRef(source="app_settings", name="simulator")
                return Secret(ref, typed, "1", once=True)
            return self._read(self._opened(tool, scope).secret)
        entry = self.entry(tool, scope)
        return self._read(entry.secret) if entry and entry.secret else None

    async def renewed(self, seen: Secret) -> Secret | None:
        if self.failure:
            raise self.failure
        found = self._value(seen.ref)
        return found if found.version != seen.version else None

    async def check(self, scope: CredentialScope) -> None:
        if self.failure:
            raise self.failure
        for tool, handle in scope.handles.items():
            if self.typed.key(handle, tool, scope.holder) is None:
                self._opened(tool, scope)

    def keep(self, keys: Mapping[str, str], holder: Holder, seconds: float) -> dict[str, str]:
        return self.typed.keep(keys, holder, seconds)

    def drop(self, handles: Iterable[str]) -> None:
        self.typed.drop(handles)

    async def seal(self, alias: SecureAlias, holder: Holder) -> SealedHandle:
        if self.failure:
            raise self.failure
        named = [alias.name, holder.tenant_id, holder.user_id, holder.session_id]
        until = datetime(2026, 11, 22, 10, 15, tzinfo=UTC)
        return SealedHandle(f"h_{json.dumps(named).encode().hex()}", until)

    def rotate(self, name: str) -> None:
        self.versions[name] = self.versions.get(name, 1) + 1

    def _opened(self, tool: str, scope: CredentialScope) -> SecureAlias:
        holder = scope.holder
        try:
            found = json.loads(bytes.fromhex(scope.handles[tool].removeprefix("h_")))
        except ValueError:
            found = [None]
        mine = found[1:] == [holder.tenant_id, holder.user_id, holder.session_id]
        alias = self.aliases.get(str(found[0]))
        if self.over or alias is None or not mine:
            raise NotAllowedError("handle_not_allowed", name=f"credentials/{tool}")
        if tool not in alias.tools:
            raise NotAllowedError("handle_of_other_tools", name=f"credentials/{tool}")
        return alias

    def _read(self, ref: SecretRef) -> Secret:
        found = self._value(ref)
        if self.rotates:
            self.rotates = False
            self.rotate(ref.name)
        return found

    def _value(self, ref: SecretRef) -> Secret:
        version = self.versions.get(ref.name, 1)
        return Secret(ref, f"{ref.name}-{version}", str(version))
