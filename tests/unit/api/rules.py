"""The rules that an inline agent call is measured by in tests, and where it is made."""

import json
from dataclasses import dataclass, field, replace
from typing import Any

from api import chat
from shared.calling.calls import Called, Rules, called
from shared.contracts.agent_policy import AgentPolicy
from shared.contracts.agents import ParticipantContract
from shared.contracts.chat import PostChat
from shared.contracts.credentials import ProfileAccess
from shared.contracts.outside import HttpRule, McpServer, Outside
from shared.contracts.runs import RunRecord
from shared.contracts.tools import Pack
from shared.packs import FolderPacks
from shared.ports import Models
from tests.fakes.http import Answer, Caller
from tests.fakes.services import FakeOrchestrations
from tests.fakes.world import ANA, LUIS, OLGA, PACKS, World

SETTINGS = AgentPolicy(
    default_index="cerebro",
    indexes=("cerebro", "tramites-es", "faq-ciudadania"),
    semantic_configurations=("semantic-config-es",),
    participants=("Coordinator", "RetrievalAgent", "DomainExpert", "ToolingAgent", "Critic"),
    tools=("ai_search", "mcp", "http"),
    outside=Outside(
        http=(HttpRule(host="api.example.org:443", path="/**"),),
        servers=(
            McpServer(
                name="corp-tools",
                url="https://mcp.example.org/",
                methods=("getCase",),
                right="knowledge:read",
            ),
        ),
    ),
    credential_profiles={"prod": ProfileAccess(), "ops": ProfileAccess(roles=("operator",))},
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
CALLERS = {"ana": READER, "luis": LUIS, "olga": OLGA}
RULES = Rules(SETTINGS, PARTICIPANTS, TOOLS, READER, "es")


def ruled(rules: Rules = RULES, **settings: Any) -> Rules:
    return replace(rules, settings=replace(rules.settings, **settings))


def call_of(body: dict[str, Any], rules: Rules = RULES) -> Called:
    return called(PostChat.model_validate_json(json.dumps(body)), rules)


class PeopledPacks(FolderPacks):
    """The packs of the app with the participants and tools of these tests."""

    def get(self, version: str) -> Pack:
        people = {"participants": PARTICIPANTS, "tools": super().get(version).tools | TOOLS}
        return super().get(version).model_copy(update=people)


@dataclass
class ChatDesk:
    """Where agents are called; the orchestrations only note what is started."""

    world: World = field(default_factory=lambda: World(callers=CALLERS))
    orchestrations: FakeOrchestrations = field(default_factory=FakeOrchestrations)
    settings: AgentPolicy = SETTINGS
    models: Models | None = None

    def person(self, token: str | None = "ana") -> Caller:
        deps = self.world.deps()
        policy = replace(deps.policy, agents=self.settings)
        models = self.models or deps.models
        deps = replace(deps, packs=PeopledPacks(PACKS), policy=policy, models=models)
        return Caller(deps, self.orchestrations, token)

    async def ask(self, body: object, *, token: str | None = "ana", **headers: str) -> Answer:
        """Keyword arguments are headers, with `_` for `-`; nobody waits for the run's end."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        prefer = {"prefer": "respond-async"}
        return await self.person(token).call(chat.post, "POST", body, headers=prefer | sent)

    async def run(self, body: object, **headers: str) -> RunRecord:
        """The record of the run that was started for this."""
        answer = await self.ask(body, **headers)
        assert answer.status == 202, answer.body
        record = await self.world.runs.get(ANA.tenant_id, answer.json["runId"])
        assert record is not None
        return record
