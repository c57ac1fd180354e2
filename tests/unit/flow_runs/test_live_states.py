"""The state of a flow's run while one of its agents waits for somebody."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from api import run_list, runs
from shared.contracts.runs import RunState, RunStatus
from shared.ports import OrchestrationState
from tests.fakes.flow_desk import FlowDesk, flow_desk
from tests.fakes.http import Caller
from tests.fakes.services import FakeOrchestrations
from tests.fakes.world import ANA, LUIS, World
from tests.unit.api.rules import CALLERS

OPERATOR = LUIS.model_copy(update={"rights": (*LUIS.rights, "runs:read")})


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[FlowDesk]:
    async with flow_desk(tmp_path, World(callers={**CALLERS, "luis": OPERATOR})) as found:
        yield found


@pytest.mark.parametrize("state", ["WAITING_APPROVAL", "EXECUTING_TOOLS"])
async def test_a_flow_waits_where_its_agent_waits_for_an_approval(
    desk: FlowDesk, state: RunState
) -> None:
    run_id = await desk.begin([{"type": "response", "text": "¿?", "wait": True}])
    await desk.waits(run_id)
    progress = await desk.deps.flow_runs.progress(ANA.tenant_id, run_id)
    assert progress is not None
    (asked,) = progress.pending.values()
    pending = {asked.number: asked.model_copy(update={"child": "inner"})}
    calling = progress.model_copy(update={"pending": pending})
    assert await desk.deps.flow_runs.advance(calling) is not None
    orchestrations = FakeOrchestrations(
        states={run_id: _running("EXECUTING_TOOLS", desk), "inner": _running(state, desk)}
    )
    ana, luis = (Caller(desk.deps, orchestrations, each) for each in ("ana", "luis"))
    told = await ana.call(runs.read, path={"runId": run_id})
    assert told.json["state"] == state
    listed = await luis.call(run_list.listed, query={"state": state})
    assert [each["runId"] for each in listed.json["items"]] == [run_id]


def _running(state: RunState, desk: FlowDesk) -> OrchestrationState:
    status = RunStatus(state=state, since=desk.deps.now(), conversation_id="c", states=())
    return OrchestrationState("running", status)
