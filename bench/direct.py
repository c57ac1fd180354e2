"""The same model without the app: the calls of a turn, one after the other."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from bench.stand import Stand, now
from bench.turns import ModelCall, Seen
from shared.bootstrap import build_credential, build_model
from shared.ports import Model, ModelMessage, ModelRequest
from shared.settings import Settings


@asynccontextmanager
async def direct_model(stand: Stand) -> AsyncIterator[Model]:
    """The app's own adapter (OpenAI's SDK) on the stand's model service."""
    os.environ.update(stand.cloud.environment)
    async with build_credential() as credential:
        model = build_model(Settings(), credential)
        try:
            yield model
        finally:
            await model.close()


async def direct_turn(
    model: Model, before: Sequence[int], embedded: Sequence[str], tokens: int
) -> Seen:
    """Embeddings, calls of so many tokens each, then a streamed answer."""
    seen = Seen(asked=now())
    for text in embedded:
        await model.embed([text])
    for length in before:
        await model.complete(_request(length))
    async for piece in model.stream(_request(tokens)):
        if isinstance(piece, str):
            seen.texts.append((now(), piece))
    seen.ended = now()
    return seen


async def direct_rounds(model: Model, before: Sequence[Sequence[int]], tokens: int) -> Seen:
    """Rounds of calls of so many tokens, those of a round side by side; then a streamed answer."""
    seen = Seen(asked=now())
    for lengths in before:
        await asyncio.gather(*(_written(model, length) for length in lengths))
    async for piece in model.stream(_request(tokens)):
        if isinstance(piece, str):
            seen.texts.append((now(), piece))
    seen.ended = now()
    return seen


async def _written(model: Model, tokens: int) -> None:
    async for _ in model.stream(_request(tokens)):
        pass


def lengths_before_answer(calls: Sequence[ModelCall]) -> list[int]:
    """Tokens of the calls that a turn makes before its answer."""
    return [call.tokens for call in calls if not call.streamed]


def _request(tokens: int) -> ModelRequest:
    return ModelRequest(messages=(ModelMessage("user", f"[[tokens:{tokens}]]"),))
