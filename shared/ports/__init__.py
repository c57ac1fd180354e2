"""The seams of the app: what it needs from the outside world, and no more."""

from shared.ports.agents import AgentSteps
from shared.ports.conversations import Conversations
from shared.ports.credentials import Credentials, Secret, Secrets
from shared.ports.dependencies import Dependencies, Policy
from shared.ports.flow_runs import FlowRuns
from shared.ports.flows import Flows
from shared.ports.knowledge import EventQuery, Knowledge, KnowledgeQuery
from shared.ports.log import LogItem, LogItems
from shared.ports.model import (
    Completion,
    FinishReason,
    Model,
    ModelMessage,
    ModelRequest,
    Models,
    ModelTool,
    ModelToolCall,
    StreamEnd,
)
from shared.ports.moderation import Moderation, Strictness, Verdict
from shared.ports.platform import (
    Orchestrations,
    OrchestrationState,
    Packs,
    Principals,
    TokenVerifier,
    UnderWay,
)
from shared.ports.quotas import Quotas
from shared.ports.readers import Readers
from shared.ports.records import AuditChains, AuditLog, DeadLetters, Entities
from shared.ports.runs import Approvals, Effects, Runs
from shared.ports.tools import (
    Listens,
    ServerMethods,
    ToolAnswered,
    ToolInvocation,
    ToolRefused,
    Tools,
)

__all__ = [
    "AgentSteps",
    "Approvals",
    "AuditChains",
    "AuditLog",
    "Completion",
    "Conversations",
    "Credentials",
    "DeadLetters",
    "Dependencies",
    "Effects",
    "Entities",
    "EventQuery",
    "FinishReason",
    "FlowRuns",
    "Flows",
    "Knowledge",
    "KnowledgeQuery",
    "Listens",
    "LogItem",
    "LogItems",
    "Model",
    "ModelMessage",
    "ModelRequest",
    "ModelTool",
    "ModelToolCall",
    "Models",
    "Moderation",
    "OrchestrationState",
    "Orchestrations",
    "Packs",
    "Policy",
    "Principals",
    "Quotas",
    "Readers",
    "Runs",
    "Secret",
    "Secrets",
    "ServerMethods",
    "StreamEnd",
    "Strictness",
    "TokenVerifier",
    "ToolAnswered",
    "ToolInvocation",
    "ToolRefused",
    "Tools",
    "UnderWay",
    "Verdict",
]
