"""Timer triggers: wait for the next occurrence, run the function, and again.

What is past due at the start, what is stored when, and what the function sees of it are those of
TimerListener and TimerTriggerBinding of the timer extension, and as recorded from it.
"""

import asyncio
import logging
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from emulator.host.catalogue import trigger_name
from emulator.host.durable.codec import compact
from emulator.host.invocation import Datum, FunctionInfo, Outcome, WorkerGone
from emulator.host.occurrences import next_occurrence
from emulator.host.schedule import BadSchedule, Cron, Schedule, parse_schedule
from emulator.host.schedule_status import ScheduleStatus, StatusFiles, status_at_start
from emulator.host.wall_clock import WallClock, zone_of

_log = logging.getLogger("host.timers")


class TimerRunner(Protocol):
    """What timers need of the pool of workers."""

    def functions(self, trigger_type: str) -> Mapping[str, FunctionInfo]: ...

    async def invoke_retrying(
        self,
        function: str,
        inputs: Sequence[tuple[str, Datum]],
        metadata: Mapping[str, Datum] | None = None,
    ) -> Outcome: ...


@dataclass(frozen=True, slots=True)
class _Timer:
    info: FunctionInfo
    schedule: Schedule
    monitored: bool


class Timers:
    """One task for each timer function of the app that is loaded.

    They run in the host, so each occurrence runs once however many workers there are.
    """

    def __init__(
        self,
        runner: TimerRunner,
        environment: Mapping[str, str],
        files: StatusFiles,
        clock: WallClock,
    ) -> None:
        self._runner = runner
        self._environment = environment
        self._files = files
        self._clock = clock
        self._zone = zone_of(environment)
        self._waiting: list[asyncio.Task[None]] = []
        self._running: set[asyncio.Task[ScheduleStatus]] = set()
        # One run at a time for each timer, also when the app is loaded anew during a run.
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def start(self) -> None:
        """Start the timers of the functions that are loaded now, instead of those before."""
        self.stop()
        for info in self._runner.functions("timerTrigger").values():
            try:
                timer = self._timer(info)
            except BadSchedule as error:
                _log.error("Timer %s will not run: %s", info.name, error)
            else:
                self._waiting.append(asyncio.create_task(self._keep(timer)))

    def stop(self) -> None:
        """Start no more runs; one under way goes on and notes its end."""
        for task in self._waiting:
            task.cancel()
        self._waiting.clear()

    async def abandon(self) -> None:
        """End also the runs under way, pauses before retries included.

        What is monitored is not noted as run, and comes as past due at the next start.
        """
        self.stop()
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def run_now(self, info: FunctionInfo) -> None:
        """Run a timer function by hand: it sees the stored status and does not change it."""
        timer = self._timer(info)
        status = self._files.read(info.name) if timer.monitored else None
        await self._invoke(timer, status, past_due=False)

    def _timer(self, info: FunctionInfo) -> _Timer:
        def setting(found: re.Match[str]) -> str:
            value = self._environment.get(found[1])
            if value is None:
                raise BadSchedule(
                    f"its schedule names the setting {found[1]}, which is missing: "
                    "add it to Values in local.settings.json"
                )
            return value

        schedule = parse_schedule(re.sub("%([^%]+)%", setting, str(info.trigger["schedule"])))
        wanted = info.trigger.get("useMonitor") is not False
        return _Timer(info, schedule, wanted and not schedule.is_frequent)

    async def _keep(self, timer: _Timer) -> None:
        name = timer.info.name
        async with self._locks[name]:
            status, past_due = self._status_at_start(timer)
        if past_due:
            _log.info("Timer %s is past due: it runs now", name)
        if past_due or timer.info.trigger.get("runOnStartup") is True:
            status = await self._run(timer, status, scheduled=False, past_due=past_due)
        while status.next is not None:
            await self._clock.sleep_until(status.next)
            status = await self._run(timer, status, scheduled=True, past_due=False)
        _log.warning("Timer %s has no next occurrence: its schedule names no day to come", name)

    def _status_at_start(self, timer: _Timer) -> tuple[ScheduleStatus, bool]:
        """The status the function sees first, and whether a run was missed."""
        now = self._clock.now().astimezone(self._zone)
        following = next_occurrence(timer.schedule, now, self._zone)
        unknown = ScheduleStatus(None, following, None)
        if not timer.monitored:
            return unknown, False
        known = self._files.read(timer.info.name)
        status = status_at_start(known, timer.schedule, now, self._zone)
        if status != known:
            self._files.write(timer.info.name, status)
        if known is None:
            return unknown, False
        return status, status.next is not None and now > status.next

    async def _run(
        self, timer: _Timer, status: ScheduleStatus, *, scheduled: bool, past_due: bool
    ) -> ScheduleStatus:
        running = asyncio.create_task(
            self._run_and_note(timer, status, scheduled=scheduled, past_due=past_due)
        )
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        return await asyncio.shield(running)

    async def _run_and_note(
        self, timer: _Timer, status: ScheduleStatus, *, scheduled: bool, past_due: bool
    ) -> ScheduleStatus:
        async with self._locks[timer.info.name]:
            begun = self._clock.now().astimezone(self._zone)
            ran = await self._invoke(timer, status, past_due=past_due)
            if scheduled and status.next is not None:
                # A clock that was a little early must not make the same occurrence come twice.
                begun = max(begun, status.next)
            following = next_occurrence(timer.schedule, begun, self._zone)
            after = ScheduleStatus(begun, following, begun)
            if timer.monitored and ran:
                self._files.write(timer.info.name, after)
            return after

    async def _invoke(
        self, timer: _Timer, status: ScheduleStatus | None, *, past_due: bool
    ) -> bool:
        """Run the function, to whatever end; False when no worker could."""
        document = {
            "Schedule": {"AdjustForDST": isinstance(timer.schedule, Cron)},
            "ScheduleStatus": status.document() if timer.monitored and status else None,
            "IsPastDue": past_due,
        }
        stamp = self._clock.now().astimezone(self._zone).strftime("%m/%d/%Y %H:%M:%S")
        try:
            await self._runner.invoke_retrying(
                timer.info.name,
                [(trigger_name(timer.info), Datum("json", compact(document)))],
                {"TimerTrigger": Datum("string", stamp)},
            )
        except WorkerGone as error:
            _log.error("Timer %s could not run: %s", timer.info.name, error)
            return False
        return True
