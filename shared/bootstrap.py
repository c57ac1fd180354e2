"""Choose the adapters. The only module that imports both ports and what is behind them."""

import asyncio
import gc
import importlib
import logging
import threading
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from shared.contracts.activities import RunLimits
from shared.contracts.grounding import Grounding
from shared.contracts.retrieval import Retrieval
from shared.errors import DependencyError
from shared.packs import FolderPacks
from shared.ports import Dependencies, Model, Policy
from shared.search.embedding import RememberingModel
from shared.settings import Settings, get_settings, unknown_settings

if TYPE_CHECKING:
    import httpx2
    from azure.core.credentials_async import AsyncTokenCredential
    from openai import AsyncOpenAI

    from shared.search.cerebro import AzureSearchKnowledge
    from shared.search.indexing import AzureSearchIndex
    from shared.search.query import SearchProfile

PACKS = Path(__file__).parents[1] / "packs"
COGNITIVE_SERVICES = "https://cognitiveservices.azure.com/.default"

log = logging.getLogger("eira.start")

CHATTY = ("azure", "httpx", "httpx2", "openai")
"""Libraries that log a line for every request they make."""

SDKS = (
    "azure.cosmos.aio",
    "azure.identity.aio",
    "jsonschema",
    "rapidfuzz.fuzz",
    "rapidfuzz.process",
    "shared.identity.entra",
    "shared.llm.openai_compatible",
    "shared.search.cerebro",
    "shared.stores.cosmos",
)
WARM_UP_AFTER_SECONDS = 1.0
COLLECT_AFTER = (50_000, 20, 50)
"""Python's default of 2,000 new objects is a few requests' worth."""

_by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, Dependencies] = WeakKeyDictionary()


def check_settings() -> None:
    """Stop the start of an app that is not configured. Raises ConfigurationError."""
    get_settings()
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    if unknown := unknown_settings():
        log.warning("these settings are none of this version: %s", ", ".join(unknown))


def prepare_app() -> None:
    """What a worker does once, when it loads the app. Raises ConfigurationError."""
    check_settings()
    packs = FolderPacks(PACKS, get_settings().packs.version)
    packs.get(packs.current)
    # Behind the indexing of the functions, and before the first message rather than with it.
    timer = threading.Timer(WARM_UP_AFTER_SECONDS, _import_sdks)
    timer.daemon = True
    timer.start()


def _import_sdks() -> None:
    for name in SDKS:
        importlib.import_module(name)


def get_dependencies() -> Dependencies:
    """The dependencies of the running event loop: the SDKs' clients belong to one."""
    loop = asyncio.get_running_loop()
    if loop not in _by_loop:
        _by_loop[loop] = build_dependencies(get_settings())
        # What is loaded now stays: looking through it for garbage again and again costs 4 % of
        # a worker's time.
        gc.freeze()
        gc.set_threshold(*COLLECT_AFTER)
    return _by_loop[loop]


def build_dependencies(settings: Settings) -> Dependencies:
    # The SDKs take half a second to import: at the first use, not when the worker indexes the app.
    from shared.identity.entra import EntraTokens
    from shared.search.tools import CerebroTools
    from shared.stores.approvals import CosmosApprovals
    from shared.stores.audit import CosmosAuditLog
    from shared.stores.conversations import CosmosConversations
    from shared.stores.cosmos import CosmosDatabase
    from shared.stores.dead_letters import CosmosDeadLetters
    from shared.stores.effects import CosmosEffects
    from shared.stores.entities import CosmosEntities
    from shared.stores.log_items import CosmosLogItems
    from shared.stores.runs import CosmosRuns
    from shared.tools.kinds import ToolsByKind
    from shared.tools.rest import RestTools

    credential = build_credential()
    database = CosmosDatabase(settings.cosmos.endpoint, settings.cosmos.database, credential)
    model, knowledge = build_model(settings, credential), build_knowledge(settings, credential)
    packs, policy = FolderPacks(PACKS, settings.packs.version), build_policy(settings)
    return Dependencies(
        model=model,
        knowledge=knowledge,
        conversations=CosmosConversations(database),
        runs=CosmosRuns(database),
        effects=CosmosEffects(database),
        approvals=CosmosApprovals(database),
        audit=CosmosAuditLog(database),
        entities=CosmosEntities(database),
        dead_letters=CosmosDeadLetters(database),
        log=CosmosLogItems(database),
        tools=ToolsByKind(
            rest=RestTools(settings.erp.base_url, _token(credential, settings.erp.scope)),
            cerebro=CerebroTools(
                knowledge,
                model,
                settings.azure_search.default_index,
                policy.top,
                policy.retrieval,
                packs,
                _now,
            ),
        ),
        tokens=EntraTokens(
            settings.auth.authority,
            settings.auth.audience,
            settings.auth.tenants,
            settings.auth.role_rights,
        ),
        packs=packs,
        policy=policy,
        now=_now,
    )


