"""The seams of the app: what it needs from the outside world, and no more."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from shared.contracts.activities import RunLimits
from shared.contracts.approvals import Approval
from shared.contracts.audit import AuditEvent, Entity, EventPage, StoredEvent
from shared.contracts.conversations import Conversation, History, Summary, Turn
from shared.contracts.effects import Effect
from shared.contracts.erp import DeadLetter, SeenErpEvent
from shared.contracts.events import RunEvent
from shared.contracts.evidence import ContextPack, KnowledgeDocument, Snippet
from shared.contracts.grounding import Grounding
from shared.contracts.identity import Caller, Language
from shared.contracts.plan import OpenPlan, Plan
from shared.contracts.retrieval import RetrievalPolicy
from shared.contracts.runs import (
    EndedBadly,
    Feedback,
    IdempotencyClaim,
    Memory,
    RunOutcome,
    RunRecord,
    RunStatus,
    Usage,
)
from shared.contracts.search import SearchIntent
from shared.contracts.tools import Arguments, JsonSchema, Pack, ToolContract

# --- the model ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ModelMessage:
    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """`schema` asks for an answer that is JSON of this schema (strict), under `schema_name`."""

    messages: tuple[ModelMessage, ...]
    schema: JsonSchema | None = None
    schema_name: str = "answer"
    max_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """`model` is what the service says answered: of an alias or a deployment, the very version."""

    text: str
    usage: Usage
    model: str = ""


@dataclass(frozen=True, slots=True)
class StreamEnd:
    """Last item of a stream: why the model stopped and what it used."""

    finish_reason: Literal["stop", "length"]
    usage: Usage


class Model(Protocol):
    """A language model. Every method raises ModelError (code MODEL_RATE_LIMIT on a 429)."""

    def stream(self, request: ModelRequest) -> AsyncGenerator[str | StreamEnd]:
        """Yield pieces of text as they come, then one StreamEnd."""
        ...

    async def complete(self, request: ModelRequest) -> Completion: ...

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector per text, in order, of the embedding deployment's dimensions."""
        ...

    async def close(self) -> None:
        """Let go of the connections."""
        ...


# --- Cerebro --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KnowledgeQuery:
    """What is looked for, and on whose behalf: the caller's tenant and roles bound the result.

    `other_versions` are packs whose shared knowledge is not for this conversation. `intent` is what
    the caller said of the search, which may bound `top`; None is a hybrid search. `language` is the
    conversation's, in which also errors are told.
    """

    text: str
    index: str
    tenant_id: str
    roles: tuple[str, ...]
    top: int = 5
    vector: tuple[float, ...] | None = None
    other_versions: tuple[str, ...] = ()
    intent: SearchIntent | None = None
    language: Language = "es"


@dataclass(frozen=True, slots=True)
class EventQuery:
    """The newest events of a conversation, or about one of `entities` (`type:id`)."""

    index: str
    tenant_id: str
    roles: tuple[str, ...]
    conversation_id: str
    entities: tuple[str, ...] = ()
    top: int = 3


class Knowledge(Protocol):
    """Cerebro. Raises SearchError (code SEARCH_RATE_LIMIT on a 429)."""

    def check(self, query: KnowledgeQuery) -> None:
        """Whether the query's intent can be asked, without asking: of the indexes it names, or the
        default. Raises InvalidRequestError with pointers, NotAllowedError naming what is refused.
        """
        ...

    async def search(self, query: KnowledgeQuery) -> ContextPack: ...

    async def events(self, query: EventQuery) -> tuple[Snippet, ...]: ...

    async def upsert(
        self, index: str, documents: Sequence[tuple[KnowledgeDocument, Sequence[float] | None]]
    ) -> None:
        """Add or replace documents with their vectors."""
        ...


# --- the stores -----------------------------------------------------------------------------


class Conversations(Protocol):
    """Raises StoreError; what does not exist is None."""

    async def create(self, conversation: Conversation) -> None: ...

    async def get(self, tenant_id: str, conversation_id: str) -> Conversation | None: ...

    async def claim(
        self, conversation: Conversation, run_id: str, ahead: tuple[str, ...], at: datetime
    ) -> bool:
        """Make `run_id` the active run, behind `ahead`, if the active one is still that given.

        False when somebody else was faster.
        """
        ...

    async def set_open_plan(self, conversation: Conversation, run_id: str, plan: Plan) -> None:
        """Keep the plan that waits for an answer, replacing what was open."""
        ...

    async def clear_open_plan(self, conversation: Conversation) -> None: ...

    async def add_turn(self, turn: Turn) -> Turn:
        """Store a turn once; answers the stored one, which an earlier attempt may have written."""
        ...

    async def get_turn(self, tenant_id: str, conversation_id: str, run_id: str) -> Turn | None: ...

    async def turns(self, tenant_id: str, conversation_id: str, last: int) -> tuple[Turn, ...]:
        """The newest turns, oldest first."""
        ...

    async def history(
        self, tenant_id: str, conversation_id: str, last: int, before: str | None = None
    ) -> History:
        """The newest summary and the turns behind it, but of both together the `last` items only.

        With `before`, as it was for that run: what its steps are told does not change under them.
        """
        ...

    async def put_summary(self, summary: Summary) -> None:
        """Store a summary once; whoever comes second changes nothing."""
        ...


