"""An answer that a flow's call streams: told in the run's log as it comes, as text of its node."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from activities.steps import log_of_node
from shared.contracts.activities import StepRequest
from shared.contracts.agent_steps import AgentStep
from shared.contracts.events import TextEvent
from shared.errors import RunStoppedError
from shared.ports import Dependencies, Listens
from shared.streams.joining import TextJoiner
from shared.streams.writing import AnswerWriter, RunEndedError, SupersededError


@dataclass(slots=True)
class _Telling:
    """Once nobody is to be told any more, the call goes on all the same: it may change something,
    and comes to its own end."""

    writer: AnswerWriter
    begun: bool = field(default=False)
    mute: bool = False

    async def write(self, text: str, next_ms: int | None = None) -> None:
        if self.mute or not text:
            return
        try:
            if not await self._begins_with(text):
                told = TextEvent(text=text, attempt=self.writer.attempt)
                await self.writer.write([told], next_ms)
        except (RunStoppedError, RunEndedError, SupersededError):
            self.mute = True

    async def _begins_with(self, text: str) -> bool:
        """Whether this is the first text of all. What another execution has told is void."""
        if self.begun:
            return False
        self.begun = True
        if await self.writer.begin([TextEvent(text=text, attempt=1)]):
            return True
        await self.writer.begin_again()
        return False


@asynccontextmanager
async def passing_on(
    request: StepRequest, step: AgentStep, deps: Dependencies
) -> AsyncGenerator[Listens | None]:
    """Who hears each piece; None where nothing is streamed."""
    if step.made_with is None or not step.made_with.stream:
        yield None
        return
    telling = _Telling(log_of_node(request, f"streams-{step.number}", step.speaker, deps))
    joiner = TextJoiner(telling.write, deps.policy.longest_join_ms)

    async def listens(piece: str) -> None:
        joiner.add(piece)

    async with joiner:
        yield listens
    await telling.write(joiner.rest())
