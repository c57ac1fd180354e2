"""Settings that say whose keys are used: credential profiles, secure values, who may name them."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag

from shared.sections import Section, Url, joined


def _plain(found: object) -> object:
    """The plan writes `AllowPlaintext`; names of settings have no case, and no hyphens."""
    if not isinstance(found, dict):
        return found
    return {str(name).lower().replace("_", ""): value for name, value in found.items()}


class _Named(BaseModel):
    """What stands in JSON inside a setting. What is no field of it is refused: a key that somebody
    has pasted, say."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        alias_generator=joined,
        validate_by_name=True,
        hide_input_in_errors=True,
    )


class CredentialSettings(_Named):
    """Where the secret of a tool is (`name` of an app setting, or `secret` of Key Vault; without a
    `source` the managed identity is used), and what is no secret: where it is sent to."""

    source: Literal["app_settings", "key_vault"] | None = None
    name: str | None = None
    secret: str | None = Field(default=None, repr=False)
    endpoint: Url | None = None
    allowed_endpoints: tuple[Url, ...] = ()
    deployment: str | None = None
    region: str | None = None
    api_version: str | None = None
    embeddings_deployment: str | None = None
    index: str | None = None
    semantic_configuration: str | None = None


class AccessSettings(_Named):
    """Who may name it: of these tenants, with one of these roles; without either, anybody."""

    tenants: tuple[str, ...] | None = None
    roles: tuple[str, ...] | None = None


class AliasSettings(AccessSettings):
    """A secret under a name that flows may use, for the `tools` that it may be sent to."""

    source: Literal["app_settings", "key_vault"]
    name: str | None = None
    secret: str | None = Field(default=None, repr=False)
    tools: tuple[str, ...] = ("ai_search", "azure-openai", "openai", "proxy", "anthropic", "google")


class DevelopmentSettings(_Named):
    """`allow_plaintext` of made-up values, `allow_simulator_keys` of those that somebody types into
    the simulator for one call; only where `AZURE_FUNCTIONS_ENVIRONMENT` is `Development`."""

    allow_plaintext: bool = False
    allow_simulator_keys: bool = False


type Flat[Model] = Annotated[Model, BeforeValidator(_plain)]
type ProfileEntry = Annotated[
    Annotated[Flat[CredentialSettings], Tag("entry")] | Annotated[str, Tag("text")],
    Discriminator(lambda found: "text" if isinstance(found, str) else "entry"),
]


class SecureValuesSettings(_Named):
    """What `POST /api/config/resolve` gives handles for: `aliases` whose secret is also on one of
    the two lists."""

    aliases: dict[str, Flat[AliasSettings]] = Field(default={})
    allowed_settings: tuple[str, ...] = ()
    allowed_secrets: tuple[str, ...] = ()
    dev: Flat[DevelopmentSettings] = DevelopmentSettings()


class SecuritySettings(Section):
    """`credential_profiles` by name and tool, `profile_access` who may name those besides
    `default`. Secrets are remembered for `secret_minutes`. `handle_key_name` is the secret of Key
    Vault whose 32 bytes (base64) seal handles, which last `handle_seconds`; of these one user gets
    `resolves_per_minute`.
    """

    credential_profiles: dict[str, dict[str, ProfileEntry]] = Field(default={})
    profile_access: dict[str, Flat[AccessSettings]] = Field(default={})
    secure_values: Flat[SecureValuesSettings] = SecureValuesSettings()
    secret_minutes: float = Field(default=10.0, ge=5, le=15)
    handle_key_name: str | None = None
    handle_seconds: int = Field(default=900, ge=60, le=3_600)
    resolves_per_minute: int = Field(default=30, ge=1, le=1_000)