def _now() -> datetime:
    return datetime.now(UTC)


def build_policy(settings: Settings) -> Policy:
    return Policy(
        indexes=settings.search.allowed_indexes,
        model=settings.chat_model,
        top=settings.search.top,
        grounding=Grounding(
            policy=settings.search.policy,
            inject=settings.search.inject,
            citation_style=settings.search.citation_style,
            unverifiable=settings.search.unverifiable,
            least_share=settings.search.least_share,
        ),
        longest_join_ms=settings.streams.longest_join_ms,
        limits=RunLimits(
            seconds=settings.runs.seconds,
            model_calls=settings.runs.model_calls,
            tokens=settings.runs.tokens,
            fan_out=settings.search.max_fan_out,
        ),
        retrieval=Retrieval(
            normalisation=settings.search.normalisation,
            tokens=settings.search.context_tokens,
            seconds=settings.search.timeout_seconds,
            embedding_seconds=settings.search.embedding_seconds,
            captions=settings.search.captions,
            answers=settings.search.answers,
            least_relevance=settings.search.least_relevance,
        ),
        role_rights=settings.auth.role_rights,
        tenants=frozenset(settings.auth.tenants),
        event_types=settings.events.types,
        least_confidence=settings.agents.least_confidence,
        history_tokens=settings.agents.history_tokens,
        history_turns=settings.agents.history_turns,
    )


def build_credential() -> "AsyncTokenCredential":
    from azure.identity.aio import DefaultAzureCredential

    return DefaultAzureCredential()


def build_knowledge(
    settings: Settings, credential: "AsyncTokenCredential"
) -> "AzureSearchKnowledge":
    from azure.core.credentials import AzureKeyCredential

    from shared.search.cerebro import AzureSearchKnowledge

    key = settings.azure_search.api_key
    return AzureSearchKnowledge(
        settings.azure_search.endpoint,
        AzureKeyCredential(key) if key else credential,
        build_search_profile(settings),
    )


def build_search_profile(settings: Settings) -> "SearchProfile":
    from shared.search.query import SearchProfile

    azure, search = settings.azure_search, settings.search
    return SearchProfile(
        default_index=azure.default_index,
        semantic_configuration=azure.semantic_configuration,
        allowed_indexes=search.allowed_indexes,
        allowed_configurations=search.allowed_semantic_configurations,
        languages=search.languages,
        dimensions=search.dimensions,
        embedding_model=settings.embeddings,
    )


def build_index(
    settings: Settings, credential: "AsyncTokenCredential", name: str
) -> "AzureSearchIndex":
    """The administrator's side of Cerebro: an index that is made, filled and tidied up."""
    from shared.search.indexing import AzureSearchIndex

    return AzureSearchIndex(build_knowledge(settings, credential), name)


def build_model(settings: Settings, credential: "AsyncTokenCredential") -> Model:
    return RememberingModel(_build_model(settings, credential))


def _build_model(settings: Settings, credential: "AsyncTokenCredential") -> Model:
    from shared.llm.openai_compatible import OpenAICompatibleModel

    azure, plain = settings.azure_openai, settings.openai
    dimensions = settings.search.dimensions
    if azure.endpoint is None:
        return OpenAICompatibleModel(
            _openai_client(settings), plain.chat_model, plain.embeddings_model, dimensions
        )
    from openai import AsyncAzureOpenAI

    client = AsyncAzureOpenAI(
        azure_endpoint=azure.endpoint,
        api_version=azure.api_version,
        api_key=azure.api_key,
        azure_ad_token_provider=None if azure.api_key else _token(credential, COGNITIVE_SERVICES),
        http_client=_http_client(settings),
    )
    return OpenAICompatibleModel(
        client, azure.chat_deployment, azure.embeddings_deployment, dimensions
    )


def _openai_client(settings: Settings) -> "AsyncOpenAI":
    from openai import AsyncOpenAI

    return AsyncOpenAI(
        api_key=settings.openai.api_key,
        base_url=settings.openai.base_url,
        http_client=_http_client(settings),
    )


def _http_client(settings: Settings) -> "httpx2.AsyncClient":
    """aiohttp under the SDK: half the time a call, a third of the time a stream takes otherwise."""
    from openai import DefaultAioHttpClient

    return DefaultAioHttpClient(timeout=settings.model.timeout_seconds)


def _token(
    credential: "AsyncTokenCredential", scope: str
) -> Callable[[], Coroutine[Any, Any, str]]:
    from azure.core.exceptions import AzureError

    async def get() -> str:
        try:
            return (await credential.get_token(scope)).token
        except AzureError as error:
            raise DependencyError(f"no token for {scope}: {type(error).__name__}") from error

    return get
