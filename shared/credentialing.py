"""Settings → credential profiles, secure values and their secrets, checked when the app starts."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from dataclasses import fields as fields_of
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from shared.contracts.credentials import (
    DEFAULT_PROFILE,
    OTHER_NAMES,
    ProfileAccess,
    SecretRef,
    SecureAlias,
    SecureValues,
    ToolCredential,
)
from shared.credentials.names import collision, setting_name, vault_name
from shared.credentials.profiles import Profiles
from shared.errors import ConfigurationError, SecretError
from shared.security_settings import AliasSettings, CredentialSettings
from shared.settings import Settings, own_values

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

    from shared.credentials.resolving import ProfiledCredentials

PROFILES = "Security__CredentialProfiles"
VALUES = "Security__SecureValues"
MODELS = ("azure-openai", "openai", "proxy", "anthropic", "google")
TOOLS = (*MODELS, "ai_search")
OPEN_TOOLS = ("http", "mcp")
"""Which may be several: `http:billing`, `mcp:corp-tools`."""
KEYLESS = ("azure-openai", "ai_search")
"""Those that know the app's managed identity."""
AZURE_HOSTS = (".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com")
FLAT: Mapping[str, tuple[str, str]] = {
    "aoai_endpoint": ("azure-openai", "endpoint"),
    "aoai_api_key": ("azure-openai", "secret"),
    "aoai_api_version": ("azure-openai", "api_version"),
    "aoai_embeddings_deployment": ("azure-openai", "embeddings_deployment"),
    "ai_search_endpoint": ("ai_search", "endpoint"),
    "ai_search_default_index": ("ai_search", "index"),
    "ai_search_semantic_config": ("ai_search", "semantic_configuration"),
}
"""The integration plan's keys of a profile, and what of which tool they are."""


@dataclass(frozen=True, slots=True)
class CredentialPlan:
    """What the settings say of credentials, read and found right."""

    profiles: Profiles
    access: Mapping[str, ProfileAccess]
    values: SecureValues
    app_settings: Mapping[str, str] = field(repr=False)
    handle_key: str | None

    @property
    def tools(self) -> frozenset[str]:
        """All that any profile speaks of."""
        return frozenset(tool for profile in self.profiles.values() for tool in profile)

    @property
    def indexes(self) -> Mapping[str, str]:
        """The default index of the profiles that have one of their own."""
        found = {name: each.get("ai_search") for name, each in self.profiles.items()}
        return {name: each.index for name, each in found.items() if each and each.index}

    @property
    def settings(self) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        """Of each profile by tool the names of what it says; no value."""
        return {
            name: {tool: _said(each) for tool, each in profile.items()}
            for name, profile in self.profiles.items()
        }

    @property
    def uses_vault(self) -> bool:
        return self.handle_key is not None or any(
            ref.source == "key_vault" for ref in _secrets(self.profiles, self.values)
        )


def _said(credential: ToolCredential) -> tuple[str, ...]:
    named = (each.name for each in fields_of(credential) if each.name not in ("tool", "profile"))
    return tuple(name for name in named if getattr(credential, name))


def read_credentials(settings: Settings) -> CredentialPlan:
    """Raises ConfigurationError naming the setting and what in it is wrong."""
    security, values = settings.security, own_values()
    references = list(_references(settings))
    if (both := collision(references)) is not None:
        raise _wrong(PROFILES, f"{both[0]} and {both[1]} would be one secret in Key Vault")
    profiles = {
        name: dict(_Profile(name, values, settings).read(entries))
        for name, entries in security.credential_profiles.items()
    }
    if unknown := set(security.profile_access) - set(profiles):
        raise _wrong("Security__ProfileAccess", f"there is no profile {min(unknown)}")
    plan = CredentialPlan(
        profiles=profiles,
        access={
            name: ProfileAccess(each.tenants, each.roles)
            for name, each in security.profile_access.items()
        },
        values=_secure_values(settings, values),
        app_settings=values,
        handle_key=_vault_name(security.handle_key_name, "Security__HandleKeyName")
        if security.handle_key_name
        else None,
    )
    if plan.values.aliases and plan.handle_key is None:
        raise _wrong("Security__HandleKeyName", f"missing, and {VALUES} has aliases")
    sent = {each.name for each in _secrets(profiles, plan.values) if each.source == "key_vault"}
    if plan.handle_key is not None and plan.handle_key.lower() in {name.lower() for name in sent}:
        raise _wrong("Security__HandleKeyName", "what seals handles is no credential of a service")
    if plan.uses_vault and settings.key_vault.uri is None:
        raise _wrong("KeyVault__Uri", "missing, and settings of Security name its secrets")
    _check_tools(settings, plan)
    return plan


