"""The Agent User Interaction protocol (AG-UI 1.0) as it is taken and told."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from shared.contracts.base import Contract, Inbound
from shared.contracts.chat import MAX_SESSION_CHARACTERS
from shared.contracts.completions import MAX_MESSAGES

type Identifier = Annotated[str, Field(min_length=1, max_length=MAX_SESSION_CHARACTERS)]


class _Tolerant(Inbound):
    """Fields that only other readers know are left alone, as the protocol asks."""

    model_config = ConfigDict(extra="ignore")


class AguiPart(_Tolerant):
    type: str
    text: str | None = None


class AguiMessage(_Tolerant):
    """Of a `tool`, an `activity` and of `reasoning` nothing is told to the agents."""

    id: str
    role: Literal["developer", "system", "assistant", "user", "tool", "activity", "reasoning"]
    content: str | tuple[AguiPart, ...] | dict[str, Any] | None = None


class AguiContext(_Tolerant):
    description: str
    value: str


class RunAgentInput(Inbound):
    """`threadId` names the session; the conversation is the client's and comes whole, the user's
    message last. `context` and `state` are told as data. `forwardedProps` are fields of
    `/api/chat`: who answers, from what, within which limits. Tools of the client are refused."""

    thread_id: Identifier
    run_id: Identifier
    protocol_version: str | None = None
    parent_run_id: str | None = None
    state: Any = None
    messages: Annotated[tuple[AguiMessage, ...], Field(min_length=1, max_length=MAX_MESSAGES)]
    tools: tuple[Any, ...] | None = None
    context: tuple[AguiContext, ...] | None = None
    forwarded_props: dict[str, Any] | None = None
    resume: Annotated[tuple[Any, ...], Field(max_length=0)] | None = None


class AguiRunStarted(Contract):
    type: Literal["RUN_STARTED"] = "RUN_STARTED"
    thread_id: str
    run_id: str
    protocol_version: str = "1.0"


class AguiStepStarted(Contract):
    """A state of the run begins."""

    type: Literal["STEP_STARTED"] = "STEP_STARTED"
    step_name: str


class AguiStepFinished(Contract):
    type: Literal["STEP_FINISHED"] = "STEP_FINISHED"
    step_name: str


class AguiTextStart(Contract):
    type: Literal["TEXT_MESSAGE_START"] = "TEXT_MESSAGE_START"
    message_id: str
    role: Literal["assistant"] = "assistant"


class AguiTextContent(Contract):
    type: Literal["TEXT_MESSAGE_CONTENT"] = "TEXT_MESSAGE_CONTENT"
    message_id: str
    delta: str


class AguiTextEnd(Contract):
    type: Literal["TEXT_MESSAGE_END"] = "TEXT_MESSAGE_END"
    message_id: str


class AguiToolStart(Contract):
    type: Literal["TOOL_CALL_START"] = "TOOL_CALL_START"
    tool_call_id: str
    tool_call_name: str


class AguiToolArgs(Contract):
    type: Literal["TOOL_CALL_ARGS"] = "TOOL_CALL_ARGS"
    tool_call_id: str
    delta: str


class AguiToolEnd(Contract):
    type: Literal["TOOL_CALL_END"] = "TOOL_CALL_END"
    tool_call_id: str


class AguiToolResult(Contract):
    """`content` is JSON: `status`, and `result` or `error`."""

    type: Literal["TOOL_CALL_RESULT"] = "TOOL_CALL_RESULT"
    message_id: str
    tool_call_id: str
    content: str
    role: Literal["tool"] = "tool"


class AguiMessages(Contract):
    """All messages, without the text that became void."""

    type: Literal["MESSAGES_SNAPSHOT"] = "MESSAGES_SNAPSHOT"
    messages: tuple[dict[str, Any], ...]


class AguiCustom(Contract):
    """An event of ours that the protocol has no word for, by its type: `citations`,
    `agent_turn`, `handoff`, `approval` …"""

    type: Literal["CUSTOM"] = "CUSTOM"
    name: str
    value: Any


class AguiUsage(Contract):
    input_tokens: int
    output_tokens: int
    total_tokens: int


class AguiRunFinished(Contract):
    """`result` has our ids of run and thread, and the finish reason."""

    type: Literal["RUN_FINISHED"] = "RUN_FINISHED"
    thread_id: str
    run_id: str
    result: dict[str, str]
    usage: tuple[AguiUsage, ...]


class AguiRunError(Contract):
    type: Literal["RUN_ERROR"] = "RUN_ERROR"
    message: str
    code: str


type AguiEvent = (
    AguiRunStarted
    | AguiStepStarted
    | AguiStepFinished
    | AguiTextStart
    | AguiTextContent
    | AguiTextEnd
    | AguiToolStart
    | AguiToolArgs
    | AguiToolEnd
    | AguiToolResult
    | AguiMessages
    | AguiCustom
    | AguiRunFinished
    | AguiRunError
)
AGUI_EVENTS: tuple[type[AguiEvent], ...] = AguiEvent.__value__.__args__
