"""Which task id belongs to which action: the book that keeps host and SDK in step.

The SDK numbers tasks while it replays: every action except waiting for an event takes the next id
when it is yielded; a failed attempt of a retried task takes one for its timer, and the next
attempt another. The SDK returns actions only, so the host has to find the same numbers.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from emulator.host.durable.clock import SECOND
from emulator.host.durable.codec import (
    Action,
    CallActivity,
    CallHttp,
    CallSubOrchestrator,
    CreateTimer,
    Retry,
    WaitForEvent,
)
from emulator.host.durable.history import ANSWERS, FAILURES, Event, Kind

_MILLISECOND = SECOND // 1000


class AmbiguousBatchError(Exception):
    """New actions and a retry share an episode: only the first `keep` events may be replayed."""

    def __init__(self, keep: int) -> None:
        super().__init__(f"replay only the first {keep} received events")
        self.keep = keep


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a retried action; `action` is its place in the flattened list, `number` from 1."""

    action: int
    number: int


@dataclass(frozen=True, slots=True)
class Issue:
    """Something to start under `task_id`: the action at that place, or (-1) a retry's timer."""

    task_id: int
    action: int
    fire_at: int = 0


@dataclass(frozen=True, slots=True)
class Rewound:
    """The state of a history that was cut (see rewind.py): ids below `next_id` are scheduled,
    `rerun` have to be run again, `answered` have their answer."""

    next_id: int
    rerun: tuple[int, ...]
    answered: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Stamp:
    """When a request went to an entity, in ticks; `moved` if it had to be put behind another."""

    ticks: int
    moved: bool


@dataclass(slots=True)
class Ledger:
    """What has been numbered so far in this execution.

    `attempts` are running tries and `pauses` their timers, by task id; `timers` are the ids of
    open timers by place of their action; `held` is numbered but not started (suspended);
    `seeds` counts the events with which continue_as_new began this execution; `sent` is the
    stamp of the last request to each entity; `open` are the ids without an answer, for which
    DurableTask waits even when the orchestrator has returned; `rewound` asks the next episode to
    number everything anew.
    """

    next_id: int = 0
    actions: int = 0
    attempts: dict[int, Attempt] = field(default_factory=dict)
    pauses: dict[int, Attempt] = field(default_factory=dict)
    timers: dict[int, int] = field(default_factory=dict)
    held: list[Issue] = field(default_factory=list)
    suspended: bool = False
    seeds: int = 0
    sent: dict[str, Stamp] = field(default_factory=dict)
    open: set[int] = field(default_factory=set)
    rewound: Rewound | None = None

    def copy(self) -> "Ledger":
        """An independent copy."""
        return replace(
            self,
            attempts=dict(self.attempts),
            pauses=dict(self.pauses),
            timers=dict(self.timers),
            held=list(self.held),
            sent=dict(self.sent),
            open=set(self.open),
        )

    def take_id(self) -> int:
        """The next task id."""
        self.next_id += 1
        return self.next_id - 1


@dataclass(frozen=True, slots=True)
class Plan:
    """The book after an episode, what to start, and the timers (task ids) to give up."""

    ledger: Ledger
    issues: tuple[Issue, ...]
    cancelled: tuple[int, ...]


def plan(ledger: Ledger, actions: Sequence[Action], received: Sequence[Event], now: int) -> Plan:
    """Number what this episode brought; `now` is its time in ticks. Raises AmbiguousBatchError."""
    if ledger.rewound is not None:
        return _plan_rewound(ledger, ledger.rewound, actions, received, now)
    after = ledger.copy()
    after.open -= {event.ref for event in received if event.kind in ANSWERS}
    if len(actions) < ledger.actions:
        # It raised outside the SDK, which then says nothing of its actions.
        return Plan(after, (), ())
    fresh = list(range(ledger.actions, len(actions)))
    _refuse_ambiguity(ledger, actions, received, fresh)
    issues: list[Issue] = []
    for event in received:
        issues.extend(_after_event(after, actions, event, now))
    for place in fresh:
        issues.extend(_after_action(after, actions, place))
    after.actions = max(after.actions, len(actions))
    after.open |= {issue.task_id for issue in issues if _is_answered(actions, issue)}
    cancelled = _cancelled(after, actions)
    after.open.difference_update(cancelled)
    return Plan(after, tuple(issues), tuple(cancelled))


def _plan_rewound(
    ledger: Ledger,
    rewound: Rewound,
    actions: Sequence[Action],
    received: Sequence[Event],
    now: int,
) -> Plan:
    # No failure is left in the history, so that no retry has taken an id yet.
    numbered = plan(Ledger(sent=dict(ledger.sent)), actions, [], now)
    book = numbered.ledger
    for task_id in rewound.answered:
        book.open.discard(task_id)
        book.attempts.pop(task_id, None)
    book.timers = {place: task for place, task in book.timers.items() if task in book.open}
    after = plan(book, actions, received, now)
    return Plan(
        ledger=after.ledger,
        issues=tuple(
            issue
            for issue in numbered.issues
            if issue.task_id >= rewound.next_id or issue.task_id in rewound.rerun
        ),
        cancelled=(*numbered.cancelled, *after.cancelled),
    )


def _is_answered(actions: Sequence[Action], issue: Issue) -> bool:
    if issue.action < 0:
        return True
    answered = CallActivity | CallHttp | CallSubOrchestrator | CreateTimer
    return isinstance(actions[issue.action], answered)


