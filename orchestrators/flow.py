"""
One flow, from RECEIVED to DONE:

1. take a step of the interpreter: it says what has to be done
2. do that, at the same time: agent calls as orchestrations of their own, calls of REST, handles
3. as each ends, the next step; what people are asked comes when nothing else is under way
4. at the end store what was said, and at the same time record the run
5. finish: as a turn

Where the flow is, its variables and all that is said stay in the store: here are numbers only.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from orchestrators.ending import finish, honest, record_request, record_what_was_done, remember
from orchestrators.progress import Progress, Steps
from orchestrators.tools import ask_people, refusal_of
from shared.contracts.activities import RECORD, CallRef, Recorded, StepResult
from shared.contracts.agent_activities import USE_TOOL, UseToolRequest
from shared.contracts.approvals import STOP_EVENT, ApprovalState
from shared.contracts.flows.runs import (
    ADVANCE_FLOW,
    CLOSE_FLOW,
    SEAL_VALUE,
    Advanced,
    AdvanceRequest,
    CloseFlowRequest,
    FlowRequest,
    Heard,
    PlannedAction,
    ResumedAt,
    SealRequest,
    input_event,
)
from shared.contracts.identity import Language
from shared.contracts.problems import STOPPED
from shared.contracts.runs import Memory
from shared.durable import (
    CRASHED,
    OrchestrationContext,
    StepFailedError,
    Task,
    call_activity,
    call_all,
    result_of,
    schedule,
    wait_for_event,
)

FLOW_TYPE = "Flow"
STEPS_AT_ONCE = 40
"""Of one execution: behind these it begins anew, so that its history does not grow for ever."""
CALLS_AT_ONCE = 16
"""Parallel loops within parallel loops have many more: those wait for their turn."""
STATES_KEPT = 12
"""Of a run that waits many times: its first states, and the last ones."""


class _Renewed(Exception):  # noqa: N818 - it is none
    """The run goes on in a new execution."""


@dataclass(slots=True)
class _Line:
    """The flow's run: what is to be done, what is under way, and what has ended."""

    progress: Progress
    start: FlowRequest
    step: int = 0
    steps: int = 0
    todo: list[PlannedAction] = field(default_factory=list)
    at_work: dict[int, tuple[PlannedAction, Task]] = field(default_factory=dict)
    decided: dict[int, ApprovalState] = field(default_factory=dict)
    over: bool = False
    failed: StepFailedError | None = None

    @property
    def language(self) -> Language:
        return self.start.language

    @property
    def is_long(self) -> bool:
        return self.steps >= STEPS_AT_ONCE

    @property
    def until(self) -> datetime:
        progress = self.progress
        allowed = timedelta(seconds=progress.limits.seconds) + progress.waited
        return progress.states[0].since + allowed


def flow(context: OrchestrationContext) -> Steps[Any]:
    start = FlowRequest.model_validate(context.get_input())
    progress = Progress(context, start.run, start.after, start.limits)
    progress.flow_type, progress.language = FLOW_TYPE, start.language
    line = _begun(progress, start)
    memory: Memory = "none"
    try:
        ended = yield from _interpret(line)
        if ended:
            return None
        memory = yield from _close(progress, line.language)
    except _Renewed:
        return None
    except StepFailedError as error:
        memory = yield from record_what_was_done(progress, anyway=True)
        yield from finish(progress, "error", memory, honest(progress, error.failure))
    else:
        yield from finish(progress, "stop", memory, None)
    if memory == "pending":
        yield from remember(progress)
    return None


def _begun(progress: Progress, start: FlowRequest) -> _Line:
    """From the beginning, or from where another execution left it."""
    line = _Line(progress, start)
    resumed = start.resumed
    if resumed is None:
        progress.enter("RECEIVED", quietly=True)
        return line
    line.step, line.todo = resumed.step, list(resumed.todo)
    *progress.states, last = resumed.states
    progress.usage, progress.used = resumed.usage, resumed.used
    progress.tools = resumed.tools
    progress.waited = timedelta(seconds=resumed.waited_seconds)
    # What an answer has led to is to be told by the step behind it, which comes now.
    progress.enter(last.state, quietly=resumed.heard is None)
    return line


