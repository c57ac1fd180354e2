"""An inline agent call as it is run: who speaks, with which tools, within which limits."""

from typing import Any, Literal, get_args

from pydantic import Field

from shared.contracts.base import Contract
from shared.contracts.credentials import DEFAULT_PROFILE
from shared.contracts.identity import Language
from shared.contracts.models import ModelChoice
from shared.contracts.search import SearchIntent

type AgentProfile = Literal["normal", "rag", "coordinator", "retrieval", "domain_expert"]
AGENT_PROFILES: tuple[AgentProfile, ...] = get_args(AgentProfile.__value__)
type TeamMode = Literal["sequential", "fanout", "group_chat"]
type Moderation = Literal["strict", "default", "off"]
type ParticipantKind = Literal["coordinator", "retrieval", "expert", "tooling", "critic"]


class ParticipantContract(Contract):
    """Somebody of a pack who may take part: `prompt` is the name of the prompt that begins what the
    model is told, `tools` those it may call, `right` what a caller needs to bring it in. `reads`:
    it is told the evidence. `critic` is the participant who looks at what this one said."""

    name: str
    kind: ParticipantKind
    aliases: tuple[str, ...] = ()
    description: dict[Language, str]
    prompt: str
    tools: tuple[str, ...] = ()
    right: str | None = None
    reads: bool = True
    critic: str | None = None


class AskedTool(Contract):
    """A tool that the call allows; `args` are bound, and not the model's to choose."""

    name: str
    args: dict[str, Any] = Field(default={})


MAX_RETRIES = 5


class Runtime(Contract):
    """`timeout_ms` for the whole call; `max_internal_steps` of the model, all participants
    together; `retry_count` more attempts of a step whose failure may pass."""

    timeout_ms: int = 60_000
    max_internal_steps: int = 8
    retry_count: int = 2


class Spoken(Contract):
    """One message of a conversation that its caller keeps."""

    role: Literal["user", "assistant"]
    content: str


class AgentCall(Contract):
    """A call of an agent as it is run: checked, with all defaults filled in, by value.

    Without `mode` one agent answers. `participants` are names of the pack, each once, in the order
    in which they were asked for; `profile` the plan's agent profile. `history` is what came before
    the message, oldest first, where the caller keeps the conversation and not the thread.
    `credential_profile` is a name and `credentials` are handles, by the tool: never a value.
    """

    session_id: str
    profile: AgentProfile
    mode: TeamMode | None = None
    participants: tuple[str, ...] = ()
    model: ModelChoice = ModelChoice()
    system_prompt: str | None = None
    tools: tuple[AskedTool, ...] = ()
    search: SearchIntent | None = None
    runtime: Runtime = Runtime()
    max_turns: int = 6
    return_trace: bool = False
    moderation: Moderation = "default"
    credential_profile: str = DEFAULT_PROFILE
    credentials: dict[str, str] = Field(default={}, repr=False)
    history: tuple[Spoken, ...] = ()
