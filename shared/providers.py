"""Settings → the models that may be asked; each SDK is imported when its first model is."""

from collections.abc import Callable, Collection, Coroutine, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from shared.contracts.models import ModelChoice, Provider
from shared.extras import ANTHROPIC, GOOGLE, Extra, require
from shared.llm.choosing import DEFAULT, REASONING, Limits, Offer, OfferedModels
from shared.llm.keyed import Access, Connection
from shared.llm.late import LateConnection
from shared.ports import Credentials, Moderation
from shared.settings import Settings
from shared.telemetry.models import TracedConnection
from shared.telemetry.recording import recorder

if TYPE_CHECKING:
    import httpx2


type TokenSource = Callable[[], Coroutine[Any, Any, str]]


def build_offered_models(
    settings: Settings,
    token: TokenSource,
    credentials: Credentials,
    profiled: Collection[str] = (),
) -> OfferedModels:
    """`token` gives those of the managed identity, for Azure without a key. `profiled` are the
    tools that credential profiles speak of: its providers are offered besides the settings'."""
    named = settings.ai.models
    aliases = {DEFAULT: named.default, REASONING: named.reasoning}
    return OfferedModels(
        default=settings.provider,
        offers=_offers(settings, token, profiled),
        credentials=credentials,
        allowed=frozenset({settings.provider, *settings.ai.allowed_providers}),
        aliases={alias: name for alias, name in aliases.items() if name},
        names=frozenset(settings.ai.allowed_models),
        fallback=tuple(
            ModelChoice(provider=provider or settings.provider, name=name)
            for provider, name in named.chain
        ),
        limits={
            profile: Limits(limited.max_tokens, frozenset(limited.allowed_models or ()))
            for profile, limited in settings.agent.profiles.items()
        },
    )


def build_openai_moderation(settings: Settings) -> Moderation:
    from openai import AsyncOpenAI

    from shared.moderation.openai import OpenAIModeration

    wanted = settings.moderation
    client = AsyncOpenAI(
        api_key=settings.openai.api_key,
        base_url=settings.openai.base_url,
        max_retries=1,
        http_client=_http_client(settings),
    )
    return OpenAIModeration(client, wanted.model, wanted.strict_score, wanted.timeout_seconds)


def _offers(
    settings: Settings, token: TokenSource, profiled: Collection[str]
) -> Mapping[Provider, Offer]:
    names: dict[Provider, tuple[str, str | None]] = {
        "azure-openai": (settings.azure_openai.chat_deployment, settings.azure_openai.endpoint),
        "openai": (settings.openai.chat_model, settings.openai.base_url),
        "proxy": (settings.model_proxy.model, settings.model_proxy.base_url),
        "anthropic": (settings.anthropic.model, settings.anthropic.base_url),
        "google": (settings.google.model, settings.google.base_url),
    }
    connects: dict[Provider, Callable[[str, Access | None], Connection]] = {
        "azure-openai": partial(_azure, settings, token),
        "openai": partial(_openai, settings),
        "proxy": partial(_proxy, settings),
        "anthropic": partial(_late, ANTHROPIC, partial(_anthropic, settings)),
        "google": partial(_late, GOOGLE, partial(_google, settings)),
    }
    endpoints, routes = settings.ai.allowed_endpoints, settings.ai.endpoint_routes

    def routed(provider: Provider, endpoint: str, access: Access | None) -> Connection:
        connection = connects[provider](routes.get(endpoint, endpoint), access)
        if recorder() is None:
            return connection
        embeddings = (access and access.embeddings) or settings.embeddings
        return TracedConnection(connection, provider, endpoint, embeddings)

    return {
        provider: Offer(name, partial(routed, provider), url or "", endpoints.get(provider, ()))
        for provider, (name, url) in names.items()
        if provider in settings.providers or provider in profiled
    }


def _azure(
    settings: Settings, token: TokenSource, endpoint: str, access: Access | None
) -> Connection:
    from openai import AsyncAzureOpenAI

    from shared.llm.openai_compatible import OpenAIConnection

    azure = settings.azure_openai
    key = access.key if access else azure.api_key
    client = AsyncAzureOpenAI(
        azure_endpoint=endpoint,
        api_version=(access and access.api_version) or azure.api_version,
        api_key=key,
        azure_ad_token_provider=None if key else token,
        max_retries=settings.model.retries,
        http_client=_http_client(settings),
    )
    return OpenAIConnection(
        client,
        (access and access.embeddings) or azure.embeddings_deployment,
        settings.search.dimensions,
        settings.ai.deployments,
    )


def _openai(settings: Settings, endpoint: str, access: Access | None) -> Connection:
    from openai import AsyncOpenAI

    from shared.llm.openai_compatible import OpenAIConnection

    client = AsyncOpenAI(
        api_key=access.key if access else settings.openai.api_key,
        base_url=endpoint or None,
        max_retries=settings.model.retries,
        http_client=_http_client(settings),
    )
    return OpenAIConnection(
        client,
        settings.openai.embeddings_model,
        settings.search.dimensions,
        settings.ai.deployments,
    )


def _proxy(settings: Settings, endpoint: str, access: Access | None) -> Connection:
    from openai import AsyncOpenAI

    from shared.llm.chat_body import GATEWAYS_LIMIT
    from shared.llm.openai_compatible import OpenAIConnection

    client = AsyncOpenAI(
        # The SDK wants a key, a gateway on one's own network may want none.
        api_key=(access.key if access else settings.model_proxy.api_key) or "none",
        base_url=endpoint,
        max_retries=settings.model.retries,
        http_client=_http_client(settings),
    )
    return OpenAIConnection(
        client,
        settings.openai.embeddings_model,
        settings.search.dimensions,
        settings.ai.deployments,
        limit=GATEWAYS_LIMIT,
    )


def _late(
    extra: Extra,
    build: Callable[[str, Access | None], Connection],
    endpoint: str,
    access: Access | None,
) -> Connection:
    require(extra)
    return LateConnection(extra.adapter, partial(build, endpoint, access))


def _anthropic(settings: Settings, endpoint: str, access: Access | None) -> Connection:
    from anthropic import AsyncAnthropic

    from shared.llm.anthropic_messages import AnthropicConnection

    client = AsyncAnthropic(
        api_key=access.key if access else settings.anthropic.api_key,
        base_url=endpoint or None,
        timeout=settings.model.timeout_seconds,
        max_retries=settings.model.retries,
        http_client=_http_client(settings),
    )
    return AnthropicConnection(client)


def _google(settings: Settings, endpoint: str, access: Access | None) -> Connection:
    from google.genai import Client, types

    from shared.llm.google_genai import GoogleConnection

    http = _http_client(settings)
    options = types.HttpOptions(
        base_url=endpoint or None,
        timeout=round(settings.model.timeout_seconds * 1000),
        httpx_async_client=http,
        # As the other SDKs do it.
        retry_options=types.HttpRetryOptions(
            attempts=1 + settings.model.retries, initial_delay=0.5, max_delay=8.0
        ),
    )
    key = access.key if access else settings.google.api_key
    return GoogleConnection(Client(vertexai=False, api_key=key, http_options=options), http)


def _http_client(settings: Settings) -> "httpx2.AsyncClient":
    """aiohttp under the SDK: half the time a call, a third of the time a stream takes otherwise."""
    from openai import DefaultAioHttpClient

    from shared.telemetry.outgoing import send_traceparent

    hooks = {"request": [send_traceparent]} if recorder() is not None else {}
    return DefaultAioHttpClient(timeout=settings.model.timeout_seconds, event_hooks=hooks)
