"""Orchestrations that really run: the turn and its activities in this process, without Durable."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from activities.finish import finish
from activities.plan import plan
from activities.prepare import prepare
from activities.record import record
from activities.respond import respond
from activities.retrieve import retrieve
from activities.run_tool import run_tool
from orchestrators.turn import turn
from shared.contracts.activities import (
    FINISH,
    PLAN,
    PREPARE,
    RECORD,
    RESPOND,
    RETRIEVE,
    RUN_TOOL,
    ActivitySpec,
)
from shared.errors import DependencyError
from shared.ports import Dependencies, OrchestrationState
from tests.fakes.services import FakeOrchestrations
from tests.replay.recorded import CrashedError, Json, RecordedContext, Scheduled

STEPS: dict[str, tuple[ActivitySpec[Any, Any], Any]] = {
    spec.name: (spec, step)
    for spec, step in (
        (PREPARE, prepare),
        (RETRIEVE, retrieve),
        (PLAN, plan),
        (RUN_TOOL, run_tool),
        (RESPOND, respond),
        (RECORD, record),
        (FINISH, finish),
    )
}


@dataclass
class RunningOrchestrations(FakeOrchestrations):
    """`crashing` names steps that crash for good."""

    deps: Dependencies | None = None
    crashing: frozenset[str] = frozenset()
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def start(self, run_id: str, orchestrator: str, request: Mapping[str, object]) -> None:
        known = run_id in self.states
        await super().start(run_id, orchestrator, request)
        if not known:
            self.tasks.append(asyncio.create_task(self._run(run_id, dict(request))))

    async def _run(self, run_id: str, request: Json) -> None:
        context = RecordedContext(request)
        steps: Any = turn(context)
        try:
            task = next(steps)
            while True:
                wave = task if isinstance(task, tuple) else (task,)
                answers = await asyncio.gather(*(self._step(call) for call in wave))
                crashed = [each for each in answers if isinstance(each, CrashedError)]
                if crashed:
                    task = steps.throw(crashed[0])
                else:
                    task = steps.send(answers if isinstance(task, tuple) else answers[0])
        except StopIteration:
            self.states[run_id] = OrchestrationState("completed", None)

    async def _step(self, call: Scheduled) -> Json | CrashedError:
        assert self.deps is not None
        if call.name in self.crashing:
            return CrashedError(call.name)
        spec, step = STEPS[call.name]
        try:
            result = await step(spec.request.model_validate(call.payload), self.deps)
        except DependencyError as error:
            return {"failure": error.as_failure().wire()}
        return {"result": result.model_dump(mode="json", by_alias=True, exclude_none=True)}
