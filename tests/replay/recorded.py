"""A hand-written orchestration context: it records what is scheduled and needs no Durable."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from orchestrators.turn import turn
from shared.contracts.activities import RunRef, TurnRequest

START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
RUN = RunRef(run_id="01JD8R", tenant_id="tenant-a", conversation_id="c1", correlation_id="corr-1")

type Json = dict[str, Any]


@dataclass(slots=True)
class Scheduled:
    """One call of an activity, as the orchestrator asked for it; `result` is what Durable says of
    one that is waited for among others."""

    name: str
    payload: Json
    attempts: int
    result: Any = field(default=None, compare=False)


class Retry(Protocol):
    """The SDK's RetryOptions."""

    @property
    def max_number_of_attempts(self) -> int: ...


@dataclass(eq=False, slots=True)
class Waited:
    """An external event by its name, or a timer by its time."""

    name: str | None = None
    until: datetime | None = None
    is_completed: bool = False

    def cancel(self) -> None:
        assert self.until is not None, "only timers are cancelled"


@dataclass(frozen=True, slots=True)
class FirstOf:
    """Calls at work of which the next to end is waited for."""

    calls: tuple[Scheduled, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    tasks: tuple[Waited, ...]

    def won_by(self, name: str | None) -> Waited:
        """The event of this name, or the timer."""
        (winner,) = (task for task in self.tasks if task.name == name)
        winner.is_completed = True
        return winner

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(task.name for task in self.tasks if task.name)

    @property
    def until(self) -> datetime:
        (time,) = (task.until for task in self.tasks if task.until)
        return time


class CrashedError(Exception):
    """What Durable throws into an orchestrator when the last attempt of an activity failed."""


type Answers = Callable[[Scheduled], Json | CrashedError]
type Wakes = Callable[[AnyOf], str | None]
"""Which external event ends a wait; None when its time does."""
type Ends = Callable[[Sequence[Scheduled]], int]
"""Which of the calls at work ends next."""


@dataclass
class RecordedContext:
    """The few members of the SDK's context that the orchestrator uses."""

    request: Json
    current_utc_datetime: datetime = START
    statuses: list[Json] = field(default_factory=list)
    scheduled: list[Scheduled] = field(default_factory=list)

    def get_input(self) -> Json:
        return self.request

    def set_custom_status(self, status: Json) -> None:
        self.statuses.append(json.loads(json.dumps(status)))

    def call_activity_with_retry(self, name: str, retry: Retry, payload: Json) -> Scheduled:
        call = Scheduled(name, json.loads(json.dumps(payload)), retry.max_number_of_attempts)
        self.scheduled.append(call)
        return call

    def task_all(self, tasks: list[Scheduled]) -> tuple[Scheduled, ...]:
        return tuple(tasks)

    def wait_for_external_event(self, name: str) -> Waited:
        return Waited(name=name)

    def create_timer(self, until: datetime) -> Waited:
        return Waited(until=until)

    def task_any(self, tasks: list[Waited] | list[Scheduled]) -> AnyOf | FirstOf:
        calls = tuple(task for task in tasks if isinstance(task, Scheduled))
        if calls:
            return FirstOf(calls)
        return AnyOf(tuple(task for task in tasks if isinstance(task, Waited)))


@dataclass(frozen=True, slots=True)
class Recording:
    """`waves` are the calls that ran side by side, in the order of the orchestrator."""

    waves: tuple[tuple[Scheduled, ...], ...]
    statuses: tuple[Json, ...]
    waits: tuple[AnyOf, ...] = ()

    @property
    def names(self) -> list[list[str]]:
        return [[call.name for call in wave] for wave in self.waves]

    @property
    def calls(self) -> list[Scheduled]:
        return [call for wave in self.waves for call in wave]

    @property
    def states(self) -> list[str]:
        return [str(status["state"]) for status in self.statuses]

    def call(self, name: str) -> Scheduled:
        (found,) = (call for call in self.calls if call.name == name)
        return found


def start_request() -> Json:
    return json.loads(json.dumps(TurnRequest(run=RUN, after=1).wire()))  # type: ignore[no-any-return]


def nothing_happens(_: AnyOf) -> None:
    return None


def the_oldest(_: Sequence[Scheduled]) -> int:
    return 0


def record(
    answers: Answers,
    request: Json | None = None,
    wakes: Wakes = nothing_happens,
    orchestrator: Callable[[Any], Any] = turn,
    ends: Ends = the_oldest,
) -> Recording:
    """Drive the orchestrator to its end; every episode is a second later than the one before."""
    context = RecordedContext(request or start_request())
    steps = orchestrator(context)
    waves: list[tuple[Scheduled, ...]] = []
    waits: list[AnyOf] = []
    try:
        task = next(steps)
        while True:
            if isinstance(task, AnyOf):
                waits.append(task)
                task = steps.send(_ended(context, task, wakes(task)))
                continue
            if isinstance(task, Waited):
                assert task.until is not None
                context.current_utc_datetime = task.until
                task = steps.send(None)
                continue
            if isinstance(task, FirstOf):
                call = task.calls[ends(task.calls)]
                waves.append((call,))
                context.current_utc_datetime += timedelta(seconds=1)
                call.result = answers(call)
                task = steps.send(call)
                continue
            waves.append(task if isinstance(task, tuple) else (task,))
            context.current_utc_datetime += timedelta(seconds=1)
            task = _resume(steps, task, [answers(call) for call in waves[-1]])
    except StopIteration:
        pass
    awaited = [call for wave in waves for call in wave]
    assert len(awaited) == len(context.scheduled), "all are awaited"
    assert all(call in awaited for call in context.scheduled)
    return Recording(tuple(waves), tuple(context.statuses), tuple(waits))


def _ended(context: RecordedContext, wait: AnyOf, name: str | None) -> Waited:
    if name is None:
        context.current_utc_datetime = wait.until
    else:
        context.current_utc_datetime += timedelta(minutes=10)
    return wait.won_by(name)


def _resume(steps: Any, task: object, answers: list[Json | CrashedError]) -> Any:
    crashes = [answer for answer in answers if isinstance(answer, CrashedError)]
    if crashes:
        return steps.throw(crashes[0])
    return steps.send(answers if isinstance(task, tuple) else answers[0])


def by_name(answers: Mapping[str, Json | CrashedError]) -> Answers:
    """The same answer at every call of an activity."""
    return lambda call: answers[call.name]
