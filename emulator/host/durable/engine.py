"""Drives orchestrations: one episode at a time for each instance, all instances at once."""

import asyncio
import json
import logging
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace

from emulator.host.durable import failures
from emulator.host.durable import ledger as books
from emulator.host.durable.activities import ActivityRunner
from emulator.host.durable.alarms import Alarms
from emulator.host.durable.clock import Clock
from emulator.host.durable.codec import (
    Action,
    CallActivity,
    CallEntity,
    CallSubOrchestrator,
    ContinueAsNew,
    compact,
)
from emulator.host.durable.entities import EntityRunner
from emulator.host.durable.episode import Episode, Replayer
from emulator.host.durable.functions import ACTIVITY, ORCHESTRATOR, find_function
from emulator.host.durable.history import (
    Event,
    Kind,
    execution_completed,
    orchestrator_completed,
    rewound,
    sub_completed,
    sub_failed,
)
from emulator.host.durable.instances import create_instance, post_start
from emulator.host.durable.ledger import Ledger
from emulator.host.durable.live import Live
from emulator.host.durable.records import Instance, Message, Status, Work
from emulator.host.durable.rewind import cut
from emulator.host.durable.scheduling import Scheduled, Scheduler
from emulator.host.durable.settings import DurableSettings
from emulator.host.durable.store import Store
from emulator.host.durable.versioning import VERSION_MISMATCH, Refusal
from emulator.host.invocation import Invoker

_LOG = logging.getLogger(__name__)
_STATUS_NUMBERS = {Status.COMPLETED: 1, Status.FAILED: 3, Status.TERMINATED: 5}


