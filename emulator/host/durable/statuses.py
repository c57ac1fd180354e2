"""Instance statuses and histories as the management API shows them."""

import json
from collections.abc import Sequence

from emulator.host.durable.clock import iso_offset, iso_seconds, parse_ticks
from emulator.host.durable.history import Event, Kind
from emulator.host.durable.records import Entity, Instance, Status

type Json = dict[str, object]

_NAMES = {
    Kind.EXECUTION_STARTED: "ExecutionStarted",
    Kind.EXECUTION_COMPLETED: "ExecutionCompleted",
    Kind.EXECUTION_TERMINATED: "ExecutionTerminated",
    Kind.TASK_SCHEDULED: "TaskScheduled",
    Kind.TASK_COMPLETED: "TaskCompleted",
    Kind.TASK_FAILED: "TaskFailed",
    Kind.SUB_CREATED: "SubOrchestrationInstanceCreated",
    Kind.SUB_COMPLETED: "SubOrchestrationInstanceCompleted",
    Kind.SUB_FAILED: "SubOrchestrationInstanceFailed",
    Kind.TIMER_CREATED: "TimerCreated",
    Kind.TIMER_FIRED: "TimerFired",
    Kind.EVENT_SENT: "EventSent",
    Kind.EVENT_RAISED: "EventRaised",
    Kind.GENERIC: "GenericEvent",
    Kind.SUSPENDED: "ExecutionSuspended",
    Kind.RESUMED: "ExecutionResumed",
}
_HIDDEN = ("EventId", "IsPlayed", "Version", "TaskScheduledId", "TimerId")
_TASK_ANSWERS = {
    Kind.TASK_COMPLETED: Kind.TASK_SCHEDULED,
    Kind.TASK_FAILED: Kind.TASK_SCHEDULED,
    Kind.SUB_COMPLETED: Kind.SUB_CREATED,
    Kind.SUB_FAILED: Kind.SUB_CREATED,
}
_ORCHESTRATION_STATUS = {1: Status.COMPLETED, 3: Status.FAILED, 5: Status.TERMINATED}


def status_json(row: Instance, *, show_input: bool) -> Json:
    """One instance."""
    return {
        "name": row.name,
        "instanceId": row.id,
        "runtimeStatus": row.status.value,
        "input": _parsed(row.input) if show_input else None,
        "customStatus": _parsed(row.custom_status),
        "output": _parsed(row.output),
        "createdTime": iso_seconds(row.created),
        "lastUpdatedTime": iso_seconds(row.updated),
    }


def entity_status_json(entity: Entity, *, show_input: bool) -> Json:
    """An entity, which the API lists among the instances."""
    state: Json = {"exists": True} if entity.exists else {}
    state |= {"state": entity.state, "sorter": {}}
    return {
        "name": entity.id,
        "instanceId": entity.id,
        "runtimeStatus": Status.RUNNING.value,
        "input": state if show_input else None,
        "customStatus": {"entityExists": True} if entity.exists else {},
        "output": None,
        "createdTime": iso_seconds(entity.created),
        "lastUpdatedTime": iso_seconds(entity.touched),
    }


def history_json(events: Sequence[Event], *, show_output: bool) -> list[Json]:
    """The history: answered tasks are shown once, with the time when they were scheduled."""
    answered = {
        (_TASK_ANSWERS[event.kind], event.ref) for event in events if event.kind in _TASK_ANSWERS
    }
    scheduled: dict[tuple[Kind, int], Json] = {}
    shown: list[Json] = []
    for event in events:
        if event.kind not in _NAMES:
            continue
        fields: Json = json.loads(event.text)
        if (event.kind, event.ref) in answered:
            scheduled[(event.kind, event.ref)] = fields
        else:
            shown.append(_shown(event, fields, scheduled, show_output=show_output))
    return shown


def _shown(
    event: Event, fields: Json, scheduled: dict[tuple[Kind, int], Json], *, show_output: bool
) -> Json:
    for hidden in _HIDDEN:
        fields.pop(hidden, None)
    if "Result" in fields:
        if show_output:
            result = fields["Result"]
            fields["Result"] = _parsed(result if isinstance(result, str) else None)
        else:
            del fields["Result"]
    shown: Json = {"EventType": _NAMES[event.kind]}
    fields.pop("EventType")
    if event.kind is Kind.EXECUTION_STARTED:
        return shown | _execution_started(fields)
    if event.kind is Kind.EXECUTION_COMPLETED:
        number = fields["OrchestrationStatus"]
        ended = _ORCHESTRATION_STATUS[number] if isinstance(number, int) else Status.COMPLETED
        return shown | fields | {"OrchestrationStatus": ended.value}
    shown |= fields
    if event.kind in _TASK_ANSWERS:
        task = scheduled.get((_TASK_ANSWERS[event.kind], event.ref), {})
        shown |= _answered(task)
    return shown


def _execution_started(fields: Json) -> Json:
    name = fields.pop("Name")
    for hidden in ("OrchestrationInstance", "ParentInstance", "Tags"):
        fields.pop(hidden)
    return fields | {"FunctionName": name}


def _answered(task: Json) -> Json:
    scheduled = task.get("Timestamp")
    when = iso_offset(parse_ticks(scheduled)) if isinstance(scheduled, str) else None
    return {"ScheduledTime": when, "FunctionName": task.get("Name"), "Input": None}


def _parsed(text: str | None) -> object:
    return None if text is None else json.loads(text)
