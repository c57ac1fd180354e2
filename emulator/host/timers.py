"""Timer triggers: wait for the next occurrence, run the function, and again."""

import asyncio
import json
import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from emulator.host.catalogue import trigger_name
from emulator.host.invocation import Datum, FunctionInfo, WorkerGone
from emulator.host.pool import WorkerPool
from emulator.host.schedule import BadSchedule, Schedule, is_frequent, parse_schedule

_NEVER = "0001-01-01T00:00:00+00:00"

_log = logging.getLogger("host.timers")


class Timers:
    """One task for each timer function of the app that is loaded."""

    def __init__(self, pool: WorkerPool, environment: Mapping[str, str]) -> None:
        self._pool = pool
        self._environment = environment
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Start the timers of the functions that are loaded now, instead of those before."""
        self.stop()
        for info in self._pool.functions("timerTrigger").values():
            try:
                schedule = self._schedule(info)
            except BadSchedule as error:
                _log.error("Timer %s will not run: %s", info.name, error)
            else:
                self._tasks.append(asyncio.create_task(self._keep(info, schedule)))

    def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._tasks.clear()

    async def run_now(self, info: FunctionInfo) -> None:
        """Run a timer function by hand."""
        schedule = self._schedule(info)
        now = datetime.now(UTC)
        await self._run(info, _timer_info(schedule, None, schedule.after(now)))

    def _schedule(self, info: FunctionInfo) -> Schedule:
        def setting(found: re.Match[str]) -> str:
            value = self._environment.get(found[1])
            if value is None:
                raise BadSchedule(f"the setting {found[1]} of its schedule is missing")
            return value

        return parse_schedule(re.sub("%([^%]+)%", setting, str(info.trigger["schedule"])))

    async def _keep(self, info: FunctionInfo, schedule: Schedule) -> None:
        last: datetime | None = None
        if info.trigger.get("runOnStartup") is True:
            last = datetime.now(UTC)
            await self._run(info, _timer_info(schedule, None, schedule.after(last)))
        while (due := schedule.after(last or datetime.now(UTC))) is not None:
            # In short naps: a machine that slept, or whose clock was set, is then hardly late.
            await _sleep_until(due)
            await self._run(info, _timer_info(schedule, last, due))
            last = max(due, datetime.now(UTC))

    async def _run(self, info: FunctionInfo, value: str) -> None:
        stamp = datetime.now(UTC).strftime("%m/%d/%Y %H:%M:%S")
        inputs = [(trigger_name(info), Datum("json", value))]
        try:
            await self._pool.invoke_surely(
                info.name, inputs, {"TimerTrigger": Datum("string", stamp)}
            )
        except WorkerGone as error:
            _log.error("Timer %s could not run: %s", info.name, error)


async def _sleep_until(due: datetime) -> None:
    # In short naps: a machine that slept, or whose clock was set, is then hardly late.
    wait = (due - datetime.now(UTC)).total_seconds()
    while wait > 0:
        await asyncio.sleep(min(wait, 30.0))
        wait = (due - datetime.now(UTC)).total_seconds()


def _timer_info(schedule: Schedule, last: datetime | None, due: datetime | None) -> str:
    """What the worker makes a TimerRequest of."""
    status = None
    if not is_frequent(schedule, datetime.now(UTC)):
        then = last.isoformat() if last is not None else _NEVER
        upcoming = due.isoformat() if due is not None else _NEVER
        status = {"Last": then, "Next": upcoming, "LastUpdated": then}
    document = {
        "Schedule": {"AdjustForDST": True},
        "ScheduleStatus": status,
        "IsPastDue": False,
    }
    return json.dumps(document, separators=(",", ":"))
