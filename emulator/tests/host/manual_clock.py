"""A clock that tests set, and a runner that notes what timers hand to the worker."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from emulator.host.invocation import Datum, FunctionInfo, Outcome, Succeeded

# More turns of the loop than anything needs to come to rest.
_TURNS = 50


class ManualClock:
    """Stands still until a test moves it; then those that sleep wake in order of time."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._sleeping: list[tuple[datetime, asyncio.Event]] = []

    def now(self) -> datetime:
        return self._now

    async def sleep_until(self, moment: datetime) -> None:
        if moment <= self._now:
            return
        woken = asyncio.Event()
        entry = (moment, woken)
        self._sleeping.append(entry)
        try:
            await woken.wait()
        finally:
            if entry in self._sleeping:
                self._sleeping.remove(entry)

    async def advance_to(self, moment: datetime) -> None:
        """Let time pass until `moment`; everything due by then has run when this returns."""
        await self._rest()
        while due := [entry for entry in self._sleeping if entry[0] <= moment]:
            first = min(due, key=lambda entry: entry[0])
            self._now = max(self._now, first[0])
            self._sleeping.remove(first)
            first[1].set()
            await self._rest()
        self._now = max(self._now, moment)
        await self._rest()

    async def _rest(self) -> None:
        for _ in range(_TURNS):
            await asyncio.sleep(0)


@dataclass(frozen=True, slots=True)
class Ran:
    """One run of a timer function as the worker gets it."""

    function: str
    at: datetime
    document: dict[str, object]
    stamp: str

    @property
    def past_due(self) -> bool:
        return self.document["IsPastDue"] is True

    @property
    def status(self) -> dict[str, str]:
        status = self.document["ScheduleStatus"]
        assert isinstance(status, dict)
        return status


@dataclass(slots=True)
class NotingRunner:
    """Runs nothing: notes each run, and waits for `gate` when there is one."""

    clock: ManualClock
    timers: Mapping[str, FunctionInfo]
    runs: list[Ran] = field(default_factory=list)
    gate: asyncio.Event | None = None
    outcome: Outcome = field(default_factory=lambda: Succeeded(None))

    def functions(self, trigger_type: str) -> Mapping[str, FunctionInfo]:
        return self.timers if trigger_type == "timerTrigger" else {}

    async def invoke_retrying(
        self,
        function: str,
        inputs: Sequence[tuple[str, Datum]],
        metadata: Mapping[str, Datum] | None = None,
    ) -> Outcome:
        assert metadata is not None
        [(_, value)] = inputs
        document = json.loads(str(value.value))
        stamp = str(metadata["TimerTrigger"].value)
        self.runs.append(Ran(function, self.clock.now(), document, stamp))
        if self.gate is not None:
            await self.gate.wait()
        return self.outcome


def timer(name: str, schedule: str, **more: object) -> FunctionInfo:
    """A timer function as the worker library indexes one."""
    trigger = {"type": "timerTrigger", "name": "timer", "schedule": schedule, **more}
    return FunctionInfo(name, trigger, (trigger,))