def own_model(settings: Settings, plan: CredentialPlan | None = None) -> str:
    """The model, or deployment, that the app asks itself: as the profile `default` has it."""
    entries = (plan or read_credentials(settings)).profiles.get(DEFAULT_PROFILE, {})
    entry = entries.get(settings.provider)
    return (entry and entry.deployment) or settings.chat_model


def build_credentials(
    settings: Settings,
    plan: CredentialPlan,
    credential: "AsyncTokenCredential",
    now: Callable[[], datetime],
) -> "ProfiledCredentials":
    from shared.credentials.resolving import ProfiledCredentials
    from shared.credentials.typed import TypedKeys

    whole = ProfiledCredentials(plan.profiles, plan.app_settings, plan.values.aliases)
    if plan.values.typed_keys:
        whole = replace(whole, typed=TypedKeys(now))
    if not plan.uses_vault:
        return whole
    from shared.credentials.caching import CachedSecrets
    from shared.credentials.handles import Handles
    from shared.credentials.key_vault import KeyVaultSecrets

    vault = settings.key_vault
    secrets = CachedSecrets(
        KeyVaultSecrets(vault.uri or "", credential, verify=vault.verify_challenge_resource),
        settings.security.secret_minutes * 60,
    )
    key = plan.handle_key
    handles = Handles(secrets, key, settings.security.handle_seconds, now) if key else None
    return replace(whole, secrets=secrets, handles=handles)


async def lacking_secrets(
    plan: CredentialPlan, credentials: "ProfiledCredentials"
) -> tuple[str, ...]:
    """What the settings name and Key Vault has not, or does not give. A vault that is away says
    nothing of what it has."""
    if credentials.secrets is None:
        return ()
    found: list[str] = []
    for where, name in in_vault(plan):
        try:
            await credentials.secrets.get(name)
        except SecretError as error:
            found.append(f"setting {where}: {error}")
            if error.retryable:
                break
    return tuple(found)


def in_vault(plan: CredentialPlan) -> Iterator[tuple[str, str]]:
    """What the settings name of Key Vault: setting and entry, and the name of the secret there."""
    for profile, entries in plan.profiles.items():
        for tool, entry in entries.items():
            if entry.secret and entry.secret.source == "key_vault":
                yield f"{PROFILES}: {profile}.{tool}", entry.secret.name
    for alias in plan.values.aliases.values():
        if alias.secret.source == "key_vault":
            yield f"{VALUES}: the alias {alias.name}", alias.secret.name
    if plan.handle_key is not None:
        yield "Security__HandleKeyName", plan.handle_key


