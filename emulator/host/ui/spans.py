"""A history as spans of time: what was begun when, how long it took, and what came of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from emulator.host.durable.clock import iso, parse_ticks
from emulator.host.durable.explaining import explained, stack_in
from emulator.host.durable.history import Event, Kind

type SpanKind = Literal["activity", "timer", "orchestration", "entity", "signal", "event", "note"]
type SpanState = Literal["running", "completed", "failed", "cancelled"]


@dataclass(slots=True)
class Span:
    """Something an orchestration did or waited for; times in ticks, `end` None while it lasts.

    `instance` is the id of a sub-orchestration or entity, `result` its value, `detail` what else
    is known (when a timer is due, an operation's name), `error` and `stack` say why it failed.
    """

    kind: SpanKind
    name: str
    start: int
    end: int | None = None
    state: SpanState = "running"
    instance: str | None = None
    detail: str | None = None
    result: object = None
    error: str | None = None
    stack: str | None = None

    def to_json(self) -> dict[str, object]:
        """As the page reads it; times as ISO 8601 text."""
        return {
            "kind": self.kind,
            "name": self.name,
            "start": iso(self.start),
            "end": None if self.end is None else iso(self.end),
            "state": self.state,
            "instance": self.instance,
            "detail": self.detail,
            "result": self.result,
            "error": self.error,
            "stack": self.stack,
        }


@dataclass(slots=True)
class _Reading:
    """Where the reader of a history stands: `turn` is the time of the episode being read, `idle`
    since when the orchestration has waited."""

    spans: list[Span] = field(default_factory=list)
    open: dict[tuple[Kind, int], Span] = field(default_factory=dict)
    turn: int = 0
    idle: int = 0


_OPENED_BY = {
    Kind.TASK_COMPLETED: Kind.TASK_SCHEDULED,
    Kind.TASK_FAILED: Kind.TASK_SCHEDULED,
    Kind.SUB_COMPLETED: Kind.SUB_CREATED,
    Kind.SUB_FAILED: Kind.SUB_CREATED,
    Kind.TIMER_FIRED: Kind.TIMER_CREATED,
}
_NOTES = {
    Kind.EXECUTION_TERMINATED: ("terminated", "Input"),
    Kind.SUSPENDED: ("suspended", "Reason"),
    Kind.RESUMED: ("resumed", "Reason"),
    Kind.GENERIC: ("rewound", "Data"),
}


def spans_of(events: Sequence[Event], *, ended: bool) -> list[Span]:
    """The spans of one execution in the order of their beginnings.

    `ended` says that the instance has ended: what has no answer then was cancelled. A wait for an
    external event is not in the history before the event is: it is taken to have begun when the
    orchestration last had nothing to do.
    """
    reading = _Reading()
    for event in events:
        _read(reading, event, json.loads(event.text))
    if not ended and not reading.open and reading.idle:
        reading.spans.append(Span("event", "(not here yet)", reading.idle))
    if ended:
        for span in reading.open.values():
            span.state = "cancelled"
            span.end = reading.idle or reading.turn
    return reading.spans


def _read(reading: _Reading, event: Event, fields: Mapping[str, object]) -> None:
    now = parse_ticks(str(fields["Timestamp"]))
    match event.kind:
        case Kind.ORCHESTRATOR_STARTED:
            reading.turn = now
        case Kind.ORCHESTRATOR_COMPLETED | Kind.EXECUTION_COMPLETED:
            reading.idle = now
        case Kind.TASK_SCHEDULED:
            _open(reading, event, Span("activity", event.name, now))
        case Kind.TIMER_CREATED:
            fire_at = str(fields["FireAt"])
            _open(reading, event, Span("timer", "timer", now, detail=f"until {fire_at}"))
        case Kind.SUB_CREATED:
            child = str(fields["InstanceId"])
            _open(reading, event, Span("orchestration", event.name, now, instance=child))
        case Kind.EVENT_SENT:
            _send(reading, event, fields, now)
        case Kind.EVENT_RAISED:
            _raise(reading, event, fields, now)
        case _ if event.kind in _OPENED_BY:
            _close(reading, event, fields, now)
        case _ if event.kind in _NOTES:
            name, key = _NOTES[event.kind]
            text = str(fields.get(key) or "") or None
            reading.spans.append(Span("note", name, now, now, "completed", detail=text))


def _open(reading: _Reading, event: Event, span: Span) -> None:
    reading.open[(event.kind, event.ref)] = span
    reading.spans.append(span)


def _send(reading: _Reading, event: Event, fields: Mapping[str, object], now: int) -> None:
    request = json.loads(str(fields["Input"]))
    detail = str(request["op"])
    if request.get("signal"):
        span = Span("signal", event.name, now, now, "completed", event.name, detail)
        reading.spans.append(span)
    else:
        _open(reading, event, Span("entity", event.name, now, instance=event.name, detail=detail))


def _raise(reading: _Reading, event: Event, fields: Mapping[str, object], now: int) -> None:
    call = reading.open.pop((Kind.EVENT_SENT, event.ref), None)
    if call is None:
        value = _parsed(fields.get("Input"))
        # While something else is awaited, nobody knows whether the event is awaited too.
        begin = now if reading.open or not reading.idle else reading.idle
        reading.spans.append(Span("event", event.name, begin, now, "completed", result=value))
        return
    answer = _parsed(fields.get("Input"))
    call.end = now
    failed = isinstance(answer, dict) and answer.get("exceptionType") is not None
    call.state = "failed" if failed else "completed"
    call.result = _parsed(answer.get("result")) if isinstance(answer, dict) else answer
    if failed:
        call.error = str(call.result)


def _close(reading: _Reading, event: Event, fields: Mapping[str, object], now: int) -> None:
    span = reading.open.pop((_OPENED_BY[event.kind], event.ref), None)
    if span is None:
        return
    if event.kind is Kind.TIMER_FIRED:
        # Its own time is that of setting the timer; the episode that follows is when it went off.
        span.end, span.state = max(reading.turn, span.start), "completed"
        return
    span.end = max(now, span.start)
    if event.kind in {Kind.TASK_FAILED, Kind.SUB_FAILED}:
        span.state = "failed"
        span.error, span.stack = explained(str(fields["Reason"]))
        span.stack = span.stack or stack_in(str(fields["Details"]))
    else:
        span.state, span.result = "completed", _parsed(fields.get("Result"))


def _parsed(text: object) -> object:
    """JSON text as a value; text that is no JSON stays text."""
    if not isinstance(text, str):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
