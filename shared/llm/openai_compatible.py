"""OpenAI, Azure OpenAI and every gateway that speaks OpenAI's chat completions API."""

import base64
import json
import struct
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import openai
from openai import AsyncAzureOpenAI, AsyncOpenAI, AsyncStream

from shared.contracts.runs import Usage
from shared.errors import ModelError
from shared.ports import Completion, ModelRequest, StreamEnd

CHAT = "/chat/completions"
EMBEDDINGS = "/embeddings"

type Body = dict[str, object]


class OpenAICompatibleModel:
    """`client` is AsyncOpenAI or AsyncAzureOpenAI; `chat` and `embeddings` are model names or,
    with Azure, deployments. `dimensions` are asked for, unless the model has only its own."""

    def __init__(
        self,
        client: AsyncOpenAI | AsyncAzureOpenAI,
        chat: str,
        embeddings: str,
        dimensions: int | None = None,
    ) -> None:
        self._client = client
        self._chat = chat
        self._embeddings = embeddings
        self._dimensions = dimensions

    async def stream(self, request: ModelRequest) -> AsyncGenerator[str | StreamEnd]:
        # The SDK builds a pydantic object for every chunk, which is most of the cost of a stream:
        # read the raw lines and take what is needed.
        reading = _Reading()
        with _translated():
            body = self._chat_body(request) | {
                "stream": True,
                "stream_options": {"include_usage": True},
            }
            async with aclosing(await self._post(CHAT, body, stream=True)) as response:
                async for line in response.aiter_lines():
                    if not line.startswith("data: ") or line == "data: [DONE]":
                        continue
                    if text := reading.take(json.loads(line[6:])):
                        yield text
        if reading.finish_reason == "content_filter":
            raise _blocked()
        if reading.finish_reason is None:
            # A gateway that dies may close the connection as if all were well.
            raise ModelError("the model's answer has no end")
        yield StreamEnd("length" if reading.finish_reason == "length" else "stop", reading.usage)

    async def complete(self, request: ModelRequest) -> Completion:
        with _translated():
            answer = json.loads((await self._post(CHAT, self._chat_body(request))).content)
        choice = answer["choices"][0]
        if choice.get("finish_reason") == "content_filter":
            raise _blocked()
        text = choice["message"].get("content") or ""
        usage = _usage(answer.get("usage"))
        return Completion(text=text, usage=usage, model=str(answer.get("model") or ""))

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        if not texts:
            return []
        with _translated():
            body: Body = {
                "model": self._embeddings,
                "input": list(texts),
                "encoding_format": "base64",
            }
            if self._dimensions is not None:
                body["dimensions"] = self._dimensions
            answer = json.loads((await self._post(EMBEDDINGS, body)).content)
        rows = sorted(answer["data"], key=lambda row: row["index"])
        vectors = [_vector(row["embedding"]) for row in rows]
        if self._dimensions and any(len(each) != self._dimensions for each in vectors):
            raise ModelError("the embeddings have other dimensions than asked", retryable=False)
        return vectors

    async def close(self) -> None:
        await self._client.close()

    async def _post(self, path: str, body: Body, stream: bool = False) -> httpx2.Response:
        """Through the SDK's door for requests of one's own: with its retries, its errors and its
        authentication, without the third of the time that its typed methods take to walk
        through what is known to be right."""
        answer = await self._client.post(
            path, cast_to=httpx2.Response, body=body, stream=stream, stream_cls=AsyncStream[object]
        )
        assert isinstance(answer, httpx2.Response)
        return answer

    def _chat_body(self, request: ModelRequest) -> Body:
        body: Body = {
            "model": self._chat,
            "messages": [{"role": m.role, "content": m.content} for m in request.messages],
        }
        if request.max_tokens is not None:
            body["max_completion_tokens"] = request.max_tokens
        if request.schema is not None:
            body["response_format"] = {
                "type": "json_schema",
                "json_schema": {
                    "name": request.schema_name,
                    "strict": True,
                    "schema": request.schema,
                },
            }
        return body


@contextmanager
def _translated() -> Iterator[None]:
    """Turn the SDK's errors into ours."""
    try:
        yield
    except openai.RateLimitError as error:
        wait = error.response.headers.get("retry-after")
        raise ModelError(
            "the model limits the rate",
            code="MODEL_RATE_LIMIT",
            retry_after=float(wait) if wait and wait.isdecimal() else None,
        ) from error
    except (openai.APITimeoutError, httpx2.TimeoutException) as error:
        # The SDK's transport calls every connection that fails or breaks a ConnectTimeout.
        if any(isinstance(each, httpx2.ConnectTimeout) for each in (error, error.__cause__)):
            raise ModelError("the model cannot be reached") from error
        raise ModelError("the model did not answer in time", code="TIMEOUT") from error
    except (httpx2.HTTPError, ValueError) as error:
        # While lines are read the SDK does not translate what its transport raises.
        raise ModelError(f"the model's answer broke off: {type(error).__name__}") from error
    except openai.OpenAIError as error:
        if getattr(error, "code", None) == "content_filter":
            raise _blocked() from error
        status = getattr(error, "status_code", 0)
        message = f"model call failed: {type(error).__name__} {status or ''}".rstrip()
        raise ModelError(message, retryable=status not in REFUSED) from error


REFUSED = frozenset({400, 401, 403, 404, 422})
"""Asking again changes nothing: rights, deployment or request are wrong."""


def _blocked() -> ModelError:
    """Azure's content filter, on the way in (400) or out (finish reason)."""
    return ModelError("the content filter stopped it", code="CONTENT_BLOCKED", retryable=False)


@dataclass(slots=True)
class _Reading:
    """What a stream has told so far, besides its text."""

    finish_reason: str | None = None
    usage: Usage = field(default_factory=Usage)

    def take(self, chunk: dict[str, Any]) -> str:
        """The text of a chunk. Raises ModelError when the chunk is the report of an error."""
        if "error" in chunk:
            raise ModelError("the model reported an error in its answer")
        if chunk.get("usage"):
            self.usage = _usage(chunk["usage"])
        if not chunk.get("choices"):
            return ""
        choice = chunk["choices"][0]
        self.finish_reason = choice.get("finish_reason") or self.finish_reason
        return (choice.get("delta") or {}).get("content") or ""


def _usage(usage: dict[str, int] | None) -> Usage:
    usage = usage or {}
    return Usage(
        prompt_tokens=usage.get("prompt_tokens", 0),
        completion_tokens=usage.get("completion_tokens", 0),
        total_tokens=usage.get("total_tokens", 0),
    )


def _vector(embedding: str | list[float]) -> list[float]:
    """Base64 of little-endian float32, or, from gateways that ignore the format, plain numbers."""
    if isinstance(embedding, list):
        return embedding
    data = base64.b64decode(embedding)
    return list(struct.unpack(f"<{len(data) // 4}f", data))
