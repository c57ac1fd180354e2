"""What may be sent to `POST /api/chat`: the inline agent call, in all its spellings."""

from typing import Annotated, Any, Literal

from pydantic import (
    AliasChoices,
    AliasGenerator,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)
from pydantic.alias_generators import to_camel

from shared.contracts.agent_steps import Handoff, TraceStep
from shared.contracts.agents import (
    MAX_RETRIES,
    AgentProfile,
    AskedTool,
    Moderation,
    TeamMode,
)
from shared.contracts.models import Provider, ResponseFormat
from shared.contracts.runs import OnDisconnect, RunAnswer
from shared.contracts.search import (
    FLAT_SPELLINGS,
    MAX_INDEXES,
    MAX_TOP,
    FieldNames,
    IndexName,
    LanguageTag,
    Name,
    ODataFilter,
    SearchIntent,
    SearchMode,
    over,
)
from shared.contracts.sent import Sent

MAX_SESSION_CHARACTERS = 128
MAX_SYSTEM_PROMPT_CHARACTERS = 8_000
MAX_PARTICIPANTS = 8
MAX_TOOLS = 16
MAX_TURNS = 12
MAX_TIMEOUT_MS = 120_000

SNAKE = frozenset(
    {
        "agent_profile",
        "api_version",
        "max_internal_steps",
        "max_tokens",
        "max_turns",
        "response_format",
        "retry_count",
        "return_trace",
        "search_index",
        "search_indexes",
        "search_mode",
        "semantic_config",
        "system_prompt",
        "timeout_ms",
        "top_p",
    }
)
"""What the integration plan writes with underscores; both spellings are taken."""

type Plain = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,127}$")]
"""A name that may be told back: nothing in it can be taken for markup."""
type Address = Annotated[str, Field(max_length=256, pattern=r"^https?://[A-Za-z0-9._~:/@%-]+$")]
type ToolName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,72}$")]
type Handle = Annotated[str, Field(pattern=r"^h_[A-Za-z0-9_-]{1,1024}$")]


def _spellings(field: str) -> AliasChoices:
    camel = to_camel(field)
    return AliasChoices(field, camel) if field in SNAKE else AliasChoices(camel, field)


class _Block(Sent):
    model_config = ConfigDict(
        alias_generator=AliasGenerator(validation_alias=_spellings, serialization_alias=to_camel)
    )


class ModelBlock(_Block):
    """Which model, and how it is asked; the settings decide what is left out. With Azure a
    `deployment` is named, elsewhere a model by its `name`; either is taken for the other."""

    provider: Provider | None = None
    deployment: Plain | None = None
    name: Plain | None = None
    endpoint: Address | None = None
    api_version: Plain | None = None
    temperature: float | None = Field(default=None, ge=0, le=2)
    max_tokens: int | None = Field(default=None, ge=1)
    top_p: float | None = Field(default=None, ge=0, le=1)
    response_format: ResponseFormat = "text"


class RuntimeBlock(_Block):
    """Limits of this call; those of the settings hold as well."""

    timeout_ms: int | None = Field(default=None, ge=1, le=MAX_TIMEOUT_MS)
    max_internal_steps: int | None = Field(default=None, ge=1, le=32)
    retry_count: int | None = Field(default=None, ge=0, le=MAX_RETRIES)


class NamedTool(Sent):
    """A tool with arguments that are bound: the model chooses the others only."""

    name: Plain
    args: dict[str, Any] = Field(default={})

    @field_validator("args")
    @classmethod
    def _bound(cls, args: dict[str, Any]) -> dict[str, Any]:
        """Null binds nothing."""
        return {name: value for name, value in args.items() if value is not None}


def _named(tool: object) -> object:
    return {"name": tool} if isinstance(tool, str) else tool


type ToolList = Annotated[
    tuple[
        Annotated[NamedTool, BeforeValidator(_named, json_schema_input_type=Plain | NamedTool)], ...
    ],
    Field(max_length=MAX_TOOLS, strict=False),
]
"""Names, or names with arguments."""