class Runs(Protocol):
    """Run records, their plan and evidence, claims and outcomes. Raises StoreError."""

    async def claim_key(self, claim: IdempotencyClaim) -> IdempotencyClaim:
        """Store the claim, or answer the one that was there first."""
        ...

    async def create(self, record: RunRecord) -> None:
        """Store a run; doing it again changes nothing."""
        ...

    async def get(self, tenant_id: str, run_id: str) -> RunRecord | None: ...

    async def put_evidence(
        self, tenant_id: str, run_id: str, index: str, pack: ContextPack
    ) -> None: ...

    async def evidence(self, tenant_id: str, run_id: str, index: str) -> ContextPack | None: ...

    async def put_plan(self, tenant_id: str, run_id: str, plan: Plan) -> Plan:
        """Store the plan once; answers the stored one."""
        ...

    async def plan(self, tenant_id: str, run_id: str) -> Plan | None: ...

    async def put_opened(self, tenant_id: str, run_id: str, opened: OpenPlan) -> None:
        """What the conversation waited for when a queued run's turn came; stored once."""
        ...

    async def opened(self, tenant_id: str, run_id: str) -> OpenPlan | None: ...

    async def put_memory(self, tenant_id: str, run_id: str, memory: Memory) -> None:
        """What became of the event that Cerebro could not take when the run ended."""
        ...

    async def memory(self, tenant_id: str, run_id: str) -> Memory | None: ...

    async def put_feedback(self, feedback: Feedback) -> None:
        """What a person thinks of a run; the last word counts."""
        ...

    async def feedback(self, tenant_id: str, run_id: str, user_id: str) -> Feedback | None: ...

    async def end(self, outcome: RunOutcome) -> RunOutcome:
        """Store how the run ended, once; answers the stored outcome."""
        ...

    async def outcome(self, tenant_id: str, run_id: str) -> RunOutcome | None: ...


class Effects(Protocol):
    """The ledger's store. Raises StoreError."""

    async def reserve(self, effect: Effect) -> Effect:
        """Create the effect, or answer the one that is there."""
        ...

    async def advance(self, effect: Effect) -> Effect | None:
        """Replace the effect if nobody changed it since it was read; None when somebody did."""
        ...

    async def of_run(self, tenant_id: str, run_id: str, steps: int) -> tuple[Effect, ...]:
        """What is recorded of the run's first `steps` calls, in their order."""
        ...


class Approvals(Protocol):
    """What waits for a person's decision. Raises StoreError."""

    async def open(self, approval: Approval) -> Approval:
        """Store an approval once; answers the stored one."""
        ...

    async def get(self, tenant_id: str, run_id: str, approval_id: str) -> Approval | None: ...

    async def change(self, approval: Approval) -> Approval | None:
        """Replace it if nobody changed it since it was read; None when somebody did."""
        ...

    async def waiting(self, tenant_id: str, limit: int) -> tuple[Approval, ...]:
        """What is open in a tenant, the oldest first."""
        ...


class AuditLog(Protocol):
    async def record(self, event: AuditEvent) -> None:
        """Store an event once. Raises StoreError."""
        ...

    async def page(
        self, tenant_id: str, conversation_id: str, after: str | None, limit: int
    ) -> EventPage: ...

    async def stored_since(
        self, tenant_id: str, conversation_id: str, second: int
    ) -> tuple[StoredEvent, ...]:
        """What was stored in this second or later, oldest first; in one second, by id."""
        ...

    async def changed(self, tenant_id: str, conversation_id: str, within: float) -> None:
        """Return when this process recorded an event there, or after `within` seconds."""
        ...


class Entities(Protocol):
    """What is known of the ERP's records: which conversations they concern, and the events seen.

    Raises StoreError.
    """

    async def link(self, tenant_id: str, entity: Entity, conversation_id: str) -> None:
        """The conversation concerns the entity; saying it again changes nothing."""
        ...

    async def conversations(self, tenant_id: str, entity: Entity) -> tuple[str, ...]: ...

    async def see(self, event: SeenErpEvent) -> SeenErpEvent:
        """Store an event once. Answers the stored one, with this delivery counted if it is open."""
        ...

    async def settle(self, event: SeenErpEvent) -> None:
        """Store the event's state: it is no longer open."""
        ...

    async def events(self, tenant_id: str, entity: Entity, after: str) -> tuple[SeenErpEvent, ...]:
        """The events first seen after this ULID, oldest first."""
        ...


