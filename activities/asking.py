"""Asking a call's model: in the time that is left, and again when a failure may pass."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from activities.scene import Scene
from shared.contracts.base import Contract
from shared.contracts.runs import Usage
from shared.errors import ConfigurationError, DeadlineError, ModelError, NotAllowedError
from shared.ports import Dependencies, Model, ModelRequest

PAUSE_SECONDS = 0.5
"""Before a model call that failed is made again, unless the model says how long; then twice it."""
LONGEST_PAUSE_SECONDS = 20.0


@asynccontextmanager
async def before(until: datetime, deps: Dependencies) -> AsyncGenerator[None]:
    """Raises DeadlineError when it is not done by then."""
    left = (until - deps.now()).total_seconds()
    if left <= 0:
        raise DeadlineError
    try:
        async with asyncio.timeout(left) as limit:
            yield
    except TimeoutError as error:
        if not limit.expired():
            raise
        raise DeadlineError from error


def model_of(scene: Scene, deps: Dependencies) -> Model:
    """It asks once: how often it is asked again is the call's to say, and `Tries` counts. Raises
    ModelError: what the settings refused since the call was checked."""
    try:
        return deps.models.get(
            scene.call.model, scene.call.profile, scene.record.scope, patient=False
        )
    except (NotAllowedError, ConfigurationError) as error:
        raise ModelError(f"the model cannot be used: {error}", retryable=False) from error


@dataclass(slots=True)
class Tries:
    """How often a model call that failed may still be made again."""

    left: int
    seconds: float = PAUSE_SECONDS

    async def pause(self, error: ModelError) -> None:
        """Wait before the next one. Raises the error when there is none."""
        if not error.retryable or self.left <= 0:
            raise error
        self.left -= 1
        await asyncio.sleep(min(error.retry_after or self.seconds, LONGEST_PAUSE_SECONDS))
        self.seconds *= 2


@dataclass(frozen=True, slots=True)
class Decided[Decision: Contract]:
    decision: Decision
    usage: Usage
    model: str
    asked: int


async def decided[Decision: Contract](
    model: Model, request: ModelRequest, shape: type[Decision], retries: int
) -> Decided[Decision]:
    """What the model decides, in the shape of its request's schema; nonsense is tried again, too.
    Raises ModelError."""
    tries, usage, asked = Tries(retries), Usage(), 0
    while True:
        asked += 1
        try:
            completion = await model.complete(request)
        except ModelError as error:
            await tries.pause(error)
            continue
        usage += completion.usage
        try:
            decision = shape.model_validate_json(completion.text)
        except ValidationError:
            await tries.pause(ModelError("the model did not decide as it was asked"))
            continue
        return Decided(decision, usage, completion.model, asked)
