"""The app's settings, read once from the environment."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator, Field, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import SettingsConfigDict

from shared.environment import OfEnvironment
from shared.errors import ConfigurationError
from shared.limit_settings import FlowSettings, ModerationSettings, QuotaSettings
from shared.model_settings import (
    AiSettings,
    AnthropicSettings,
    AzureOpenAISettings,
    GoogleSettings,
    ModelProxySettings,
    OpenAISettings,
    ProviderName,
)
from shared.own_machine import is_own_machine
from shared.search_settings import AzureSearchSettings, SearchSettings
from shared.sections import Section, Url, joined
from shared.security_settings import SecuritySettings
from shared.setting_examples import EXAMPLES, LISTS_AND_MAPS
from shared.telemetry_settings import TelemetrySettings
from shared.tool_settings import ToolsSettings

OTHER_SPELLINGS = {
    "endpoint": "endpoint",
    "defaultindex": "defaultindex",
    "indexname": "defaultindex",
    "semanticconfig": "semanticconfiguration",
}
"""What may be written in `Search__` for a setting of `AzureSearch__`, which wins over it."""

CREDENTIALS = "credentials__"
"""What app settings begin with that hold nothing but a secret for some profile."""


type Way = tuple[str, ...]


def _listed(value: object) -> object:
    """A list as JSON in a text, inside a map whose keys only the operator knows."""
    return json.loads(value) if isinstance(value, str) else value


type Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]
type Mode = Literal["sequential", "fanout", "group_chat"]
type Profile = Literal["normal", "rag", "coordinator", "retrieval", "domain_expert"]


class CosmosSettings(Section):
    endpoint: Url
    database: str = "eira"


class KeyVaultSettings(Section):
    uri: Url | None = None
    verify_challenge_resource: bool = True


class ErpSettings(Section):
    """`web_url`: where people see its records, `{tenantId}` in it is the tenant's id."""

    base_url: Url
    scope: str
    web_url: Url | None = None


class AuthSettings(Section):
    """Whose access tokens are taken: for `audience`, of `tenants`; where a program asks for a
    person, with one of `scopes`, if any are told. `app_service`: the platform has signed people in
    and says so in X-MS-CLIENT-PRINCIPAL; without it that header means nothing. `role_rights` is
    what each role may do."""

    authority: Url = "https://login.microsoftonline.com"
    audience: str
    tenants: tuple[str, ...] = Field(min_length=1)
    role_rights: dict[str, tuple[str, ...]] = Field(default={})
    scopes: tuple[str, ...] = ()
    app_service: bool = False


class EventsSettings(Section):
    """`types` are the ERP events that are taken, `*` for any ending; all others are refused."""

    types: tuple[str, ...] = Field(default=("task.*", "project.*", "user.*"), min_length=1)


class StreamsSettings(Section):
    """`longest_join_ms` bounds how long a piece of text waits to be joined with the next ones."""

    longest_join_ms: int = Field(default=140, ge=0, le=1_000)


class RunSettings(Section):
    """What one run may take; waiting for people does not count as its time.

    A task takes three model calls and about 14 000 tokens, more when its plan has to be repaired.
    `history_days`: so long Durable keeps what it knows of a run, from its start.
    """

    seconds: float = Field(default=300.0, gt=0)
    model_calls: int = Field(default=12, ge=3)
    tokens: int = Field(default=120_000, ge=15_000)
    history_days: int = Field(default=30, ge=7)


class ModelLimits(Section):
    """`retries` of a call to a model, after an answer that may be another next time. An agent call
    may say another number."""

    timeout_seconds: float = Field(default=60.0, gt=0)
    retries: int = Field(default=2, ge=0, le=10)


class AgentsSettings(Section):
    """`least_confidence`: a message that triage is less sure about is asked about.

    `history_tokens` and `history_turns` bound what the model is told of a conversation; what is
    older is folded into a summary.

    The rest bounds inline agent calls. What is on none of the lists is refused; a call without
    participants or mode has the default ones. Of `max_tokens` (of one answer), `max_turns`,
    `max_internal_steps` and `timeout_ms` a call gets no more than this.
    """

    least_confidence: float = Field(default=0.6, ge=0, le=1)
    history_tokens: int = Field(default=3_000, ge=200)
    history_turns: int = Field(default=20, ge=2, le=50)
    allowed_participants: tuple[str, ...] = ("Coordinator", "RetrievalAgent", "DomainExpert")
    allowed_modes: tuple[Mode, ...] = ("sequential", "fanout", "group_chat")
    allowed_tools: tuple[str, ...] = ("ai_search",)
    default_participants: tuple[str, ...] = Field(
        default=("Coordinator", "RetrievalAgent", "DomainExpert"), min_length=1
    )
    default_mode: Mode = "group_chat"
    max_tokens: int = Field(default=4_096, ge=1)
    max_turns: int = Field(default=12, ge=1, le=12)
    max_internal_steps: int = Field(default=16, ge=1, le=32)
    timeout_ms: int = Field(default=120_000, ge=1_000, le=120_000)


