"""History events of the Durable Task Framework as JSON text, each serialised once.

Source: golden recordings of the extension 3.3.0. The order of the fields is the extension's.
"""

from dataclasses import dataclass
from enum import IntEnum
from json.encoder import encode_basestring

from emulator.host.durable.clock import iso

HTTP_ACTIVITY = "BuiltIn::HttpActivity"
"""The name under which the history has a call_http."""


class Kind(IntEnum):
    """`EventType` numbers of the history."""

    EXECUTION_STARTED = 0
    EXECUTION_COMPLETED = 1
    EXECUTION_TERMINATED = 3
    TASK_SCHEDULED = 4
    TASK_COMPLETED = 5
    TASK_FAILED = 6
    SUB_CREATED = 7
    SUB_COMPLETED = 8
    SUB_FAILED = 9
    TIMER_CREATED = 10
    TIMER_FIRED = 11
    ORCHESTRATOR_STARTED = 12
    ORCHESTRATOR_COMPLETED = 13
    EVENT_SENT = 14
    EVENT_RAISED = 15
    GENERIC = 17
    SUSPENDED = 19
    RESUMED = 20


RECEIVED = frozenset(
    {
        Kind.EXECUTION_STARTED,
        Kind.TASK_COMPLETED,
        Kind.TASK_FAILED,
        Kind.SUB_COMPLETED,
        Kind.SUB_FAILED,
        Kind.TIMER_FIRED,
        Kind.EVENT_RAISED,
        Kind.SUSPENDED,
        Kind.RESUMED,
    }
)
"""Events that come from outside; only these are ever marked as played."""

SCHEDULING = frozenset({Kind.TASK_SCHEDULED, Kind.SUB_CREATED, Kind.TIMER_CREATED, Kind.EVENT_SENT})
FAILURES = frozenset({Kind.TASK_FAILED, Kind.SUB_FAILED})
ANSWERS = FAILURES | {Kind.TASK_COMPLETED, Kind.SUB_COMPLETED, Kind.TIMER_FIRED}
"""Events that answer something the orchestration scheduled: `ref` is its id."""


@dataclass(frozen=True, slots=True)
class Event:
    """One history event: `text` is its JSON, not yet played.

    `ref` is the id of the task that it schedules or answers, else -1; `name` is the function, the
    timer's nothing, or the external event's name.
    """

    kind: Kind
    text: str
    ref: int = -1
    name: str = ""

    def played(self) -> "Event":
        """The event as later episodes see it."""
        # Quotes inside JSON strings are escaped, so this text can only be the field itself.
        text = self.text.replace('"IsPlayed":false', '"IsPlayed":true', 1)
        return Event(self.kind, text, self.ref, self.name)

    def settled(self) -> "Event":
        """The event as it is kept in the history."""
        return self.played() if self.kind in RECEIVED else self


@dataclass(frozen=True, slots=True)
class Parent:
    """The orchestration that waits for this one, and the id it waits with."""

    name: str
    instance_id: str
    execution_id: str
    task_id: int


def quoted(text: str | None) -> str:
    """A JSON string, or null."""
    return "null" if text is None else encode_basestring(text)


def _event(
    kind: Kind, fields: str, ticks: int, *, ref: int = -1, name: str = "", event_id: int = -1
) -> Event:
    text = (
        f'{{"EventType":{kind.value},{fields}"EventId":{event_id},'
        f'"IsPlayed":false,"Timestamp":"{iso(ticks)}"}}'
    )
    return Event(kind, text, ref, name)


def orchestrator_started(ticks: int) -> Event:
    """The beginning of an episode; its time is the orchestrator's `current_utc_datetime`."""
    return _event(Kind.ORCHESTRATOR_STARTED, "", ticks)


def orchestrator_completed(ticks: int) -> Event:
    """The end of an episode."""
    return _event(Kind.ORCHESTRATOR_COMPLETED, "", ticks)


def execution_started(
    ticks: int,
    *,
    name: str,
    instance_id: str,
    execution_id: str,
    input_text: str | None,
    version: str | None,
    parent: Parent | None,
    generation: int | None,
) -> Event:
    """The first received event of an execution; `input_text` is JSON text, None for no input."""
    instance = f'{{"InstanceId":{quoted(instance_id)},"ExecutionId":{quoted(execution_id)}}}'
    text = (
        f'{{"OrchestrationInstance":{instance},"EventType":0,'
        f'"ParentInstance":{_parent_json(parent)},"Name":{quoted(name)},'
        f'"Version":{quoted(version)},"Input":{quoted(input_text)},"Tags":null,'
        '"Correlation":null,"ParentTraceContext":null,"ScheduledStartTime":null,'
        f'"Generation":{"null" if generation is None else generation},"EventId":-1,'
        f'"IsPlayed":false,"Timestamp":"{iso(ticks)}"}}'
    )
    return Event(Kind.EXECUTION_STARTED, text, -1, name)


