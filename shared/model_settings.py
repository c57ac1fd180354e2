"""Settings that say which models there are, and what an agent call may ask of them."""

from typing import Literal, get_args

from pydantic import Field

from shared.sections import Section, Url


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


class ModelProxySettings(Section):
    """A gateway that speaks OpenAI's chat completions, whatever models stand behind it."""

    base_url: Url | None = None
    api_key: str | None = Field(default=None, repr=False)
    model: str = "gpt-4o"


class AnthropicSettings(Section):
    api_key: str | None = Field(default=None, repr=False)
    base_url: Url | None = None
    model: str = "claude-sonnet-5-5"


class GoogleSettings(Section):
    api_key: str | None = Field(default=None, repr=False)
    base_url: Url | None = None
    model: str = "gemini-2.5-flash"


type ProviderName = Literal["azure-openai", "openai", "proxy", "anthropic", "google"]


class AiModelsSettings(Section):
    """`default` answers agent calls that name no model, `reasoning` those that ask for it. When a
    model refuses for the moment those of `fallback` are asked in turn: `provider:model`, or a model
    of the app's own provider."""

    default: str | None = None
    reasoning: str | None = None
    fallback: tuple[str, ...] = ()

    @property
    def chain(self) -> tuple[tuple[ProviderName | None, str], ...]:
        """`fallback` by provider (None: the app's own) and model."""
        return tuple(_of_provider(each) for each in self.fallback)


def _of_provider(written: str) -> tuple[ProviderName | None, str]:
    """The names of some models hold a colon, too."""
    for provider in get_args(ProviderName.__value__):
        if written.startswith(f"{provider}:"):
            return provider, written.removeprefix(f"{provider}:")
    return None, written


class AiSettings(Section):
    """What an agent call may ask for besides the app's own provider, endpoint and model.

    Providers and endpoints that are not named are refused: an endpoint is sent the key of its
    provider. Of the models that the providers have, all may be asked for, unless some are named.
    `deployments` tells which model a deployment runs whose name does not say it. `endpoint_routes`:
    where an allowed endpoint is really asked, when a gateway or another service stands for it.
    """

    models: AiModelsSettings = AiModelsSettings()
    allowed_providers: tuple[ProviderName, ...] = ()
    allowed_endpoints: dict[ProviderName, tuple[Url, ...]] = Field(default={})
    endpoint_routes: dict[Url, Url] = Field(default={})
    allowed_models: tuple[str, ...] = ()
    deployments: dict[str, str] = Field(default={})
