"""Whose keys a call is made with: names, places and handles; never a value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from shared.contracts.base import Contract, Inbound
from shared.contracts.identity import Caller

DEFAULT_PROFILE = "default"
"""What holds where no other profile is named, or the named one says nothing of a tool."""
OTHER_NAMES: Mapping[str, str] = {"search": "ai_search"}
"""How the integration plan also calls a tool whose credential is meant."""
KEYED_TOOLS = ("openai", "azure-openai", "proxy", "anthropic", "google", "ai_search")
"""Tools that the simulator has keys for."""
MAX_NAME = 128

type SecretSource = Literal["app_settings", "key_vault"]


class SecretRef(Contract):
    """Where a secret is: the name of an app setting of ours, or of a secret in Key Vault."""

    source: SecretSource
    name: str


@dataclass(frozen=True, slots=True)
class ToolCredential:
    """What a profile says of a tool. Without `secret` the app's managed identity is used, without
    `endpoint` that of the settings; `endpoints` are those that a call may name besides. The rest is
    for models and for searches."""

    tool: str
    profile: str
    secret: SecretRef | None = None
    endpoint: str | None = None
    endpoints: tuple[str, ...] = ()
    deployment: str | None = None
    region: str | None = None
    api_version: str | None = None
    embeddings_deployment: str | None = None
    index: str | None = None
    semantic_configuration: str | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """Who may use a handle: one user of one tenant, in one session."""

    tenant_id: str
    user_id: str
    session_id: str


@dataclass(frozen=True, slots=True)
class CredentialScope:
    """What a call is made with: a profile, and handles by the tool that they are for."""

    holder: Holder
    profile: str = DEFAULT_PROFILE
    handles: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class ProfileAccess:
    """Who may name a credential profile, or an alias; None is anybody."""

    tenants: tuple[str, ...] | None = None
    roles: tuple[str, ...] | None = None

    def admits(self, caller: Caller) -> bool:
        tenant = self.tenants is None or caller.tenant_id in self.tenants
        return tenant and (self.roles is None or bool(set(self.roles) & set(caller.roles)))


@dataclass(frozen=True, slots=True)
class SecureAlias:
    """A secret that flows may refer to by this name, for the `tools` that it may be sent to."""

    name: str
    secret: SecretRef
    tools: tuple[str, ...]
    access: ProfileAccess = ProfileAccess()


@dataclass(frozen=True, slots=True)
class SecureValues:
    """What `POST /api/config/resolve` gives handles for. `per_minute` of one user; `plaintext`: it
    may answer a made-up value besides, for who develops a flow; `typed_keys`: a call may bring the
    simulator's, in a header."""

    aliases: Mapping[str, SecureAlias] = field(default_factory=dict)
    right: str = "secrets:use"
    per_minute: int = 30
    plaintext: bool = False
    typed_keys: bool = False

    def of(self, caller: Caller) -> tuple[SecureAlias, ...]:
        """The aliases that this caller may name."""
        if self.right not in caller.rights:
            return ()
        return tuple(each for each in self.aliases.values() if each.access.admits(caller))


@dataclass(frozen=True, slots=True)
class SealedHandle:
    handle: str = field(repr=False)
    expires_at: datetime


type AliasName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$")]
type SecretName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,255}$")]


class ResolveSecureValue(Inbound):
    """`POST /api/config/resolve`: `name` of an app setting or `secret` of Key Vault, if told, are
    what the alias stands for. The handle belongs to the caller's session."""

    source: SecretSource
    alias: AliasName
    name: SecretName | None = None
    secret: SecretName | None = None
    mode: Literal["opaque", "plaintext"] = "opaque"
    session_id: str = Field(default="", max_length=MAX_NAME)


class SecureValueResolved(Contract):
    """`value` is made up (`mock`), and only there where somebody develops a flow."""

    handle_id: str
    expires_at: datetime
    mock: Literal[True] | None = None
    value: str | None = None
