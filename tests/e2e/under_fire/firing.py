"""What happens to the orders under way: workers die, the ERP fails."""

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from urllib.error import URLError

from tests.e2e.cloud import Host
from tests.e2e.people import TERMINAL, Event
from tests.e2e.surroundings import Surroundings
from tests.e2e.under_fire.hits import Blow
from tests.e2e.under_fire.plan import FAULTS, Effort, FaultName, failures
from tests.e2e.waiting import LOOK_AGAIN_SECONDS

ALL_AT_ONCE = 0.9
"""Of the blows; the others hit one worker."""
WHILE_CALLING = 0.9
"""Of the blows: behind the event of a tool; the others while something is being planned."""
PREY_SECONDS = 20.0
"""How long a blow waits for more runs to hit than one."""
LONGEST_PAUSE_SECONDS = 0.5
"""Between two failures; with less, nearly every call would end as unknown."""


@dataclass(slots=True)
class Prey:
    """Runs seen at one kind of work that no blow has met at it: each is aimed at once only."""

    seen: set[str] = field(default_factory=set)
    _met: set[str] = field(default_factory=set)
    _came: asyncio.Event = field(default_factory=asyncio.Event)

    def enter(self, run_id: str) -> None:
        if run_id not in self._met:
            self.seen.add(run_id)
            self._came.set()

    def leave(self, run_id: str) -> None:
        self.seen.discard(run_id)

    def strike(self) -> None:
        self._met |= self.seen
        self.seen.clear()

    async def enough(self, count: int) -> None:
        """Return when so many are there; after a while one is enough."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PREY_SECONDS):
                await self._at_least(count)
        await self._at_least(1)

    async def _at_least(self, count: int) -> None:
        while len(self.seen) < count:
            self._came.clear()
            await self._came.wait()


@dataclass(slots=True)
class Fire:
    """What is done to the app and its services; `blows` and `faults` tell what was."""

    host: Host
    around: Surroundings
    effort: Effort
    seed: int
    blows: list[Blow] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    _dead: set[int] = field(default_factory=set)
    _ended: int = 0
    _one_ended: asyncio.Event = field(default_factory=asyncio.Event)
    _planning: Prey = field(default_factory=Prey)
    _calling: Prey = field(default_factory=Prey)

    async def kill_workers(self) -> None:
        """Each blow waits until runs get on, however slow that is: else none ever would."""
        random = Random(f"blows {self.seed}")
        for _ in range(self.effort.blows):
            await self._crew()
            await self._some_end()
            if random.random() < WHILE_CALLING:
                await self._calling.enough(self.effort.prey)
            else:
                await self._planning.enough(1)
            await asyncio.sleep(random.uniform(0, self.effort.latest_blow))
            crew = await self._crew()
            await self._strike(crew if random.random() < ALL_AT_ONCE else (random.choice(crew),))

    async def _strike(self, hit: Sequence[int]) -> None:
        at = time.time()
        for pid in hit:
            os.kill(pid, signal.SIGKILL)
            self._dead.add(pid)
        # One that is ready now may have been so before, unseen.
        whole = not set(await self._ready()) - self._dead
        self.blows.append(Blow(at, whole))
        if whole:
            self._planning.strike()
            self._calling.strike()

    async def _some_end(self) -> None:
        """Wait until enough runs have ended from now on."""
        self._ended = 0
        while self._ended < self.effort.ends:
            self._one_ended.clear()
            await self._one_ended.wait()

    @property
    def killed(self) -> int:
        return len(self._dead)

    def watch(self, run_id: str, event: Event) -> None:
        """Told of each event of each run as it comes."""
        state = event.data.get("state")
        if state == "RETRIEVED_CONTEXT":
            self._planning.enter(run_id)
        if event.type == "tool":
            self._planning.leave(run_id)
            started = event.data["status"] == "started"
            (self._calling.enter if started else self._calling.leave)(run_id)
        if event.type in TERMINAL:
            self._planning.leave(run_id)
            self._ended += 1
            self._one_ended.set()

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
        there = [{"service": "erp", **fault} for fault in await self.around.faults("erp")]
        return [name for name, fault in FAULTS.items() if {"count": 1, **fault} in there]

    async def _crew(self) -> tuple[int, ...]:
        """All workers, once all are at work: of a blow at some nobody could say whom it hit."""
        while True:
            # A host that is busy still counts those it has not seen die.
            alive = tuple(pid for pid in await self._ready() if pid not in self._dead)
            if len(alive) == self.effort.workers:
                return alive
            await asyncio.sleep(LOOK_AGAIN_SECONDS)

    async def _ready(self) -> tuple[int, ...]:
        while True:
            with suppress(URLError, ConnectionError):
                return await asyncio.to_thread(self.host.workers)
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
