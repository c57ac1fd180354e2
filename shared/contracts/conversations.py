"""Conversations and the turns in them."""

import unicodedata
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from shared.contracts.approvals import ApprovalView
from shared.contracts.base import Contract, Inbound
from shared.contracts.evidence import Citation, LookUp
from shared.contracts.identity import Language
from shared.contracts.plan import OpenPlan
from shared.contracts.problems import Failure
from shared.contracts.runs import (
    FinishReason,
    OnDisconnect,
    Question,
    Rating,
    RunState,
    ToolStatus,
    WaitingQuestion,
)

MAX_MESSAGE_CHARACTERS = 8_000
MAX_CONTEXT_BYTES = 64 * 1024
TITLE_CHARACTERS = 60
"""Of a title that is made from a message."""

type OnBusy = Literal["reject", "enqueue", "interrupt"]


class CreateConversation(Inbound):
    title: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    language: Language | None = None
    time_zone: Annotated[str, Field(max_length=64)] | None = None


class RenameConversation(Inbound):
    """`PATCH /api/conversations/{id}`."""

    title: Annotated[str, Field(min_length=1, max_length=200)]


class PostMessage(Inbound):
    """One user message. Length over the limit is a 413, checked before this model."""

    message: Annotated[str, Field(min_length=1)]
    context: dict[str, Any] | None = None
    """Data of the calling application for this message, at most 64 KB as JSON."""
    on_busy: OnBusy = "reject"
    """While another run of the conversation is under way: 409, wait for it, or stop it."""
    on_disconnect: OnDisconnect = "continue"
    """`cancel`: the run ends when whoever follows it is gone."""
    agent_id: Any = None
    """Ignored with a warning, like the next two: an agent is defined inline only."""
    provider: Literal["agent_service"] | None = None
    stream: bool | None = None
    """`Accept` decides whether the answer is streamed."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was sent and changes nothing, by key of the wording."""
        ignored = ("agent_id", "provider", "stream")
        return tuple(f"ignored_{name}" for name in ignored if getattr(self, name) is not None)


class Erasing(Contract):
    """Who wants a conversation to be erased; it is so under way. `event_id` is that of the audit's
    event, which stays."""

    event_id: str
    user_id: str
    roles: tuple[str, ...] = ()
    correlation_id: str
    at: datetime


class Conversation(Contract):
    """`owner_id` is the user it belongs to; `active_run_id` is the run that was started last.

    `ahead` are the runs that were under way when that one was started, the oldest first: it waits
    for each of them. One with a `session_id` is a thread of inline agent calls, bound to that
    session. One that was made for an agent of a flow is `part_of` the flow's run: no list has it.
    """

    conversation_id: str
    tenant_id: str
    owner_id: str
    session_id: str | None = None
    part_of: str | None = None
    title: str | None = None
    language: Language = "es"
    time_zone: str = "Europe/Madrid"
    pack_version: str
    created_at: datetime
    updated_at: datetime
    active_run_id: str | None = None
    ahead: tuple[str, ...] = ()
    open_plan: OpenPlan | None = None
    erasing: Erasing | None = None
    """Set, it is there for nobody but who erases it."""

    @property
    def queue(self) -> tuple[str, ...]:
        """The runs that may be under way, in the order of their turns."""
        return (*self.ahead, self.active_run_id) if self.active_run_id else ()


class Mentioned(Contract):
    """A record of the ERP that a turn was about: what "it" and "that one" may mean later."""

    type: str
    id: str
    name: str | None = None
    name_field: str = "name"
    """Which of its fields that is."""


class TurnEffect(Contract):
    """A call that was to change something, and what came of it; its arguments are with the run.

    What people call the tool, and where they see the record, views say: it is not stored.
    """

    call_id: str
    tool: str
    label: str | None = None
    status: ToolStatus
    error: str | None = None
    effect_id: str | None = None
    record: Mentioned | None = None
    record_url: str | None = None


class Exchange(Contract):
    """Something that the user said, and what was said to it."""

    message: str
    text: str


