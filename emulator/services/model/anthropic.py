"""Anthropic's Messages API over the scripted model: what is asked, and how it is answered.

https://platform.claude.com/docs/en/api/messages and …/build-with-claude/streaming.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, assert_never

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from .chat import ChatService, read_json
from .completion import MODEL, Completion
from .engine.reply import TextReply, ToolCall, ToolCallsReply
from .errors import RequestError
from .requests import ChatRequest, parse_chat_request
from .tokeniser import tokens_of

type Json = dict[str, JsonValue]
type Document = Mapping[str, object]

_REASONS = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "refusal",
}
_SCHEMA_NAME = "answer"


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Text(_Wire):
    type: Literal["text"]
    text: Annotated[str, Field(min_length=1)]


class _ToolUse(_Wire):
    type: Literal["tool_use"]
    id: str
    name: str
    input: Json


class _ToolResult(_Wire):
    type: Literal["tool_result"]
    tool_use_id: str
    content: str | Sequence[_Text] = ""


type _Block = Annotated[_Text | _ToolUse | _ToolResult, Field(discriminator="type")]


class _Said(_Wire):
    role: Literal["user", "assistant"]
    content: str | Sequence[_Block]

    @property
    def blocks(self) -> Sequence[_Block]:
        match self.content:
            case str(text):
                return [_Text(type="text", text=text)]
            case blocks:
                return blocks


class _Tool(_Wire):
    name: str
    description: str = ""
    input_schema: Json


class _Choice(_Wire):
    type: Literal["auto", "any", "tool", "none"]
    name: str = ""


class _Format(_Wire):
    type: Literal["json_schema"]
    schema_: Json = Field(alias="schema")


class _Output(_Wire):
    format: _Format | None = None


class _Request(_Wire):
    model: str
    max_tokens: Annotated[int, Field(ge=1)]
    messages: Annotated[Sequence[_Said], Field(min_length=1)]
    system: str | Sequence[_Text] = ""
    tools: Sequence[_Tool] = ()
    tool_choice: _Choice | None = None
    output_config: _Output = _Output()
    stop_sequences: Sequence[str] = ()
    stream: bool = False
    temperature: Annotated[float, Field(ge=0, le=1)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None


async def messages(service: ChatService, request: web.Request) -> web.StreamResponse:
    """POST /v1/messages."""
    if "anthropic-version" not in request.headers:
        raise RequestError("anthropic-version: header is required")
    try:
        asked = _Request.model_validate(await read_json(request))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise RequestError(f"{place}: {first['msg']}") from None
    _check(asked)
    return await service.answer(request, _chat(asked), AnthropicDialect())


# --- what is asked --------------------------------------------------------------------------------


def _check(asked: _Request) -> None:
    """What no single field is wrong for; raises `RequestError`."""
    if asked.temperature is not None and asked.top_p is not None:
        raise RequestError("`temperature` and `top_p` cannot both be specified for this model.")
    if asked.messages[0].role != "user":
        raise RequestError('messages: first message must use the "user" role')
    told = (block for said in asked.messages for block in said.blocks)
    if not asked.tools and any(not isinstance(block, _Text) for block in told):
        raise RequestError(
            "Requests which include `tool_use` or `tool_result` blocks must define tools."
        )


def _chat(asked: _Request) -> ChatRequest:
    """The same in the terms that the engine reads; raises `RequestError`."""
    messages = [{"role": "system", "content": _text(asked.system)}] if asked.system else []
    body: dict[str, object] = {
        "model": asked.model,
        "stream": asked.stream,
        "max_tokens": asked.max_tokens,
        "stop": list(asked.stop_sequences) or None,
        "messages": messages + [each for said in asked.messages for each in _messages(said)],
    }
    if asked.tools:
        body["tools"] = [_function(tool) for tool in asked.tools]
        body["tool_choice"] = _choice(asked.tool_choice)
    if asked.output_config.format is not None:
        schema = {"name": _SCHEMA_NAME, "schema": asked.output_config.format.schema_}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    return parse_chat_request(body)


def _messages(said: _Said) -> Iterator[dict[str, object]]:
    blocks = said.blocks
    for block in blocks:
        if isinstance(block, _ToolResult):
            content = _text(block.content)
            yield {"role": "tool", "tool_call_id": block.tool_use_id, "content": content}
    text = "\n".join(block.text for block in blocks if isinstance(block, _Text))
    calls = [
        {"id": block.id, "function": {"name": block.name, "arguments": json.dumps(block.input)}}
        for block in blocks
        if isinstance(block, _ToolUse)
    ]
    if text or calls:
        yield {"role": said.role, "content": text or None, "tool_calls": calls or None}


def _text(content: str | Sequence[_Text]) -> str:
    return content if isinstance(content, str) else "\n".join(block.text for block in content)


def _function(tool: _Tool) -> Document:
    function = {
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.input_schema,
    }
    return {"type": "function", "function": function}


def _choice(choice: _Choice | None) -> object:
    match choice:
        case None | _Choice(type="auto"):
            return "auto"
        case _Choice(type="any"):
            return "required"
        case _Choice(type="tool", name=name):
            return {"type": "function", "function": {"name": name}}
        case _:
            return "none"


# --- what is answered -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AnthropicDialect:
    def document(self, completion: Completion) -> Document:
        content: list[Document]
        match completion.reply:
            case TextReply(text):
                content = [{"type": "text", "text": text}]
            case ToolCallsReply(calls):
                content = [_whole(call) for call in calls]
            case _:
                assert_never(completion.reply)
        ending = {"stop_reason": _REASONS[completion.finish], "stop_sequence": None}
        return {**_head(completion), "content": content, **ending, "usage": _usage(completion)}

    def frames(self, completion: Completion) -> Sequence[bytes]:
        """What is no token rides with the first and the last frame of its block."""
        started = {**_head(completion), "content": [], "stop_reason": None, "stop_sequence": None}
        started["usage"] = {**_usage(completion), "output_tokens": 1}
        opening = _event("message_start", {"message": started}) + _event("ping", {})
        frames = list(_deltas(completion)) or [b""]
        frames[0] = opening + frames[0]
        delta = {"stop_reason": _REASONS[completion.finish], "stop_sequence": None}
        usage = {"output_tokens": completion.usage.completion}
        frames[-1] += _event("message_delta", {"delta": delta, "usage": usage})
        frames[-1] += _event("message_stop", {})
        return frames


def _deltas(completion: Completion) -> Iterator[bytes]:
    match completion.reply:
        case TextReply(text):
            deltas = [{"type": "text_delta", "text": token} for token in tokens_of(text)]
            yield from _block(0, {"type": "text", "text": ""}, deltas)
        case ToolCallsReply(calls):
            for index, call in enumerate(calls):
                pieces = [
                    {"type": "input_json_delta", "partial_json": piece}
                    for piece in tokens_of(call.arguments)
                ]
                yield from _block(index, {**_tool_use(call), "input": {}}, pieces)
        case _:
            assert_never(completion.reply)


def _block(index: int, block: Document, deltas: Sequence[Document]) -> Iterator[bytes]:
    frames = [
        _event("content_block_delta", {"index": index, "delta": delta}) for delta in deltas
    ] or [b""]
    frames[0] = _event("content_block_start", {"index": index, "content_block": block}) + frames[0]
    frames[-1] += _event("content_block_stop", {"index": index})
    yield from frames


def _head(completion: Completion) -> dict[str, object]:
    return {"id": completion.id, "type": "message", "role": "assistant", "model": MODEL}


def _usage(completion: Completion) -> Document:
    return {
        "input_tokens": completion.usage.prompt,
        "output_tokens": completion.usage.completion,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
    }


def _tool_use(call: ToolCall) -> dict[str, object]:
    return {"type": "tool_use", "id": call.id, "name": call.name}


def _whole(call: ToolCall) -> Document:
    return {**_tool_use(call), "input": json.loads(call.arguments)}


def _event(kind: str, fields: Document) -> bytes:
    data = json.dumps({"type": kind, **fields}, separators=(",", ":"))
    return f"event: {kind}\ndata: {data}\n\n".encode()
