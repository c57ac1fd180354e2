"""Orchestrations that really run: the turn and its activities in this process, without Durable."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from activities.approvals import ask_approval, settle_approval
from activities.await_turn import await_turn
from activities.choose import choose
from activities.close_call import close_call
from activities.finish import finish
from activities.fold import fold
from activities.open_call import open_call
from activities.plan import plan
from activities.prepare import prepare
from activities.record import record, remember
from activities.respond import respond
from activities.retrieve import retrieve
from activities.run_tool import run_tool
from activities.speak import speak
from activities.use_tool import use_tool
from orchestrators.chat import chat
from orchestrators.turn import turn
from shared.contracts.activities import (
    ASK_APPROVAL,
    AWAIT_TURN,
    FINISH,
    FOLD,
    PLAN,
    PREPARE,
    RECORD,
    REMEMBER,
    RESPOND,
    RETRIEVE,
    RUN_TOOL,
    SETTLE_APPROVAL,
    ActivitySpec,
)
from shared.contracts.agent_activities import CHOOSE, CLOSE_CALL, OPEN_CALL, SPEAK, USE_TOOL
from shared.errors import DependencyError, RunStoppedError
from shared.ports import Dependencies, OrchestrationState
from tests.fakes.services import FakeOrchestrations
from tests.replay.recorded import (
    AnyOf,
    CrashedError,
    FirstOf,
    Json,
    RecordedContext,
    Scheduled,
    Waited,
)

STEPS: dict[str, tuple[ActivitySpec[Any, Any], Any]] = {
    spec.name: (spec, step)
    for spec, step in (
        (AWAIT_TURN, await_turn),
        (PREPARE, prepare),
        (RETRIEVE, retrieve),
        (PLAN, plan),
        (ASK_APPROVAL, ask_approval),
        (SETTLE_APPROVAL, settle_approval),
        (RUN_TOOL, run_tool),
        (RESPOND, respond),
        (RECORD, record),
        (REMEMBER, remember),
        (FOLD, fold),
        (FINISH, finish),
        (OPEN_CALL, open_call),
        (SPEAK, speak),
        (USE_TOOL, use_tool),
        (CHOOSE, choose),
        (CLOSE_CALL, close_call),
    )
}
ORCHESTRATORS: dict[str, Any] = {"turn": turn, "chat": chat}


@dataclass
class RunningOrchestrations(FakeOrchestrations):
    """`crashing` names steps that crash for good."""

    deps: Dependencies | None = None
    crashing: frozenset[str] = frozenset()
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _waiting: list[asyncio.Event] = field(default_factory=list)

    async def start(self, run_id: str, orchestrator: str, request: Mapping[str, object]) -> None:
        known = run_id in self.states
        await super().start(run_id, orchestrator, request)
        if not known:
            self.tasks.append(asyncio.create_task(self._run(run_id, orchestrator, dict(request))))

    async def _run(self, run_id: str, orchestrator: str, request: Json) -> None:
        context = RecordedContext(request)
        steps: Any = ORCHESTRATORS[orchestrator](context)
        at_work: dict[int, asyncio.Task[Json | CrashedError]] = {}
        try:
            task = next(steps)
            while True:
                if isinstance(task, FirstOf):
                    task = steps.send(await self._first(task.calls, at_work))
                    continue
                if isinstance(task, AnyOf | Waited):
                    task = steps.send(await self._waited(run_id, context, task))
                    continue
                wave = task if isinstance(task, tuple) else (task,)
                answers = await asyncio.gather(*(self._step(call) for call in wave))
                crashed = [each for each in answers if isinstance(each, CrashedError)]
                if crashed:
                    task = steps.throw(crashed[0])
                else:
                    task = steps.send(answers if isinstance(task, tuple) else answers[0])
        except StopIteration:
            self.states[run_id] = OrchestrationState("completed", None)

    async def raise_event(self, run_id: str, name: str) -> None:
        await super().raise_event(run_id, name)
        for woken in self._waiting:
            woken.set()

    async def _waited(
        self, run_id: str, context: RecordedContext, task: AnyOf | Waited
    ) -> Waited | None:
        """Timers run a hundred times as fast here. An event raised earlier is still heard."""
        until = task.until or context.current_utc_datetime
        patience = (until - context.current_utc_datetime).total_seconds() / 100
        names = task.names if isinstance(task, AnyOf) else ()
        woken = asyncio.Event()
        self._waiting.append(woken)
        try:
            async with asyncio.timeout(patience):
                while not (found := [n for n in names if (run_id, n) in self.raised]):
                    woken.clear()
                    await woken.wait()
        except TimeoutError:
            context.current_utc_datetime = until
            found = []
        if not isinstance(task, AnyOf):
            return None
        return task.won_by(found[0] if found else None)

    async def _first(
        self, calls: Sequence[Scheduled], at_work: dict[int, asyncio.Task[Json | CrashedError]]
    ) -> Scheduled:
        """Calls begin when they are waited for first, and go on whatever ends before them."""
        for call in calls:
            if id(call) not in at_work:
                at_work[id(call)] = asyncio.create_task(self._step(call))
        mine = [at_work[id(call)] for call in calls]
        await asyncio.wait(mine, return_when=asyncio.FIRST_COMPLETED)
        ended = next(call for call, task in zip(calls, mine, strict=True) if task.done())
        ended.result = at_work.pop(id(ended)).result()
        return ended

    async def _step(self, call: Scheduled) -> Json | CrashedError:
        assert self.deps is not None
        if call.name in self.crashing:
            return CrashedError(call.name)
        spec, step = STEPS[call.name]
        try:
            result = await step(spec.request.model_validate(call.payload), self.deps)
        except RunStoppedError as error:
            return {"failure": error.failure.wire()}
        except DependencyError as error:
            return {"failure": error.as_failure().wire()}
        return {"result": result.model_dump(mode="json", by_alias=True, exclude_none=True)}
