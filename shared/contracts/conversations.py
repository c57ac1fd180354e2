"""Conversations and the turns in them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from shared.contracts.base import Contract, Inbound
from shared.contracts.evidence import Citation
from shared.contracts.identity import Language
from shared.contracts.plan import OpenPlan
from shared.contracts.runs import FinishReason

MAX_MESSAGE_CHARACTERS = 8_000
MAX_CONTEXT_BYTES = 64 * 1024


class CreateConversation(Inbound):
    title: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    language: Language | None = None
    time_zone: Annotated[str, Field(max_length=64)] | None = None


class PostMessage(Inbound):
    """One user message. Length over the limit is a 413, checked before this model."""

    message: Annotated[str, Field(min_length=1)]
    context: dict[str, Any] | None = None
    """Data of the calling application for this message, at most 64 KB as JSON."""
    on_busy: Literal["reject", "enqueue", "interrupt"] = "reject"
    """While another run of the conversation is under way: 409, wait for it, or stop it."""
    on_disconnect: Literal["continue"] = "continue"
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


class Conversation(Contract):
    """`owner_id` is the user it belongs to; `active_run_id` is whose turn it is (or was last)."""

    conversation_id: str
    tenant_id: str
    owner_id: str
    title: str | None = None
    language: Language = "es"
    time_zone: str = "Europe/Madrid"
    pack_version: str
    created_at: datetime
    updated_at: datetime
    active_run_id: str | None = None
    open_plan: OpenPlan | None = None


class Mentioned(Contract):
    """A record of the ERP that a turn was about: what "it" and "that one" may mean later."""

    type: str
    id: str
    name: str | None = None


class Turn(Contract):
    """One message and its answer, as both were stored when the run ended."""

    run_id: str
    conversation_id: str
    tenant_id: str
    asked_at: datetime
    message: str
    text: str
    citations: tuple[Citation, ...] = ()
    warnings: tuple[str, ...] = ()
    """What the answer had to do without, by key of the wording."""
    entities: tuple[Mentioned, ...] = ()
    """The records in what its tools returned, in their order."""
    finish_reason: FinishReason


class ConversationView(Contract):
    conversation_id: str
    title: str | None = None
    language: Language
    time_zone: str
    pack_version: str
    created_at: datetime
    updated_at: datetime
    turns: tuple[Turn, ...] = ()