def _interpret(line: _Line) -> Steps[bool]:
    """Until the flow is over; whether the run had an end before. Raises StepFailedError."""
    resumed = line.start.resumed
    if resumed is None:
        line.progress.enter("EXECUTING_TOOLS")
        advanced = yield from _advance(line, None)
        if advanced is not None and advanced.ended:
            return True
    elif resumed.heard is not None:
        yield from _advance(line, resumed.heard.number, expired=resumed.heard.expired)
    while not line.over or line.at_work:
        yield from _go_on(line)
    if line.failed is not None:
        raise line.failed
    return False


def _go_on(line: _Line) -> Steps[None]:
    """Raises StepFailedError when the flow has failed, and nothing is at work any more."""
    if line.failed is None:
        _start_all(line)
    refused = next((each for each in line.todo if each.kind == "refused"), None)
    if refused is not None and line.failed is None:
        line.todo.remove(refused)
        yield from _advance(line, refused.number)
    elif line.at_work:
        yield from _next_ended(line)
    elif line.failed is not None:
        raise line.failed
    else:
        yield from _with_people(line)


def _advance(
    line: _Line, answered: int | None, *, crashed: bool = False, expired: bool = False
) -> Steps[Advanced | None]:
    """The next step; None when the run has failed before it, or does by it."""
    progress = line.progress
    line.step += 1
    line.steps += 1
    request = AdvanceRequest(
        **progress.take(),
        step=line.step,
        language=line.language,
        answered=answered,
        crashed=crashed,
        expired=expired,
    )
    try:
        advanced = yield from call_activity(progress.context, ADVANCE_FLOW, request)
    except StepFailedError as error:
        line.failed = line.failed or error
        return None
    progress.done(advanced)
    if advanced.failure is not None:
        line.failed = line.failed or StepFailedError(ADVANCE_FLOW.name, advanced.failure)
        return None
    line.todo += advanced.actions
    line.over = advanced.status == "done"
    return advanced


# --- what is done at the same time ---------------------------------------------------------------


def _start_all(line: _Line) -> None:
    """What needs no person, unless this execution is long enough."""
    if line.is_long:
        return
    free = CALLS_AT_ONCE - len(line.at_work)
    for action in [each for each in line.todo if not _waits(line, each)][:free]:
        line.todo.remove(action)
        try:
            line.progress.check_limits()
        except StepFailedError as error:
            line.failed = error
            return
        line.at_work[action.number] = (action, _task(line, action))


def _waits(line: _Line, action: PlannedAction) -> bool:
    """Whether it waits for a person, or for nothing at all."""
    asks = action.approval and action.number not in line.decided
    return asks or action.kind in ("ask", "refused")


def _task(line: _Line, action: PlannedAction) -> Task:
    progress = line.progress
    match action.kind:
        case "agent_call":
            assert action.chat is not None, "made ready with the step"
            return progress.context.call_sub_orchestrator(
                "chat", action.chat.wire(), action.instance
            )
        case "secure_value":
            request = SealRequest(**progress.peek(), number=action.number, language=line.language)
            return schedule(progress.context, SEAL_VALUE, request)
        case "rest_call" | "ask" | "refused":
            return schedule(progress.context, USE_TOOL, _use(line, action))


def _use(line: _Line, action: PlannedAction) -> UseToolRequest:
    progress = line.progress
    if action.effect:
        progress.tools = (*progress.tools, "http")[-STATES_KEPT:]
    decided = line.decided.get(action.number, "used")
    return UseToolRequest(
        **progress.peek(),
        number=action.number,
        call=0,
        language=line.language,
        place=action.place,
        until=line.until,
        refused=refusal_of(decided),
    )


def _next_ended(line: _Line) -> Steps[None]:
    """Wait for whatever ends first, and take the step behind it."""
    progress = line.progress
    tasks = [task for _, task in line.at_work.values()]
    first = yield progress.context.task_any(tasks)
    action = next(each for each, task in line.at_work.values() if task is first)
    del line.at_work[action.number]
    crashed = isinstance(first.result, Exception)
    try:
        _ended(progress, action, first.result)
    except StepFailedError as error:
        if error.failure.code == "CANCELLED":
            line.failed = line.failed or error
        crashed = True
    if line.failed is None:
        yield from _advance(line, action.number, crashed=crashed)


