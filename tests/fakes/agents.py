"""What an agent call needs besides, in memory."""

from dataclasses import dataclass, field

from shared.contracts.agent_steps import AgentResult, AgentStep
from shared.contracts.models import ModelChoice
from shared.errors import NotAllowedError
from shared.ports import Model


@dataclass
class FakeModels:
    """`model` whatever is chosen, unless `named` has one of that name; providers and endpoints that
    are `refused` are not allowed."""

    model: Model
    named: dict[str, Model] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()
    choices: list[ModelChoice] = field(default_factory=list)
    profiles: list[str | None] = field(default_factory=list)

    def get(self, choice: ModelChoice, profile: str | None = None) -> Model:
        if choice.provider in self.refused:
            raise NotAllowedError("model_provider_not_allowed", name=choice.provider)
        if choice.endpoint in self.refused:
            raise NotAllowedError("model_endpoint_not_allowed", name=choice.endpoint)
        self.choices.append(choice)
        self.profiles.append(profile)
        return self.named.get(choice.name or "", self.model)

    async def close(self) -> None:
        return


class FakeAgentSteps:
    def __init__(self) -> None:
        self.steps: dict[tuple[str, str, int], AgentStep] = {}
        self.made: dict[tuple[str, str, int, int], AgentResult] = {}

    async def put(self, step: AgentStep) -> AgentStep:
        return self.steps.setdefault((step.tenant_id, step.run_id, step.number), step)

    async def get(self, tenant_id: str, run_id: str, number: int) -> AgentStep | None:
        return self.steps.get((tenant_id, run_id, number))

    async def put_result(self, result: AgentResult) -> AgentResult:
        key = (result.tenant_id, result.run_id, result.number, result.call)
        return self.made.setdefault(key, result)

    async def result(
        self, tenant_id: str, run_id: str, number: int, call: int
    ) -> AgentResult | None:
        return self.made.get((tenant_id, run_id, number, call))

    async def of_run(self, tenant_id: str, run_id: str) -> tuple[AgentStep, ...]:
        mine = {key: each for key, each in self.steps.items() if key[:2] == (tenant_id, run_id)}
        return tuple(each for _, each in sorted(mine.items(), key=lambda pair: pair[0]))

    async def results(self, tenant_id: str, run_id: str) -> tuple[AgentResult, ...]:
        mine = {key: each for key, each in self.made.items() if key[:2] == (tenant_id, run_id)}
        return tuple(each for _, each in sorted(mine.items(), key=lambda pair: pair[0]))
