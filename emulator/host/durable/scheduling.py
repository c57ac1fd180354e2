"""Turns numbered actions into history events, stored work, timers and messages."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from emulator.host.durable import failures
from emulator.host.durable.clock import Clock, iso, iso_offset, whole_second_delay
from emulator.host.durable.codec import (
    Action,
    CallActivity,
    CallEntity,
    CallHttp,
    CallSubOrchestrator,
    ContinueAsNew,
    CreateTimer,
    WaitForEvent,
    compact,
    entity_request,
)
from emulator.host.durable.entity_store import EntityStore
from emulator.host.durable.history import (
    HTTP_ACTIVITY,
    Event,
    Kind,
    Parent,
    event_sent,
    sub_created,
    sub_failed,
    task_scheduled,
    timer_created,
    timer_fired,
)
from emulator.host.durable.instances import create_instance
from emulator.host.durable.ledger import Issue, Ledger, Stamp
from emulator.host.durable.records import Instance, Message, Operation, Work
from emulator.host.durable.settings import DurableSettings
from emulator.host.durable.store import Store

_NEVER = "0001-01-01T00:00:00"


@dataclass(frozen=True, slots=True)
class Scheduled:
    """What an episode set going: its history events, and what to launch once it is committed."""

    events: list[Event] = field(default_factory=list)
    works: list[Work] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    operations: list[Operation] = field(default_factory=list)


class Sorter:
    """Stamps requests to entities so that each target can tell their order."""

    def __init__(self, ledger: Ledger, episode: int) -> None:
        self._ledger = ledger
        self._episode = episode

    def stamp(self, target: str) -> tuple[Stamp, Stamp | None]:
        """The stamps of this request and of the one before it to the same target."""
        before = self._ledger.sent.get(target)
        moved = before is not None and before.ticks >= self._episode
        sent = Stamp(before.ticks + 1 if before and moved else self._episode, moved)
        self._ledger.sent[target] = sent
        return sent, before


class Scheduler:
    """Writes what an episode asks for into the store."""

    def __init__(self, store: Store, clock: Clock, settings: DurableSettings) -> None:
        self._store = store
        self._clock = clock
        self._settings = settings
        self._entities = EntityStore(store)

    def schedule(
        self,
        row: Instance,
        ledger: Ledger,
        actions: Sequence[Action],
        issues: Sequence[Issue],
        episode: int,
    ) -> Scheduled:
        """Store all issues of an episode that began at `episode` (ticks)."""
        result = Scheduled()
        sorter = Sorter(ledger, episode)
        for issue in issues:
            if issue.action < 0:
                self._timer(row, issue, result)
            else:
                self._action(row, actions[issue.action], issue, sorter, result)
        return result

    def cancel_timer(self, row: Instance, task_id: int) -> None:
        """A timer that must not go off any more."""
        self._store.write(
            "DELETE FROM inbox WHERE instance_id=? AND execution_id=? AND kind=? AND ref=?",
            row.id,
            row.execution_id,
            Kind.TIMER_FIRED.value,
            task_id,
        )

    def _action(
        self, row: Instance, action: Action, issue: Issue, sorter: Sorter, result: Scheduled
    ) -> None:
        match action:
            case CallActivity(name=name, input=text):
                self._work(row, issue, Work(*self._key(row, issue), "activity", name, text), result)
            case CallHttp(request=request):
                work = Work(*self._key(row, issue), "http", HTTP_ACTIVITY, request)
                self._work(row, issue, work, result)
            case CallSubOrchestrator():
                self._child(row, action, issue, result)
            case CreateTimer(cancelled=cancelled):
                self._timer(row, issue, result, cancelled=cancelled)
            case CallEntity():
                self._entity(row, action, issue, sorter, result)
            case ContinueAsNew() | WaitForEvent():
                pass

    def _key(self, row: Instance, issue: Issue) -> tuple[str, str, int]:
        return row.id, row.execution_id, issue.task_id

    def _work(self, row: Instance, issue: Issue, work: Work, result: Scheduled) -> None:
        self._store.add_work(work)
        result.events.append(task_scheduled(self._clock.now(), issue.task_id, work.name))
        result.works.append(work)

    def _timer(
        self, row: Instance, issue: Issue, result: Scheduled, *, cancelled: bool = False
    ) -> None:
        created = self._clock.now()
        result.events.append(timer_created(created, issue.task_id, issue.fire_at))
        if cancelled:
            return
        fired = timer_fired(self._clock.now(), issue.task_id, issue.fire_at)
        due = whole_second_delay(created, issue.fire_at)
        self._post(row.id, row.execution_id, fired, result, due=due)

    def _post(
        self, target: str, execution: str | None, event: Event, result: Scheduled, *, due: int = 0
    ) -> None:
        message = Message(self._store.next_seq(), target, execution, due, event)
        self._store.post(message)
        result.messages.append(message)

    def _child(
        self, row: Instance, action: CallSubOrchestrator, issue: Issue, result: Scheduled
    ) -> None:
        child_id = action.instance_id or f"{row.execution_id}:{issue.task_id}"
        version = action.version or self._settings.versioning.worker
        now = self._clock.now()
        result.events.append(sub_created(now, issue.task_id, action.name, child_id, version))
        existing = self._store.instance(child_id)
        if existing is not None and not existing.status.ended:
            reason = failures.child_is_running(child_id)
            details = failures.sub_orchestrator_details(reason)
            failed = sub_failed(self._clock.now(), issue.task_id, reason, details)
            self._post(row.id, row.execution_id, failed, result)
            return
        message = create_instance(
            self._store,
            self._clock,
            name=action.name,
            instance_id=child_id,
            input_text=None if action.input is None else compact(action.input),
            version=version,
            parent=Parent(row.name, row.id, row.execution_id, issue.task_id),
        )
        result.messages.append(message)

    def _entity(
        self, row: Instance, action: CallEntity, issue: Issue, sorter: Sorter, result: Scheduled
    ) -> None:
        requested = self._clock.now()
        operation = Operation(
            seq=self._store.next_seq(),
            entity=action.target,
            id=str(uuid.uuid4()),
            name=action.operation,
            input=None if action.input is None else compact(action.input),
            caller=None if action.signal else row.id,
            caller_execution=None if action.signal else row.execution_id,
            call=issue.task_id,
            requested=requested,
        )
        sent, predecessor = sorter.stamp(action.target)
        request = entity_request(
            operation=operation.name,
            signal=action.signal,
            input_text=operation.input,
            request_id=operation.id,
            instance_id=row.id,
            execution_id=row.execution_id,
            sent=_stamp_text(sent),
            predecessor=_NEVER if predecessor is None else _stamp_text(predecessor),
            requested=iso_offset(requested),
        )
        now = self._clock.now()
        result.events.append(event_sent(now, issue.task_id, action.target, request))
        self._entities.queue(operation)
        result.operations.append(operation)


def _stamp_text(stamp: Stamp) -> str:
    # .NET forgets that a time is UTC when it moves it by a tick.
    text = iso(stamp.ticks)
    return text.removesuffix("Z") if stamp.moved else text
