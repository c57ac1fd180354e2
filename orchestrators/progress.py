"""Where a run is, what its next step has to announce, and what it may still spend."""

from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from shared.contracts.activities import Responded, RunLimits, RunRef, StepResult
from shared.contracts.evidence import LookUp
from shared.contracts.identity import Language
from shared.contracts.problems import Failure
from shared.contracts.runs import AnswerBasis, RunState, RunStatus, StateChange, Usage
from shared.durable import OrchestrationContext, StepFailedError, Task

type Steps[Result] = Generator[Task, Any, Result]


@dataclass(slots=True)
class Progress:
    """Where the run is, and what its next step has to announce."""

    context: OrchestrationContext
    run: RunRef
    after: int
    limits: RunLimits
    states: list[StateChange] = field(default_factory=list)
    announce: tuple[RunState, ...] = ()
    usage: Usage = field(default_factory=Usage)
    language: Language | None = None
    route: str | None = None
    flow_type: str | None = None
    tools: tuple[str, ...] = ()
    recording: bool = False
    folds: bool = False
    warnings: tuple[str, ...] = ()
    model_calls: int = 0
    used: int = 0
    """Tool calls of agents that have ended: what came of them is stored."""
    unjudged: bool = False
    retrieval: LookUp | None = None
    basis: AnswerBasis | None = None
    """Once it is known: what the answer is made from."""
    awaited: dict[str, Task] = field(default_factory=dict)
    """External events that the run has begun to wait for and has not heard, by name."""
    waited: timedelta = timedelta()
    """Of the time since the start, what was spent waiting for people."""

    @property
    def state(self) -> RunState:
        return self.states[-1].state

    def enter(self, state: RunState, quietly: bool = False) -> None:
        """Change the state; unless `quietly`, the next step with a log entry announces it."""
        now = self.context.current_utc_datetime
        self.states.append(StateChange(state=state, since=now))
        if not quietly:
            self.announce = (*self.announce, state)
        status = RunStatus(
            state=state,
            since=now,
            conversation_id=self.run.conversation_id,
            route=self.route,
            flow_type=self.flow_type,
            tools=self.tools,
            states=tuple(self.states),
        )
        self.context.set_custom_status(status.wire())

    def take(self) -> dict[str, Any]:
        """What every step's request begins with; the announcements are handed over."""
        announce, self.announce = self.announce, ()
        return {"run": self.run, "announce": announce, "after": self.after}

    def peek(self) -> dict[str, Any]:
        """The same for a step that writes no entry."""
        return {"run": self.run, "after": self.after}

    def done(self, result: StepResult) -> None:
        self.after = max(self.after, result.after)
        self.usage += result.usage
        self.model_calls += result.model_calls
        self.unjudged = self.unjudged or result.unjudged

    def used_tool(self, result: StepResult) -> None:
        self.done(result)
        self.used += 1

    def answered(self, result: Responded) -> None:
        self.done(result)
        self.folds, self.warnings = result.folds, result.warnings
        self.retrieval = result.retrieval

    def check_limits(self) -> None:
        """Before a step that costs. Raises StepFailedError: TIMEOUT or QUOTA_EXCEEDED."""
        worked = self.context.current_utc_datetime - self.states[0].since - self.waited
        if worked > timedelta(seconds=self.limits.seconds):
            raise StepFailedError("limits", Failure(code="TIMEOUT", message="deadline_exceeded"))
        spent = self.usage.total_tokens > self.limits.tokens
        if spent or self.model_calls >= self.limits.model_calls:
            failure = Failure(code="QUOTA_EXCEEDED", message="budget_exceeded")
            raise StepFailedError("limits", failure)

    def affords(self, model_calls: int) -> bool:
        """Whether a step may call the model so often."""
        enough = self.model_calls + model_calls <= self.limits.model_calls
        return enough and self.usage.total_tokens <= self.limits.tokens
