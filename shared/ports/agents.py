"""The seam to what is kept of an agent call's steps."""

from typing import Protocol

from shared.contracts.agent_steps import AgentResult, AgentStep


class AgentSteps(Protocol):
    """Model steps and tool results of a run, each stored once. Raises StoreError."""

    async def put(self, step: AgentStep) -> AgentStep:
        """Store a step once; answers the stored one."""
        ...

    async def get(self, tenant_id: str, run_id: str, number: int) -> AgentStep | None: ...

    async def put_result(self, result: AgentResult) -> AgentResult:
        """Store what came of a call once; answers the stored one."""
        ...

    async def result(
        self, tenant_id: str, run_id: str, number: int, call: int
    ) -> AgentResult | None: ...

    async def of_run(self, tenant_id: str, run_id: str) -> tuple[AgentStep, ...]:
        """All steps that are stored, by number."""
        ...

    async def results(self, tenant_id: str, run_id: str) -> tuple[AgentResult, ...]:
        """All results that are stored, by step and call."""
        ...