class DeadLetters(Protocol):
    async def put(self, letter: DeadLetter) -> None:
        """Store a letter once. Raises StoreError."""
        ...


# --- the event log --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LogItem:
    """One stored entry: events numbered from `first` on. `key` names who wrote it and as what;
    `writer` differs between two executions of one step. `next_ms` is when the writer means to
    write again, counted from this entry, if it knows."""

    first: int
    events: tuple[RunEvent, ...]
    key: str
    writer: str
    next_ms: int | None = None

    @property
    def last(self) -> int:
        return self.first + len(self.events) - 1


class LogItems(Protocol):
    """Where a run's event log is kept. Raises StoreError."""

    async def create(self, run_id: str, item: LogItem) -> LogItem | None:
        """Store the item; None on success, else the item that has this number already."""
        ...

    async def get(self, run_id: str, first: int) -> LogItem | None:
        """The item that begins at this number."""
        ...

    async def all(self, run_id: str) -> tuple[LogItem, ...]:
        """Every item of the run, in order."""
        ...

    async def changed(self, run_id: str, within: float) -> None:
        """Return when this process stored an item of the run, or after `within` seconds."""
        ...


# --- tools, identity, orchestrations, packs --------------------------------------------------


@dataclass(frozen=True, slots=True)
class ToolInvocation:
    """`key` is the idempotency key, for tools that honour one."""

    contract: ToolContract
    args: Arguments
    caller: Caller
    correlation_id: str
    language: Language = "es"
    key: str | None = None
    pack_version: str | None = None
    """The conversation's: of what all tenants share, Cerebro shows no other version's."""


@dataclass(frozen=True, slots=True)
class ToolAnswered:
    result: dict[str, object]


@dataclass(frozen=True, slots=True)
class ToolRefused:
    """The tool understood and said no; calling again would not help."""

    status: int
    reason: str


class Tools(Protocol):
    async def call(self, invocation: ToolInvocation) -> ToolAnswered | ToolRefused:
        """Call once. Raises ErpError, whose `sent` tells whether it may have arrived."""
        ...

    async def find(self, invocation: ToolInvocation) -> dict[str, object] | None:
        """Ask by the contract's reconciliation query whether an effect was made."""
        ...


class TokenVerifier(Protocol):
    async def verify(self, token: str) -> Caller:
        """Raises UnauthenticatedError."""
        ...


@dataclass(frozen=True, slots=True)
class OrchestrationState:
    """What Durable says of a run."""

    runtime: Literal["pending", "running", "completed", "failed", "terminated", "suspended"]
    status: RunStatus | None

    @property
    def is_over(self) -> bool:
        return self.runtime in ("completed", "failed", "terminated")


class Orchestrations(Protocol):
    """Starting and observing runs."""

    async def start(self, run_id: str, orchestrator: str, request: Mapping[str, object]) -> None:
        """Start a run; does nothing if one with this id is under way."""
        ...

    async def raise_event(self, run_id: str, name: str) -> None:
        """Wake a run that waits for this external event; nothing happens when the run is over."""
        ...

    async def state(self, run_id: str) -> OrchestrationState | None: ...

    async def ended_badly(self, since: datetime) -> tuple[EndedBadly, ...]:
        """Those created since then."""
        ...


class Packs(Protocol):
    @property
    def current(self) -> str:
        """The version that new conversations are pinned to."""
        ...

    @property
    def versions(self) -> tuple[str, ...]:
        """Every version that is deployed, the oldest first."""
        ...

    def get(self, version: str) -> Pack:
        """Raises PackGoneError for a version that is not deployed."""
        ...


@dataclass(frozen=True, slots=True)
class Policy:
    """What settings decide about a run; by `role_rights` also who may read an event in Cerebro."""

    indexes: tuple[str, ...]
    model: str = ""  # or its deployment, as the audit names it
    top: int = 5
    """Snippets that an answer is made from, and most taken from one index."""
    retrieval: RetrievalPolicy = field(default=RetrievalPolicy())
    grounding: Grounding = field(default=Grounding())
    longest_join_ms: int = 140
    limits: RunLimits = field(default=RunLimits())
    role_rights: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tenants: frozenset[str] = frozenset()
    """Whose ERP events are taken, and of which types (`*` for any ending)."""
    event_types: tuple[str, ...] = ()
    history_tokens: int = 3_000
    """What the model is told of a conversation; older turns are told by their summary."""
    history_turns: int = 20
    least_confidence: float = 0.6
    """Below this confidence of the triage the person is asked what they mean."""


@dataclass(frozen=True, slots=True)
class Dependencies:
    """Everything an activity or a handler may use."""

    model: Model
    knowledge: Knowledge
    conversations: Conversations
    runs: Runs
    effects: Effects
    approvals: Approvals
    audit: AuditLog
    entities: Entities
    dead_letters: DeadLetters
    log: LogItems
    tools: Tools
    tokens: TokenVerifier
    packs: Packs
    policy: Policy
    now: Callable[[], datetime]
