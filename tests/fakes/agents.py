"""What an agent call needs besides, in memory."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

from shared.contracts.agent_steps import AgentResult, AgentStep
from shared.contracts.credentials import CredentialScope
from shared.contracts.models import ModelChoice
from shared.contracts.runs import Usage
from shared.contracts.tools import Pack
from shared.errors import AppError, NotAllowedError
from shared.ports import Completion, Model, ModelRequest, ModelToolCall, StreamEnd


@dataclass
class FakeModels:
    """`model` whatever is chosen, unless `named` has one of that name; providers and endpoints that
    are `refused` are not allowed."""

    model: Model
    named: dict[str, Model] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()
    choices: list[ModelChoice] = field(default_factory=list)
    profiles: list[str | None] = field(default_factory=list)
    scopes: list[CredentialScope | None] = field(default_factory=list)
    patient: list[bool] = field(default_factory=list)
    embedders: dict[str, Model] = field(default_factory=dict)
    """By credential profile."""

    def get(
        self,
        choice: ModelChoice,
        profile: str | None = None,
        scope: CredentialScope | None = None,
        *,
        patient: bool = True,
    ) -> Model:
        if choice.provider in self.refused:
            raise NotAllowedError("model_provider_not_allowed", name=choice.provider)
        if choice.endpoint in self.refused:
            raise NotAllowedError("model_endpoint_not_allowed", name=choice.endpoint)
        self.choices.append(choice)
        self.profiles.append(profile)
        self.scopes.append(scope)
        self.patient.append(patient)
        return self.named.get(choice.name or "", self.model)

    def embedder(self, scope: CredentialScope | None) -> Model | None:
        return self.embedders.get(scope.profile) if scope else None

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


type Said = str | tuple[ModelToolCall, ...] | AppError
USED = Usage(prompt_tokens=10, completion_tokens=3, total_tokens=13)


@dataclass
class TeamModel:
    """Answers as each participant of the pack: what it `says` in turn (words, tool calls, a
    failure), then that it is that participant; `choices` of the coordinator (with `!` behind whom
    it hands off to), `reviews` of critics.
    """

    pack: Pack
    says: dict[str, list[Said]] = field(default_factory=dict)
    choices: list[str] = field(default_factory=list)
    reviews: list[bool] = field(default_factory=list)
    asked: list[tuple[str, ModelRequest]] = field(default_factory=list)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[str | StreamEnd]:
        speaker = self._speaker(request)
        self.asked.append((speaker, request))
        await asyncio.sleep(0)
        left = self.says.get(speaker)
        said = left.pop(0) if left else f"Dice {speaker}."
        match said:
            case str():
                for word in re.findall(r"\S+\s*", said):
                    yield word
                yield StreamEnd("stop", USED, model="gpt-test")
            case tuple():
                yield StreamEnd("tool_calls", USED, said, model="gpt-test")
            case AppError():
                yield "Empiezo "
                raise said

    async def complete(self, request: ModelRequest) -> Completion:
        self.asked.append((self._speaker(request), request))
        if request.schema_name == "review":
            content = self.reviews.pop(0) if self.reviews else True
            answer: dict[str, object] = {"content": content, "remarks": "" if content else "Falta."}
        else:
            named = self.choices.pop(0) if self.choices else "end"
            answer = {
                "next": named.removesuffix("!"),
                "hands_off": named.endswith("!"),
                "reason": "Porque sí.",
            }
        return Completion(json.dumps(answer), USED, model="gpt-test")

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        return [[float(len(text)), 1.0] for text in texts]

    async def close(self) -> None:
        return

    def requests_of(self, speaker: str) -> list[ModelRequest]:
        return [request for name, request in self.asked if name == speaker]

    def _speaker(self, request: ModelRequest) -> str:
        system = request.messages[0].content
        prompts = self.pack.prompts["es"]
        (speaker,) = (
            name for name, each in self.pack.participants.items() if prompts[each.prompt] in system
        )
        return speaker


def tool_call(name: str, call_id: str = "call_1", /, **arguments: object) -> ModelToolCall:
    return ModelToolCall(call_id, name, json.dumps(arguments))