def _ended(progress: Progress, action: PlannedAction, result: Any) -> None:
    """Raises StepFailedError when its activity has failed. An agent call tells nothing here."""
    if action.kind == "agent_call" or isinstance(result, Exception):
        return
    if action.kind == "secure_value":
        progress.done(result_of(SEAL_VALUE, result))
        return
    used: StepResult = result_of(USE_TOOL, result)
    progress.used_tool(used)


# --- people, and the next execution ---------------------------------------------------------------


def _with_people(line: _Line) -> Steps[None]:
    """Nothing else is under way. Raises StepFailedError, _Renewed."""
    if line.is_long and not any(each.kind == "ask" for each in line.todo):
        _renew(line)
    asked = [each for each in line.todo if each.approval and each.number not in line.decided]
    if asked:
        yield from _approve(line, asked)
        return
    question = next((each for each in line.todo if each.kind == "ask"), None)
    if question is None:
        raise StepFailedError(ADVANCE_FLOW.name, CRASHED)
    yield from _ask(line, question)


def _approve(line: _Line, asked: list[PlannedAction]) -> Steps[None]:
    progress = line.progress
    places = {each.place: each.number for each in asked if each.place is not None}
    calls = {place: CallRef(number=number, call=0) for place, number in places.items()}
    decided = yield from ask_people(progress, tuple(calls), line.language, calls)
    # Of one that nobody was asked about, nothing stands against it.
    line.decided |= {number: decided.get(place, "used") for place, number in places.items()}
    progress.enter("EXECUTING_TOOLS")


def _ask(line: _Line, question: PlannedAction) -> Steps[None]:
    """Wait for what the user says: it is in the store before the event comes. Behind that a long
    run begins anew, since nothing is waited for then that an event could be lost to. Raises
    StepFailedError, _Renewed."""
    progress = line.progress
    context = progress.context
    line.todo.remove(question)
    progress.enter("WAITING_INPUT", quietly=True)
    began = context.current_utc_datetime
    name = input_event(question.number)
    until = began + timedelta(hours=line.start.answer_hours)
    heard = yield from wait_for_event(context, [name, STOP_EVENT], until, progress.awaited)
    progress.waited += context.current_utc_datetime - began
    if heard == STOP_EVENT:
        raise StepFailedError(STOP_EVENT, STOPPED)
    progress.enter("EXECUTING_TOOLS")
    if line.is_long:
        _renew(line, Heard(number=question.number, expired=heard is None))
    yield from _advance(line, question.number, expired=heard is None)


def _renew(line: _Line, heard: Heard | None = None) -> None:
    """Raises _Renewed: the same run, without its history."""
    progress = line.progress
    resumed = ResumedAt(
        step=line.step,
        todo=tuple(line.todo),
        states=tuple(_kept(progress)),
        usage=progress.usage,
        used=progress.used,
        tools=progress.tools,
        waited_seconds=progress.waited.total_seconds(),
        heard=heard,
    )
    again = line.start.model_copy(update={"after": progress.after, "resumed": resumed})
    progress.context.continue_as_new(again.wire())
    raise _Renewed


def _kept(progress: Progress) -> Iterator[Any]:
    states = progress.states
    yield from states[:2]
    yield from states[2:][-STATES_KEPT:]


def _close(progress: Progress, language: Language) -> Steps[Memory]:
    """Store what was said and record the run, in parallel."""
    progress.enter("STREAMING_RESPONSE", quietly=True)
    close = CloseFlowRequest(**progress.take(), language=language)
    record = record_request(progress, broken_off=False)
    progress.recording = True
    both = yield from call_all(progress.context, [(CLOSE_FLOW, close), (RECORD, record)])
    closed, recorded = _typed(both)
    progress.done(closed)
    progress.done(recorded)
    progress.enter("PERSISTED_EVENT")
    return recorded.memory


def _typed(results: list[Any]) -> tuple[StepResult, Recorded]:
    closed, recorded = results
    return closed, recorded
