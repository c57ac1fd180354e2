"""The steps of an agent call: in its run's partition, each item written once."""

from shared.contracts.agent_steps import AgentResult, AgentStep
from shared.stores.cosmos import CosmosContainer, CosmosDatabase, Item
from shared.stores.remembering import Remembered

type StepKey = tuple[str, str, int]
"""Tenant, run and number."""

BEGINNING = "SELECT * FROM c WHERE STARTSWITH(c.id, @prefix)"
STEP = "agent-"
RESULT = "agent_result-"


class CosmosAgentSteps:
    """Items `agent-0001` and `agent_result-0001-00` of a run's partition of `runs`."""

    def __init__(self, database: CosmosDatabase) -> None:
        self._items = CosmosContainer(database, "runs")
        self._steps: Remembered[StepKey, AgentStep] = Remembered()
        self._results: Remembered[tuple[StepKey, int], AgentResult] = Remembered()

    async def put(self, step: AgentStep) -> AgentStep:
        key, item_id = (step.tenant_id, step.run_id, step.number), _step_id(step.number)
        if await self._items.create(step.wire() | {"id": item_id}):
            return self._steps.keep(key, step)
        stored = await self._items.read_taken(item_id, [step.tenant_id, step.run_id])
        return self._steps.keep(key, AgentStep.model_validate(stored))

    async def get(self, tenant_id: str, run_id: str, number: int) -> AgentStep | None:
        async def read() -> AgentStep | None:
            item = await self._items.read(_step_id(number), [tenant_id, run_id])
            return AgentStep.model_validate(item) if item else None

        return await self._steps.get((tenant_id, run_id, number), read)

    async def put_result(self, result: AgentResult) -> AgentResult:
        key = ((result.tenant_id, result.run_id, result.number), result.call)
        item_id = _result_id(result.number, result.call)
        if await self._items.create(result.wire() | {"id": item_id}):
            return self._results.keep(key, result)
        stored = await self._items.read_taken(item_id, [result.tenant_id, result.run_id])
        return self._results.keep(key, AgentResult.model_validate(stored))

    async def result(
        self, tenant_id: str, run_id: str, number: int, call: int
    ) -> AgentResult | None:
        async def read() -> AgentResult | None:
            item = await self._items.read(_result_id(number, call), [tenant_id, run_id])
            return AgentResult.model_validate(item) if item else None

        return await self._results.get(((tenant_id, run_id, number), call), read)

    async def of_run(self, tenant_id: str, run_id: str) -> tuple[AgentStep, ...]:
        found = await self._beginning(STEP, tenant_id, run_id)
        return tuple(map(AgentStep.model_validate, found))

    async def results(self, tenant_id: str, run_id: str) -> tuple[AgentResult, ...]:
        found = await self._beginning(RESULT, tenant_id, run_id)
        return tuple(map(AgentResult.model_validate, found))

    async def _beginning(self, prefix: str, tenant_id: str, run_id: str) -> list[Item]:
        parameters = [{"name": "@prefix", "value": prefix}]
        found = self._items.query(BEGINNING, [tenant_id, run_id], parameters)
        return sorted([item async for item in found], key=lambda item: str(item["id"]))


def _step_id(number: int) -> str:
    return f"{STEP}{number:04}"


def _result_id(number: int, call: int) -> str:
    return f"{RESULT}{number:04}-{call:02}"
