"""Everything a step may use, and what the settings decide about it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.contracts.activities import RunLimits
from shared.contracts.agent_policy import AgentPolicy
from shared.contracts.credentials import SecureValues
from shared.contracts.flows.runs import FlowBounds
from shared.contracts.grounding import Grounding
from shared.contracts.outside import Outside
from shared.contracts.quotas import QuotaLimits
from shared.contracts.retrieval import Retrieval
from shared.ports.agents import AgentSteps
from shared.ports.conversations import Conversations
from shared.ports.credentials import Credentials
from shared.ports.flow_runs import FlowRuns
from shared.ports.flows import Flows
from shared.ports.knowledge import Knowledge
from shared.ports.log import LogItems
from shared.ports.model import Model, Models
from shared.ports.moderation import Moderation
from shared.ports.platform import Packs, Principals, TokenVerifier
from shared.ports.quotas import Quotas
from shared.ports.readers import Readers
from shared.ports.records import AuditChains, AuditLog, DeadLetters, Entities
from shared.ports.runs import Approvals, Effects, Runs
from shared.ports.tools import ServerMethods, Tools


@dataclass(frozen=True, slots=True)
class Policy:
    """What settings decide about a run; by `role_rights` also who may read an event in Cerebro."""

    indexes: tuple[str, ...]
    model: str = ""  # or its deployment, as the audit names it
    top: int = 5
    """Snippets that an answer is made from, and most taken from one index."""
    retrieval: Retrieval = field(default=Retrieval())
    grounding: Grounding = field(default=Grounding())
    longest_join_ms: int = 140
    limits: RunLimits = field(default=RunLimits())
    flows: FlowBounds = field(default=FlowBounds())
    role_rights: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tenants: frozenset[str] = frozenset()
    """Whose ERP events are taken, and of which types (`*` for any ending)."""
    event_types: tuple[str, ...] = ()
    history_tokens: int = 3_000
    """What the model is told of a conversation; older turns are told by their summary."""
    history_turns: int = 20
    history_kept: timedelta = timedelta(days=30)
    """From a run's start; then Durable forgets it."""
    outside: Outside = field(default=Outside())
    """What agents may reach with `http` and `mcp`."""
    least_confidence: float = 0.6
    """Below this confidence of the triage the person is asked what they mean."""
    quotas: QuotaLimits = field(default=QuotaLimits())
    agents: AgentPolicy = field(default=AgentPolicy(default_index="", indexes=()))
    erp_web_url: str | None = None
    """Where people see the ERP's records; `{tenantId}` in it is the tenant."""
    secure_values: SecureValues = field(default=SecureValues())


@dataclass(frozen=True, slots=True)
class Dependencies:
    """Everything an activity or a handler may use."""

    model: Model
    models: Models
    knowledge: Knowledge
    conversations: Conversations
    runs: Runs
    agent_steps: AgentSteps
    flow_runs: FlowRuns
    effects: Effects
    approvals: Approvals
    audit: AuditLog
    chains: AuditChains
    entities: Entities
    dead_letters: DeadLetters
    flows: Flows
    log: LogItems
    readers: Readers
    tools: Tools
    methods: ServerMethods
    moderation: Moderation
    quotas: Quotas
    credentials: Credentials
    tokens: TokenVerifier
    principals: Principals | None
    """Where the platform signs people in; else nobody believes its header."""
    packs: Packs
    policy: Policy
    now: Callable[[], datetime]
