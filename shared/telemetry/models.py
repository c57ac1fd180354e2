"""Calls of models as spans and measures: who was asked, how long, how many tokens, the cost.

What was asked and answered is told to nobody.
"""

import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from opentelemetry.trace import SpanKind, use_span

from shared.contracts.models import Provider
from shared.contracts.runs import Usage
from shared.llm.keyed import Connection
from shared.ports import Completion, Model, ModelRequest, StreamEnd
from shared.telemetry import names
from shared.telemetry.recording import (
    Attributes,
    Recorder,
    Value,
    error_type,
    known,
    mark_failed,
    recorder,
)
from shared.telemetry.steps import run_at_work


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is asked: a provider, where it lies (empty for its own), and its model's name."""

    provider: Provider
    endpoint: str
    model: str


@dataclass(frozen=True, slots=True)
class TracedConnection:
    """Makes models that are traced. Calls fall back in front of them: each try has its span.
    `embeddings` is the model that embeds, whichever one answers."""

    inner: Connection
    provider: Provider
    endpoint: str
    embeddings: str

    def model(self, name: str, version: str | None, *, patient: bool) -> Model:
        return TracedModel(
            self.inner.model(name, version, patient=patient),
            Asked(self.provider, self.endpoint, name),
            Asked(self.provider, self.endpoint, self.embeddings),
        )

    async def close(self) -> None:
        await self.inner.close()


@dataclass(frozen=True, slots=True)
class TracedModel:
    inner: Model
    chat: Asked
    embeddings: Asked

    async def stream(self, request: ModelRequest) -> AsyncGenerator[str | StreamEnd]:
        found = recorder()
        async with aclosing(self.inner.stream(request)) as pieces:
            if found is None:
                async for piece in pieces:
                    yield piece
                return
            call = _Call(found, "chat", self.chat, _of(request) | {names.STREAM: True})
            with call.ending():
                with call.current():
                    # The request goes out here. A span is current between two pieces for nobody:
                    # who reads them goes on with work of their own.
                    first = await anext(pieces, None)
                if first is not None:
                    call.came(first)
                    yield first
                async for piece in pieces:
                    call.came(piece)
                    yield piece

    async def complete(self, request: ModelRequest) -> Completion:
        if (found := recorder()) is None:
            return await self.inner.complete(request)
        call = _Call(found, "chat", self.chat, _of(request))
        with call.ending(), call.current():
            answer = await self.inner.complete(request)
            call.answered(answer.usage, answer.model, answer.finish_reason)
        return answer

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        if (found := recorder()) is None or not texts:
            return await self.inner.embed(texts)
        call = _Call(found, "embeddings", self.embeddings, {})
        with call.ending(), call.current():
            return await self.inner.embed(texts)

    async def close(self) -> None:
        await self.inner.close()


class _Call:
    def __init__(
        self, found: Recorder, operation: str, asked: Asked, attributes: Attributes
    ) -> None:
        self._found = found
        self._asked = asked
        self._began = time.perf_counter()
        self._first: float | None = None
        self._ended = False
        self._labels: dict[str, Value] = {
            names.OPERATION: operation,
            names.PROVIDER: names.PROVIDERS[asked.provider],
            names.REQUEST_MODEL: asked.model,
        }
        run = run_at_work()
        self._span = found.tracer.start_span(
            f"{operation} {asked.model}",
            kind=SpanKind.CLIENT,
            attributes=self._labels
            | server_of(asked.endpoint)
            | known({names.CONVERSATION: run.conversation_id if run else None})
            | known(attributes),
        )

    @contextmanager
    def ending(self) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            if not (self._ended and isinstance(error, GeneratorExit)):
                kind = error_type(error)
                mark_failed(self._span, kind)
                self._labels[names.ERROR_TYPE] = kind
            raise
        finally:
            seconds = time.perf_counter() - self._began
            self._found.measures.model_seconds.record(seconds, self._labels)
            self._span.end()

    @contextmanager
    def current(self) -> Iterator[None]:
        with use_span(self._span, record_exception=False, set_status_on_exception=False):
            yield

    def came(self, piece: str | StreamEnd) -> None:
        if isinstance(piece, StreamEnd):
            self.answered(piece.usage, piece.model, piece.finish_reason)
        elif self._first is None:
            self._first = time.perf_counter() - self._began
            self._span.set_attribute(names.TIME_TO_FIRST_CHUNK, self._first)
            self._found.measures.model_first_seconds.record(self._first, self._labels)

    def answered(self, usage: Usage, model: str, reason: str) -> None:
        self._ended = True
        measures, prices = self._found.measures, self._found.prices
        if model:
            self._labels[names.RESPONSE_MODEL] = model
        cost = prices.cost((model, self._asked.model), usage)
        self._span.set_attributes(
            known(
                {
                    names.RESPONSE_MODEL: model or None,
                    names.FINISH_REASONS: [reason],
                    names.INPUT_TOKENS: usage.prompt_tokens,
                    names.OUTPUT_TOKENS: usage.completion_tokens,
                    names.COST: cost,
                    names.CURRENCY: None if cost is None else prices.currency,
                }
            )
        )
        for kind, count in (("input", usage.prompt_tokens), ("output", usage.completion_tokens)):
            measures.tokens.record(count, self._labels | {names.KIND_OF_TOKENS: kind})
        if cost is not None:
            measures.cost.add(cost, self._labels | {names.CURRENCY: prices.currency})


def _of(request: ModelRequest) -> dict[str, Value | None]:
    return {
        names.MAX_TOKENS: request.max_tokens,
        names.TEMPERATURE: request.temperature,
        names.TOP_P: request.top_p,
        names.OUTPUT_TYPE: "json" if request.schema or request.json else "text",
    }


def server_of(endpoint: str) -> dict[str, Value]:
    """Host and port of an address: never its path or its query."""
    parts = urlsplit(endpoint)
    if not parts.hostname:
        return {}
    port = parts.port or (80 if parts.scheme == "http" else 443)
    return {names.SERVER_ADDRESS: parts.hostname, names.SERVER_PORT: port}
