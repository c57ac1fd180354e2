"""A process that dies between any two things it does: around the stores and the ERP."""

from collections.abc import Awaitable
from dataclasses import dataclass

from shared.contracts.agent_steps import AgentResult, AgentStep
from shared.contracts.effects import Effect
from shared.contracts.flows.running import FlowOutcome
from shared.contracts.flows.runs import FlowProgress, PinnedFlow
from shared.ports import (
    AgentSteps,
    Effects,
    FlowRuns,
    LogItem,
    LogItems,
    ToolAnswered,
    ToolInvocation,
    ToolRefused,
    Tools,
)


class DiedError(Exception):
    """The process is gone. What it had done stays done."""


@dataclass
class Mortal:
    """Dies at the boundary of this number: boundaries are before and after each outside call."""

    dies_at: int
    passed: int = 0

    def boundary(self) -> None:
        self.passed += 1
        if self.passed == self.dies_at:
            raise DiedError

    async def through[Result](self, call: Awaitable[Result]) -> Result:
        try:
            self.boundary()
        except DiedError:
            # The call was made as an object only; it never began.
            getattr(call, "close", lambda: None)()
            raise
        result = await call
        self.boundary()
        return result


@dataclass
class MortalEffects:
    inner: Effects
    life: Mortal

    async def reserve(self, effect: Effect) -> Effect:
        return await self.life.through(self.inner.reserve(effect))

    async def advance(self, effect: Effect) -> Effect | None:
        return await self.life.through(self.inner.advance(effect))

    async def of_run(self, tenant_id: str, run_id: str, steps: int) -> tuple[Effect, ...]:
        return await self.life.through(self.inner.of_run(tenant_id, run_id, steps))


@dataclass
class MortalAgentSteps:
    inner: AgentSteps
    life: Mortal

    async def put(self, step: AgentStep) -> AgentStep:
        return await self.life.through(self.inner.put(step))

    async def get(self, tenant_id: str, run_id: str, number: int) -> AgentStep | None:
        return await self.life.through(self.inner.get(tenant_id, run_id, number))

    async def put_result(self, result: AgentResult) -> AgentResult:
        return await self.life.through(self.inner.put_result(result))

    async def result(
        self, tenant_id: str, run_id: str, number: int, call: int
    ) -> AgentResult | None:
        return await self.life.through(self.inner.result(tenant_id, run_id, number, call))

    async def of_run(self, tenant_id: str, run_id: str) -> tuple[AgentStep, ...]:
        return await self.life.through(self.inner.of_run(tenant_id, run_id))

    async def results(self, tenant_id: str, run_id: str) -> tuple[AgentResult, ...]:
        return await self.life.through(self.inner.results(tenant_id, run_id))


@dataclass
class MortalTools:
    inner: Tools
    life: Mortal

    async def call(self, invocation: ToolInvocation) -> ToolAnswered | ToolRefused:
        return await self.life.through(self.inner.call(invocation))

    async def find(self, invocation: ToolInvocation) -> dict[str, object] | None:
        return await self.life.through(self.inner.find(invocation))


@dataclass
class MortalLog:
    inner: LogItems
    life: Mortal

    async def create(self, run_id: str, item: LogItem) -> LogItem | None:
        return await self.life.through(self.inner.create(run_id, item))

    async def get(self, run_id: str, first: int) -> LogItem | None:
        return await self.life.through(self.inner.get(run_id, first))

    async def all(self, run_id: str) -> tuple[LogItem, ...]:
        return await self.life.through(self.inner.all(run_id))

    async def changed(self, run_id: str, within: float) -> None:
        await self.life.through(self.inner.changed(run_id, within))

    async def erase(self, run_id: str) -> None:
        await self.life.through(self.inner.erase(run_id))


@dataclass
class MortalFlowRuns:
    inner: FlowRuns
    life: Mortal

    async def pin(self, tenant_id: str, run_id: str, flow: PinnedFlow) -> None:
        await self.inner.pin(tenant_id, run_id, flow)

    async def pinned(self, tenant_id: str, run_id: str) -> PinnedFlow | None:
        return await self.inner.pinned(tenant_id, run_id)

    async def progress(
        self, tenant_id: str, run_id: str, *, anew: bool = False
    ) -> FlowProgress | None:
        return await self.inner.progress(tenant_id, run_id, anew=anew)

    async def advance(self, progress: FlowProgress) -> FlowProgress | None:
        return await self.life.through(self.inner.advance(progress))

    async def put_call(
        self, tenant_id: str, run_id: str, number: int, child: str, *, acts: bool = False
    ) -> None:
        await self.life.through(self.inner.put_call(tenant_id, run_id, number, child, acts=acts))

    async def calls(self, tenant_id: str, run_id: str, *, acting: bool = False) -> tuple[str, ...]:
        return await self.inner.calls(tenant_id, run_id, acting=acting)

    async def put_outcome(
        self, tenant_id: str, run_id: str, number: int, outcome: FlowOutcome
    ) -> FlowOutcome:
        return await self.life.through(self.inner.put_outcome(tenant_id, run_id, number, outcome))

    async def outcome(self, tenant_id: str, run_id: str, number: int) -> FlowOutcome | None:
        return await self.inner.outcome(tenant_id, run_id, number)
