"""One attack: place all orders under fire, let every run end, judge each."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from tests.e2e.cloud import Host
from tests.e2e.people import Person
from tests.e2e.stores import Stores
from tests.e2e.surroundings import Surroundings
from tests.e2e.under_fire.firing import Fire
from tests.e2e.under_fire.hits import hit_in
from tests.e2e.under_fire.ordering import Placed, insist, place, view_of
from tests.e2e.under_fire.plan import Effort, Order, orders
from tests.e2e.under_fire.verdict import Evidence, Finding, judge

JUDGED_AT_ONCE = 8
SLOW_LEDGER = {"service": "cosmos", "method": "PUT", "path": "effect-", "count": 1_000_000}

type Tell = Callable[[int, int], None]
"""Told how many runs have ended, and how many of those were hit, each time that one has."""


@dataclass(slots=True)
class Report:
    """`hits`: runs whose work between plan and record was hit, by the state they were in."""

    seed: int
    seconds: float
    fire: Fire
    runs: Counter[str] = field(default_factory=Counter)
    hits: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    effects: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_proof(self) -> bool:
        return not self.findings and self.hits.total() >= self.fire.effort.hits

    def count(self, offence: str) -> int:
        return sum(one.offence == offence for one in self.findings)

    def __str__(self) -> str:
        blows, faults = self.fire.blows, self.fire.faults
        return "\n".join(
            (
                f"seed {self.seed}, {self.seconds:.0f} s",
                f"runs {self.runs.total()}: {_listed(self.runs)}",
                f"ended: {_listed(self.states)}; calls: {_listed(self.effects)}",
                f"workers killed {self.fire.killed} in {len(blows)} blows; "
                f"blows that left none alive {sum(blow.whole for blow in blows)}",
                f"runs hit between plan and record {self.hits.total()}: {_listed(self.hits)}",
                f"failures {faults.total()}: {_listed(faults)}",
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
    """May ask for projects, and for users with the manager's approval."""
    manager: Person

    def who_asks(self, order: Order) -> Person:
        return self.employee if order.is_plain else self.admin


async def attack(
    field: Battlefield, effort: Effort, seed: int, tell: Tell = lambda ended, hits: None
) -> Report:
    began = time.monotonic()
    fire = Fire(field.host, field.around, effort, seed)
    # A model slow enough for blows to fall while it plans and while it answers.
    await field.around.pace(20, 400)
    await field.around.fail_as({**SLOW_LEDGER, "delayMs": effort.ledger_ms})
    placed = await _under_fire(field, fire, f"{uuid4().int % 10**6:06d}", tell)
    report = Report(seed, time.monotonic() - began, fire)
    turns = asyncio.Semaphore(JUDGED_AT_ONCE)

    async def look(one: Placed) -> None:
        async with turns:
            _add(report, await _evidence(field, one))

    for order, one in placed.items():
        report.runs[order.kind] += 1
        if one is None:
            report.findings.append(Finding("lost", order.marks[0], "it has not ended in time"))
    await asyncio.gather(*(look(one) for one in placed.values() if one is not None))
    return report


async def _under_fire(
    field: Battlefield, fire: Fire, batch: str, tell: Tell
) -> dict[Order, Placed | None]:
    """Order until enough runs have been hit; None for those whose runs have not ended."""
    placed: dict[Order, Placed | None] = {}
    ended = hits = 0

    def wanted() -> Iterator[Order]:
        whole = sum(fire.effort.orders.values())
        for order in orders(fire.effort, fire.seed, batch):
            if len(placed) >= whole and hits >= fire.effort.hits:
                return
            placed[order] = None
            yield order

    async def customer(wishes: Iterator[Order]) -> None:
        nonlocal ended, hits
        for order in wishes:
            with suppress(TimeoutError):
                one = await place(order, field.who_asks(order), field.manager, fire.watch)
                placed[order] = one
                hit = await _was_hit(field, fire, one)
                hits += hit
            ended += 1
            tell(ended, hits)

    stimuli = [asyncio.create_task(one) for one in (fire.kill_workers(), fire.break_services())]
    wishes = wanted()
    try:
        await asyncio.gather(*(customer(wishes) for _ in range(fire.effort.at_once)))
    finally:
        for one in stimuli:
            one.cancel()
        await asyncio.wait(stimuli)
        await fire.cease()
    for one in stimuli:
        if not one.cancelled():
            one.result()
    await field.employee.reachable()
    return placed


async def _was_hit(field: Battlefield, fire: Fire, placed: Placed) -> bool:
    view = await view_of(placed.run_id, field.who_asks(placed.order))
    audit = await field.stores.of_run("events", placed.run_id)
    return hit_in(view, audit, fire.blows) is not None


async def _evidence(field: Battlefield, placed: Placed) -> Evidence:
    who = field.who_asks(placed.order)
    run = await who.follow(placed.run_id)
    conversation = await insist(lambda: who.get(f"/conversations/{placed.conversation}"), {200})
    return Evidence(
        placed=placed,
        records=[await _records(field, placed.order, n) for n in range(len(placed.order.marks))],
        view=await view_of(placed.run_id, who),
        run=run,
        turns=conversation.body["turns"],
        audit=await field.stores.of_run("events", placed.run_id),
    )


async def _records(field: Battlefield, order: Order, step: int) -> list[Mapping[str, Any]]:
    """All records in which the call's mark occurs, whatever else they say."""
    kind, name = order.kept_as(step)
    assert field.manager.token is not None
    found = await field.around.records(field.manager.token, kind, order.marks[step])
    return [one for one in found if order.marks[step] in one[name]]


def _add(report: Report, seen: Evidence) -> None:
    report.states[str(seen.view["state"])] += 1
    report.effects.update(str(status) for status in seen.statuses())
    if (state := hit_in(seen.view, seen.audit, report.fire.blows)) is not None:
        report.hits[state] += 1
    report.findings += judge(seen)


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common())
