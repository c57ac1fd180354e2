"""Anthropic's Messages API, by its own SDK (requirements-anthropic.txt)."""

import json
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import anthropic
import httpx2
from anthropic import AsyncAnthropic
from anthropic.types import (
    Message,
    MessageParam,
    RawMessageStreamEvent,
    TextBlockParam,
    ToolParam,
    ToolResultBlockParam,
    ToolUseBlockParam,
)
from anthropic.types import (
    Usage as UsageTold,
)

from shared.contracts.runs import Usage
from shared.errors import ModelError
from shared.llm.abilities import claude_is_sampled
from shared.llm.called import called_before
from shared.llm.chat_body import IN_JSON
from shared.llm.failures import (
    blocked,
    no_embeddings,
    of_status,
    of_time_out,
    of_transport,
    without_end,
)  # fmt: skip
from shared.ports import (
    Completion,
    FinishReason,
    ModelMessage,
    ModelRequest,
    ModelTool,
    ModelToolCall,
    StreamEnd,
)

MAX_TOKENS = 4_096
"""Anthropic wants a limit of every request; this one where none is asked for."""
FILTERED = "content filtering"
"""What its refusals of a content filter have in common; they have no code of their own."""
UNTOLD = "…"
"""Stands for what the user said before an answer that a conversation begins with."""
CUT = ("max_tokens", "model_context_window_exceeded")

type Block = TextBlockParam | ToolUseBlockParam | ToolResultBlockParam
type Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class AnthropicConnection:
    client: AsyncAnthropic

    def model(self, name: str, version: str | None, *, patient: bool) -> "AnthropicModel":
        """Anthropic's API has one version, which the SDK names."""
        client = self.client if patient else self.client.with_options(max_retries=0)
        return AnthropicModel(client, name)

    async def close(self) -> None:
        await self.client.close()


@dataclass(frozen=True, slots=True)
class AnthropicModel:
    client: AsyncAnthropic
    name: str

    async def stream(self, request: ModelRequest) -> AsyncGenerator[str | StreamEnd]:
        body, reading = _body(self.name, request), _Reading()
        with _translated():
            stream = await self.client.messages.create(**body, stream=True)
            async with stream:
                async for event in stream:
                    if text := reading.take(event):
                        yield text
        yield reading.end()

    async def complete(self, request: ModelRequest) -> Completion:
        body = _body(self.name, request)
        with _translated():
            answer = await self.client.messages.create(**body)
        assert isinstance(answer, Message)
        calls = tuple(
            ModelToolCall(block.id, block.name, json.dumps(block.input, ensure_ascii=False))
            for block in answer.content
            if block.type == "tool_use"
        )
        text = "".join(block.text for block in answer.content if block.type == "text")
        reason = _reason(answer.stop_reason, calls)
        calls = calls if reason == "tool_calls" else ()
        return Completion(text, _usage(answer.usage), answer.model, reason, calls)

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        raise no_embeddings("Anthropic")

    async def close(self) -> None:
        await self.client.close()


# --- what is asked --------------------------------------------------------------------------------


def _body(model: str, request: ModelRequest) -> Body:
    body: Body = {
        "model": model,
        "max_tokens": request.max_tokens or MAX_TOKENS,
        "messages": list(_messages(request.messages)),
    }
    told = [each.content for each in request.messages if each.role == "system"]
    if request.json and request.schema is None:
        told.append(IN_JSON)
    if told:
        body["system"] = "\n\n".join(told)
    if request.tools:
        body["tools"] = [_tool(tool) for tool in request.tools]
    elif called := called_before(request):
        # "Requests which include `tool_use` or `tool_result` blocks must define tools."
        body["tools"] = [_tool(tool) for tool in called]
        body["tool_choice"] = {"type": "none"}
    if request.schema is not None:
        schema = anthropic.transform_schema(request.schema)
        body["output_config"] = {"format": {"type": "json_schema", "schema": schema}}
    if claude_is_sampled(model) and (sampling := _sampling(request)):
        body["extra_body"] = sampling
    return body


def _tool(tool: ModelTool) -> ToolParam:
    return ToolParam(name=tool.name, description=tool.description, input_schema=tool.parameters)


def _sampling(request: ModelRequest) -> dict[str, float]:
    """One of the two, as both are refused; Anthropic's temperature ends at 1."""
    if request.temperature is not None:
        return {"temperature": min(request.temperature, 1.0)}
    return {} if request.top_p is None else {"top_p": request.top_p}


