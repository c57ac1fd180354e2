"""
One user message, from RECEIVED to DONE:

1. prepare: intake and triage
2. for a flow: retrieve from every index in parallel, then plan
3. run each tool call of a complete plan, in order
4. respond, and at the same time record what the tools did
5. finish: the run's one end, also when a step failed
"""

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

from shared.contracts.activities import (
    FINISH,
    PLAN,
    PREPARE,
    RECORD,
    RESPOND,
    RETRIEVE,
    RUN_TOOL,
    FinishRequest,
    Planned,
    PlanRequest,
    Prepared,
    PrepareRequest,
    Recorded,
    RecordRequest,
    Responded,
    RespondRequest,
    RetrieveRequest,
    RunRef,
    RunToolRequest,
    StepResult,
    TurnRequest,
)
from shared.contracts.identity import Language
from shared.contracts.problems import Failure
from shared.contracts.runs import FinishReason, Memory, RunState, RunStatus, StateChange, Usage
from shared.durable import (
    OrchestrationContext,
    StepFailedError,
    Task,
    call_activity,
    call_all,
)

type Steps[Result] = Generator[Task, Any, Result]


@dataclass(slots=True)
class Progress:
    """Where the run is, and what its next step has to announce."""

    context: OrchestrationContext
    run: RunRef
    after: int
    states: list[StateChange] = field(default_factory=list)
    announce: tuple[RunState, ...] = ()
    usage: Usage = field(default_factory=Usage)
    language: Language | None = None
    route: str | None = None
    flow_type: str | None = None
    tools: tuple[str, ...] = ()
    recording: bool = False

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


def turn(context: OrchestrationContext) -> Steps[Any]:
    start = TurnRequest.model_validate(context.get_input())
    progress = Progress(context, start.run, start.after)
    progress.enter("RECEIVED", quietly=True)
    try:
        prepared = yield from call_activity(context, PREPARE, PrepareRequest(**progress.peek()))
        if prepared.ended:
            return None
        progress.done(prepared)
        progress.route = prepared.route
        progress.language = prepared.language
        progress.enter("TRIAGED")
        planned = None
        if prepared.route == "FLOW_EXECUTION":
            planned = yield from _plan(progress, prepared)
            yield from _run_tools(progress, prepared, planned)
        reason, memory = yield from _respond(progress, prepared, planned)
    except StepFailedError as error:
        yield from _record_what_was_done(progress)
        yield from _finish(progress, "error", "none", _honest(progress, error.failure))
        return None
    yield from _finish(progress, reason, memory, None)
    return None


def _honest(progress: Progress, failure: Failure) -> Failure:
    """Once a tool has run, the same message again could do the same thing twice."""
    return failure.model_copy(update={"retryable": False}) if progress.tools else failure


def _plan(progress: Progress, prepared: Prepared) -> Steps[Planned]:
    requests = [RetrieveRequest(**progress.peek(), index=index) for index in prepared.indexes]
    for found in (yield from call_all(progress.context, [(RETRIEVE, each) for each in requests])):
        progress.done(found)
    progress.enter("RETRIEVED_CONTEXT")
    request = PlanRequest(
        **progress.take(),
        indexes=prepared.indexes,
        language=prepared.language,
        continues=prepared.continues,
    )
    planned = yield from call_activity(progress.context, PLAN, request)
    progress.done(planned)
    progress.flow_type = planned.flow_type
    progress.enter("PLANNED")
    return planned


def _run_tools(progress: Progress, prepared: Prepared, planned: Planned) -> Steps[None]:
    if planned.missing or not planned.tools:
        return
    progress.tools = planned.tools
    progress.enter("EXECUTING_TOOLS")
    for step in range(len(planned.tools)):
        request = RunToolRequest(**progress.take(), step=step, language=prepared.language)
        progress.done((yield from call_activity(progress.context, RUN_TOOL, request)))


def _respond(
    progress: Progress, prepared: Prepared, planned: Planned | None
) -> Steps[tuple[FinishReason, Memory]]:
    """Answer, and when tools ran record what they did, in parallel."""
    steps = len(progress.tools)
    progress.enter("STREAMING_RESPONSE")
    respond = RespondRequest(
        **progress.take(),
        route=prepared.route,
        language=prepared.language,
        indexes=prepared.indexes if planned and not steps else (),
        steps=steps,
        planned=planned is not None,
        opened=prepared.opened,
    )
    if planned is None or not steps:
        responded = yield from call_activity(progress.context, RESPOND, respond)
        progress.done(responded)
        return responded.finish_reason, "none"
    record = _record_request(progress, broken_off=False)
    progress.recording = True
    both = yield from call_all(progress.context, [(RESPOND, respond), (RECORD, record)])
    answered, recorded = _typed(both)
    progress.done(answered)
    progress.done(recorded)
    progress.enter("PERSISTED_EVENT")
    return answered.finish_reason, recorded.memory


def _record_request(progress: Progress, broken_off: bool) -> RecordRequest:
    return RecordRequest(
        **progress.peek(),
        flow_type=progress.flow_type or "Other",
        steps=len(progress.tools),
        language=progress.language or "es",
        broken_off=broken_off,
    )


def _record_what_was_done(progress: Progress) -> Steps[None]:
    """A run that failed behind a tool leaves its effects in the audit all the same."""
    if not progress.tools or progress.recording:
        return
    try:
        request = _record_request(progress, broken_off=True)
        progress.done((yield from call_activity(progress.context, RECORD, request)))
    except StepFailedError:
        # The store is away for the audit too; the effects themselves are in the ledger.
        return


def _typed(results: list[Any]) -> tuple[Responded, Recorded]:
    answered, recorded = results
    return answered, recorded


def _finish(
    progress: Progress, reason: FinishReason, memory: Memory, failure: Failure | None
) -> Steps[None]:
    """DONE and FAILED are announced by the step that makes them true."""
    ended = progress.context.current_utc_datetime
    last: RunState = "FAILED" if failure else "DONE"
    states = (*progress.states, StateChange(state=last, since=ended))
    common = progress.take()
    common["announce"] = (*common["announce"], last)
    request = FinishRequest(
        **common,
        language=progress.language,
        states=states,
        usage=progress.usage,
        memory=memory,
        finish_reason=reason,
        failure=failure,
        ended_at=ended,
    )
    progress.done((yield from call_activity(progress.context, FINISH, request)))
    progress.enter(last)