class AgentProfileSettings(Section):
    """What one agent profile may use of what is allowed at all; `max_tokens` of one answer."""

    allowed_search_indexes: Names | None = None
    allowed_participants: Names | None = None
    allowed_models: Names | None = None
    max_tokens: int | None = Field(default=None, ge=1)


class AgentSettings(Section):
    """`profiles` by name; `default` stands for those without an entry of their own."""

    default_profile: Profile | Literal["default"] = "coordinator"
    profiles: dict[Profile | Literal["default"], AgentProfileSettings] = Field(default={})


class PacksSettings(Section):
    version: str | None = None


class Settings(OfEnvironment):
    """Nested names are joined by `__`, as Azure writes them; lists and maps are JSON."""

    model_config = SettingsConfigDict(
        env_nested_delimiter="__", case_sensitive=False, extra="ignore", frozen=True
    )

    azure_openai: AzureOpenAISettings = Field(
        default=AzureOpenAISettings(), validation_alias="azureopenai"
    )
    openai: OpenAISettings = Field(default=OpenAISettings(), validation_alias="openai")
    model_proxy: ModelProxySettings = Field(
        default=ModelProxySettings(), validation_alias="modelproxy"
    )
    anthropic: AnthropicSettings = Field(default=AnthropicSettings(), validation_alias="anthropic")
    google: GoogleSettings = Field(default=GoogleSettings(), validation_alias="google")
    ai: AiSettings = Field(default=AiSettings(), validation_alias="ai")
    azure_search: AzureSearchSettings = Field(validation_alias="azuresearch")
    search: SearchSettings = Field(default=SearchSettings(), validation_alias="search")
    cosmos: CosmosSettings = Field(validation_alias="cosmos")
    key_vault: KeyVaultSettings = Field(default=KeyVaultSettings(), validation_alias="keyvault")
    erp: ErpSettings = Field(validation_alias="erp")
    auth: AuthSettings = Field(validation_alias="auth")
    events: EventsSettings = Field(default=EventsSettings(), validation_alias="events")
    streams: StreamsSettings = Field(default=StreamsSettings(), validation_alias="streams")
    model: ModelLimits = Field(default=ModelLimits(), validation_alias="model")
    runs: RunSettings = Field(default=RunSettings(), validation_alias="runs")
    agents: AgentsSettings = Field(default=AgentsSettings(), validation_alias="agents")
    agent: AgentSettings = Field(default=AgentSettings(), validation_alias="agent")
    tools: ToolsSettings = Field(default=ToolsSettings(), validation_alias="tools")
    moderation: ModerationSettings = Field(
        default=ModerationSettings(), validation_alias="moderation"
    )
    flows: FlowSettings = Field(default=FlowSettings(), validation_alias="flows")
    quotas: QuotaSettings = Field(default=QuotaSettings(), validation_alias="quotas")
    packs: PacksSettings = Field(default=PacksSettings(), validation_alias="packs")
    security: SecuritySettings = Field(default=SecuritySettings(), validation_alias="security")
    telemetry: TelemetrySettings = Field(default=TelemetrySettings(), validation_alias="telemetry")
    application_insights: str | None = Field(
        default=None, repr=False, validation_alias="applicationinsights_connection_string"
    )
    worker_telemetry: bool = Field(
        default=False, validation_alias="python_applicationinsights_enable_telemetry"
    )
    """Of the Functions worker itself."""

    @model_validator(mode="before")
    @classmethod
    def _search_by_its_other_names(cls, given: dict[str, object]) -> dict[str, object]:
        search = given.get("search")
        if not isinstance(search, dict):
            return given
        named = {name: search[other] for other, name in OTHER_SPELLINGS.items() if other in search}
        azure = given.get("azuresearch", {})
        return {**given, "azuresearch": named | azure if isinstance(azure, dict) else azure}

    @property
    def is_development(self) -> bool:
        return is_own_machine(os.environ)

    @property
    def provider(self) -> ProviderName:
        """Whose models the app uses itself."""
        return "azure-openai" if self.azure_openai.endpoint else "openai"

    @property
    def providers(self) -> tuple[ProviderName, ...]:
        """All that may be asked: the app's own, those calls may name, those to fall back on."""
        behind = (provider for provider, _ in self.ai.models.chain if provider is not None)
        return tuple(dict.fromkeys((self.provider, *self.ai.allowed_providers, *behind)))

    def lacking(self, provider: ProviderName) -> str | None:
        """The name of the setting without which a provider cannot be asked."""
        needed = {
            "azure-openai": ("AzureOpenAI__Endpoint", self.azure_openai.endpoint),
            "openai": ("OpenAI__ApiKey", self.openai.api_key),
            "proxy": ("ModelProxy__BaseUrl", self.model_proxy.base_url),
            "anthropic": ("Anthropic__ApiKey", self.anthropic.api_key),
            "google": ("Google__ApiKey", self.google.api_key),
        }
        name, value = needed[provider]
        return None if value else name

    @property
    def chat_model(self) -> str:
        """The model, or deployment, that is asked."""
        azure = self.azure_openai
        return azure.chat_deployment if azure.endpoint else self.openai.chat_model

    @property
    def embeddings(self) -> str:
        """The model, or deployment, that vectors come from."""
        azure = self.azure_openai
        return azure.embeddings_deployment if azure.endpoint else self.openai.embeddings_model


