"""The app's settings, read once from the environment."""

import json
import os
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from shared.errors import ConfigurationError

EXAMPLES = {
    "azureopenai__endpoint": "AzureOpenAI__Endpoint=https://<name>.openai.azure.com",
    "azureopenai__chatdeployment": "AzureOpenAI__ChatDeployment=gpt-4o",
    "azuresearch__endpoint": "AzureSearch__Endpoint=https://<name>.search.windows.net",
    "cosmos__endpoint": "Cosmos__Endpoint=https://<name>.documents.azure.com",
    "erp__baseurl": "Erp__BaseUrl=https://erp.example.org/api",
    "erp__scope": "Erp__Scope=api://erp/.default",
    "auth__audience": "Auth__Audience=api://eira-agents",
    "auth__tenants": 'Auth__Tenants=["00000000-0000-0000-0000-000000000000"]',
    "auth__rolerights": 'Auth__RoleRights={"employee": ["tasks:read", "tasks:write"]}',
    "events__types": 'Events__Types=["task.*", "project.*", "user.*"]',
    "search__allowedindexes": 'Search__AllowedIndexes=["cerebro"]',
    "search__allowedsemanticconfigurations": (
        'Search__AllowedSemanticConfigurations=["semantic-config-es"]'
    ),
    "search__languages": 'Search__Languages=["es", "en"]',
}
LISTS_AND_MAPS = (
    "auth__tenants",
    "auth__rolerights",
    "events__types",
    "search__allowedindexes",
    "search__allowedsemanticconfigurations",
    "search__languages",
)
OTHER_SPELLINGS = {
    "endpoint": "endpoint",
    "defaultindex": "defaultindex",
    "indexname": "defaultindex",
    "semanticconfig": "semanticconfiguration",
}
"""What may be written in `Search__` for a setting of `AzureSearch__`, which wins over it."""


def _joined(name: str) -> str:
    """chat_deployment -> chatdeployment: setting names are compared without case."""
    return name.replace("_", "")


class Section(BaseModel):
    model_config = ConfigDict(alias_generator=_joined, validate_by_name=True, frozen=True)


type Url = Annotated[str, Field(pattern=r"^https?://[^\s/:]+(:\d+)?(/\S*)?$")]
"""Where a service is; what is no address is found at the start, not at the first message."""


class AzureOpenAISettings(Section):
    """Either `endpoint` here or `OpenAI__ApiKey`; without a key the managed identity is used."""

    endpoint: Url | None = None
    api_key: str | None = Field(default=None, repr=False)
    api_version: str = "2024-10-21"
    chat_deployment: str = "gpt-4o"
    embeddings_deployment: str = "text-embedding-3-small"


class OpenAISettings(Section):
    api_key: str | None = Field(default=None, repr=False)
    base_url: Url | None = None
    chat_model: str = "gpt-4o"
    embeddings_model: str = "text-embedding-3-small"


class AzureSearchSettings(Section):
    """Without a key the managed identity is used."""

    endpoint: Url
    api_key: str | None = Field(default=None, repr=False)
    default_index: str = "cerebro"
    semantic_configuration: str = "cerebro-semantic"


class SearchSettings(Section):
    """`languages`: in which of them the indexes hold their texts. A caller may name the default
    semantic configuration, its variants by language, and those of the list. A caller's vector
    must have `dimensions` numbers, and the embedding model is asked for as many, if they are told.

    `max_fan_out` indexes are asked at the same time; `normalisation` makes their scores comparable.
    `context_tokens` bound the evidence of an answer; without an index that needs longer than
    `timeout_seconds`, or a vector that needs `embedding_seconds`, the search goes on.

    `captions` and `answers` of the semantic ranker are asked for with each question.

    Evidence less relevant than `least_relevance` by the semantic ranker is doubted in the answer.

    `policy` to `least_share` say how an answer stands on documents (shared/contracts/grounding.py).
    """

    allowed_indexes: tuple[str, ...] = Field(default=("cerebro",), min_length=1)
    allowed_semantic_configurations: tuple[str, ...] = ()
    languages: tuple[Literal["es", "en"], ...] = Field(default=("es", "en"), min_length=1)
    dimensions: int | None = Field(default=None, ge=2, le=4096)
    top: int = Field(default=5, ge=1, le=10)
    max_fan_out: int = Field(default=3, ge=1, le=16)
    normalisation: Literal["min_max", "z_score", "reciprocal_rank"] = "min_max"
    context_tokens: int = Field(default=4_000, ge=200)
    timeout_seconds: float = Field(default=20.0, gt=0)
    embedding_seconds: float = Field(default=15.0, gt=0)
    captions: bool = False
    answers: bool = False
    least_relevance: float = Field(default=2.0, ge=0, le=4)
    policy: Literal["always", "never", "conditional"] = "always"
    inject: Literal["system", "user"] = "system"
    citation_style: Literal["inline", "footnote", "none"] = "inline"
    unverifiable: Literal["mark", "drop"] = "mark"
    least_share: float = Field(default=0.5, gt=0, le=1)


class CosmosSettings(Section):
    endpoint: Url
    database: str = "eira"


class KeyVaultSettings(Section):
    uri: Url | None = None
    verify_challenge_resource: bool = True


class ErpSettings(Section):
    base_url: Url
    scope: str


class AuthSettings(Section):
    authority: Url = "https://login.microsoftonline.com"
    audience: str
    tenants: tuple[str, ...] = Field(min_length=1)
    role_rights: dict[str, tuple[str, ...]] = {}


