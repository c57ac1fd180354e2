"""The purger: Durable forgets old runs, never one that has not got its end."""

from dataclasses import replace
from datetime import timedelta

import pytest

from activities.left_behind import left_behind
from api.identifiers import new_id
from api.purging import MOST_SLICES, purge
from shared.contracts.events import is_terminal
from shared.contracts.runs import EndedBadly, RunOutcome
from shared.errors import StoreError
from shared.ports import OrchestrationState
from tests.fakes.samples import AT
from tests.fakes.telemetry import telling
from tests.fakes.world import ANA
from tests.unit.api.people import ASYNC, Desk

KEPT = timedelta(days=30)
COMPLETED = OrchestrationState("completed", None)


async def purge_at(desk: Desk) -> None:
    await purge(desk.orchestrations, desk.world.deps(), left_behind)


def born(desk: Desk, run_id: str, ago: timedelta) -> None:
    desk.orchestrations.born[run_id] = desk.world.clock.now - ago


async def old_dead_run(desk: Desk) -> str:
    """A run of a month ago that Durable gave up, while nobody swept."""
    run_id = str((await desk.post(await desk.conversation(), **ASYNC)).json["runId"])
    request = desk.orchestrations.started[-1][2]
    desk.orchestrations.states[run_id] = OrchestrationState("failed", None)
    desk.orchestrations.bad.append(EndedBadly(run_id, request, False))
    born(desk, run_id, KEPT + timedelta(days=1))
    return run_id


async def test_what_ended_well_is_purged_when_it_is_old_and_not_before() -> None:
    desk = Desk()
    for run_id, days in (("old", 31), ("young", 29)):
        desk.orchestrations.states[run_id] = COMPLETED
        born(desk, run_id, timedelta(days=days))
    desk.orchestrations.states["waits"] = OrchestrationState("running", None)
    born(desk, "waits", timedelta(days=31))
    with telling() as told:
        await purge_at(desk)
        assert told.points("eira.runs.purged") == [({}, 1)]
    assert set(desk.orchestrations.states) == {"young", "waits"}


async def test_the_time_is_a_setting() -> None:
    desk = Desk()
    desk.orchestrations.states["r"] = COMPLETED
    born(desk, "r", timedelta(days=8))
    deps = desk.world.deps()
    week = replace(deps.policy, history_kept=timedelta(days=7))
    await purge(desk.orchestrations, replace(deps, policy=week), left_behind)
    assert desk.orchestrations.states == {}


async def test_at_one_time_so_many_are_purged_and_the_next_time_goes_on() -> None:
    desk = Desk()
    for number in range(100 * MOST_SLICES + 1):
        desk.orchestrations.states[str(number)] = COMPLETED
        born(desk, str(number), timedelta(days=31))
    await purge_at(desk)
    assert len(desk.orchestrations.states) == 1
    await purge_at(desk)
    assert desk.orchestrations.states == {}


async def test_who_has_no_time_left_begins_no_slice() -> None:
    desk = Desk()
    for number in range(300):
        desk.orchestrations.states[str(number)] = COMPLETED
        born(desk, str(number), timedelta(days=31))
    deps, real = desk.world.deps(), desk.orchestrations.forget_completed

    async def slowly(before: object) -> int:
        desk.world.clock.now += timedelta(minutes=5)
        return await real(deps.now() - KEPT)

    desk.orchestrations.forget_completed = slowly  # type: ignore[method-assign]
    await old_dead_run(desk)
    await purge(desk.orchestrations, deps, left_behind)
    assert len(desk.orchestrations.states) == 201


async def test_a_run_that_nobody_swept_gets_its_end_before_it_is_purged() -> None:
    desk = Desk()
    run_id = await old_dead_run(desk)
    await purge_at(desk)
    assert run_id not in desk.orchestrations.states
    outcome = await desk.world.runs.outcome(ANA.tenant_id, run_id)
    assert outcome is not None
    assert outcome.state == "FAILED"
    assert is_terminal((await desk.world.log.all(run_id))[-1].events[-1])


async def test_a_run_whose_end_is_stored_gets_no_second_one_when_its_log_is_gone() -> None:
    desk = Desk()
    run_id = await old_dead_run(desk)
    await desk.world.runs.end(
        RunOutcome(
            run_id=run_id, tenant_id=ANA.tenant_id, state="FAILED", finish_reason="error",
            ended_at=AT,
        )
    )  # fmt: skip
    await desk.world.log.erase(run_id)
    await purge_at(desk)
    assert run_id not in desk.orchestrations.states
    assert await desk.world.log.all(run_id) == ()


async def test_a_run_that_cannot_get_its_end_stays_and_the_others_go(
    caplog: pytest.LogCaptureFixture,
) -> None:
    desk = Desk()
    stays, goes = await old_dead_run(desk), await old_dead_run(desk)
    real = desk.world.runs.outcome

    async def away(tenant_id: str, run_id: str) -> RunOutcome | None:
        if run_id == stays:
            raise StoreError("away")
        return await real(tenant_id, run_id)

    desk.world.runs.outcome = away  # type: ignore[method-assign]
    await purge_at(desk)
    assert stays in desk.orchestrations.states
    assert goes not in desk.orchestrations.states
    assert f"run={stays} could not be purged" in caplog.text
    desk.world.runs.outcome = real  # type: ignore[method-assign]
    await purge_at(desk)
    assert desk.orchestrations.bad == []


async def test_what_this_app_did_not_start_is_purged_as_well() -> None:
    desk = Desk()
    strange = new_id()
    desk.orchestrations.states[strange] = OrchestrationState("failed", None)
    desk.orchestrations.bad = [EndedBadly(strange, {}, False)]
    born(desk, strange, timedelta(days=31))
    await purge_at(desk)
    assert desk.orchestrations.bad == []


async def test_a_message_sent_again_behind_the_purge_starts_nothing() -> None:
    desk = Desk()
    conversation = await desk.conversation()
    first = await desk.post(conversation, **ASYNC, idempotency_key="k")
    run_id = str(first.json["runId"])
    desk.orchestrations.states[run_id] = COMPLETED
    await desk.world.runs.end(
        RunOutcome(
            run_id=run_id, tenant_id=ANA.tenant_id, state="DONE", finish_reason="stop", ended_at=AT
        )
    )
    born(desk, run_id, timedelta(days=31))
    await purge_at(desk)
    assert desk.orchestrations.states == {}
    again = await desk.post(conversation, **ASYNC, idempotency_key="k")
    assert again.json["runId"] == run_id
    assert len(desk.orchestrations.started) == 1
    assert (await desk.run(run_id)).json["state"] == "DONE"
