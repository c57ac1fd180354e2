"""Choose the adapters. The only module that imports both ports and what is behind them."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, assert_never
from weakref import WeakKeyDictionary

from shared.contracts.models import ModelChoice
from shared.credentialing import (
    CredentialPlan,
    build_credentials,
    lacking_secrets,
    own_model,
    read_credentials,
)
from shared.errors import DependencyError
from shared.llm.choosing import OfferedModels
from shared.moderation.nobody import NoModeration
from shared.observing import (
    erp_watchers,
    search_policies,
    traced,
    traced_knowledge,
)
from shared.packs import PACKS, FolderPacks
from shared.policies import build_outside, build_policy
from shared.ports import (
    AuditChains,
    Credentials,
    Dependencies,
    Flows,
    Model,
    Models,
    Moderation,
    Principals,
    Strictness,
)
from shared.providers import (
    build_offered_models,
    build_openai_moderation,
)
from shared.search.embedding import RememberingModel
from shared.settings import Settings, get_settings

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

    from shared.credentials.resolving import ProfiledCredentials
    from shared.search.cerebro import AzureSearchKnowledge, SearchCredential
    from shared.search.indexing import AzureSearchIndex
    from shared.search.profiled import ProfiledKnowledge
    from shared.search.query import SearchProfile
    from shared.stores.cosmos import CosmosDatabase
    from shared.tools.mcp import McpTools

COGNITIVE_SERVICES = "https://cognitiveservices.azure.com/.default"

log = logging.getLogger("eira.start")

COLLECT_AFTER = (50_000, 20, 50)
"""Python's default of 2,000 new objects is a few requests' worth."""

_by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, Dependencies] = WeakKeyDictionary()


async def look_for_secrets() -> None:
    """Tell the operator now of what Key Vault has not: nobody else is told until it is needed."""
    settings = get_settings()
    async with build_credential() as credential:
        plan, found = build_secrets(settings, credential)
        for what in await lacking_secrets(plan, found):
            log.error("%s", what)
        await found.close()


def get_dependencies() -> Dependencies:
    """The dependencies of the running event loop: the SDKs' clients belong to one."""
    loop = asyncio.get_running_loop()
    if loop not in _by_loop:
        _by_loop[loop] = traced(build_dependencies(get_settings()))
        # What is loaded now stays: looking through it for garbage again and again costs 4 % of
        # a worker's time.
        gc.freeze()
        gc.set_threshold(*COLLECT_AFTER)
    return _by_loop[loop]


def build_dependencies(settings: Settings) -> Dependencies:
    # The SDKs take half a second to import: at the first use, not when the worker indexes the app.
    from shared.identity.entra import EntraTokens
    from shared.search.tools import CerebroTools
    from shared.stores.agent_steps import CosmosAgentSteps
    from shared.stores.approvals import CosmosApprovals
    from shared.stores.audit import CosmosAuditLog
    from shared.stores.audit_chains import CosmosAuditChains
    from shared.stores.conversations import CosmosConversations
    from shared.stores.dead_letters import CosmosDeadLetters
    from shared.stores.effects import CosmosEffects
    from shared.stores.entities import CosmosEntities
    from shared.stores.flow_runs import CosmosFlowRuns
    from shared.stores.flows import CosmosFlows
    from shared.stores.log_items import CosmosLogItems
    from shared.stores.quotas import CosmosQuotas
    from shared.stores.readers import CosmosReaders
    from shared.stores.runs import CosmosRuns
    from shared.tools.http import HttpLimits, HttpTools
    from shared.tools.kinds import ToolsByKind
    from shared.tools.rest import RestTools

    credential = build_credential()
    database = build_database(settings, credential)
    plan, credentials = build_secrets(settings, credential)
    models = build_models(settings, credential, plan, credentials)
    knowledge = build_profiled_knowledge(settings, credential, credentials)
    model = build_model(settings, credential, models)
    packs, policy = FolderPacks(PACKS, settings.packs.version), build_policy(settings, plan)
    mcp, http = build_mcp(settings, credentials), settings.tools
    return Dependencies(
        model=model,
        models=models,
        knowledge=knowledge,
        conversations=CosmosConversations(database),
        runs=CosmosRuns(database),
        agent_steps=CosmosAgentSteps(database),
        flow_runs=CosmosFlowRuns(database),
        effects=CosmosEffects(database),
        approvals=CosmosApprovals(database),
        audit=CosmosAuditLog(database),
        chains=CosmosAuditChains(database),
        entities=CosmosEntities(database),
        dead_letters=CosmosDeadLetters(database),
        flows=CosmosFlows(database),
        log=CosmosLogItems(database),
        readers=CosmosReaders(database),
        tools=ToolsByKind(
            rest=RestTools(
                settings.erp.base_url,
                _token(credential, settings.erp.scope),
                watchers=erp_watchers(),
            ),
            cerebro=CerebroTools(
                knowledge,
                model,
                settings.azure_search.default_index,
                policy.top,
                policy.retrieval,
                packs,
                _now,
                models.embedder,
            ),
            http=HttpTools(
                policy.outside,
                credentials,
                HttpLimits(http.http_max_bytes, http.http_timeout_seconds),
            ),
            mcp=mcp,
        ),
        methods=mcp,
        moderation=build_moderation(settings, credential),
        quotas=CosmosQuotas(database),
        credentials=credentials,
        tokens=EntraTokens(
            settings.auth.authority,
            settings.auth.audience,
            settings.auth.tenants,
            settings.auth.role_rights,
            settings.auth.scopes,
        ),
        principals=build_principals(settings),
        packs=packs,
        policy=policy,
        now=_now,
    )


