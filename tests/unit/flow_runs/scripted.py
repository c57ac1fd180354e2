"""Answers of a case of the conformance suite, in place of what its flow calls."""

import asyncio
from collections import deque
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import azure.durable_functions as df

from activities.flow_calls import Scene
from shared.contracts.activities import RunRef, StepResult
from shared.contracts.agent_activities import ChatRequest, ChatShape
from shared.contracts.agent_steps import AgentResult
from shared.contracts.flows.running import FLOW_OUTCOME, Ask, CallAgent, FlowOutcome, Succeeded
from shared.contracts.flows.runs import ActionKind, FlowProgress, Pending, PlannedAction
from shared.contracts.runs import Part, ToolOutcome
from tests.fakes.flow_desk import FlowDesk
from tests.flows.cases import Case

LOOK_AGAIN_SECONDS = 0.001


@dataclass
class Scripted:
    """What came of an action is put where its step looks first, in the order of the suite's driver:
    one at a time. An action without an answer stays waiting."""

    desk: FlowDesk
    case: Case
    wanted: deque[str] = field(default_factory=deque)
    released: int = 0

    def install(self) -> None:
        self.wanted.extend(self.case.get("order", ()))
        worker = self.desk.worker

        def chat(context: df.DurableOrchestrationContext) -> Generator[Any, Any, Any]:
            yield context.call_activity("scripted", context.get_input())

        worker.orchestrator(chat)
        worker.activities["scripted"] = self._of_agent
        worker.activities["use_tool"] = self._of_call
        worker.activities["seal_value"] = self._of_value

    async def ready(self, pending: Pending, scene: Scene) -> PlannedAction:
        """Whatever the settings allow."""
        action = pending.action
        kinds: dict[str, ActionKind] = {"rest_call": "rest_call", "ask": "ask"}
        if not isinstance(action, CallAgent):
            kind = kinds.get(action.kind, "secure_value")
            return PlannedAction(number=pending.number, kind=kind, place=pending.place)
        run = scene.request.run
        part = Part(run_id=run.run_id, number=pending.number)
        child = RunRef(**(dict(run) | {"run_id": pending.child, "part": part}))
        chat = ChatRequest(run=child, after=0, shape=ChatShape(speakers=("Nobody",)))
        return PlannedAction(
            number=pending.number, kind="agent_call", instance=pending.child, chat=chat
        )

    async def _of_agent(self, payload: Any) -> dict[str, Any]:
        part = payload["run"]["part"]
        await self._put(payload["run"]["tenantId"], part["runId"], part["number"])
        return {}

    async def _of_call(self, payload: Any) -> dict[str, Any]:
        """The run's record waits for what came of each call of a tool."""
        run, number = payload["run"], payload["number"]
        await self.desk.deps.agent_steps.put_result(
            AgentResult(
                run_id=run["runId"],
                tenant_id=run["tenantId"],
                number=number,
                call=0,
                speaker="",
                outcome=ToolOutcome(call_id=f"n{number}", tool="http", status="ok"),
            )
        )
        return await self._of_value(payload)

    async def _of_value(self, payload: Any) -> dict[str, Any]:
        run = payload["run"]
        await self._put(run["tenantId"], run["runId"], payload["number"])
        return {"result": StepResult().wire()}

    async def _put(self, tenant_id: str, run_id: str, number: int) -> None:
        while True:
            progress = await self.desk.deps.flow_runs.progress(tenant_id, run_id)
            assert progress is not None
            assert progress.state is not None
            if self._chosen(progress) == number or progress.state.status == "failed":
                break
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
        action = progress.pending[number].action
        if self.wanted and self.wanted[0] == action.key:
            self.wanted.popleft()
        self.released = number
        # Where one has failed, nobody asks any more what came of the others.
        outcome = self.answer(action.key, action.node) or Succeeded()
        await self.desk.deps.flow_runs.put_outcome(tenant_id, run_id, number, outcome)

    def _chosen(self, progress: FlowProgress) -> int | None:
        """The next to be answered, once the step behind the one before it was taken."""
        if self.released in progress.pending:
            return None
        waiting = [each for _, each in sorted(progress.pending.items())]
        for each in waiting:
            if self.wanted and each.action.key == self.wanted[0]:
                return each.number
        known = (n for n in waiting if self.answer(n.action.key, n.action.node) is not None)
        return next((each.number for each in known), None)

    def answer(self, key: str, node: str) -> FlowOutcome | None:
        answers = self.case.get("answers", {})
        found = answers.get(key, answers.get(node))
        if found is None:
            return None
        if isinstance(found, dict) and "failed" in found:
            return FLOW_OUTCOME.validate_python({"kind": "failed", **found["failed"]})
        return FLOW_OUTCOME.validate_python({"kind": "ok", "value": found})

    async def played(self, run_id: str) -> FlowProgress:
        """The run at its end, or when it waits for what has no answer."""
        while True:
            progress = await self.desk.deps.flow_runs.progress("tenant-a", run_id)
            assert progress is not None
            if progress.state is not None and progress.state.status != "running":
                await self.desk.ended(run_id)
                return progress
            chosen = self._chosen(progress) if progress.step else 0
            asked = progress.pending.get(chosen or 0)
            if asked is not None and isinstance(asked.action, Ask):
                await self._say(run_id, asked.action)
            elif chosen is None and self.released not in progress.pending:
                return progress
            await asyncio.sleep(LOOK_AGAIN_SECONDS)

    async def _say(self, run_id: str, asked: Ask) -> None:
        outcome = self.answer(asked.key, asked.node)
        assert outcome is not None
        assert outcome.kind == "ok"
        answer = await self.desk.say(run_id, outcome.value["text"], key=asked.key)
        # The same again is no other answer; the run may be on its way to the next one already.
        assert answer.status in (202, 409), answer.body