class Turn(Contract):
    """One message and its answer, as both were stored when the run ended.

    Of a flow that has asked, `exchanges` are all that was said, in its order: the message and the
    first question, each answer and what came behind it. `text` is what the flow has said alone.
    What is kept by key of the wording (`warnings`, the message of `error`) views tell in sentences.
    """

    run_id: str
    conversation_id: str
    tenant_id: str
    asked_at: datetime
    message: str
    text: str
    citations: tuple[Citation, ...] = ()
    warnings: tuple[str, ...] = ()
    """What the answer had to do without."""
    entities: tuple[Mentioned, ...] = ()
    """The records in what its tools returned, in their order."""
    finish_reason: FinishReason
    answered_at: datetime | None = None
    effects: tuple[TurnEffect, ...] = ()
    approvals: tuple[ApprovalView, ...] = ()
    """What somebody had to decide on; views read it where it is kept: it is not stored."""
    question: Question | None = None
    """What the plan lacked, or that the answer is a question."""
    retrieval: LookUp | None = None
    error: Failure | None = None
    """Why there is no answer, or not all of one."""
    correlation_id: str | None = None
    replaces: str | None = None
    """The run whose answer to the same message this one takes the place of: that is shown no more,
    and told to no later turn."""
    rating: Rating | None = None
    """What its person thinks of it."""
    exchanges: tuple[Exchange, ...] = ()

    @property
    def said(self) -> tuple[Exchange, ...]:
        """All that was said in it, as later turns are told."""
        return self.exchanges or (Exchange(message=self.message, text=self.text),)


class Summary(Contract):
    """What the turns up to and including that of `run_id` said, folded; an item of its own."""

    run_id: str
    conversation_id: str
    tenant_id: str
    text: str
    entities: tuple[Mentioned, ...] = ()
    """The records that those turns were about, the newest first."""


class History(Contract):
    """What came before a message: the summary of the older turns, and the newer ones, oldest
    first."""

    summary: Summary | None = None
    turns: tuple[Turn, ...] = ()
    cut: bool = False
    """There are more turns than could be told."""

    @property
    def entities(self) -> tuple[Mentioned, ...]:
        """The records that were spoken of, the newest first, each once."""
        known: dict[tuple[str, str], Mentioned] = {}
        for group in self.spoken_of:
            for each in group:
                known.setdefault((each.type, each.id), each)
        return tuple(known.values())

    @property
    def spoken_of(self) -> tuple[tuple[Mentioned, ...], ...]:
        """The records by turn, the newest first; what was folded is one group."""
        older = self.summary.entities if self.summary else ()
        groups = (*(turn.entities for turn in reversed(self.turns)), older)
        return tuple(group for group in groups if group)


class ActiveRun(Contract):
    """A run that is under way: its message is in no turn yet. Follow it by its events."""

    run_id: str
    message: str
    received_at: datetime
    state: RunState
    replaces: str | None = None
    """It answers the message of this run again, whose turn is shown meanwhile."""
    question: WaitingQuestion | None = None
    """What a flow asks and waits with: answered by `POST /api/runs/{runId}/input`."""


class ConversationView(Contract):
    conversation_id: str
    title: str | None = None
    language: Language
    time_zone: str
    pack_version: str
    created_at: datetime
    updated_at: datetime
    summary: str | None = None
    """What older turns said, as later ones are told it; with the newest page only."""
    turns: tuple[Turn, ...] = ()
    older: str | None = None
    """The `before` of the page with the turns before these."""
    active: tuple[ActiveRun, ...] = ()
    """With the newest page: what is under way, the first to end first."""


class ConversationEntry(Contract):
    """One of a list. With a `session_id` it is a thread of agent calls."""

    conversation_id: str
    title: str | None = None
    session_id: str | None = None
    language: Language
    created_at: datetime
    updated_at: datetime
    """When its newest run began."""


class ConversationList(Contract):
    """`GET /api/conversations`: the newest first; `next` is the `after` of the following page."""

    items: tuple[ConversationEntry, ...]
    next: str | None = None


def folded(text: str) -> str:
    """Without case and accents: as it is searched."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in plain if not unicodedata.combining(each))


def title_of(message: str) -> str | None:
    """What a conversation is called that nobody has named: the beginning of its first message."""
    seen = ("".join(each if each.isprintable() else " " for each in message)).split()
    text = " ".join(seen)
    if len(text) <= TITLE_CHARACTERS:
        return text or None
    cut = text[:TITLE_CHARACTERS]
    whole, _, _ = cut.rpartition(" ")
    # A word that is longer than half of the title is cut.
    return f"{whole if len(whole) > TITLE_CHARACTERS // 2 else cut}…"