# --- one profile ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Profile:
    """`values` are those of app settings that a profile may name."""

    name: str
    values: Mapping[str, str]
    settings: Settings

    def read(
        self, entries: Mapping[str, CredentialSettings | str]
    ) -> Iterator[tuple[str, ToolCredential]]:
        found: dict[str, ToolCredential] = {}
        flat: dict[str, dict[str, Any]] = {}
        for key, entry in entries.items():
            if key in FLAT:
                tool, field = FLAT[key]
                flat.setdefault(tool, {})[field] = self._flat(key, field, entry)
                continue
            if isinstance(entry, str):
                raise self._wrong(key, "says where a secret is, and is no text")
            tool = _meant(key, entry)
            if tool in found:
                raise self._wrong(key, f"there are two entries for {tool}")
            found[tool] = self._entry(key, tool, entry)
        for tool, fields in flat.items():
            known = found.get(tool) or ToolCredential(tool, self.name)
            taken = [field for field in fields if getattr(known, field) is not None]
            if taken:
                raise self._wrong(tool, f"its {taken[0]} is said twice")
            found[tool] = replace(known, **fields)
        for tool, credential in found.items():
            self._check(tool, credential)
            yield tool, credential

    def _entry(self, key: str, tool: str, entry: CredentialSettings) -> ToolCredential:
        named = tool.partition(":")[0] in OPEN_TOOLS
        if tool not in TOOLS and not named:
            raise self._wrong(key, f"is no tool; there are {', '.join(TOOLS)}, http, mcp")
        return ToolCredential(
            tool=tool,
            profile=self.name,
            secret=self._ref(key, entry),
            endpoint=entry.endpoint,
            endpoints=entry.allowed_endpoints,
            deployment=entry.deployment,
            region=entry.region,
            api_version=entry.api_version,
            embeddings_deployment=entry.embeddings_deployment,
            index=entry.index,
            semantic_configuration=entry.semantic_configuration,
        )

    def _flat(self, key: str, field: str, entry: CredentialSettings | str) -> object:
        """A secret's reference, or the very text of what is none."""
        if field == "secret":
            if isinstance(entry, str):
                raise self._wrong(key, "says where a secret is, and is no text")
            return self._ref(key, entry)
        if isinstance(entry, str):
            return entry
        if entry.source != "app_settings" or not entry.name:
            raise self._wrong(key, "is a text, or the name of an app setting")
        return self.values[_setting(entry.name, self._where(key), self.values)]

    def _ref(self, key: str, entry: CredentialSettings | AliasSettings) -> SecretRef | None:
        return _ref(entry, self._where(key), self.values)

    def _check(self, tool: str, credential: ToolCredential) -> None:
        own = self.settings.azure_search.endpoint
        elsewhere = (credential.endpoint or own).rstrip("/").lower() != own.rstrip("/").lower()
        if (self.name, tool) == (DEFAULT_PROFILE, "ai_search") and elsewhere:
            # Where the app remembers is where its commands load what it knows.
            raise self._wrong(tool, "has another endpoint than AzureSearch__Endpoint")
        if credential.secret is None and tool not in KEYLESS:
            raise self._wrong(tool, "has no source: only Azure knows the app's managed identity")
        if tool.partition(":")[0] == "http" and credential.endpoint is None:
            raise self._wrong(tool, "has no endpoint: a secret goes to no other host than its own")
        allowed = self.settings.search.allowed_indexes
        if credential.index is not None and credential.index not in allowed:
            raise self._wrong(tool, f"{credential.index} is not among Search__AllowedIndexes")

    def _where(self, key: str) -> str:
        return f"{PROFILES}: {self.name}.{key}"

    def _wrong(self, key: str, what: str) -> ConfigurationError:
        return _wrong_there(self._where(key), what)


def _meant(key: str, entry: CredentialSettings) -> str:
    """The plan writes `openai` for Azure OpenAI, too: its endpoint tells."""
    host = urlsplit(entry.endpoint or "").hostname or ""
    return "azure-openai" if key == "openai" and host.endswith(AZURE_HOSTS) else key


# --- where a secret is ----------------------------------------------------------------------------


def _ref(
    entry: CredentialSettings | AliasSettings, where: str, values: Mapping[str, str]
) -> SecretRef | None:
    """`where` it is written: the setting, and the entry of it."""
    if entry.name and entry.secret:
        raise _wrong_there(where, "has both `name` and `secret`: one of them is meant")
    match entry.source:
        case None:
            if entry.name or entry.secret:
                raise _wrong_there(where, "has no source: app_settings or key_vault")
            return None
        case "app_settings":
            if not entry.name:
                raise _wrong_there(where, "names no app setting in `name`")
            return SecretRef(source="app_settings", name=_setting(entry.name, where, values))
        case "key_vault":
            if not entry.secret:
                raise _wrong_there(where, "names no secret of Key Vault in `secret`")
            return SecretRef(source="key_vault", name=_vault_name(entry.secret, where))


