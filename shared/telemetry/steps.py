"""Steps of a run and the run itself, as spans; when a run began, and when it first said something.

Orchestrators know nothing of this: they are replayed, and a span may only be made once.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime

from opentelemetry.trace import SpanKind, Status, StatusCode, get_current_span
from pydantic import BaseModel
from ulid import ULID

from shared.contracts.activities import PREPARE, ActivitySpec, FinishRequest, RunRef, StepRequest
from shared.contracts.agent_activities import OPEN_CALL
from shared.contracts.events import RunEvent, TextEvent
from shared.contracts.problems import Failure
from shared.contracts.runs import FinishReason, RunOutcome, RunState, Usage
from shared.ports import LogItem, LogItems
from shared.telemetry import names
from shared.telemetry.context import as_span, parent_of_run, run_span_id, under, within
from shared.telemetry.recording import Recorder, Value, known, mark_failed, recorder, span

FIRST_STEPS = (PREPARE.name, OPEN_CALL.name)


@dataclass(slots=True)
class _Step:
    """The step that is at work here; `told`: it has written text."""

    run: RunRef
    told: bool = False


_at_work: ContextVar[_Step | None] = ContextVar("step", default=None)


def run_at_work() -> RunRef | None:
    """The run whose step this is; None outside of steps."""
    step = _at_work.get()
    return step.run if step else None


def traced_step[In: StepRequest, Out: BaseModel, Deps](
    spec: ActivitySpec[In, Out], activity: Callable[[In, Deps], Awaitable[Out]]
) -> Callable[[In, Deps], Awaitable[Out]]:
    """The activity, each execution of which is a span below its run's."""

    async def step(request: In, deps: Deps) -> Out:
        found = recorder()
        if found is None:
            return await activity(request, deps)
        _began(found, spec.name, request.run)
        token = _at_work.set(_Step(request.run))
        attributes = {
            names.STEP: spec.name,
            names.RUN: request.run.run_id,
            names.CONVERSATION: request.run.conversation_id,
        }
        try:
            with span(spec.name, SpanKind.INTERNAL, attributes, within(request.run)):
                result = await activity(request, deps)
        finally:
            _at_work.reset(token)
        if isinstance(request, FinishRequest):
            run_ended(request.run, Ending.of(request))
        return result

    return step


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended."""

    state: RunState
    reason: FinishReason
    usage: Usage
    failure: Failure | None

    @classmethod
    def of(cls, request: FinishRequest) -> "Ending":
        state = request.states[-1].state if request.states else "DONE"
        return cls(state, request.finish_reason, request.usage, request.failure)

    @classmethod
    def of_outcome(cls, outcome: RunOutcome) -> "Ending":
        return cls(outcome.state, outcome.finish_reason, outcome.usage, outcome.failure)


def run_ended(run: RunRef, ending: Ending) -> None:
    """The run's span, made when all of it is known; and what is measured of a run."""
    found = recorder()
    began = began_at(run.run_id)
    if found is None or began is None:
        return
    parent = parent_of_run(run)
    attributes: dict[str, Value | None] = {
        names.OPERATION: "invoke_agent",
        names.AGENT_NAME: names.AGENT,
        names.RUN: run.run_id,
        names.CONVERSATION: run.conversation_id,
        names.TENANT: run.tenant_id,
        names.RUN_STATE: ending.state,
        names.FINISH_REASON: ending.reason,
        names.INPUT_TOKENS: ending.usage.prompt_tokens,
        names.OUTPUT_TOKENS: ending.usage.completion_tokens,
    }
    with as_span(run_span_id(run.run_id)):
        whole = found.tracer.start_span(
            f"invoke_agent {names.AGENT}",
            under(parent),
            SpanKind.INTERNAL,
            known(attributes),
            start_time=int(began.timestamp() * 1e9),
        )
    labels = {names.AGENT_NAME: names.AGENT}
    if ending.failure is not None:
        mark_failed(whole, ending.failure.code)
        labels[names.ERROR_TYPE] = ending.failure.code
        found.measures.errors.add(
            1, {names.ERROR_CODE: ending.failure.code, names.ERROR_SOURCE: "run"}
        )
    else:
        whole.set_status(Status(StatusCode.OK))
    whole.end()
    found.measures.run_seconds.record(_seconds_since(began), labels)


def _began(found: Recorder, step: str, run: RunRef) -> None:
    began = began_at(run.run_id)
    if step in FIRST_STEPS and began is not None:
        found.measures.queue_seconds.record(_seconds_since(began), {names.STEP: step})


class TracedLog:
    """The port LogItems; tells when a run's first text is stored."""

    def __init__(self, inner: LogItems) -> None:
        self._inner = inner

    async def create(self, run_id: str, item: LogItem) -> LogItem | None:
        there = await self._inner.create(run_id, item)
        if there is None:
            _said(run_id, item.events)
        return there

    async def get(self, run_id: str, first: int) -> LogItem | None:
        return await self._inner.get(run_id, first)

    async def all(self, run_id: str) -> tuple[LogItem, ...]:
        return await self._inner.all(run_id)

    async def changed(self, run_id: str, within: float) -> None:
        await self._inner.changed(run_id, within)

    async def erase(self, run_id: str) -> None:
        await self._inner.erase(run_id)


def _said(run_id: str, events: Sequence[RunEvent]) -> None:
    """Of the first attempt: what a later one writes is not the first that is read."""
    step, found = _at_work.get(), recorder()
    if step is None or step.told or found is None:
        return
    texts = [event for event in events if isinstance(event, TextEvent)]
    began = began_at(run_id)
    if not texts or began is None:
        return
    step.told = True
    if texts[0].attempt == 1:
        seconds = _seconds_since(began)
        found.measures.first_text_seconds.record(seconds)
        get_current_span().set_attribute(names.FIRST_TEXT, seconds)


def began_at(run_id: str) -> datetime | None:
    """A run's id tells when the run was accepted; None for what is no ULID."""
    try:
        return ULID.from_str(run_id).datetime
    except ValueError:
        return None


def _seconds_since(moment: datetime) -> float:
    return max((datetime.now(UTC) - moment).total_seconds(), 0.0)
