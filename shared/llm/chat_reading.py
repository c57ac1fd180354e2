"""What a chat completion told, whole or chunk by chunk."""

import json
from dataclasses import dataclass, field
from typing import Any

from shared.contracts.runs import Usage
from shared.errors import ModelError
from shared.llm.failures import blocked, without_end
from shared.ports import Completion, FinishReason, ModelToolCall, StreamEnd


def reason_of(told: str | None, calls: tuple[ModelToolCall, ...]) -> FinishReason:
    """An answer that was cut asks for nothing: its last call's arguments may lack their end."""
    if told == "length":
        return "length"
    return "tool_calls" if calls else "stop"


def completion_of(answer: dict[str, Any]) -> Completion:
    """Raises ModelError: for an answer that the content filter stopped (CONTENT_BLOCKED), and for
    what is none, as gateways may send it with status 200."""
    if not answer.get("choices"):
        raise ModelError("the model answered nothing")
    choice = answer["choices"][0]
    told = choice.get("finish_reason")
    if told == "content_filter":
        raise blocked()
    made = CallsReading()
    for index, call in enumerate(choice["message"].get("tool_calls") or ()):
        made.take({"index": index, **call})
    reason = reason_of(told, made.calls())
    return Completion(
        text=choice["message"].get("content") or "",
        usage=usage_of(answer.get("usage")),
        model=str(answer.get("model") or ""),
        finish_reason=reason,
        calls=made.calls() if reason == "tool_calls" else (),
    )


@dataclass(slots=True)
class _Call:
    call_id: str
    name: str
    arguments: str = ""


@dataclass(slots=True)
class CallsReading:
    """Tool calls put together from their fragments, which name the call they belong to by its
    index. Gateways may leave the index out, or give all calls the same: then an id that is new
    begins another call."""

    _calls: list[_Call] = field(default_factory=list)
    _at: dict[int, _Call] = field(default_factory=dict)

    def take(self, fragment: dict[str, Any]) -> None:
        function = fragment.get("function") or {}
        index, call_id = fragment.get("index"), fragment.get("id")
        name = function.get("name") or ""
        known = self._calls[-1] if self._calls else None
        if index is not None:
            known = self._at.get(index)
        if known is None or (call_id and name and call_id != known.call_id):
            known = _Call(call_id or f"call_{len(self._calls)}", name)
            self._calls.append(known)
        if index is not None:
            self._at[index] = known
        known.name = known.name or name
        arguments = function.get("arguments") or ""
        known.arguments += arguments if isinstance(arguments, str) else json.dumps(arguments)

    def calls(self) -> tuple[ModelToolCall, ...]:
        return tuple(
            ModelToolCall(call.call_id, call.name, call.arguments or "{}") for call in self._calls
        )


@dataclass(slots=True)
class StreamReading:
    """What a stream has told so far, besides its text."""

    _told: str | None = None
    _usage: Usage = field(default_factory=Usage)
    _model: str = ""
    _calls: CallsReading = field(default_factory=CallsReading)

    def take(self, chunk: dict[str, Any]) -> str:
        """The text of a chunk. Raises ModelError when the chunk is the report of an error."""
        if "error" in chunk:
            raise ModelError("the model reported an error in its answer")
        self._model = chunk.get("model") or self._model
        if chunk.get("usage"):
            self._usage = usage_of(chunk["usage"])
        if not chunk.get("choices"):
            return ""
        choice = chunk["choices"][0]
        self._told = choice.get("finish_reason") or self._told
        delta = choice.get("delta") or {}
        for fragment in delta.get("tool_calls") or ():
            self._calls.take(fragment)
        return delta.get("content") or ""

    def end(self) -> StreamEnd:
        """Raises ModelError for a stream that was blocked, or that broke off."""
        if self._told == "content_filter":
            raise blocked()
        if self._told is None:
            raise without_end()
        calls = self._calls.calls()
        reason = reason_of(self._told, calls)
        return StreamEnd(reason, self._usage, calls if reason == "tool_calls" else (), self._model)


def usage_of(usage: dict[str, int | None] | None) -> Usage:
    usage = usage or {}
    return Usage(
        prompt_tokens=usage.get("prompt_tokens") or 0,
        completion_tokens=usage.get("completion_tokens") or 0,
        total_tokens=usage.get("total_tokens") or 0,
    )
