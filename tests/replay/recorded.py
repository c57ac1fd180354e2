"""A hand-written orchestration context: it records what is scheduled and needs no Durable."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from orchestrators.turn import turn
from shared.contracts.activities import RunRef, TurnRequest

START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
RUN = RunRef(run_id="01JD8R", tenant_id="tenant-a", conversation_id="c1", correlation_id="corr-1")

type Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Scheduled:
    """One call of an activity, as the orchestrator asked for it."""

    name: str
    payload: Json
    attempts: int


class Retry(Protocol):
    """The SDK's RetryOptions."""

    @property
    def max_number_of_attempts(self) -> int: ...


class CrashedError(Exception):
    """What Durable throws into an orchestrator when the last attempt of an activity failed."""


type Answers = Callable[[Scheduled], Json | CrashedError]


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


@dataclass(frozen=True, slots=True)
class Recording:
    """`waves` are the calls that ran side by side, in the order of the orchestrator."""

    waves: tuple[tuple[Scheduled, ...], ...]
    statuses: tuple[Json, ...]

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


def record(answers: Answers, request: Json | None = None) -> Recording:
    """Drive the turn to its end; every episode is a second later than the one before."""
    context = RecordedContext(request or start_request())
    steps = turn(context)
    waves: list[tuple[Scheduled, ...]] = []
    try:
        task = next(steps)
        while True:
            waves.append(task if isinstance(task, tuple) else (task,))
            context.current_utc_datetime += timedelta(seconds=1)
            task = _resume(steps, task, [answers(call) for call in waves[-1]])
    except StopIteration:
        pass
    assert context.scheduled == [call for wave in waves for call in wave], "all are awaited"
    return Recording(tuple(waves), tuple(context.statuses))


def _resume(steps: Any, task: object, answers: list[Json | CrashedError]) -> Any:
    crashes = [answer for answer in answers if isinstance(answer, CrashedError)]
    if crashes:
        return steps.throw(crashes[0])
    return steps.send(answers if isinstance(task, tuple) else answers[0])


def by_name(answers: Mapping[str, Json | CrashedError]) -> Answers:
    """The same answer at every call of an activity."""
    return lambda call: answers[call.name]
