"""One whole attack: a host under load, blows from a plan, then the reckoning."""

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from aiohttp import ClientSession

from emulator.tests.crashes.client import Client, GivenUp
from emulator.tests.crashes.database import faults_in
from emulator.tests.crashes.load import Customers, Ledger
from emulator.tests.crashes.plan import Blow, Effort, draw
from emulator.tests.crashes.victim import Victim

_RECOVERY_SECONDS = 60.0
_WORK_SECONDS = 10.0
_FAULT_OF_HOST = "by a fault of the host"


@dataclass(slots=True)
class Report:
    """The figures of an attack; it was survived when `faults` is empty."""

    seed: int
    blows: dict[Blow, int] = field(default_factory=lambda: {"worker": 0, "host": 0, "reload": 0})
    orchestrations: int = 0
    failed_requests: int = 0
    seconds: float = 0.0
    recovery_seconds: float = 0.0
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"seed {self.seed}: {self.blows['worker']} workers and {self.blows['host']} hosts "
            f"killed, {self.blows['reload']} reloads in {self.seconds:.0f} s; "
            f"{self.orchestrations} orchestrations ended, the last {self.recovery_seconds:.1f} s "
            f"after the last blow; {self.failed_requests} requests got no answer; "
            f"faults: {len(self.faults)}"
        )


async def attack(folder: Path, effort: Effort, seed: int) -> Report:
    """Strike as planned; whatever is lost, doubled, wrong or left over is a fault in the report."""
    random = Random(seed)
    report = Report(seed)
    ledger = Ledger()
    begin = time.monotonic()
    victim = Victim(folder, effort.workers)
    try:
        async with ClientSession() as session:
            client = Client(session, victim.url)
            customers = Customers(client, ledger, effort.customers)
            try:
                for strike in draw(effort, random):
                    if strike.amid_work:
                        await _some_work(ledger)
                    await asyncio.sleep(strike.pause)
                    await _strike(victim, strike.blow, random, report)
                calm = time.monotonic()
                client.deadline = calm + _RECOVERY_SECONDS
                await customers.finish()
                report.recovery_seconds = time.monotonic() - calm
                await _count(client, ledger)
            finally:
                customers.cancel()
        report.failed_requests = client.failed_requests
        if (code := await victim.stop()) != 0:
            ledger.faults.append(f"the host ended with exit code {code}")
    finally:
        victim.end()
    ledger.faults += faults_in(victim.database)
    ledger.faults += [line for line in victim.log.splitlines() if _FAULT_OF_HOST in line]
    report.orchestrations = ledger.ended
    report.faults = ledger.faults
    report.seconds = time.monotonic() - begin
    return report


async def _some_work(ledger: Ledger) -> None:
    """Wait for the next end of an orchestration, but not for a host that is stuck."""
    before, deadline = ledger.ended, time.monotonic() + _WORK_SECONDS
    while True:
        if ledger.ended != before or time.monotonic() > deadline:
            return
        await asyncio.sleep(0.01)


async def _strike(victim: Victim, blow: Blow, random: Random, report: Report) -> None:
    match blow:
        case "worker":
            await victim.kill_worker(random)
        case "host":
            victim.kill_host()
        case "reload":
            victim.edit()
    report.blows[blow] += 1


async def _count(client: Client, ledger: Ledger) -> None:
    """Ask the entities what they counted, until all that is certain has arrived there."""
    for tally, certain in ledger.certain.items():
        try:
            while True:
                counts = await client.get(f"/entities/tally/{tally}")
                arrived = isinstance(counts, dict) and certain <= counts.keys()
                if arrived or time.monotonic() > client.deadline:
                    break
                await asyncio.sleep(0.05)
        except GivenUp as problem:
            ledger.faults.append(str(problem))
        else:
            ledger.check_count(tally, counts)