class ChatAnswer(RunAnswer):
    """The JSON answer of an agent call; with `return_trace` who said what, and who passed on."""

    steps: tuple[TraceStep, ...] | None = None
    handoff_trace: tuple[Handoff, ...] | None = None


class PostChat(_Block):
    """One call of an agent, alone or with others; the agent is defined here and nowhere else.

    `message` may be left out only where the system prompt says what to do. Without `sessionId` the
    call belongs to the caller's one unnamed session. A message or a context over its limit is a
    413, checked behind this model. A flow's node may write fields of `search` beside it, in the
    flat spellings; the block wins. A name of several words is taken in snake_case and in camelCase.
    """

    session_id: str = Field(default="", max_length=MAX_SESSION_CHARACTERS)
    message: str = ""
    context: dict[str, Any] | None = None
    tools: ToolList = ()
    tooling: ToolList = ()
    agent: AgentProfile | None = None
    agent_profile: AgentProfile | None = None
    """Wins over `agent`."""
    mode: TeamMode | None = None
    participants: Annotated[
        tuple[Plain, ...], Field(max_length=MAX_PARTICIPANTS, strict=False)
    ] = ()
    model: ModelBlock | None = None
    system_prompt: str | None = Field(default=None, max_length=MAX_SYSTEM_PROMPT_CHARACTERS)
    search: SearchIntent | None = None
    runtime: RuntimeBlock | None = None
    max_turns: int | None = Field(default=None, ge=1, le=MAX_TURNS)
    return_trace: bool = False
    moderation: Moderation = "default"
    thread_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,128}$")] | None = None
    credentials: dict[ToolName, Handle] | None = Field(
        default=None, max_length=MAX_TOOLS, repr=False
    )
    """Handles of secure values by the tool they are for; never the values."""
    profile: Plain | None = None
    """A credential profile, by its name."""
    on_disconnect: OnDisconnect = "continue"
    """`cancel`: the run ends when whoever follows it is gone."""

    search_index: IndexName | None = None
    search_indexes: Annotated[
        tuple[IndexName, ...], Field(max_length=MAX_INDEXES, strict=False)
    ] = ()
    search_mode: SearchMode | None = None
    semantic_config: Name | None = None
    top_k: int | None = Field(default=None, ge=1, le=MAX_TOP)
    filter: ODataFilter | None = None
    select: FieldNames = ()
    language: LanguageTag | None = None

    agent_id: Any = None
    """Ignored with a warning, like the next two: an agent is defined inline only."""
    provider: Literal["agent_service"] | None = None
    stream: bool | None = None
    """`Accept` decides whether the answer is streamed."""

    @property
    def ignored(self) -> tuple[str, ...]:
        """What was sent and changes nothing, by key of the wording."""
        fields = ("agent_id", "provider", "stream")
        return tuple(f"ignored_{name}" for name in fields if getattr(self, name) is not None)

    @property
    def asked_search(self) -> SearchIntent | None:
        """The search block, with the flat spellings where it says nothing."""
        beside = {
            called: value
            for spelt, called in FLAT_SPELLINGS.items()
            if (value := getattr(self, "top_k" if spelt == "topK" else spelt))
        }
        return over(self.search, SearchIntent.model_validate(beside) if beside else None)

    @property
    def asked_tools(self) -> tuple[AskedTool, ...]:
        """Both lists as one; a bare name adds nothing to the same tool with arguments."""
        every = (*self.tools, *self.tooling)
        bound = {each.name for each in every if each.args}
        found: list[AskedTool] = []
        for each in every:
            tool = AskedTool(name=each.name, args=each.args)
            if tool not in found and (each.args or each.name not in bound):
                found.append(tool)
        return tuple(found)

    @field_validator("search_indexes")
    @classmethod
    def _at_most(cls, indexes: tuple[str, ...], known: ValidationInfo) -> tuple[str, ...]:
        if len({*indexes, known.data.get("search_index")} - {None}) > MAX_INDEXES:
            raise ValueError(f"at most {MAX_INDEXES} indexes, the one in `search_index` included")
        return indexes
