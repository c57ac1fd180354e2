"""Models with what the settings put around them: others in their place, and fewer tokens."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from shared.errors import ModelError
from shared.ports import Completion, Model, ModelRequest, StreamEnd


@dataclass(frozen=True, slots=True)
class FallingBackModel:
    """Asks `first`, and the `others` in turn for as long as a failure may pass and nothing was
    said: an answer that has begun is never begun again by somebody else.

    When all fail the failure is that of the first, which was the one to be asked; but what a
    content filter stopped is stopped. The others are made when they are needed.
    """

    first: Model
    others: tuple[Callable[[], Model], ...]

    async def stream(self, request: ModelRequest) -> AsyncGenerator[str | StreamEnd]:
        failures: list[ModelError] = []
        for made in self._chain():
            async with aclosing(made().stream(request)) as stream:
                try:
                    piece = await anext(stream)
                except ModelError as error:
                    _note(error, failures)
                    continue
                yield piece
                async for piece in stream:
                    yield piece
                return
        raise failures[0]

    async def complete(self, request: ModelRequest) -> Completion:
        failures: list[ModelError] = []
        for made in self._chain():
            try:
                return await made().complete(request)
            except ModelError as error:
                _note(error, failures)
        raise failures[0]

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """By the first alone: vectors of two models have nothing to do with one another."""
        return await self.first.embed(texts)

    async def close(self) -> None:
        await self.first.close()

    def _chain(self) -> tuple[Callable[[], Model], ...]:
        return (lambda: self.first, *self.others)


def _note(error: ModelError, failures: list[ModelError]) -> None:
    """Raises it again when no other model shall be asked: the first refuses what it is asked, or
    a filter stopped it. That another one is not set up well ends nothing."""
    if error.code == "CONTENT_BLOCKED" or not (error.retryable or failures):
        raise error
    failures.append(error)


@dataclass(frozen=True, slots=True)
class CappedModel:
    """No answer has more than `max_tokens`, whatever is asked for."""

    inner: Model
    max_tokens: int

    def stream(self, request: ModelRequest) -> AsyncGenerator[str | StreamEnd]:
        return self.inner.stream(self._capped(request))

    async def complete(self, request: ModelRequest) -> Completion:
        return await self.inner.complete(self._capped(request))

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        return await self.inner.embed(texts)

    async def close(self) -> None:
        await self.inner.close()

    def _capped(self, request: ModelRequest) -> ModelRequest:
        asked = request.max_tokens
        most = self.max_tokens if asked is None else min(asked, self.max_tokens)
        return replace(request, max_tokens=most)
