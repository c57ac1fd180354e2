"""Google's generateContent over the scripted model: what is asked, and how it is answered.

https://ai.google.dev/api/generate-content.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, assert_never

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError
from pydantic.alias_generators import to_camel

from .chat import ChatService, read_json
from .completion import MODEL, Completion
from .engine.reply import TextReply, ToolCall, ToolCallsReply
from .errors import RequestError
from .requests import ChatRequest, parse_chat_request
from .tokeniser import tokens_of

type Json = dict[str, JsonValue]
type Document = Mapping[str, object]

_REASONS = {
    "stop": "STOP",
    "length": "MAX_TOKENS",
    "tool_calls": "STOP",
    "content_filter": "SAFETY",
}
_JSON = "application/json"
_SIGNED = re.compile(r"gemini-[3-9]")
"""The models that want back what they signed."""


class _Wire(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="ignore", alias_generator=to_camel, validate_by_name=True
    )


class _Call(_Wire):
    id: str = ""
    name: str
    args: Json = Field(default_factory=dict)


class _Answer(_Wire):
    id: str = ""
    name: str
    response: Json = Field(default_factory=dict)


class _Part(_Wire):
    text: str | None = None
    function_call: _Call | None = None
    function_response: _Answer | None = None
    thought_signature: str | None = None


class _Content(_Wire):
    role: Literal["user", "model"] = "user"
    parts: Annotated[Sequence[_Part], Field(min_length=1)]


class _Declaration(_Wire):
    name: Annotated[str, Field(pattern=r"^[a-zA-Z_][\w.:-]{0,127}$")]
    description: str = ""
    parameters: Json | None = None
    parameters_json_schema: Json | None = None


class _Tools(_Wire):
    function_declarations: Sequence[_Declaration] = ()


class _Calling(_Wire):
    mode: Literal["AUTO", "ANY", "NONE", "VALIDATED"] = "AUTO"


class _ToolConfig(_Wire):
    function_calling_config: _Calling = _Calling()


class _Generation(_Wire):
    max_output_tokens: Annotated[int, Field(ge=1)] | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    stop_sequences: Sequence[str] = ()
    response_mime_type: Literal["text/plain", "application/json"] = "text/plain"
    response_json_schema: Json | None = None


class _Request(_Wire):
    contents: Annotated[Sequence[_Content], Field(min_length=1)]
    system_instruction: _Content | None = None
    tools: Sequence[_Tools] = ()
    tool_config: _ToolConfig = _ToolConfig()
    generation_config: _Generation = _Generation()

    @property
    def declared(self) -> Sequence[_Declaration]:
        return [each for tools in self.tools for each in tools.function_declarations]


async def generate(service: ChatService, request: web.Request) -> web.StreamResponse:
    """POST /v1/models/{model}:generateContent and :streamGenerateContent?alt=sse."""
    try:
        asked = _Request.model_validate(await read_json(request))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise RequestError(f"Invalid value at '{place}': {first['msg']}") from None
    model = request.match_info["model"]
    _check(asked, model)
    stream = request.match_info["method"] == "streamGenerateContent"
    if stream and request.query.get("alt") != "sse":
        raise RequestError("This service streams server-sent events only: say alt=sse.")
    return await service.answer(request, _chat(asked, model, stream), GoogleDialect())


# --- what is asked --------------------------------------------------------------------------------


def _check(asked: _Request, model: str) -> None:
    if asked.declared and asked.generation_config.response_mime_type == _JSON:
        raise RequestError(
            "Function calling with a response mime type: 'application/json' is unsupported"
        )
    for content in asked.contents:
        for part in content.parts:
            if part.function_call and not part.thought_signature and _SIGNED.match(model):
                raise RequestError(
                    "Function call is missing a thought_signature in functionCall parts."
                )


def _chat(asked: _Request, model: str, stream: bool) -> ChatRequest:
    """The same in the terms that the engine reads; raises `RequestError`."""
    generation, system = asked.generation_config, asked.system_instruction
    messages = [{"role": "system", "content": _text(system)}] if system else []
    body: dict[str, object] = {
        "model": model,
        "stream": stream,
        "max_tokens": generation.max_output_tokens,
        "stop": list(generation.stop_sequences) or None,
        "messages": messages + [each for said in asked.contents for each in _messages(said)],
    }
    if asked.declared:
        body["tools"] = [_function(each) for each in asked.declared]
        mode = asked.tool_config.function_calling_config.mode
        body["tool_choice"] = {"ANY": "required", "NONE": "none"}.get(mode, "auto")
    if generation.response_json_schema is not None:
        schema = {"name": "answer", "schema": generation.response_json_schema}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    elif generation.response_mime_type == _JSON:
        # Nobody has to speak of JSON here: this schema is that of any object.
        schema = {"name": "answer", "schema": {"type": "object"}}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    return parse_chat_request(body)


def _messages(said: _Content) -> Iterator[dict[str, object]]:
    for part in said.parts:
        if (answer := part.function_response) is not None:
            content = _returned(answer.response)
            yield {"role": "tool", "tool_call_id": answer.id or answer.name, "content": content}
    calls = [
        {"id": call.id or call.name, "function": _called(call)}
        for call in (part.function_call for part in said.parts)
        if call is not None
    ]
    text = _text(said)
    if text or calls:
        role = "assistant" if said.role == "model" else "user"
        yield {"role": role, "content": text or None, "tool_calls": calls or None}


def _returned(response: Json) -> str:
    """A text alone stands under one name, since a function has to return an object."""
    only = next(iter(response.values())) if len(response) == 1 else None
    return only if isinstance(only, str) else json.dumps(response, ensure_ascii=False)


def _called(call: _Call) -> Document:
    return {"name": call.name, "arguments": json.dumps(call.args, ensure_ascii=False)}


def _text(content: _Content) -> str:
    return "\n".join(part.text for part in content.parts if part.text)


def _function(declared: _Declaration) -> Document:
    function = {
        "name": declared.name,
        "description": declared.description,
        "parameters": declared.parameters_json_schema or declared.parameters or {},
    }
    return {"type": "function", "function": function}


# --- what is answered -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GoogleDialect:
    def document(self, completion: Completion) -> Document:
        match completion.reply:
            case TextReply(text):
                parts: Sequence[Document] = [{"text": text}]
            case ToolCallsReply(calls):
                parts = [_call(call) for call in calls]
            case _:
                assert_never(completion.reply)
        return {**_told(parts, completion.finish), **_tail(completion)}

    def frames(self, completion: Completion) -> Sequence[bytes]:
        """Calls come whole, each in one chunk."""
        match completion.reply:
            case TextReply(text):
                parts: Sequence[Document] = [{"text": token} for token in tokens_of(text)]
            case ToolCallsReply(calls):
                parts = [_call(call) for call in calls]
            case _:
                assert_never(completion.reply)
        pieces = [_told([part], None) for part in parts[:-1]]
        last = _told(parts[-1:], completion.finish)
        chunks = [{**piece, **_about(completion)} for piece in pieces]
        return [_event(each) for each in (*chunks, {**last, **_tail(completion)})]


def _told(parts: Sequence[Document], finish: str | None) -> Document:
    ending = {} if finish is None else {"finishReason": _REASONS[finish]}
    content = {"role": "model", "parts": list(parts)}
    return {"candidates": [{"content": content, "index": 0, **ending}]}


def _call(call: ToolCall) -> Document:
    made = {"id": call.id, "name": call.name, "args": json.loads(call.arguments)}
    return {"functionCall": made, "thoughtSignature": "c2NyaXB0ZWQ="}


def _about(completion: Completion) -> Document:
    return {"modelVersion": MODEL, "responseId": completion.id}


def _tail(completion: Completion) -> Document:
    usage = completion.usage
    counts = {
        "promptTokenCount": usage.prompt,
        "candidatesTokenCount": usage.completion,
        "totalTokenCount": usage.prompt + usage.completion,
    }
    return {"usageMetadata": counts, **_about(completion)}


def _event(chunk: Document) -> bytes:
    return f"data: {json.dumps(chunk, separators=(',', ':'))}\n\n".encode()