def _parent_json(parent: Parent | None) -> str:
    if parent is None:
        return "null"
    return (
        f'{{"Name":{quoted(parent.name)},"OrchestrationInstance":'
        f'{{"InstanceId":{quoted(parent.instance_id)},'
        f'"ExecutionId":{quoted(parent.execution_id)}}},'
        f'"TaskScheduleId":{parent.task_id},"Version":null}}'
    )


def execution_completed(ticks: int, status: int, result: str | None) -> Event:
    """The end of an execution; `status` is DurableTask's number, `result` JSON text."""
    fields = f'"OrchestrationStatus":{status},"Result":{quoted(result)},"FailureDetails":null,'
    return _event(Kind.EXECUTION_COMPLETED, fields, ticks)


def execution_terminated(ticks: int, reason: str | None) -> Event:
    """Somebody asked for an end."""
    return _event(Kind.EXECUTION_TERMINATED, f'"Input":{quoted(reason)},', ticks)


def suspended(ticks: int, reason: str | None) -> Event:
    """Somebody asked for a pause."""
    return _event(Kind.SUSPENDED, f'"Reason":{quoted(reason)},', ticks)


def resumed(ticks: int, reason: str | None) -> Event:
    """Somebody ended the pause."""
    return _event(Kind.RESUMED, f'"Reason":{quoted(reason)},', ticks)


def rewound(ticks: int, reason: str | None) -> Event:
    """Somebody wants failed work done again."""
    return _event(Kind.GENERIC, f'"Data":{quoted(reason)},', ticks)


def task_scheduled(ticks: int, task_id: int, name: str) -> Event:
    """An activity (or a call_http) was started; its input is not kept here."""
    fields = (
        f'"Name":{quoted(name)},"Version":"","Input":null,"ParentTraceContext":null,"Tags":null,'
    )
    return _event(Kind.TASK_SCHEDULED, fields, ticks, ref=task_id, name=name, event_id=task_id)


def task_completed(ticks: int, task_id: int, result: str | None) -> Event:
    """An activity returned; `result` is compact JSON text, None for null."""
    fields = f'"TaskScheduledId":{task_id},"Result":{quoted(result)},'
    return _event(Kind.TASK_COMPLETED, fields, ticks, ref=task_id)


def task_failed(ticks: int, task_id: int, reason: str, details: str) -> Event:
    """An activity raised."""
    fields = (
        f'"TaskScheduledId":{task_id},"Reason":{quoted(reason)},"Details":{quoted(details)},'
        '"FailureDetails":null,'
    )
    return _event(Kind.TASK_FAILED, fields, ticks, ref=task_id)


def sub_created(
    ticks: int, task_id: int, name: str, instance_id: str, version: str | None
) -> Event:
    """A sub-orchestration was started."""
    fields = (
        f'"Name":{quoted(name)},"Version":{quoted(version)},"InstanceId":{quoted(instance_id)},'
        '"Input":null,"ClientSpanId":null,'
    )
    return _event(Kind.SUB_CREATED, fields, ticks, ref=task_id, name=name, event_id=task_id)


def sub_completed(ticks: int, task_id: int, result: str | None) -> Event:
    """A sub-orchestration returned."""
    fields = f'"TaskScheduledId":{task_id},"Result":{quoted(result)},'
    return _event(Kind.SUB_COMPLETED, fields, ticks, ref=task_id)


def sub_failed(ticks: int, task_id: int, reason: str, details: str) -> Event:
    """A sub-orchestration failed or was terminated."""
    fields = (
        f'"TaskScheduledId":{task_id},"Reason":{quoted(reason)},"Details":{quoted(details)},'
        '"FailureDetails":null,'
    )
    return _event(Kind.SUB_FAILED, fields, ticks, ref=task_id)


def timer_created(ticks: int, task_id: int, fire_at: int) -> Event:
    """A timer was set."""
    fields = f'"FireAt":"{iso(fire_at)}",'
    return _event(Kind.TIMER_CREATED, fields, ticks, ref=task_id, event_id=task_id)


def timer_fired(ticks: int, task_id: int, fire_at: int) -> Event:
    """A timer went off; its timestamp is the time of setting it."""
    fields = f'"TimerId":{task_id},"FireAt":"{iso(fire_at)}",'
    return _event(Kind.TIMER_FIRED, fields, ticks, ref=task_id)


def event_sent(ticks: int, task_id: int, target: str, message: str) -> Event:
    """A request went to an entity; `message` is the request as JSON text."""
    fields = f'"InstanceId":{quoted(target)},"Name":"op","Input":{quoted(message)},'
    return _event(Kind.EVENT_SENT, fields, ticks, ref=task_id, name=target, event_id=task_id)


def event_raised(ticks: int, name: str, input_text: str | None, *, answers: int = -1) -> Event:
    """An external event, or (with `answers`, the id of the call) an entity's response."""
    fields = f'"Name":{quoted(name)},"Input":{quoted(input_text)},"ParentTraceContext":null,'
    return _event(Kind.EVENT_RAISED, fields, ticks, ref=answers, name=name)
