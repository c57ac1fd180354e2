"""The rules that an inline agent call is measured by, in tests."""

import json
from dataclasses import replace
from typing import Any

from api.calling import Called, Rules, called
from shared.contracts.agent_policy import AgentPolicy
from shared.contracts.agents import ParticipantContract
from shared.contracts.chat import PostChat
from shared.packs import FolderPacks
from tests.fakes.world import ANA, PACKS

SETTINGS = AgentPolicy(
    default_index="cerebro",
    indexes=("cerebro", "tramites-es", "faq-ciudadania"),
    semantic_configurations=("semantic-config-es",),
    participants=("Coordinator", "RetrievalAgent", "DomainExpert", "ToolingAgent", "Critic"),
    tools=("ai_search", "mcp", "http"),
    mcp={"corp-tools": ("getCase",)},
    hosts=("api.example.org",),
    credential_profiles=("default", "prod"),
)


def participant(name: str, kind: str, *aliases: str, **more: Any) -> ParticipantContract:
    return ParticipantContract.model_validate(
        {"name": name, "kind": kind, "aliases": aliases, "prompt": kind} | more
        | {"description": {"es": name, "en": name}}
    )  # fmt: skip


PARTICIPANTS = {
    each.name: each
    for each in (
        participant("Coordinator", "coordinator"),
        participant("RetrievalAgent", "retrieval", "retrieval"),
        participant("DomainExpert", "expert", "domain_expert", critic="Critic"),
        participant("ToolingAgent", "tooling", right="mcp:call"),
        participant("Critic", "critic"),
    )
}
_PACKS = FolderPacks(PACKS)
_SEARCH = _PACKS.get(_PACKS.current).tools["ai_search"]
TOOLS = {name: _SEARCH.model_copy(update={"name": name}) for name in ("ai_search", "mcp", "http")}
READER = ANA.model_copy(update={"rights": (*ANA.rights, "knowledge:read")})
RULES = Rules(SETTINGS, PARTICIPANTS, TOOLS, READER, "es")


def ruled(rules: Rules = RULES, **settings: Any) -> Rules:
    return replace(rules, settings=replace(rules.settings, **settings))


def call_of(body: dict[str, Any], rules: Rules = RULES) -> Called:
    return called(PostChat.model_validate_json(json.dumps(body)), rules)
