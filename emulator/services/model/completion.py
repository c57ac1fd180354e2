"""A finished completion, and its two forms on the wire: one document, or chunks."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from .engine.reply import FinishReason, Reply, TextReply, ToolCall, ToolCallsReply
from .requests import ChatRequest
from .tokeniser import token_count, tokens_of

MODEL = "scripted-local"
"""The name and the fingerprint of the chat model: nobody shall take it for a real one."""

# Role and separators of a message, as OpenAI's own counting guide has it.
_TOKENS_PER_MESSAGE = 4


@dataclass(frozen=True, slots=True)
class Usage:
    prompt: int
    completion: int

    def to_json(self) -> dict[str, object]:
        return {
            "prompt_tokens": self.prompt,
            "completion_tokens": self.completion,
            "total_tokens": self.prompt + self.completion,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
        }


@dataclass(frozen=True, slots=True)
class Completion:
    """`deltas` are what a stream sends, one a token; each is a JSON object as text."""

    id: str
    created: int
    reply: Reply
    finish: FinishReason
    usage: Usage
    deltas: Sequence[str]

    def document(self) -> dict[str, object]:
        """The body of an answer that is not streamed."""
        return {
            "id": self.id,
            "object": "chat.completion",
            "created": self.created,
            "model": MODEL,
            "system_fingerprint": MODEL,
            "choices": [
                {
                    "index": 0,
                    "message": _message(self.reply),
                    "logprobs": None,
                    "finish_reason": self.finish,
                }
            ],
            "usage": self.usage.to_json(),
        }


def complete(completion_id: str, request: ChatRequest, reply: Reply) -> Completion:
    """Cuts the reply at the request's stops and token limit, and counts what it costs."""
    finish: FinishReason
    match reply:
        case TextReply(text, filtered):
            tokens, finish = (
                (tokens_of(text)[:1], "content_filter") if filtered else _cut(text, request)
            )
            reply = TextReply("".join(tokens))
            deltas = [_content_delta(token) for token in tokens]
            count = len(tokens)
        case ToolCallsReply(calls):
            finish = "tool_calls"
            deltas = [delta for index, call in enumerate(calls) for delta in _deltas(index, call)]
            count = len(deltas)
        case _:
            assert_never(reply)
    return Completion(
        id=completion_id,
        created=int(time.time()),
        reply=reply,
        finish=finish,
        usage=Usage(_prompt_tokens(request), count),
        deltas=deltas,
    )


def _cut(text: str, request: ChatRequest) -> tuple[Sequence[str], FinishReason]:
    found = [text.find(stop) for stop in request.stops if stop and stop in text]
    tokens = tokens_of(text[: min(found)] if found else text)
    if request.limit is not None and len(tokens) > request.limit:
        return tokens[: request.limit], "length"
    return tokens, "stop"


def _prompt_tokens(request: ChatRequest) -> int:
    messages = sum(_TOKENS_PER_MESSAGE + token_count(message.text) for message in request.messages)
    tools = sum(token_count(tool.model_dump_json()) for tool in request.tools or ())
    return messages + tools


def _message(reply: Reply) -> dict[str, object]:
    match reply:
        case TextReply(text):
            return {"role": "assistant", "content": text, "refusal": None}
        case ToolCallsReply(calls):
            made = [
                {
                    "id": call.id,
                    "type": "function",
                    "function": {"name": call.name, "arguments": call.arguments},
                }
                for call in calls
            ]
            return {"role": "assistant", "content": None, "refusal": None, "tool_calls": made}
    assert_never(reply)


def _content_delta(token: str) -> str:
    return '{"content":' + json.dumps(token) + "}"


def _deltas(index: int, call: ToolCall) -> Sequence[str]:
    opening = {
        "index": index,
        "id": call.id,
        "type": "function",
        "function": {"name": call.name, "arguments": ""},
    }
    pieces = [
        {"index": index, "function": {"arguments": piece}} for piece in tokens_of(call.arguments)
    ]
    return [json.dumps({"tool_calls": [part]}) for part in (opening, *pieces)]
