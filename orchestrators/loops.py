"""Running the loops of agents: one alone, or several side by side, each at its own pace."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from orchestrators.progress import Progress, Steps
from orchestrators.tools import ask_people
from shared.contracts.activities import ActivitySpec, CallRef, StepRequest
from shared.contracts.identity import Language
from shared.durable import CRASHED, StepFailedError, Task, call_all, result_of, schedule

type Called = tuple[ActivitySpec[Any, Any], StepRequest]


@dataclass(frozen=True, slots=True)
class Together:
    """Activities to run side by side; answered with their results, in this order."""

    calls: tuple[Called, ...]


@dataclass(frozen=True, slots=True)
class Approve:
    """Calls that people have to approve, by their places; answered with what was decided."""

    calls: Mapping[int, CallRef]
    language: Language


type Asked = Together | Approve
type Loop[Result] = Generator[Asked, Any, Result]


def alone[Result](progress: Progress, loop: Loop[Result]) -> Steps[Result]:
    """Raises StepFailedError, unless the loop can do without what has failed."""
    try:
        asked = next(loop)
        while True:
            answer: Any
            try:
                match asked:
                    case Together(calls):
                        answer = yield from call_all(progress.context, calls)
                    case Approve(calls, language):
                        answer = yield from ask_people(progress, tuple(calls), language, calls)
            except StepFailedError as error:
                asked = loop.throw(error)
            else:
                asked = loop.send(answer)
    except StopIteration as end:
        result: Result = end.value
        return result


@dataclass(slots=True)
class _Wave:
    """What a loop waits for: its tasks, and those of them that are still at work."""

    calls: Together
    tasks: list[Task]
    open: list[Task]


@dataclass(slots=True)
class _Side[Result]:
    """Loops that run side by side. Whatever is decided follows from the order in which Durable
    says that the tasks ended, which is the same at every replay."""

    progress: Progress
    loops: Sequence[Loop[Result]]
    results: dict[int, Result] = field(default_factory=dict)
    waves: dict[int, _Wave] = field(default_factory=dict)
    people: dict[int, Approve] = field(default_factory=dict)
    failure: StepFailedError | None = None

    def advance(self, place: int, answer: Any) -> None:
        """Let a loop go on; when one has failed, the others end what they are at and no more."""
        self._go_on(place, lambda: self.loops[place].send(answer))

    def _go_on(self, place: int, step: Callable[[], Asked]) -> None:
        if self.failure is not None:
            return
        try:
            asked = step()
        except StopIteration as end:
            self.results[place] = end.value
        except StepFailedError as error:
            self.failure = error
        else:
            self._ask(place, asked)

    def _ask(self, place: int, asked: Asked) -> None:
        match asked:
            case Together(calls):
                tasks = [schedule(self.progress.context, spec, req) for spec, req in calls]
                self.waves[place] = _Wave(asked, tasks, list(tasks))
            case Approve():
                self.people[place] = asked

    def ended(self, task: Task) -> None:
        """One task is over; the loop whose last one it was goes on."""
        place, wave = next((p, w) for p, w in self.waves.items() if task in w.open)
        wave.open.remove(task)
        if wave.open:
            return
        del self.waves[place]
        try:
            answer = [_result(*each) for each in zip(wave.calls.calls, wave.tasks, strict=True)]
        except StepFailedError as error:
            # It may be able to do without.
            failed = error
            self._go_on(place, lambda: self.loops[place].throw(failed))
        else:
            self.advance(place, answer)


def together[Result](progress: Progress, loops: Sequence[Loop[Result]]) -> Steps[list[Result]]:
    """The results of all, in their order. Nobody waits for a person before everything else that
    can be done is done. Raises the first StepFailedError, when nothing is at work any more."""
    side = _Side(progress, loops)
    for place in range(len(loops)):
        side.advance(place, None)
    while side.waves or (side.people and side.failure is None):
        if side.waves:
            at_work = [task for wave in side.waves.values() for task in wave.open]
            side.ended((yield progress.context.task_any(at_work)))
            continue
        place, asked = next(iter(side.people.items()))
        del side.people[place]
        decided = yield from ask_people(progress, tuple(asked.calls), asked.language, asked.calls)
        side.advance(place, decided)
    if side.failure is not None:
        raise side.failure
    return [side.results[place] for place in range(len(loops))]


def _result(call: Called, task: Task) -> Any:
    """Raises StepFailedError, also for an activity that crashed for good."""
    spec, _ = call
    if isinstance(task.result, Exception):
        raise StepFailedError(spec.name, CRASHED) from task.result
    return result_of(spec, task.result)
