"""Google's Gemini API, generateContent, by its own SDK (requirements-google.txt)."""

import json
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

import httpx2
from google.genai import Client, errors, types

from shared.contracts.runs import Usage
from shared.errors import ModelError
from shared.llm.chat_body import IN_JSON
from shared.llm.failures import (
    TOO_MANY,
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
    ModelToolCall,
    StreamEnd,
)

JSON = "application/json"
UNSIGNED = b"skip_thought_signature_validator"
"""Gemini 3 refuses its own calls without their signature, unless it is told that nobody kept it
(https://ai.google.dev/gemini-api/docs/thought-signatures)."""
FILTERED = frozenset(
    {"SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "MODEL_ARMOR"}
)
RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo"

type Told = types.GenerateContentResponse


@dataclass(frozen=True, slots=True)
class GoogleConnection:
    """`http` is the client's, which does not close what it was given."""

    client: Client
    http: httpx2.AsyncClient

    def __post_init__(self) -> None:
        self.http.event_hooks = {**self.http.event_hooks, "response": [_note]}

    def model(self, name: str, version: str | None, *, patient: bool) -> "GoogleModel":
        """The API's version is the client's."""
        return GoogleModel(self, name, patient)

    async def close(self) -> None:
        await self.client.aio.aclose()
        await self.http.aclose()


@dataclass(frozen=True, slots=True)
class GoogleModel:
    connection: GoogleConnection
    name: str
    patient: bool = True

    async def stream(self, request: ModelRequest) -> AsyncGenerator[str | StreamEnd]:
        reading = _Reading()
        with _translated():
            models = self.connection.client.aio.models
            async with _responses_closed():
                stream = await models.generate_content_stream(
                    model=self.name, contents=_contents(request), config=self._config(request)
                )
                async for chunk in stream:
                    if text := reading.take(chunk):
                        yield text
        yield reading.end()

    async def complete(self, request: ModelRequest) -> Completion:
        reading = _Reading()
        with _translated():
            models = self.connection.client.aio.models
            text = reading.take(
                await models.generate_content(
                    model=self.name, contents=_contents(request), config=self._config(request)
                )
            )
        end = reading.end()
        return Completion(text, end.usage, end.model, end.finish_reason, end.calls)

    def _config(self, request: ModelRequest) -> types.GenerateContentConfig:
        config = _config(request)
        if not self.patient:
            once = types.HttpRetryOptions(attempts=1)
            config.http_options = types.HttpOptions(retry_options=once)
        return config

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        raise no_embeddings("Google")

    async def close(self) -> None:
        await self.connection.close()


_opened: ContextVar[list[httpx2.Response] | None] = ContextVar("opened", default=None)


async def _note(response: httpx2.Response) -> None:
    if (opened := _opened.get()) is not None:
        opened.append(response)


@asynccontextmanager
async def _responses_closed() -> AsyncGenerator[None]:
    """The SDK leaves the response of a stream that is not read to its end to the garbage collector,
    and it would be paid for until then."""
    opened: list[httpx2.Response] = []
    _opened.set(opened)
    try:
        yield
    finally:
        _opened.set(None)
        for response in opened:
            await response.aclose()


# --- what is asked --------------------------------------------------------------------------------


def _config(request: ModelRequest) -> types.GenerateContentConfig:
    told = [each.content for each in request.messages if each.role == "system"]
    wants_json = request.json or request.schema is not None
    # Next to functions the service takes no format.
    formatted = wants_json and not request.tools
    if wants_json and not formatted:
        told.append(IN_JSON)
    return types.GenerateContentConfig(
        system_instruction="\n\n".join(told) or None,
        max_output_tokens=request.max_tokens,
        temperature=request.temperature,
        top_p=request.top_p,
        response_mime_type=JSON if formatted else None,
        response_json_schema=request.schema if formatted else None,
        tools=_tools(request),
        # We call functions, never the SDK.
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
    )


def _tools(request: ModelRequest) -> types.ToolListUnion | None:
    if not request.tools:
        return None
    return [
        types.Tool(
            function_declarations=[
                types.FunctionDeclaration(
                    name=tool.name,
                    description=tool.description,
                    parameters_json_schema=tool.parameters,
                )
                for tool in request.tools
            ]
        )
    ]


def _contents(request: ModelRequest) -> types.ContentListUnion:
    """User and model by turns: the results of all calls go into one message of the user's."""
    names = {call.call_id: call.name for each in request.messages for call in each.calls}
    contents: list[types.Content] = []
    for message in request.messages:
        if message.role == "system":
            continue
        role = "model" if message.role == "assistant" else "user"
        parts = list(_parts(message, names))
        last = contents[-1] if contents else None
        if last is not None and last.role == role and last.parts is not None:
            last.parts.extend(parts)
        elif parts:
            contents.append(types.Content(role=role, parts=parts))
    return list(contents)


def _parts(message: ModelMessage, names: Mapping[str, str]) -> Iterator[types.Part]:
    if message.role == "tool":
        call_id = message.call_id or ""
        answer = types.FunctionResponse(
            id=call_id, name=names.get(call_id, ""), response={"result": message.content}
        )
        yield types.Part(function_response=answer)
        return
    if message.content:
        yield types.Part(text=message.content)
    for call in message.calls:
        made = types.FunctionCall(id=call.call_id, name=call.name, args=_object(call.arguments))
        yield types.Part(function_call=made, thought_signature=UNSIGNED)


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
    """What was told so far, besides its text."""

    told: str | None = None
    model: str = ""
    usage: Usage = field(default_factory=Usage)
    calls: list[ModelToolCall] = field(default_factory=list)

    def take(self, chunk: Told) -> str:
        """The text of a chunk. Raises ModelError for a prompt that was blocked."""
        if chunk.prompt_feedback is not None and chunk.prompt_feedback.block_reason:
            raise blocked()
        self.model = chunk.model_version or self.model
        if chunk.usage_metadata is not None:
            self.usage = _usage(chunk.usage_metadata)
        if not chunk.candidates:
            return ""
        candidate = chunk.candidates[0]
        if candidate.finish_reason is not None:
            self.told = candidate.finish_reason.value
        parts = (candidate.content.parts if candidate.content else None) or []
        for call in (part.function_call for part in parts if part.function_call):
            made = call.id or f"call_{len(self.calls)}"
            arguments = json.dumps(call.args or {}, ensure_ascii=False)
            self.calls.append(ModelToolCall(made, call.name or "", arguments))
        return "".join(part.text for part in parts if part.text and not part.thought)

    def end(self) -> StreamEnd:
        """Raises ModelError for an answer that was blocked, that broke off, or that is none."""
        reason = self._reason()
        calls = tuple(self.calls) if reason == "tool_calls" else ()
        return StreamEnd(reason, self.usage, calls, self.model)

    def _reason(self) -> FinishReason:
        if self.told is None:
            raise without_end()
        if self.told in FILTERED:
            raise blocked()
        if self.told == "MAX_TOKENS":
            return "length"
        if self.told != "STOP":
            raise ModelError(f"the model ended its answer with {self.told}")
        return "tool_calls" if self.calls else "stop"


def _usage(told: types.GenerateContentResponseUsageMetadata) -> Usage:
    read = (told.prompt_token_count or 0) + (told.tool_use_prompt_token_count or 0)
    written = (told.candidates_token_count or 0) + (told.thoughts_token_count or 0)
    return Usage(
        prompt_tokens=read,
        completion_tokens=written,
        total_tokens=told.total_token_count or read + written,
    )


@contextmanager
def _translated() -> Iterator[None]:
    """Turn the SDK's errors into ours."""
    try:
        yield
    except errors.APIError as error:
        headers = getattr(error.response, "headers", None) or {}
        failure = of_status(error.code, headers, type(error).__name__)
        if error.code == TOO_MANY and failure.retry_after is None:
            failure.retry_after = _delay(error.details)
        raise failure from error
    except httpx2.TimeoutException as error:
        raise of_time_out(error) from error
    except (httpx2.HTTPError, ValueError) as error:
        raise of_transport(error) from error


def _delay(details: object) -> float | None:
    """Google tells how long to wait in the body of its answer: `"retryDelay": "7.5s"`."""
    error = details.get("error", details) if isinstance(details, Mapping) else {}
    told = error.get("details") if isinstance(error, Mapping) else None
    for each in told if isinstance(told, list) else ():
        if isinstance(each, Mapping) and each.get("@type") == RETRY_INFO:
            try:
                return float(str(each.get("retryDelay", "")).removesuffix("s"))
            except ValueError:
                return None
    return None