@asynccontextmanager
async def opened_audit_chains(settings: Settings) -> AsyncIterator[AuditChains]:
    """The audit's chains alone, for a command that looks at them."""
    from shared.stores.audit_chains import CosmosAuditChains

    async with build_credential() as credential:
        database = build_database(settings, credential)
        try:
            yield CosmosAuditChains(database)
        finally:
            await database.close()


@asynccontextmanager
async def opened_flows(settings: Settings) -> AsyncIterator[Flows]:
    """The flows that are kept alone, for a command that adds some."""
    from shared.stores.flows import CosmosFlows

    async with build_credential() as credential:
        database = build_database(settings, credential)
        try:
            yield CosmosFlows(database)
        finally:
            await database.close()


def build_principals(settings: Settings) -> Principals | None:
    """None where nobody but a client could have written the platform's header."""
    from shared.identity.app_service import AppServicePrincipals

    auth = settings.auth
    return AppServicePrincipals(auth.tenants, auth.role_rights) if auth.app_service else None


def _now() -> datetime:
    return datetime.now(UTC)


def build_mcp(settings: Settings, credentials: Credentials) -> "McpTools":
    from shared.tools.mcp import McpLimits, McpTools

    tools = settings.tools
    limits = McpLimits(tools.mcp_max_bytes, tools.mcp_timeout_seconds, tools.mcp_schema_seconds)
    return McpTools(build_outside(settings), credentials, limits)


def build_credential() -> "AsyncTokenCredential":
    from azure.identity.aio import DefaultAzureCredential

    return DefaultAzureCredential()


def build_database(settings: Settings, credential: "AsyncTokenCredential") -> "CosmosDatabase":
    from shared.stores.cosmos import CosmosDatabase

    return CosmosDatabase(settings.cosmos.endpoint, settings.cosmos.database, credential)


def build_secrets(
    settings: Settings, credential: "AsyncTokenCredential"
) -> tuple[CredentialPlan, "ProfiledCredentials"]:
    """What the settings say of credentials, and who fetches them."""
    plan = read_credentials(settings)
    return plan, build_credentials(settings, plan, credential, _now)


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
        search_policies(),
    )


def build_profiled_knowledge(
    settings: Settings, credential: "AsyncTokenCredential", credentials: Credentials
) -> "ProfiledKnowledge":
    """Cerebro as agents ask it: by their credential profile."""
    from shared.search.cerebro import AzureSearchKnowledge
    from shared.search.profiled import ProfiledKnowledge, Service

    def build(endpoint: str, key: "SearchCredential", profile: "SearchProfile") -> Service:
        made = AzureSearchKnowledge(endpoint, key, profile, search_policies())
        return Service(traced_knowledge(made, endpoint), made.close)

    endpoint = settings.azure_search.endpoint
    return ProfiledKnowledge(
        own=traced_knowledge(build_knowledge(settings, credential), endpoint),
        endpoint=endpoint,
        profile=build_search_profile(settings),
        identity=credential,
        credentials=credentials,
        build=build,
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


def build_moderation(settings: Settings, credential: "AsyncTokenCredential") -> Moderation:
    wanted = settings.moderation
    match wanted.provider:
        case "content-safety":
            from azure.core.credentials import AzureKeyCredential

            from shared.moderation.content_safety import ContentSafety

            key = AzureKeyCredential(wanted.api_key) if wanted.api_key else credential
            severities: dict[Strictness, int] = {
                "default": wanted.severity,
                "strict": wanted.strict_severity,
            }
            return ContentSafety(wanted.endpoint or "", key, severities, wanted.timeout_seconds)
        case "openai":
            return build_openai_moderation(settings)
        case "none":
            return NoModeration()
        case _:
            assert_never(wanted.provider)


def build_models(
    settings: Settings,
    credential: "AsyncTokenCredential",
    plan: CredentialPlan | None = None,
    credentials: Credentials | None = None,
) -> OfferedModels:
    plan = plan or read_credentials(settings)
    credentials = credentials or build_credentials(settings, plan, credential, _now)
    token = _token(credential, COGNITIVE_SERVICES)
    return build_offered_models(settings, token, credentials, plan.tools)


def build_model(
    settings: Settings, credential: "AsyncTokenCredential", models: Models | None = None
) -> Model:
    """The model that the app uses itself, of those that calls may choose from."""
    models = models or build_models(settings, credential)
    own = ModelChoice(provider=settings.provider, name=own_model(settings))
    return RememberingModel(models.get(own))


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
