"""OpenAI's chat completions as they are taken and answered (API reference, `/v1/chat/completions`).

Their names have underscores on the wire. Of what that API takes, the fields that mean something
here, and those that clients send as a matter of course as long as they ask for nothing; the others
are refused by name, as OpenAI refuses those it does not know.
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field

from shared.contracts.base import Contract, Inbound
from shared.contracts.chat import MAX_SESSION_CHARACTERS, Plain
from shared.contracts.evidence import Citation
from shared.contracts.runs import OnDisconnect

MAX_MESSAGES = 1_000

type Finish = Literal["stop", "length"]


def _false(value: bool) -> bool:
    """`Literal[False]` would take a 0 as well."""
    if value:
        raise ValueError("only false is taken")
    return value


type Nothing = Annotated[float, Field(ge=0, le=0)] | None
type No = Annotated[bool, AfterValidator(_false), Field(json_schema_extra={"const": False})] | None


class _Sent(Inbound):
    model_config = ConfigDict(alias_generator=None)


class _Told(Contract):
    """All fields are given where it is made, so that None is told where the protocol has null."""

    model_config = ConfigDict(alias_generator=None)


class TextPart(_Sent):
    type: Literal["text"]
    text: str


class CompletionMessage(_Sent):
    """What was said. The fields behind `name` are those of an answer, which is sent back; an answer
    may have had no text."""

    role: Literal["system", "developer", "user", "assistant"]
    content: str | Annotated[tuple[TextPart, ...], Field(min_length=1)] | None = None
    name: str | None = None
    refusal: None = None
    annotations: tuple[Any, ...] | None = None
    audio: None = None
    function_call: None = None
    tool_calls: Annotated[tuple[Any, ...], Field(max_length=0)] | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, str):
            return self.content
        return "".join(part.text for part in self.content or ())


class StreamOptions(_Sent):
    include_usage: bool = False
    include_obfuscation: bool | None = None


class CompletionFormat(_Sent):
    type: Literal["text", "json_object"]


class PostCompletion(_Sent):
    """`model` is an agent profile (`rag`), a profile and a model (`rag/gpt-4o`), or a model alone,
    which the profile `normal` asks. The last message is what is said now and has to be the user's;
    those before it are told as they are, `system` and `developer` as instructions. `user` names
    the session. Tools belong to the agents here: those of a client are refused. From
    `presence_penalty` to `service_tier` only what changes nothing is taken; `seed`, `metadata` and
    the two behind them promise nothing, and do nothing here."""

    model: Plain
    messages: Annotated[tuple[CompletionMessage, ...], Field(min_length=1, max_length=MAX_MESSAGES)]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, ge=0, le=1)
    max_completion_tokens: int | None = Field(default=None, ge=1)
    max_tokens: int | None = Field(default=None, ge=1)
    response_format: CompletionFormat | None = None
    user: str | None = Field(default=None, max_length=MAX_SESSION_CHARACTERS)
    n: Annotated[int, Field(ge=1, le=1)] | None = None
    presence_penalty: Nothing = None
    frequency_penalty: Nothing = None
    logit_bias: Annotated[dict[str, float], Field(max_length=0)] | None = None
    logprobs: No = None
    top_logprobs: Annotated[int, Field(ge=0, le=0)] | None = None
    stop: Annotated[tuple[str, ...], Field(max_length=0)] | None = None
    modalities: tuple[Literal["text"]] | None = None
    store: No = None
    service_tier: Literal["auto", "default"] | None = None
    seed: int | None = None
    metadata: dict[str, str] | None = None
    prompt_cache_key: str | None = None
    safety_identifier: str | None = None
    on_disconnect: OnDisconnect = "continue"
    """Ours, not OpenAI's: `cancel` ends the run when its client is gone."""
    tools: Any = None
    tool_choice: Any = None
    parallel_tool_calls: bool | None = None
    functions: Any = None
    function_call: Any = None


class CompletionUsage(_Told):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class Said(_Told):
    role: Literal["assistant"]
    content: str
    refusal: None = None


class Choice(_Told):
    index: int
    message: Said
    logprobs: None = None
    finish_reason: Finish


class Completion(_Told):
    """The answer. `citations` are ours: what the marks in the text stand for."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: tuple[Choice, ...]
    usage: CompletionUsage
    citations: tuple[Citation, ...]


class Delta(_Told):
    role: Literal["assistant"] | None = None
    content: str | None = None


class ChunkChoice(_Told):
    index: int
    delta: Delta
    logprobs: None = None
    finish_reason: Finish | None


class CompletionChunk(_Told):
    """A piece of the answer; `[DONE]` follows the last. `usage` is there only where it was asked
    for: null up to a chunk of its own, without choices. `citations` come with the finish."""

    id: str
    object: Literal["chat.completion.chunk"]
    created: int
    model: str
    choices: tuple[ChunkChoice, ...]
    usage: CompletionUsage | None = None
    citations: tuple[Citation, ...] | None = None


class CompletionFault(_Told):
    """`code` is that of all our errors; `content_filter` as OpenAI has it."""

    message: str
    type: str
    param: str | None
    code: str


class CompletionError(_Told):
    """The body of every error of this route, and of a stream that broke off."""

    error: CompletionFault


class OfferedModel(_Told):
    id: str
    object: Literal["model"]
    created: int
    """Seconds since 1970, which nobody knows of a profile: 0."""
    owned_by: str


class ModelList(_Told):
    """What may be asked for as `model`; a profile and a model (`rag/gpt-4o`) besides."""

    object: Literal["list"]
    data: tuple[OfferedModel, ...]