@cache
def get_settings() -> Settings:
    """Raises ConfigurationError naming every setting that is wrong, with an example each."""
    wrong = [
        f"setting {name}: there is no such setting; did you mean {meant}?"
        for name, meant in _strangers()
        if meant is not None
    ]
    try:
        settings = Settings()
    except ValidationError as error:
        wrong += (str(each) for each in map(_told, error.errors(include_input=False)))
        raise _all(wrong) from error
    if wrong := [*wrong, *_inconsistent(settings)]:
        raise _all(wrong)
    return settings


def _all(wrong: Sequence[str]) -> ConfigurationError:
    return ConfigurationError(wrong[0], tuple(dict.fromkeys(wrong[1:])))


def _inconsistent(settings: Settings) -> Iterator[str]:
    """What each setting by itself does not show."""
    if settings.azure_openai.endpoint is None and settings.openai.api_key is None:
        yield (
            f"setting AzureOpenAI__Endpoint or OpenAI__ApiKey is missing; "
            f"for example {EXAMPLES['azureopenai__endpoint']}"
        )
    if settings.moderation.provider == "openai" and settings.lacking("openai"):
        yield str(_wrong("openai__apikey", "missing, and Moderation__Provider is openai"))
    for provider in settings.providers:
        if provider == settings.provider:
            continue
        if (lacking := settings.lacking(provider)) is not None:
            example = EXAMPLES[lacking.lower()]
            yield (
                f"setting {lacking} is missing, and the settings of AI name {provider}; "
                f"for example {example}"
            )
    default, allowed = settings.azure_search.default_index, settings.search.allowed_indexes
    if default not in allowed:
        # What agents write would be where no question is looked up.
        example = json.dumps([default, *allowed])
        yield (
            f"setting AzureSearch__DefaultIndex: {default} is not among Search__AllowedIndexes; "
            f"for example Search__AllowedIndexes={example}"
        )


def our_settings() -> Iterator[tuple[str, str]]:
    """Names, as they are written, and values of our settings and of `Credentials__<Name>`, which
    exist to be named by credential profiles. Nothing else of the environment."""
    for name, value in os.environ.items():
        if name.lower() in _known() or name.lower().startswith(CREDENTIALS):
            yield name, value


def own_values() -> Mapping[str, str]:
    """What is set, by name in lower case."""
    return {name.lower(): value for name, value in our_settings() if value}


def unknown_settings() -> tuple[str, ...]:
    """Names in our sections that are no setting of this version, and not misspelt either; and in
    what may be meant for one of our sections."""
    return (*(name for name, meant in _strangers() if meant is None), *nearly_settings())