def _messages(messages: Sequence[ModelMessage]) -> Iterator[MessageParam]:
    """User and assistant by turns, the user first: what a caller keeps of a conversation may begin
    with an answer. The results of all calls go into one message of the user's."""
    role, blocks = "user", list[Block]()
    first = next((each.role for each in messages if each.role != "system"), "user")
    if first == "assistant":
        blocks = [TextBlockParam(type="text", text=UNTOLD)]
    for message in messages:
        if message.role == "system":
            continue
        speaker = "assistant" if message.role == "assistant" else "user"
        if speaker != role and blocks:
            yield _turn(role, blocks)
            blocks = []
        role = speaker
        blocks.extend(_blocks(message))
    if blocks:
        yield _turn(role, blocks)


def _turn(role: str, blocks: Sequence[Block]) -> MessageParam:
    if role == "assistant":
        return {"role": "assistant", "content": blocks}
    return {"role": "user", "content": blocks}


def _blocks(message: ModelMessage) -> Iterator[Block]:
    if message.role == "tool":
        yield ToolResultBlockParam(
            type="tool_result", tool_use_id=message.call_id or "", content=message.content
        )
        return
    # An empty text is refused.
    if message.content.strip():
        yield TextBlockParam(type="text", text=message.content)
    for call in message.calls:
        yield ToolUseBlockParam(
            type="tool_use", id=call.call_id, name=call.name, input=_object(call.arguments)
        )


def _object(written: str) -> dict[str, object]:
    """What the model wrote was answered already: of what is no object nothing is told again."""
    try:
        value = json.loads(written)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


# --- what is answered -----------------------------------------------------------------------------


@dataclass(slots=True)
class _Reading:
    """What a stream has told so far, besides its text."""

    told: str | None = None
    model: str = ""
    usage: Usage = field(default_factory=Usage)
    calls: dict[int, ModelToolCall] = field(default_factory=dict)

    def take(self, event: RawMessageStreamEvent) -> str:
        match event.type:
            case "message_start":
                self.model, self.usage = event.message.model, _usage(event.message.usage)
            case "content_block_start" if event.content_block.type == "tool_use":
                block = event.content_block
                self.calls[event.index] = ModelToolCall(block.id, block.name, "")
            case "content_block_delta" if event.delta.type == "text_delta":
                return event.delta.text
            case "content_block_delta" if event.delta.type == "input_json_delta":
                self._go_on(event.index, event.delta.partial_json)
            case "message_delta":
                self.told = event.delta.stop_reason or self.told
                self.usage = _of(self.usage.prompt_tokens, event.usage.output_tokens)
        return ""

    def _go_on(self, index: int, fragment: str) -> None:
        call = self.calls[index]
        self.calls[index] = ModelToolCall(call.call_id, call.name, call.arguments + fragment)

    def end(self) -> StreamEnd:
        """Raises ModelError for a stream that was blocked, or that broke off."""
        if self.told is None:
            raise without_end()
        calls = tuple(
            ModelToolCall(call.call_id, call.name, call.arguments or "{}")
            for _, call in sorted(self.calls.items())
        )
        reason = _reason(self.told, calls)
        return StreamEnd(reason, self.usage, calls if reason == "tool_calls" else (), self.model)


def _reason(told: str | None, calls: tuple[ModelToolCall, ...]) -> FinishReason:
    if told == "refusal":
        raise blocked()
    if told in CUT:
        return "length"
    return "tool_calls" if calls else "stop"


def _usage(told: UsageTold) -> Usage:
    """What comes out of the cache was read as well."""
    cached = (told.cache_creation_input_tokens or 0) + (told.cache_read_input_tokens or 0)
    return _of(told.input_tokens + cached, told.output_tokens)


def _of(read: int, written: int) -> Usage:
    return Usage(prompt_tokens=read, completion_tokens=written, total_tokens=read + written)


@contextmanager
def _translated() -> Iterator[None]:
    """Turn the SDK's errors into ours."""
    try:
        yield
    except anthropic.APITimeoutError as error:
        raise of_time_out(error) from error
    except anthropic.APIStatusError as error:
        if FILTERED in (error.api_message or ""):
            raise blocked() from error
        # An error in the middle of a stream comes with the status of its beginning.
        status = error.status_code if error.status_code >= 400 else 0
        raise of_status(status, error.response.headers, type(error).__name__) from error
    except anthropic.AnthropicError as error:
        raise ModelError(f"model call failed: {type(error).__name__}") from error
    except (httpx2.HTTPError, ValueError) as error:
        raise of_transport(error) from error