def _refuse_ambiguity(
    ledger: Ledger, actions: Sequence[Action], received: Sequence[Event], fresh: Sequence[int]
) -> None:
    if len(received) < 2 or not any(_takes_id(actions[place]) for place in fresh):
        return
    for position, event in enumerate(received):
        if _retry_takes_id(ledger, actions, event):
            raise AmbiguousBatchError(max(1, position))


def _takes_id(action: Action) -> bool:
    return not isinstance(action, WaitForEvent)


def _retry_takes_id(ledger: Ledger, actions: Sequence[Action], event: Event) -> bool:
    if event.kind in FAILURES:
        return event.ref in ledger.attempts
    if event.kind is Kind.TIMER_FIRED and event.ref in ledger.pauses:
        pause = ledger.pauses[event.ref]
        return pause.number < _retry_of(actions[pause.action]).max_attempts
    return False


def _after_event(ledger: Ledger, actions: Sequence[Action], event: Event, now: int) -> list[Issue]:
    if event.kind is Kind.TIMER_FIRED:
        return _after_timer(ledger, actions, event.ref)
    attempt = ledger.attempts.pop(event.ref, None) if event.ref >= 0 else None
    if attempt is None or event.kind not in FAILURES:
        return []
    # The last failure waits for a timer too (as DurableTask does), only without delay.
    retry = _retry_of(actions[attempt.action])
    timer = ledger.take_id()
    ledger.pauses[timer] = attempt
    return [Issue(timer, -1, now + _delay(retry, attempt.number))]


def _after_timer(ledger: Ledger, actions: Sequence[Action], task_id: int) -> list[Issue]:
    pause = ledger.pauses.pop(task_id, None)
    if pause is None:
        for place in [place for place, timer in ledger.timers.items() if timer == task_id]:
            del ledger.timers[place]
        return []
    if pause.number >= _retry_of(actions[pause.action]).max_attempts:
        return []
    again = ledger.take_id()
    ledger.attempts[again] = Attempt(pause.action, pause.number + 1)
    return [Issue(again, pause.action)]


def _after_action(ledger: Ledger, actions: Sequence[Action], place: int) -> list[Issue]:
    action = actions[place]
    if isinstance(action, WaitForEvent):
        return []
    task_id = ledger.take_id()
    if isinstance(action, CallActivity | CallSubOrchestrator) and action.retry is not None:
        ledger.attempts[task_id] = Attempt(place, 1)
    if isinstance(action, CreateTimer):
        ledger.timers[place] = task_id
        return [Issue(task_id, place, action.fire_at)]
    return [Issue(task_id, place)]


def _cancelled(ledger: Ledger, actions: Sequence[Action]) -> list[int]:
    gone = [
        place
        for place in ledger.timers
        if isinstance(action := actions[place], CreateTimer) and action.cancelled
    ]
    return [ledger.timers.pop(place) for place in gone]


def _delay(retry: Retry, attempt: int) -> int:
    if attempt >= retry.max_attempts:
        return 0
    milliseconds = retry.first_interval * retry.backoff ** (attempt - 1)
    if retry.max_interval is not None:
        milliseconds = min(milliseconds, retry.max_interval)
    return int(milliseconds) * _MILLISECOND


def _retry_of(action: Action) -> Retry:
    if isinstance(action, CallActivity | CallSubOrchestrator) and action.retry is not None:
        return action.retry
    raise AssertionError("only retried actions have attempts")


def dump(ledger: Ledger) -> str:
    """The book as JSON text."""
    return json.dumps(
        [
            ledger.next_id,
            ledger.actions,
            [[task, a.action, a.number] for task, a in ledger.attempts.items()],
            [[task, a.action, a.number] for task, a in ledger.pauses.items()],
            list(ledger.timers.items()),
            [[i.task_id, i.action, i.fire_at] for i in ledger.held],
            ledger.suspended,
            ledger.seeds,
            {target: [stamp.ticks, stamp.moved] for target, stamp in ledger.sent.items()},
            sorted(ledger.open),
            _rewound_row(ledger.rewound),
        ]
    )


def load(text: str) -> Ledger:
    """The book from `dump`'s text."""
    next_id, actions, attempts, pauses, timers, held, is_suspended, *rest = json.loads(text)
    seeds, sent, unanswered, rewound = rest
    return Ledger(
        next_id=next_id,
        actions=actions,
        attempts=_tries(attempts),
        pauses=_tries(pauses),
        timers=dict(timers),
        held=[Issue(*issue) for issue in held],
        suspended=is_suspended,
        seeds=seeds,
        sent={target: Stamp(*stamp) for target, stamp in sent.items()},
        open=set(unanswered),
        rewound=None if rewound is None else Rewound(rewound[0], *map(tuple, rewound[1:])),
    )


def _rewound_row(rewound: Rewound | None) -> list[object] | None:
    return None if rewound is None else [rewound.next_id, rewound.rerun, rewound.answered]


def _tries(rows: Sequence[Sequence[int]]) -> dict[int, Attempt]:
    return {task: Attempt(action, number) for task, action, number in rows}


def kept_events(actions: Sequence[Action], raised: Sequence[Event]) -> list[Event]:
    """The external events that continue_as_new takes along: those nobody waited for."""
    waits: dict[str, int] = {}
    for action in actions:
        if isinstance(action, WaitForEvent):
            waits[action.name] = waits.get(action.name, 0) + 1
    return [event for event in raised if not _consumed(waits, event)]


def _consumed(waits: dict[str, int], event: Event) -> bool:
    if event.ref >= 0:
        return True
    left = waits.get(event.name, 0)
    waits[event.name] = left - 1
    return left > 0
