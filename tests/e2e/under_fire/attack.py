"""One attack: place all orders under fire, let every run end, judge each."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from tests.e2e.cloud import Host
from tests.e2e.people import Person
from tests.e2e.stores import Stores
from tests.e2e.surroundings import Surroundings
from tests.e2e.under_fire.firing import Fire
from tests.e2e.under_fire.ordering import Placed, insist, place, view_of
from tests.e2e.under_fire.plan import Effort, Order, orders
from tests.e2e.under_fire.verdict import Evidence, Finding, judge

JUDGED_AT_ONCE = 8


@dataclass(slots=True)
class Report:
    """`exposed`: runs that were between plan and record when a worker was killed."""

    seed: int
    runs: Counter[str]
    blows: int
    killed: int
    faults: Counter[str]
    seconds: float
    exposed: int = 0
    states: Counter[str] = field(default_factory=Counter)
    effects: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    def count(self, offence: str) -> int:
        return sum(one.offence == offence for one in self.findings)

    def __str__(self) -> str:
        return "\n".join(
            (
                f"seed {self.seed}, {self.seconds:.0f} s",
                f"runs {self.runs.total()}: {_listed(self.runs)}",
                f"ended: {_listed(self.states)}; calls: {_listed(self.effects)}",
                f"workers killed {self.killed} in {self.blows} blows; "
                f"{self.exposed} runs hit between plan and record",
                f"failures {self.faults.total()}: {_listed(self.faults)}",
                f"duplicates {self.count('duplicate')}, lost {self.count('lost')}, "
                f"untrue {self.count('untrue')}",
                *(f"  {finding}" for finding in self.findings),
            )
        )


@dataclass(frozen=True, slots=True)
class Battlefield:
    """A running app, what lies around it, and the people who use it."""

    host: Host
    around: Surroundings
    stores: Stores
    employee: Person
    admin: Person
    """May ask for users, and needs the manager's approval."""
    manager: Person

    def who_asks(self, order: Order) -> Person:
        return self.admin if order.makes_user else self.employee


async def attack(
    field: Battlefield, effort: Effort, seed: int, ended: Callable[[], None] = lambda: None
) -> Report:
    """`ended` is told of each order whose run has."""
    began = time.monotonic()
    fire = Fire(field.host, field.around, effort, seed)
    wanted = orders(effort, seed, f"{uuid4().int % 10**6:06d}")
    # A model slow enough for blows to fall while it plans and while it answers.
    await field.around.pace(20, 400)
    placed = await _under_fire(field, fire, wanted, ended)
    report = Report(
        seed=seed,
        runs=Counter(order.kind for order in wanted),
        blows=len(fire.blows),
        killed=fire.killed,
        faults=fire.faults,
        seconds=time.monotonic() - began,
    )
    turns = asyncio.Semaphore(JUDGED_AT_ONCE)

    async def look(one: Placed) -> None:
        async with turns:
            _add(report, fire, await _evidence(field, one))

    report.findings += [
        Finding("lost", order.marks[0], "it has not ended in time")
        for order in wanted
        if order not in {one.order for one in placed}
    ]
    await asyncio.gather(*(look(one) for one in placed))
    return report


async def _under_fire(
    field: Battlefield, fire: Fire, wanted: Sequence[Order], ended: Callable[[], None]
) -> list[Placed]:
    """All orders, so many at a time; those whose runs have ended."""
    slots = asyncio.Semaphore(fire.effort.at_once)

    async def whole(order: Order) -> Placed | None:
        async with slots:
            try:
                return await place(order, field.who_asks(order), field.manager, fire.watch)
            except TimeoutError:
                return None
            finally:
                ended()

    stimuli = [asyncio.create_task(one) for one in (fire.kill_workers(), fire.break_services())]
    try:
        placed = await asyncio.gather(*(whole(order) for order in wanted))
    finally:
        for one in stimuli:
            one.cancel()
        await asyncio.wait(stimuli)
        await fire.cease()
    for one in stimuli:
        if not one.cancelled():
            one.result()
    await field.employee.reachable()
    return [one for one in placed if one is not None]


async def _evidence(field: Battlefield, placed: Placed) -> Evidence:
    who = field.who_asks(placed.order)
    run = await who.follow(placed.run_id)
    conversation = await insist(lambda: who.get(f"/conversations/{placed.conversation}"), {200})
    return Evidence(
        placed=placed,
        records=[await _records(field, placed.order, mark) for mark in placed.order.marks],
        view=await view_of(placed.run_id, who),
        run=run,
        turns=conversation.body["turns"],
        audit=await field.stores.of_run("events", placed.run_id),
    )


async def _records(field: Battlefield, order: Order, mark: str) -> list[Mapping[str, Any]]:
    """All records in which the mark occurs, whatever else they say."""
    kind, name = ("users", "email") if order.makes_user else ("tasks", "title")
    assert field.manager.token is not None
    found = await field.around.records(field.manager.token, kind, mark)
    return [one for one in found if mark in one[name]]


def _add(report: Report, fire: Fire, seen: Evidence) -> None:
    report.states[str(seen.view["state"])] += 1
    report.effects.update(str(status) for status in seen.statuses())
    report.exposed += _was_hit(seen.view, fire.blows)
    report.findings += judge(seen)


def _was_hit(view: Mapping[str, Any], blows: Sequence[float]) -> bool:
    since = {one["state"]: _seconds(one["since"]) for one in view["states"]}
    if "PLANNED" not in since:
        return False
    until = since.get("PERSISTED_EVENT", _seconds(view["endedAt"]))
    return any(since["PLANNED"] <= blow <= until for blow in blows)


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common())