def _setting(name: str, where: str, values: Mapping[str, str]) -> str:
    """As all names of settings are compared; it has to be set, and one that may be named."""
    wanted = setting_name(name)
    if wanted not in values:
        raise _wrong_there(
            where,
            f"names the app setting {name}, which is not set; it is one of this app's own, "
            "or begins with Credentials__",
        )
    return wanted


def _vault_name(reference: str, where: str) -> str:
    """What was written is not told back: it may be the secret itself."""
    name = vault_name(reference)
    if name is None:
        raise _wrong_there(where, "has a secret that is no reference like kv://openai/prod-key")
    return name


def _references(settings: Settings) -> Iterator[str]:
    security = settings.security
    for profile in security.credential_profiles.values():
        for entry in profile.values():
            if isinstance(entry, CredentialSettings) and entry.secret:
                yield entry.secret
    for alias in security.secure_values.aliases.values():
        if alias.secret:
            yield alias.secret
    if security.handle_key_name:
        yield security.handle_key_name


def _secrets(profiles: Profiles, values: SecureValues) -> Iterator[SecretRef]:
    for profile in profiles.values():
        yield from (each.secret for each in profile.values() if each.secret)
    yield from (each.secret for each in values.aliases.values())


# --- secure values, and what other settings name --------------------------------------------------


def _secure_values(settings: Settings, values: Mapping[str, str]) -> SecureValues:
    written = settings.security.secure_values
    allowed: dict[str, set[str | None]] = {
        "app_settings": {setting_name(each) for each in written.allowed_settings},
        "key_vault": {vault_name(each) for each in written.allowed_secrets},
    }
    aliases: dict[str, SecureAlias] = {}
    for name, alias in written.aliases.items():
        secret = _ref(alias, f"{VALUES}: the alias {name}", values)
        assert secret is not None
        if secret.name not in allowed[secret.source]:
            lists = {"app_settings": "AllowedSettings", "key_vault": "AllowedSecrets"}
            raise _wrong(VALUES, f"the alias {name} is not on {lists[secret.source]}")
        tools = tuple(OTHER_NAMES.get(each, each) for each in alias.tools)
        aliases[name] = SecureAlias(name, secret, tools, ProfileAccess(alias.tenants, alias.roles))
    return SecureValues(
        aliases=aliases,
        per_minute=settings.security.resolves_per_minute,
        plaintext=written.dev.allow_plaintext and settings.is_development,
        typed_keys=written.dev.allow_simulator_keys and settings.is_development,
    )


def _check_tools(settings: Settings, plan: CredentialPlan) -> None:
    """That what other settings name is there, and that secrets for the open world say where to."""
    named = _named_by_tools(settings)
    for setting, credential in named:
        if credential not in plan.tools:
            raise _wrong(setting, f"no profile of {PROFILES} has an entry {credential}")
    for profile, entries in plan.profiles.items():
        for tool in entries:
            if tool.partition(":")[0] in OPEN_TOOLS and tool not in {each for _, each in named}:
                raise _wrong(PROFILES, f"{profile}.{tool}: no server and no rule names it")


def _named_by_tools(settings: Settings) -> tuple[tuple[str, str], ...]:
    rules: Iterable[tuple[str, str | None]] = (
        *(("Tools__HttpAllowed", rule.credential) for rule in settings.tools.http_allowed),
        *(("Tools__McpServers", each.credential) for each in settings.tools.mcp_servers.values()),
    )
    return tuple((setting, credential) for setting, credential in rules if credential)


def _wrong(setting: str, what: str) -> ConfigurationError:
    return ConfigurationError(f"setting {setting}: {what}")


def _wrong_there(where: str, what: str) -> ConfigurationError:
    """`where` is the setting and the entry of it, and `what` goes on with the sentence."""
    return ConfigurationError(f"setting {where} {what}")
