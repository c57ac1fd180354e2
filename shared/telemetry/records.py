"""What is stored for people to look at: effects of which nobody knows, and dead letters."""

from dataclasses import dataclass

from opentelemetry.trace import get_current_span

from shared.contracts.effects import Effect
from shared.contracts.erp import DeadLetter
from shared.ports import DeadLetters, Effects
from shared.telemetry import names
from shared.telemetry.recording import recorder


@dataclass(frozen=True, slots=True)
class TracedEffects:
    """The port Effects; tells of each effect that becomes unknown, by its tool, and in the span of
    the step that is at work: one finds the run by that."""

    inner: Effects

    async def reserve(self, effect: Effect) -> Effect:
        return await self.inner.reserve(effect)

    async def advance(self, effect: Effect) -> Effect | None:
        stored = await self.inner.advance(effect)
        found = recorder()
        if found is not None and stored is not None and stored.state == "unknown":
            found.measures.unknown_effects.add(1, {names.TOOL_NAME: stored.tool})
            get_current_span().set_attribute(names.EFFECT_STATE, stored.state)
        return stored

    async def of_run(self, tenant_id: str, run_id: str, steps: int) -> tuple[Effect, ...]:
        return await self.inner.of_run(tenant_id, run_id, steps)


@dataclass(frozen=True, slots=True)
class TracedDeadLetters:
    """The port DeadLetters; tells of each letter, by its reason."""

    inner: DeadLetters

    async def put(self, letter: DeadLetter) -> None:
        await self.inner.put(letter)
        if (found := recorder()) is not None:
            found.measures.dead_letters.add(1, {names.DEAD_LETTER: letter.reason})
