"""A whole world of fakes, and one run in it."""

from dataclasses import dataclass, field
from pathlib import Path

from shared.contracts.activities import RunRef
from shared.contracts.conversations import Conversation
from shared.contracts.grounding import Grounding
from shared.contracts.identity import Caller
from shared.contracts.outside import Outside
from shared.contracts.quotas import QuotaLimits
from shared.contracts.runs import RunOutcome, RunRecord
from shared.packs import FolderPacks
from shared.ports import Dependencies, Model, Policy, Principals
from shared.streams.ending import close_run
from shared.streams.writing import TERMINAL_STEP, LogWriter
from tests.fakes.agents import FakeAgentSteps, FakeModels
from tests.fakes.audit import FakeAuditChains, FakeAuditLog
from tests.fakes.credentials import FakeCredentials
from tests.fakes.flow_runs import FakeFlowRuns
from tests.fakes.flows import FakeFlows
from tests.fakes.methods import FakeMethods
from tests.fakes.moderation import FakeModeration
from tests.fakes.quotas import FakeQuotas
from tests.fakes.readers import FakeReaders
from tests.fakes.services import FakeClock, FakeKnowledge, FakeModel, FakeTokens, FakeTools
from tests.fakes.stores import (
    FakeApprovals,
    FakeConversations,
    FakeDeadLetters,
    FakeEffects,
    FakeEntities,
    FakeLogItems,
    FakeRuns,
)

PACKS = Path(__file__).parents[2] / "packs"
RIGHTS = ("tasks:read", "tasks:write", "projects:read", "projects:write")
ANA = Caller(
    tenant_id="tenant-a", user_id="user-ana", name="Ana López", roles=("employee",), rights=RIGHTS
)
LUIS = ANA.model_copy(update={"user_id": "user-luis", "name": "Luis Pérez"})
OLGA = Caller(
    tenant_id="tenant-b", user_id="user-olga", name="Olga", roles=("employee",), rights=RIGHTS
)
RUN_ID = "01JD8ZZZZZZZZZZZZZZZZZZZZZ"


@dataclass
class World:
    model: FakeModel = field(default_factory=FakeModel)
    agents: Model | None = None
    """Who answers agent calls; `model` without."""
    knowledge: FakeKnowledge = field(default_factory=FakeKnowledge)
    conversations: FakeConversations = field(default_factory=FakeConversations)
    runs: FakeRuns = field(default_factory=FakeRuns)
    agent_steps: FakeAgentSteps = field(default_factory=FakeAgentSteps)
    flow_runs: FakeFlowRuns = field(default_factory=FakeFlowRuns)
    effects: FakeEffects = field(default_factory=FakeEffects)
    approvals: FakeApprovals = field(default_factory=FakeApprovals)
    audit: FakeAuditLog = field(default_factory=FakeAuditLog)
    entities: FakeEntities = field(default_factory=FakeEntities)
    dead_letters: FakeDeadLetters = field(default_factory=FakeDeadLetters)
    flows: FakeFlows = field(default_factory=FakeFlows)
    log: FakeLogItems = field(default_factory=FakeLogItems)
    tools: FakeTools = field(default_factory=FakeTools)
    methods: FakeMethods = field(default_factory=FakeMethods)
    outside: Outside = field(default_factory=Outside)
    moderation: FakeModeration = field(default_factory=FakeModeration)
    readers: FakeReaders = field(default_factory=FakeReaders)
    quotas: FakeQuotas = field(default_factory=FakeQuotas)
    quota_limits: QuotaLimits = field(default_factory=QuotaLimits)
    credentials: FakeCredentials = field(default_factory=FakeCredentials)
    principals: Principals | None = None
    clock: FakeClock = field(default_factory=FakeClock)
    packs: Path = PACKS
    grounding: Grounding = field(default_factory=Grounding)
    callers: dict[str, Caller] = field(
        default_factory=lambda: {"ana": ANA, "luis": LUIS, "olga": OLGA}
    )

    def __post_init__(self) -> None:
        self.runs.beside = (
            self.agent_steps,
            self.flow_runs,
            self.effects,
            self.approvals,
            self.readers,
        )

    def deps(self) -> Dependencies:
        return Dependencies(
            model=self.model,
            models=FakeModels(self.agents or self.model),
            knowledge=self.knowledge,
            conversations=self.conversations,
            runs=self.runs,
            agent_steps=self.agent_steps,
            flow_runs=self.flow_runs,
            effects=self.effects,
            approvals=self.approvals,
            audit=self.audit,
            chains=FakeAuditChains(self.audit),
            entities=self.entities,
            dead_letters=self.dead_letters,
            flows=self.flows,
            log=self.log,
            readers=self.readers,
            tools=self.tools,
            methods=self.methods,
            moderation=self.moderation,
            quotas=self.quotas,
            credentials=self.credentials,
            tokens=FakeTokens(self.callers),
            principals=self.principals,
            packs=FolderPacks(self.packs),
            policy=Policy(
                indexes=("cerebro",),
                grounding=self.grounding,
                outside=self.outside,
                model="gpt-4o",
                longest_join_ms=10,
                quotas=self.quota_limits,
                role_rights={"employee": RIGHTS, "manager": (*RIGHTS, "users:read")},
                tenants=frozenset({"tenant-a", "tenant-b"}),
                event_types=("task.*", "project.*", "user.*"),
            ),
            now=self.clock,
        )

    async def converse(self, caller: Caller = ANA) -> Conversation:
        """The conversation `c1`, made at the first call."""
        conversation = Conversation(
            conversation_id="c1",
            tenant_id=caller.tenant_id,
            owner_id=caller.user_id,
            pack_version=FolderPacks(self.packs).current,
            created_at=self.clock(),
            updated_at=self.clock(),
        )
        await self.conversations.create(conversation)
        stored = await self.conversations.get(caller.tenant_id, "c1")
        return stored or conversation

    async def end(self, record: RunRecord) -> None:
        """The run's end, as its last step leaves it."""
        outcome = RunOutcome(
            run_id=record.run_id,
            tenant_id=record.tenant_id,
            state="DONE",
            finish_reason="stop",
            ended_at=self.clock(),
        )
        writer = LogWriter(self.log, record.run_id, TERMINAL_STEP, "w", 0)
        await close_run(record, outcome, record.language, (), writer, self.deps())

    async def begin(self, message: str, caller: Caller = ANA, run_id: str = RUN_ID) -> RunRef:
        """A run in the conversation, as the API leaves it."""
        await self.runs.create(await self.recorded(message, caller, run_id))
        return RunRef(
            run_id=run_id, tenant_id=caller.tenant_id, conversation_id="c1", correlation_id="corr-1"
        )

    async def recorded(self, message: str, caller: Caller, run_id: str) -> RunRecord:
        conversation = await self.converse(caller)
        return RunRecord(
            run_id=run_id,
            tenant_id=caller.tenant_id,
            conversation_id="c1",
            correlation_id="corr-1",
            caller=caller,
            message=message,
            language=conversation.language,
            time_zone=conversation.time_zone,
            pack_version=conversation.pack_version,
            received_at=self.clock(),
            open_plan=conversation.open_plan,
        )