def nearly_settings() -> Mapping[str, str]:
    """Names outside of our sections, each with the setting or section that it is nearly called by.
    Without `__`, in capitals throughout, variables are other programs' (OPENAI_API_KEY)."""
    known = _known()
    sections = {name.partition("__")[0] for name in known}
    together = {joined(name): example.partition("=")[0] for name, example in known.items()}
    found: dict[str, str] = {}
    for name in os.environ:
        lower = name.lower()
        section, apart, _ = lower.partition("__")
        if section in sections | {CREDENTIALS.rstrip("_")} or not (apart or _is_ours(name)):
            continue
        if close := get_close_matches(joined(lower), together, n=1, cutoff=0.85):
            found[name] = together[close[0]]
        elif apart and (near := get_close_matches(section, sections, n=1, cutoff=0.8)):
            found[name] = f"{_written_section(near[0])}__…"
    return found


def _is_ours(name: str) -> bool:
    return "_" in name and not name.isupper() and not name.islower()


def _written_section(section: str) -> str:
    return next(v for k, v in _known().items() if k.startswith(f"{section}__")).partition("__")[0]


def _strangers() -> Iterator[tuple[str, str | None]]:
    """What stands in one of our sections and is no setting of it, with what may be meant."""
    known = _known()
    sections = {name.partition("__")[0] for name in known}
    for name, value in os.environ.items():
        lower = name.lower()
        section, _, rest = lower.partition("__")
        if section not in sections or lower in known:
            continue
        near = [each for each in known if each.startswith(f"{section}__")]
        if not rest:
            # A whole section in one, past all checks of its settings; another program's is no JSON.
            close = near[:1] if value.lstrip().startswith("{") else []
        else:
            inside = [each for each in near if lower.startswith(f"{each}__")]
            close = inside or get_close_matches(lower, near, n=1, cutoff=0.9)
        if rest or close:
            yield name, known[close[0]].partition("=")[0] if close else None


@cache
def _known() -> Mapping[str, str]:
    """An example of every setting, by its name in lower case: our own, or what it is by default."""
    found: dict[str, str] = {}
    for section, declared in Settings.model_fields.items():
        for way, info in _settings_of(declared.annotation, (section,)):
            name = "__".join(joined(part) for part in way)
            usual = "…" if info.is_required() or info.default is None else info.default
            found[name] = EXAMPLES.get(name, f"{'__'.join(map(_pascal, way))}={usual}")
    for profile in (*get_args(Profile.__value__), "default"):
        for field in AgentProfileSettings.model_fields:
            written = f"Agent__Profiles__{profile}__{_pascal(field)}"
            found[written.lower()] = f"{written}={'800' if field == 'max_tokens' else '["…"]'}"
    others = OTHER_SPELLINGS.items()
    return {
        **{f"search__{other}": found[f"azuresearch__{name}"] for other, name in others},
        **found,
    }


def _settings_of(section: object, way: Way) -> Iterator[tuple[Way, FieldInfo]]:
    """The fields of a section and of those inside it, each with the names that lead to it; none of
    what is set beside the sections, by a name that is not ours."""
    if not isinstance(section, type) or not issubclass(section, Section):
        return
    for name, info in section.model_fields.items():
        inner = info.annotation
        if isinstance(inner, type) and issubclass(inner, Section):
            yield from _settings_of(inner, (*way, name))
        else:
            yield (*way, name), info


def _pascal(name: str) -> str:
    """azure_openai -> AzureOpenAI, base_url -> BaseUrl, ai -> AI, as Azure and the plan write."""
    joined = "".join(part.capitalize() for part in name.split("_"))
    return "AI" if name == "ai" else joined.replace("Openai", "OpenAI")


def _told(error: ErrorDetails) -> ConfigurationError:
    way = [str(each) for each in error["loc"]]
    where = f"{'.'.join(way[2:])}: " if way[0] == "security" and way[2:] else ""
    name = "__".join(way)
    what = "a list or map is not valid JSON" if name in _no_json() else error["msg"]
    return _wrong(name, where + what)


def _wrong(name: str, what: str) -> ConfigurationError:
    """`name` in lower case; a section stands for the first of its settings."""
    examples = {**EXAMPLES, **_known()}
    example = next((v for k, v in examples.items() if name.startswith(k) or k.startswith(name)), "")
    written = next((each for each in os.environ if each.lower() == name), None)
    shown = written or example.partition("=")[0] or name
    return ConfigurationError(
        f"setting {shown}: {what}" + (f"; for example {example}" if example else "")
    )


def _no_json() -> frozenset[str]:
    """Names of the lists and maps that cannot be read."""
    return frozenset(
        name.lower()
        for name, value in os.environ.items()
        if name.lower() in LISTS_AND_MAPS and not _is_json(value)
    )


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