class EventsSettings(Section):
    """`types` are the ERP events that are taken, `*` for any ending; all others are refused."""

    types: tuple[str, ...] = Field(default=("task.*", "project.*", "user.*"), min_length=1)


class StreamsSettings(Section):
    """`longest_join_ms` bounds how long a piece of text waits to be joined with the next ones."""

    longest_join_ms: int = Field(default=140, ge=0, le=1_000)


class RunSettings(Section):
    """What one run may take; waiting for people does not count as its time.

    A task takes three model calls and about 14 000 tokens, more when its plan has to be repaired.
    """

    seconds: float = Field(default=300.0, gt=0)
    model_calls: int = Field(default=12, ge=3)
    tokens: int = Field(default=120_000, ge=15_000)


class ModelLimits(Section):
    timeout_seconds: float = Field(default=60.0, gt=0)


class AgentsSettings(Section):
    """`least_confidence`: a message that triage is less sure about is asked about.

    `history_tokens` and `history_turns` bound what the model is told of a conversation; what is
    older is folded into a summary.
    """

    least_confidence: float = Field(default=0.6, ge=0, le=1)
    history_tokens: int = Field(default=3_000, ge=200)
    history_turns: int = Field(default=20, ge=2, le=50)


class PacksSettings(Section):
    version: str | None = None


class Settings(BaseSettings):
    """Nested names are joined by `__`, as Azure writes them; lists and maps are JSON."""

    model_config = SettingsConfigDict(
        env_nested_delimiter="__", case_sensitive=False, extra="ignore", frozen=True
    )

    azure_openai: AzureOpenAISettings = Field(
        default=AzureOpenAISettings(), validation_alias="azureopenai"
    )
    openai: OpenAISettings = Field(default=OpenAISettings(), validation_alias="openai")
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
    packs: PacksSettings = Field(default=PacksSettings(), validation_alias="packs")

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
    """Raises ConfigurationError naming the first setting that is wrong, with an example."""
    for name, meant in _strangers():
        if meant is not None:
            raise ConfigurationError(
                f"setting {name}: there is no such setting; did you mean {meant}?"
            )
    try:
        settings = Settings()
    except ValidationError as error:
        first = error.errors()[0]
        raise _wrong("__".join(map(str, first["loc"])), first["msg"]) from error
    except SettingsError as error:
        raise _wrong(_not_json() or str(error), "a list or map is not valid JSON") from error
    if settings.azure_openai.endpoint is None and settings.openai.api_key is None:
        raise ConfigurationError(
            f"setting AzureOpenAI__Endpoint or OpenAI__ApiKey is missing; "
            f"for example {EXAMPLES['azureopenai__endpoint']}"
        )
    default, allowed = settings.azure_search.default_index, settings.search.allowed_indexes
    if default not in allowed:
        # What agents write would be where no question is looked up.
        example = json.dumps([default, *allowed])
        raise ConfigurationError(
            f"setting AzureSearch__DefaultIndex: {default} is not among Search__AllowedIndexes; "
            f"for example Search__AllowedIndexes={example}"
        )
    return settings


def unknown_settings() -> tuple[str, ...]:
    """Names in our sections that are no setting of this version, and not misspelt either."""
    return tuple(name for name, meant in _strangers() if meant is None)


def _strangers() -> Iterator[tuple[str, str | None]]:
    """What stands in one of our sections and is no setting of it, with what may be meant."""
    known = _known()
    sections = {name.partition("__")[0] for name in known}
    for name in os.environ:
        lower = name.lower()
        section, _, rest = lower.partition("__")
        if section not in sections or not rest or lower in known:
            continue
        near = [each for each in known if each.startswith(f"{section}__")]
        close = get_close_matches(lower, near, n=1, cutoff=0.9)
        yield name, known[close[0]].partition("=")[0] if close else None


@cache
def _known() -> Mapping[str, str]:
    """An example of every setting, by its name in lower case: our own, or what it is by default."""
    found: dict[str, str] = {}
    for section, declared in Settings.model_fields.items():
        alias, model = str(declared.validation_alias), declared.annotation
        assert isinstance(model, type)
        assert issubclass(model, Section)
        for field, info in model.model_fields.items():
            written = f"{_pascal(section)}__{_pascal(field)}"
            name = f"{alias}__{_joined(field)}"
            usual = "…" if info.is_required() or info.default is None else info.default
            found[name] = EXAMPLES.get(name, f"{written}={usual}")
    others = OTHER_SPELLINGS.items()
    return {
        **{f"search__{other}": found[f"azuresearch__{name}"] for other, name in others},
        **found,
    }


def _pascal(name: str) -> str:
    """azure_openai -> AzureOpenAI, base_url -> BaseUrl, as Azure writes them."""
    return "".join(part.capitalize() for part in name.split("_")).replace("Openai", "OpenAI")


def _wrong(name: str, what: str) -> ConfigurationError:
    """`name` in lower case; a section stands for the first of its settings."""
    examples = {**EXAMPLES, **_known()}
    example = next((v for k, v in examples.items() if name.startswith(k) or k.startswith(name)), "")
    written = next((each for each in os.environ if each.lower() == name), None)
    shown = written or example.partition("=")[0] or name
    return ConfigurationError(
        f"setting {shown}: {what}" + (f"; for example {example}" if example else "")
    )


def _not_json() -> str | None:
    """Which list or map it is: the library only names its section."""
    for name, value in os.environ.items():
        if name.lower() in LISTS_AND_MAPS:
            try:
                json.loads(value)
            except ValueError:
                return name.lower()
    return None
