"""Settings → what they decide about runs, agent calls and the outside world."""

from datetime import timedelta

from shared.contracts.activities import RunLimits
from shared.contracts.agent_policy import AgentPolicy, ProfileLists
from shared.contracts.agents import MAX_RETRIES
from shared.contracts.flows.runs import FlowBounds
from shared.contracts.grounding import Grounding
from shared.contracts.outside import HttpRule, McpServer, Outside
from shared.contracts.quotas import QuotaLimits
from shared.contracts.retrieval import Retrieval
from shared.contracts.search import LANGUAGE_ENDINGS
from shared.credentialing import CredentialPlan, own_model, read_credentials
from shared.ports import Policy
from shared.settings import Settings


def build_policy(settings: Settings, plan: CredentialPlan | None = None) -> Policy:
    plan = plan or read_credentials(settings)
    return Policy(
        indexes=settings.search.message_indexes or settings.search.allowed_indexes,
        model=own_model(settings, plan),
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
        flows=FlowBounds(
            seconds=settings.flows.seconds,
            tokens=settings.flows.tokens,
            answer_hours=settings.flows.answer_hours,
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
        erp_web_url=settings.erp.web_url,
        history_kept=timedelta(days=settings.runs.history_days),
        outside=build_outside(settings),
        least_confidence=settings.agents.least_confidence,
        history_tokens=settings.agents.history_tokens,
        history_turns=settings.agents.history_turns,
        quotas=build_quotas(settings),
        agents=build_agent_policy(settings, plan),
        secure_values=plan.values,
    )


def build_quotas(settings: Settings) -> QuotaLimits:
    """0 of the settings is no limit."""
    quotas = settings.quotas
    return QuotaLimits(
        session_per_hour=quotas.session_per_hour or None,
        user_per_hour=quotas.user_per_hour or None,
        tenant_per_hour=quotas.tenant_per_hour or None,
        user_tokens_per_day=quotas.user_tokens_per_day or None,
        tenant_tokens_per_day=quotas.tenant_tokens_per_day or None,
        user_runs=quotas.user_runs or None,
        tenant_runs=quotas.tenant_runs or None,
    )


def build_agent_policy(settings: Settings, plan: CredentialPlan) -> AgentPolicy:
    agents, one, search = settings.agents, settings.agent, settings.azure_search
    return AgentPolicy(
        default_index=search.default_index,
        indexes=settings.search.allowed_indexes,
        semantic_configurations=(
            *(search.semantic_configuration + ending for ending in LANGUAGE_ENDINGS.values()),
            *settings.search.allowed_semantic_configurations,
        ),
        default_profile="coordinator" if one.default_profile == "default" else one.default_profile,
        default_participants=agents.default_participants,
        default_mode=agents.default_mode,
        participants=agents.allowed_participants,
        modes=agents.allowed_modes,
        tools=agents.allowed_tools,
        providers=(settings.provider, *settings.ai.allowed_providers),
        models=(settings.chat_model, *settings.ai.allowed_models),
        profiles={
            name: ProfileLists(lists.allowed_search_indexes, lists.allowed_participants)
            for name, lists in one.profiles.items()
        },
        outside=build_outside(settings),
        credential_profiles=plan.access,
        profile_indexes=plan.indexes,
        profile_tools=plan.settings,
        max_tokens=agents.max_tokens,
        max_turns=agents.max_turns,
        max_steps=agents.max_internal_steps,
        timeout_ms=agents.timeout_ms,
        retries=min(settings.model.retries, MAX_RETRIES),
        moderation_off=settings.moderation.allow_off,
    )  # fmt: skip


def build_outside(settings: Settings) -> Outside:
    """The lists of the settings, each host with its scheme and its port apart."""
    tools = settings.tools
    rules = []
    for rule in tools.http_allowed:
        scheme, host = _host(rule.host)
        parts = {"scheme": scheme, "host": host, "path": rule.path, "keys": rule.keys}
        parts |= {"credential": rule.credential, "header": rule.header}
        rules.append(HttpRule.model_validate({"methods": rule.methods, **parts}))
    servers = tools.mcp_servers.items()
    return Outside(
        http=tuple(rules),
        private_hosts=tuple(_host(each)[1] for each in tools.http_private_hosts),
        servers=tuple(McpServer(name=name, **each.model_dump()) for name, each in servers),
    )


def _host(written: str) -> tuple[str, str]:
    """Scheme, and name with port."""
    scheme, _, host = written.rpartition("://")
    port = "80" if scheme == "http" else "443"
    return scheme or "https", host if ":" in host else f"{host}:{port}"
