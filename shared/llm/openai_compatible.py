"""OpenAI, Azure OpenAI and every gateway that speaks OpenAI's chat completions API."""

import base64
import json
import struct
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field

import httpx2
import openai
from openai import AsyncAzureOpenAI, AsyncOpenAI, AsyncStream

from shared.errors import ModelError
from shared.llm.abilities import abilities_of
from shared.llm.chat_body import Body, LimitField, chat_body
from shared.llm.chat_reading import StreamReading, completion_of
from shared.llm.failures import blocked, of_status, of_time_out, of_transport
from shared.ports import Completion, ModelRequest, StreamEnd

CHAT = "/chat/completions"
EMBEDDINGS = "/embeddings"
DONE = "[DONE]"


class OpenAICompatibleModel:
    """`client` is AsyncOpenAI or AsyncAzureOpenAI; `chat` and `embeddings` are model names or,
    with Azure, deployments. `dimensions` are asked for, unless the model has only its own.
    `version` is the API's, where a call asks for another than the client's; `kind` the name of
    the model that a deployment runs, if its own name does not tell it; `limit` the name under
    which the service knows the most tokens of an answer; only a `patient` one repeats calls."""

    def __init__(
        self,
        client: AsyncOpenAI | AsyncAzureOpenAI,
        chat: str,
        embeddings: str,
        dimensions: int | None = None,
        *,
        version: str | None = None,
        kind: str | None = None,
        limit: LimitField = "max_completion_tokens",
        patient: bool = True,
    ) -> None:
        self._client = client
        self._chat = chat
        self._embeddings = embeddings
        self._dimensions = dimensions
        self._version = version
        self._abilities = abilities_of(kind or chat)
        self._limit: LimitField = limit
        self._retries = client.max_retries if patient else 0

    async def stream(self, request: ModelRequest) -> AsyncGenerator[str | StreamEnd]:
        # The SDK builds a pydantic object for every chunk, which is most of the cost of a stream:
        # read the raw lines and take what is needed.
        reading = StreamReading()
        with _translated():
            body = self._chat_body(request) | {
                "stream": True,
                "stream_options": {"include_usage": True},
            }
            async with aclosing(await self._post(CHAT, body, stream=True)) as response:
                async for line in response.aiter_lines():
                    # The blank behind the colon is a custom, which not every gateway has.
                    field, _, data = line.partition(":")
                    if field != "data" or data.strip() == DONE:
                        continue
                    if text := reading.take(json.loads(data)):
                        yield text
        yield reading.end()

    async def complete(self, request: ModelRequest) -> Completion:
        with _translated():
            answer = json.loads((await self._post(CHAT, self._chat_body(request))).content)
        return completion_of(answer)

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
            path,
            cast_to=httpx2.Response,
            body=body,
            options={
                "max_retries": self._retries,
                "params": {"api-version": self._version} if self._version else {},
            },
            stream=stream,
            stream_cls=AsyncStream[object],
        )
        assert isinstance(answer, httpx2.Response)
        return answer

    def _chat_body(self, request: ModelRequest) -> Body:
        return chat_body(self._chat, request, self._abilities, self._limit)


@dataclass(frozen=True, slots=True)
class OpenAIConnection:
    """One client for all models of an endpoint; `kinds` tells what deployments run, by name."""

    client: AsyncOpenAI | AsyncAzureOpenAI
    embeddings: str
    dimensions: int | None = None
    kinds: Mapping[str, str] = field(default_factory=dict)
    limit: LimitField = "max_completion_tokens"

    def model(self, name: str, version: str | None, *, patient: bool) -> OpenAICompatibleModel:
        return OpenAICompatibleModel(
            self.client,
            name,
            self.embeddings,
            self.dimensions,
            version=version if isinstance(self.client, AsyncAzureOpenAI) else None,
            kind=self.kinds.get(name),
            limit=self.limit,
            patient=patient,
        )

    async def close(self) -> None:
        await self.client.close()


@contextmanager
def _translated() -> Iterator[None]:
    """Turn the SDK's errors into ours."""
    try:
        yield
    except openai.APITimeoutError as error:
        raise of_time_out(error) from error
    except openai.APIStatusError as error:
        if error.code == "content_filter":
            raise blocked() from error
        name, headers = type(error).__name__, error.response.headers
        raise of_status(error.status_code, headers, name) from error
    except openai.OpenAIError as error:
        raise ModelError(f"model call failed: {type(error).__name__}") from error
    except (httpx2.HTTPError, ValueError) as error:
        raise of_transport(error) from error


def _vector(embedding: str | list[float]) -> list[float]:
    """Base64 of little-endian float32, or, from gateways that ignore the format, plain numbers."""
    if isinstance(embedding, list):
        return embedding
    data = base64.b64decode(embedding)
    return list(struct.unpack(f"<{len(data) // 4}f", data))
