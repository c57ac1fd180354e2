"""Whether a replay asks for what earlier episodes have scheduled, and DurableTask's words if not.

DurableTask compares by sequence number, kind and name (TaskOrchestrationContext). Numbers that
retries took are recognised here by what was retried, because a replay does not name them.
"""

import json
from collections.abc import Sequence
from typing import assert_never

from emulator.host.durable.codec import (
    Action,
    CallActivity,
    CallEntity,
    CallHttp,
    CallSubOrchestrator,
    ContinueAsNew,
    CreateTimer,
    WaitForEvent,
)
from emulator.host.durable.history import HTTP_ACTIVITY, Event, Kind

_DETECTED = "Non-Deterministic workflow detected: A previous execution of this orchestration "
_QUESTION = (
    "Was a change made to the orchestrator code after this instance had already started running?"
)

type _Numbered = CallActivity | CallSubOrchestrator | CreateTimer | CallEntity | CallHttp


def contradiction(scheduled: Sequence[Event], actions: Sequence[Action]) -> str | None:
    """What the history has scheduled (in order of ids) and `actions` do not repeat; else None."""
    wanted = iter(_numbered(actions))
    retried: set[str] = set()
    action = next(wanted, None)
    for event in scheduled:
        if action is not None and _repeats(action, event):
            if isinstance(action, CallActivity | CallSubOrchestrator) and action.retry:
                retried.add(action.name.casefold())
            action = next(wanted, None)
        elif not _is_of_a_retry(event, retried):
            return f"{_DETECTED}{_difference(event, action)} {_QUESTION}"
    return None


def _numbered(actions: Sequence[Action]) -> list[_Numbered]:
    return [each for each in actions if not isinstance(each, WaitForEvent | ContinueAsNew)]


def _is_of_a_retry(event: Event, retried: set[str]) -> bool:
    if event.kind is Kind.TIMER_CREATED:
        return bool(retried)
    return event.kind is not Kind.EVENT_SENT and event.name.casefold() in retried


def _repeats(action: _Numbered, event: Event) -> bool:
    if _kind(action) is not event.kind:
        return False
    name = _name(action)
    return name is None or name.casefold() == event.name.casefold()


def _kind(action: _Numbered) -> Kind:
    match action:
        case CallActivity() | CallHttp():
            return Kind.TASK_SCHEDULED
        case CallSubOrchestrator():
            return Kind.SUB_CREATED
        case CreateTimer():
            return Kind.TIMER_CREATED
        case CallEntity():
            return Kind.EVENT_SENT
        case _ as never:
            assert_never(never)


def _name(action: _Numbered) -> str | None:
    """The name that counts; requests to entities all have the same one, timers none."""
    match action:
        case CallActivity(name=name) | CallSubOrchestrator(name=name):
            return name
        case CallHttp():
            return HTTP_ACTIVITY
    return None


_DOTNET = {
    Kind.TASK_SCHEDULED: "ScheduleTaskOrchestratorAction",
    Kind.SUB_CREATED: "CreateSubOrchestrationAction",
    Kind.TIMER_CREATED: "CreateTimerOrchestratorAction",
    Kind.EVENT_SENT: "SendEventOrchestratorAction",
}


def _difference(event: Event, action: _Numbered | None) -> str:
    if action is None:
        comma = "" if event.kind is Kind.TIMER_CREATED else ","
        missing = "the current replay execution hasn't (yet?) scheduled this task."
        return f"scheduled {_identified(event)}{comma} but {missing}"
    instead = f"but the current orchestration replay instead {_produced(event, action)}"
    where = "with" if event.kind in {Kind.TASK_SCHEDULED, Kind.TIMER_CREATED} else "at"
    return f"scheduled {_numbered_event(event)} {instead} {where} this sequence number."


def _produced(event: Event, action: _Numbered) -> str:
    kind = _kind(action)
    if kind is event.kind and kind is Kind.TASK_SCHEDULED:
        return f"scheduled an activity task named '{_name(action)}'"
    if kind is event.kind:
        return f"scheduled a sub-orchestration task with name {_name(action)}"
    if event.kind is Kind.EVENT_SENT:
        return f"scheduled a {_DOTNET[kind]} task"
    return f"produced a {_DOTNET[kind]} action"


def _numbered_event(event: Event) -> str:
    match event.kind:
        case Kind.TASK_SCHEDULED:
            return f"an activity task with sequence number {event.ref} named '{event.name}',"
        case Kind.TIMER_CREATED:
            return f"a timer task with sequence number {event.ref} named"
    return f"{_identified(event)},"


def _identified(event: Event) -> str:
    number = f"with sequence ID {event.ref}"
    fields = json.loads(event.text)
    match event.kind:
        case Kind.TIMER_CREATED:
            return f"a timer task with sequence number {event.ref}"
        case Kind.TASK_SCHEDULED:
            return f"an activity task {number} and name '{event.name}' (version '')"
        case Kind.SUB_CREATED:
            version, target = fields["Version"] or "", fields["InstanceId"]
            named = f"a sub-orchestration task {number} and name '{event.name}'"
            return f"{named} (version '{version}', instance ID '{target}')"
    sent = f"a send event task {number}, type 'EventSent', name '{fields['Name']}'"
    return f"{sent}, instance ID '{fields['InstanceId']}'"