class Engine:
    """The task hub at work. All methods are to be called on the event loop."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        settings: DurableSettings,
        invoker: Invoker,
        environment: Mapping[str, str],
    ) -> None:
        self._store = store
        self._clock = clock
        self._settings = settings
        self._invoker = invoker
        self._room = asyncio.Semaphore(settings.max_concurrent_orchestrators)
        self._live: dict[str, Live] = {}
        self._started = False
        self._ended: dict[str, asyncio.Event] = {}
        self._alarms = Alarms(clock, self._ring)
        self._scheduler = Scheduler(store, clock, settings)
        self.replayer = Replayer(invoker, clock)
        self.activities = ActivityRunner(
            invoker, clock, settings.max_concurrent_activities, self._activity_done, environment
        )

        self.entities = EntityRunner(store, clock, invoker, self.post)

    async def start(self) -> None:
        """Take up everything that was unfinished when the host stopped or died."""
        self._started = True
        for message in self._store.messages():
            self.admit(message)
        for live in self._live.values():
            live.order_seeds()
        for work in self._store.work():
            self.activities.start(work)
        self.entities.start()

    async def stop(self) -> None:
        """Stop where it stands; the store has everything."""
        self._alarms.stop()
        drivers = [live.driver for live in self._live.values() if live.driver is not None]
        for driver in drivers:
            driver.cancel()
        await asyncio.gather(*drivers, return_exceptions=True)
        await self.activities.stop()
        await self.entities.stop()

    # What others ask for

    def begin(
        self, name: str, instance_id: str, input_text: str | None, version: str | None
    ) -> None:
        """Start an orchestration; the caller has checked that the id is free."""
        self.admit(
            create_instance(
                self._store,
                self._clock,
                name=name,
                instance_id=instance_id,
                input_text=input_text,
                version=version or self._settings.versioning.worker,
            )
        )

    def post(self, instance_id: str, event: Event, execution_id: str | None = None) -> None:
        """Send an event to an instance."""
        message = Message(self._store.next_seq(), instance_id, execution_id, 0, event)
        self._store.post(message)
        self.admit(message)

    def rewind(self, row: Instance, reason: str | None) -> None:
        """Run again what made an orchestration fail, in its failed children too."""
        parts = cut(self._store.history(row.id))
        rerun = [event.ref for event in parts.failed if not self._rewind_child(event, reason)]
        # What waits for nothing but its first episode has its events from continue_as_new still.
        seeds = 0 if parts.kept else books.load(row.ledger).seeds
        ledger = Ledger(seeds=seeds, rewound=parts.book(rerun))
        self._store.replace_history(row.id, parts.history(rerun))
        self._store.update_instance(
            replace(
                row,
                status=Status.RUNNING,
                output=None,
                updated=self._clock.now(),
                ledger=books.dump(ledger),
            )
        )
        for event in parts.again:
            self.post(row.id, event, row.execution_id)
        self.post(row.id, rewound(self._clock.now(), reason), row.execution_id)

    def _rewind_child(self, created: Event, reason: str | None) -> bool:
        if created.kind is not Kind.SUB_CREATED:
            return False
        child = self._store.instance(str(json.loads(created.text)["InstanceId"]))
        if child is None or child.status is not Status.FAILED:
            return False
        self.rewind(child, reason)
        return True

    def purge(self, instance_id: str) -> bool:
        """Forget an instance, even a running one."""
        self._live.pop(instance_id, None)
        return self._store.purge(instance_id)

    async def wait_for_end(self, instance_id: str, seconds: float) -> bool:
        """Wait until an instance has ended; False if it did not within `seconds`."""
        row = self._store.instance(instance_id)
        if row is None or row.status.ended:
            return True
        ended = self._ended.setdefault(instance_id, asyncio.Event())
        try:
            await asyncio.wait_for(ended.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def admit(self, message: Message) -> None:
        """Take a stored message in: now, or when it is due."""
        if not self._started:
            # Requests may come before the app is loaded; `start` reads all of it from the store.
            return
        if message.due > self._clock.now():
            self._alarms.set(message)
            return
        live = self._live_of(message.instance_id)
        if live is None:
            self._store.take([message])
            return
        live.mailbox.append(message)
        self._wake(live)

    def functions_changed(self) -> None:
        """The app was loaded again: what waited for a missing function is tried once more."""
        for live in list(self._live.values()):
            if live.stalled:
                self._wake(live)
        self.activities.functions_changed()

    def _wake(self, live: Live) -> None:
        if live.driver is None:
            live.driver = asyncio.get_running_loop().create_task(self._drive(live))
            live.driver.add_done_callback(_log_crash)

    def _ring(self, message: Message) -> None:
        # A timer that was cancelled, or whose instance is gone, is no longer in the store.
        if self._store.has_message(message):
            self.admit(message)

    def _live_of(self, instance_id: str) -> Live | None:
        live = self._live.get(instance_id)
        if live is None:
            row = self._store.instance(instance_id)
            if row is None or row.status.ended:
                return None
            live = Live(row, self._store.history(instance_id))
            self._live[instance_id] = live
        return live

    def _activity_done(self, work: Work, answer: Event) -> None:
        if self._store.finish_work(work):
            self.post(work.instance_id, answer, work.execution_id)

    # Episodes

    async def _drive(self, live: Live) -> None:
        async with self._room:
            live.stalled = False
            while live.mailbox and not live.stalled and self._is_current(live):
                await self._episode(live)
            live.driver = None

    def _is_current(self, live: Live) -> bool:
        return self._live.get(live.row.id) is live

    async def _episode(self, live: Live) -> None:
        messages = live.next_batch()
        stale = [message for message in messages if live.is_stale(message)]
        if stale:
            self._settle(live, stale)
            return
        versioning = self._settings.versioning
        if versioning.takes(live.row.version):
            episode = await self.replayer.replay(live, messages)
        elif versioning.refusal is Refusal.FAIL:
            episode = self.replayer.refused(live, messages, VERSION_MISMATCH)
        else:
            self._leave_alone(live)
            return
        if not self._is_current(live):
            return
        await self._invoker.loaded()
        missing = self._missing_function(episode)
        if missing is not None:
            self._stall(live, missing)
            return
        self._settle(live, episode.messages)
        scheduled = self._apply(live, episode)
        await self._store.committed()
        self._launch(scheduled)

    def _missing_function(self, episode: Episode) -> str | None:
        ending = episode.contradiction or episode.replayed.error or _termination(episode.received)
        if ending is not None:
            return None
        actions = episode.replayed.actions
        wanted = [actions[issue.action] for issue in episode.plan.issues if issue.action >= 0]
        return next((name for each in wanted if (name := self._unknown(each)) is not None), None)

    def _unknown(self, action: Action) -> str | None:
        match action:
            case CallActivity(name=name) if find_function(self._invoker, ACTIVITY, name) is None:
                return f"activity '{name}' with @app.activity_trigger"
            case CallSubOrchestrator(name=name):
                if find_function(self._invoker, ORCHESTRATOR, name) is None:
                    return f"orchestrator '{name}' with @app.orchestration_trigger"
        return None

    def _stall(self, live: Live, missing: str) -> None:
        # The real host neither fails such an instance nor keeps the episode: it runs for ever.
        _LOG.error(
            "Orchestration '%s' ('%s') waits because the app has no %s. Add that function, or "
            "correct the name in the orchestrator.",
            live.row.id,
            live.row.name,
            missing,
        )
        live.stalled = True
        self._progress(live, live.ledger, Status.RUNNING, None, None)

    def _leave_alone(self, live: Live) -> None:
        # What it was sent stays where it is, a termination too, for a host that may run it.
        live.stalled = True
        if live.refused:
            return
        live.refused = True
        _LOG.warning(
            "Orchestration '%s' ('%s') is of version %s, which this app (defaultVersion %s, "
            "versionMatchStrategy %s) does not run; it and what it is sent wait for an app that "
            "does.",
            live.row.id,
            live.row.name,
            live.row.version or "(none)",
            self._settings.versioning.worker or "(none)",
            self._settings.versioning.match,
        )

    def _settle(self, live: Live, messages: Sequence[Message]) -> None:
        self._store.take(messages)
        live.drop(messages)

    def _launch(self, scheduled: Scheduled) -> None:
        for work in scheduled.works:
            self.activities.start(work)
        for message in scheduled.messages:
            self.admit(message)
        for operation in scheduled.operations:
            self.entities.admit(operation)

    def _apply(self, live: Live, episode: Episode) -> Scheduled:
        replayed = episode.replayed
        ledger = episode.plan.ledger
        ledger.suspended = _suspended(ledger.suspended, episode.received)
        for task_id in episode.plan.cancelled:
            self._scheduler.cancel_timer(live.row, task_id)
        ending = _termination(episode.received)
        if ending is not None:
            return self._finish(live, episode, Status.TERMINATED, compact(ending))
        if ledger.suspended:
            return self._hold(live, episode)
        if episode.contradiction is not None:
            return self._finish(live, episode, Status.FAILED, compact(episode.contradiction))
        if ledger.open or not (replayed.done or replayed.error is not None):
            return self._go_on(live, episode)
        if replayed.error is not None:
            failure = failures.orchestrator_failure(live.row.name, replayed.error)
            return self._finish(live, episode, Status.FAILED, compact(failure))
        renewal = _renewal(replayed.actions)
        if renewal is not None:
            return self._renew(live, episode, renewal)
        return self._finish(live, episode, Status.COMPLETED, replayed.output)

    def _go_on(self, live: Live, episode: Episode) -> Scheduled:
        ledger = episode.plan.ledger
        issues = [*ledger.held, *episode.plan.issues]
        ledger.held = []
        actions = episode.replayed.actions
        scheduled = self._scheduler.schedule(live.row, ledger, actions, issues, episode.now)
        self._extend(live, [*episode.history, *scheduled.events])
        self._progress(live, ledger, Status.RUNNING, None, episode.replayed.custom_status)
        return scheduled

    def _hold(self, live: Live, episode: Episode) -> Scheduled:
        # While an instance is suspended its episodes run, but what they ask for has to wait.
        ledger = episode.plan.ledger
        ledger.held.extend(episode.plan.issues)
        self._extend(live, list(episode.history))
        reason = _suspension(episode.received, live.row.output)
        self._progress(live, ledger, Status.SUSPENDED, reason, None)
        return Scheduled()

    def _extend(self, live: Live, events: list[Event]) -> None:
        # The episode after continue_as_new has its end already, unless it scheduled something.
        if events[-1].kind is not Kind.ORCHESTRATOR_COMPLETED:
            events.append(orchestrator_completed(self._clock.now()))
        self._store.append_history(live.row.id, live.length, events)
        live.append(events)

    def _progress(
        self,
        live: Live,
        ledger: Ledger,
        status: Status,
        output: str | None,
        custom_status: str | None,
    ) -> None:
        live.ledger = ledger
        live.row = replace(
            live.row,
            status=status,
            output=output,
            custom_status=custom_status or live.row.custom_status,
            updated=self._clock.now(),
            ledger=books.dump(ledger),
        )
        self._store.update_instance(live.row)

    def _renew(self, live: Live, episode: Episode, renewal: ContinueAsNew) -> Scheduled:
        actions = episode.replayed.actions
        signals = self._signals(live, episode)
        arrived = [event for event in episode.received if event.kind is Kind.EVENT_RAISED]
        kept = books.kept_events(actions, [*live.raised, *arrived])
        now = self._clock.now()
        row = replace(
            live.row,
            execution_id=uuid.uuid4().hex,
            input=None if renewal.input is None else compact(renewal.input),
            custom_status=episode.replayed.custom_status or live.row.custom_status,
            status=Status.RUNNING,
            updated=now,
            generation=None,
            ledger=books.dump(Ledger(seeds=1 + len(kept))),
        )
        self._store.forget_execution(row.id, live.row.execution_id)
        self._store.put_instance(row)
        seeds = [post_start(self._store, row, now)]
        for event in kept:
            message = Message(self._store.next_seq(), row.id, row.execution_id, 0, event)
            self._store.post(message)
            seeds.append(message)
        live.renew(row, seeds)
        return signals

    def _signals(self, live: Live, episode: Episode) -> Scheduled:
        """Signals to entities are the only thing an ending execution still sets going."""
        actions = episode.replayed.actions
        signals = [
            issue
            for issue in [*live.ledger.held, *episode.plan.issues]
            if issue.action >= 0
            and isinstance(action := actions[issue.action], CallEntity)
            and action.signal
        ]
        ledger = episode.plan.ledger
        return self._scheduler.schedule(live.row, ledger, actions, signals, episode.now)

    def _finish(
        self, live: Live, episode: Episode, status: Status, output: str | None
    ) -> Scheduled:
        scheduled = Scheduled()
        custom_status = None
        if status is not Status.TERMINATED:
            scheduled = self._signals(live, episode)
            custom_status = episode.replayed.custom_status
        completed = execution_completed(self._clock.now(), _STATUS_NUMBERS[status], output)
        self._extend(live, [*episode.history, *scheduled.events, completed])
        self._store.forget_pending(live.row.id)
        self._progress(live, episode.plan.ledger, status, output, custom_status)
        self._answer_parent(live.row)
        del self._live[live.row.id]
        ended = self._ended.pop(live.row.id, None)
        if ended is not None:
            ended.set()
        return scheduled

    def _answer_parent(self, row: Instance) -> None:
        parent = row.parent
        if parent is None:
            return
        now = self._clock.now()
        if row.status is Status.COMPLETED:
            answer = sub_completed(now, parent.task_id, row.output)
        else:
            reason = str(json.loads(row.output or '""'))
            cause = reason.removeprefix(failures.orchestrator_failure(row.name, ""))
            details = failures.sub_orchestrator_details(cause)
            answer = sub_failed(now, parent.task_id, reason, details)
        self.post(parent.instance_id, answer, parent.execution_id)


def _log_crash(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        _LOG.error(
            "An orchestration stopped by a fault of the host; it goes on at the next start",
            exc_info=error,
        )


def _suspended(before: bool, received: Sequence[Event]) -> bool:
    state = before
    for event in received:
        if event.kind is Kind.SUSPENDED:
            state = True
        elif event.kind is Kind.RESUMED:
            state = False
    return state


def _suspension(received: Sequence[Event], before: str | None) -> str | None:
    for event in received:
        if event.kind is Kind.SUSPENDED:
            before = compact(json.loads(event.text)["Reason"])
    return before


def _termination(received: Sequence[Event]) -> str | None:
    for event in received:
        if event.kind is Kind.EXECUTION_TERMINATED:
            return str(json.loads(event.text)["Input"] or "")
    return None


def _renewal(actions: Sequence[Action]) -> ContinueAsNew | None:
    for action in actions:
        if isinstance(action, ContinueAsNew):
            return action
    return None
