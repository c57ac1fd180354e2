"""Customers who keep orchestrations going, and what each must have come to in the end."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from emulator.tests.crashes.client import Client, GivenUp, Json

_TALLIES = 8
_WIDTH = 5
_TICKS = 4


@dataclass(slots=True)
class Ledger:
    """What was promised and what came of it.

    `certain` are names that an entity must have counted exactly once, `doubtful` those it may have
    counted once; both by the entity's key. `faults` are sentences about what went wrong.
    """

    ended: int = 0
    certain: dict[str, set[str]] = field(default_factory=dict)
    doubtful: dict[str, set[str]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def expect(self, tally: str, *names: str) -> None:
        """An orchestration that has ended added these names."""
        self.certain.setdefault(tally, set()).update(names)

    def allow(self, tally: str, names: list[str]) -> None:
        """These may have been added, once."""
        self.doubtful.setdefault(tally, set()).update(names)

    def check_count(self, tally: str, counts: Json) -> None:
        """Compare what an entity counted with what it must have counted."""
        if not isinstance(counts, dict):
            self.faults.append(f"the state of entity {tally} is {counts!r}")
            return
        certain = self.certain.get(tally, set())
        doubtful = self.doubtful.get(tally, set())
        for name, count in counts.items():
            if count != 1:
                self.faults.append(f"{name} was applied {count} times to entity {tally}")
            elif name not in certain | doubtful:
                self.faults.append(f"{name} was applied to entity {tally} by nobody")
        lost = sorted(certain - counts.keys())
        self.faults += [f"{name} was never applied to entity {tally}" for name in lost]


class Customers:
    """A fixed number of customers; each has one orchestration after the other until `finish`."""

    def __init__(self, client: Client, ledger: Ledger, count: int) -> None:
        self._client = client
        self._ledger = ledger
        self._open = True
        self._tasks = [asyncio.create_task(self._live(number)) for number in range(count)]

    async def finish(self) -> None:
        """Order nothing more; wait for all that was ordered."""
        self._open = False
        await asyncio.gather(*self._tasks)

    def cancel(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _live(self, number: int) -> None:
        order = 0
        while self._open:
            name = f"c{number}-{order}"
            tally = f"t{(number + order) % _TALLIES}"
            try:
                await self._kind(order)(name, tally)
            except GivenUp as problem:
                self._ledger.faults.append(str(problem))
                return
            self._ledger.ended += 1
            order += 1

    def _kind(self, order: int) -> Callable[[str, str], Awaitable[None]]:
        kinds = self._mixed, self._listener, self._suspended, self._mixed, self._terminated
        return kinds[order % len(kinds)]

    async def _terminated(self, name: str, tally: str) -> None:
        """Nobody tells it to go on: it cannot end by itself before it is ended."""
        await self._client.start("mixed", name, {"width": _WIDTH, "tally": tally})
        self._ledger.allow(tally, [f"{name}/signal", f"{name}/call"])
        await self._client.change(name, "terminate", frozenset({"Terminated"}))
        status = await self._client.ended(name)
        if status["output"] != "crashes":
            self._ledger.faults.append(f"{name} was terminated with {status['output']!r}")

    async def _suspended(self, name: str, tally: str) -> None:
        await self._client.start("mixed", name, {"width": _WIDTH, "tally": tally})
        await self._client.change(name, "suspend", frozenset({"Suspended"}))
        await self._client.change(name, "resume", frozenset({"Running"}))
        await self._tell_and_check(name, tally)

    async def _mixed(self, name: str, tally: str) -> None:
        await self._client.start("mixed", name, {"width": _WIDTH, "tally": tally})
        await self._tell_and_check(name, tally)

    async def _tell_and_check(self, name: str, tally: str) -> None:
        accepted, doubtful = await self._client.tell(name, "go", "go")
        signal, unsure = await self._client.signal(tally, f"{name}/own")
        self._ledger.expect(tally, signal)
        self._ledger.allow(tally, unsure)
        status = await self._client.ended(name)
        self._ledger.expect(tally, f"{name}/signal", f"{name}/call")
        output = _output(status)
        told = output.pop("told", None)
        if told not in {accepted, *doubtful}:
            self._ledger.faults.append(f"{name} was told {told!r}")
        wanted: Mapping[str, Json] = {
            "squares": [n * n for n in range(_WIDTH)],
            "parts": [4, 9],
            "steady": name,
            "called": 1,
            "first": 49,
        }
        self._compare(status, output, wanted)

    async def _listener(self, name: str, tally: str) -> None:
        start: Json = {"tally": tally, "heard": [], "sum": 0}
        await self._client.start("listener", name, start)
        certain: list[str] = []
        for mark in [*(f"tick{n}" for n in range(_TICKS)), "last"]:
            accepted, _ = await self._client.tell(name, "tick", mark)
            certain.append(accepted)
        status = await self._client.ended(name)
        output = _output(status)
        heard = output["heard"] if isinstance(output.get("heard"), list) else []
        assert isinstance(heard, list)
        count = len(heard)
        self._ledger.expect(tally, *(f"{name}/{n}" for n in range(count)))
        self._check_heard(name, [str(mark) for mark in heard], certain[:_TICKS])
        total = sum(n * n for n in range(count))
        self._compare(status, output, {"tally": tally, "heard": heard, "sum": total})

    def _check_heard(self, name: str, heard: list[str], certain: list[str]) -> None:
        for mark, count in Counter(heard).items():
            if count > 1:
                self._ledger.faults.append(f"{name} heard {mark} {count} times")
        lost = [mark for mark in certain if mark not in heard]
        self._ledger.faults += [f"{name} never heard {mark}" for mark in lost]
        order = [mark for mark in heard if mark in certain]
        if order != certain and not lost:
            self._ledger.faults.append(f"{name} heard in the wrong order: {heard}")

    def _compare(
        self, status: Mapping[str, Json], output: Mapping[str, Json], wanted: Mapping[str, Json]
    ) -> None:
        if status["runtimeStatus"] != "Completed" or output != wanted:
            self._ledger.faults.append(
                f"{status['instanceId']} ended wrongly: {status['runtimeStatus']}, "
                f"{status['output']!r}"
            )


def _output(status: Mapping[str, Json]) -> dict[str, Json]:
    output = status["output"]
    return dict(output) if isinstance(output, dict) else {}
