"""What happens to the orders under way: workers die, the ERP fails."""

import asyncio
import os
import signal
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from urllib.error import URLError

from tests.e2e.cloud import Host
from tests.e2e.people import Event
from tests.e2e.surroundings import Surroundings
from tests.e2e.under_fire.plan import FAULTS, Effort, FaultName, failures
from tests.e2e.waiting import LOOK_AGAIN_SECONDS

ALL_AT_ONCE = 0.5
"""Of the blows; the others hit one worker."""
WHILE_CALLING = 0.7
"""Of the blows: behind the event of a tool; the others while something is being planned."""
LONGEST_PAUSE_SECONDS = 0.5
"""Between two failures; with less, nearly every call would end as unknown."""


@dataclass(slots=True)
class Fire:
    """`blows` are the times (Unix, seconds) at which workers were killed."""

    host: Host
    around: Surroundings
    effort: Effort
    seed: int
    blows: list[float] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    _dead: set[int] = field(default_factory=set)
    _planning: asyncio.Event = field(default_factory=asyncio.Event)
    _calling: asyncio.Event = field(default_factory=asyncio.Event)

    async def kill_workers(self) -> None:
        """Each blow waits until a run gets on, however slow that is: else no run ever would."""
        random = Random(f"blows {self.seed}")
        for _ in range(self.effort.blows):
            moment = self._calling if random.random() < WHILE_CALLING else self._planning
            moment.clear()
            await moment.wait()
            await asyncio.sleep(random.uniform(0, self.effort.latest_blow))
            crew = await self._crew()
            hit = crew if random.random() < ALL_AT_ONCE else (random.choice(crew),)
            self.blows.append(time.time())
            for pid in hit:
                os.kill(pid, signal.SIGKILL)
                self._dead.add(pid)

    @property
    def killed(self) -> int:
        return len(self._dead)

    def watch(self, event: Event) -> None:
        """Told of each event of each run as it comes."""
        if event.data.get("state") == "RETRIEVED_CONTEXT":
            self._planning.set()
        if event.type == "tool":
            self._calling.set()

    async def break_services(self) -> None:
        """Until cancelled: let failures wait for whoever calls next, of each kind one at a time."""
        pauses = Random(f"pauses {self.seed}")
        for name in failures(self.seed):
            await asyncio.sleep(pauses.uniform(0, LONGEST_PAUSE_SECONDS))
            if name not in await self._waiting():
                await self.around.fail_as(FAULTS[name])
                self.faults[name] += 1

    async def cease(self) -> None:
        """Count what has hit nobody as not injected, and heal."""
        self.faults -= Counter(await self._waiting())
        await self.around.heal()

    async def _waiting(self) -> list[FaultName]:
        """The failures that have hit nobody yet."""
        there = [
            {"service": service, **fault}
            for service in ("erp", "cosmos")
            for fault in await self.around.faults(service)
        ]
        return [name for name, fault in FAULTS.items() if {"count": 1, **fault} in there]

    async def _crew(self) -> tuple[int, ...]:
        while True:
            with suppress(URLError, ConnectionError):
                ready = await asyncio.to_thread(self.host.workers)
                # A host that is busy still counts those it has not seen die.
                if alive := tuple(pid for pid in ready if pid not in self._dead):
                    return alive
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
