"""The watch: runs that neither end nor wait for anybody are counted, and named."""

from datetime import timedelta

import pytest

from api.watching import watch
from shared.contracts.runs import RunState, RunStatus
from shared.ports import OrchestrationState
from tests.fakes.telemetry import telling
from tests.unit.api.people import Desk

LONG = timedelta(hours=2)


def under_way(
    desk: Desk, run_id: str, state: RunState | None, since: timedelta = LONG, born: timedelta = LONG
) -> None:
    now = desk.world.clock.now
    status = state and RunStatus(state=state, since=now - since, conversation_id="c1")
    desk.orchestrations.states[run_id] = OrchestrationState("running", status or None)
    desk.orchestrations.born[run_id] = now - born


async def counted(desk: Desk) -> float:
    with telling() as told:
        await watch(desk.orchestrations, desk.world.deps())
        ((_, count),) = told.points("eira.runs.stuck")
    return count


async def test_a_run_that_has_stood_still_for_an_hour_is_told_and_named(
    caplog: pytest.LogCaptureFixture,
) -> None:
    desk = Desk()
    under_way(desk, "stands-still", "EXECUTING_TOOLS")
    under_way(desk, "never-begun", None)
    assert await counted(desk) == 2
    assert "never-begun, stands-still" in caplog.text


@pytest.mark.parametrize("state", ["WAITING_APPROVAL", "DONE", "FAILED", "CANCELLED"])
async def test_who_waits_for_a_person_or_for_cerebro_is_not_stuck(state: RunState) -> None:
    desk = Desk()
    under_way(desk, "rests", state)
    assert await counted(desk) == 0


async def test_who_goes_on_is_not_stuck_and_none_is_told_as_none() -> None:
    desk = Desk()
    under_way(desk, "goes-on", "STREAMING_RESPONSE", since=timedelta(minutes=1))
    under_way(desk, "young", "PLANNED", born=timedelta(minutes=3))
    assert await counted(desk) == 0
