"""A run that asks many times begins anew now and then, and hears all that it is told."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from api import control
from tests.fakes.flow_desk import FlowDesk, flow_desk

STEPS_AT_ONCE = 8
"""Of an execution: a recorded history has as many as there are."""
ROUNDS = 2 * STEPS_AT_ONCE + 5
ASK = {"id": "q", "type": "response", "text": "¿Y?", "wait": True, "save_as": "a"}
LOOP = {"id": "l", "type": "loop", "over": list(range(ROUNDS)), "collect": "${a.text}",
        "save_as": "all", "body": [ASK]}  # fmt: skip


@pytest.fixture
async def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FlowDesk]:
    monkeypatch.setattr("orchestrators.flow.STEPS_AT_ONCE", STEPS_AT_ONCE)
    async with flow_desk(tmp_path) as desk:
        yield desk


async def answered(desk: FlowDesk, run_id: str, first: int, last: int) -> None:
    for number in range(first, last):
        key = f"q[{number}]"
        await desk.waits(run_id, key)
        answer = await desk.say(run_id, f"respuesta {number}", key=key)
        assert answer.status == 202, answer.body


def begun_anew(desk: FlowDesk) -> int:
    """How often the flow's orchestration was woken in a later execution."""
    woken = [json.loads(text) for name, text in desk.worker.contexts if name == "flow"]
    return sum("resumed" in each["input"] for each in woken)


async def assert_stopped(desk: FlowDesk, run_id: str) -> None:
    last = (await desk.events(run_id))[-1]
    assert (last["type"], last["code"]) == ("error", "CANCELLED")


async def test_a_loop_of_questions_begins_anew_and_forgets_no_answer(desk: FlowDesk) -> None:
    run_id = await desk.begin([LOOP])
    await answered(desk, run_id, 0, ROUNDS)
    await desk.ended(run_id)
    view = await desk.view(run_id)
    assert view["status"] == "done", view
    assert view["variables"]["all"] == [f"respuesta {number}" for number in range(ROUNDS)]
    woken = [json.loads(text) for name, text in desk.worker.contexts if name == "flow"]
    resumed = {each["input"] for each in woken if "resumed" in each["input"]}
    assert len(resumed) == 2
    # A question, its answer and its step are some ten events of Durable's history.
    assert max(len(each["history"]) for each in woken) < STEPS_AT_ONCE * 13


async def test_a_run_that_has_begun_anew_is_stopped_while_it_asks(desk: FlowDesk) -> None:
    run_id = await desk.begin([LOOP])
    await answered(desk, run_id, 0, STEPS_AT_ONCE + 2)
    await desk.waits(run_id, f"q[{STEPS_AT_ONCE + 2}]")
    assert begun_anew(desk) > 0
    stopped = await desk.ana.call(control.cancel, "POST", path={"runId": run_id})
    assert stopped.status == 202, stopped.body
    await desk.ended(run_id)
    await assert_stopped(desk, run_id)


async def test_a_stop_beside_the_answer_that_a_run_begins_anew_behind_is_heeded(
    desk: FlowDesk,
) -> None:
    """Its event may be taken by the execution that ends: it is in the store all the same. The run
    may be over by it before its entry is in the log, which is then a conflict."""
    run_id = await desk.begin([LOOP])
    await answered(desk, run_id, 0, STEPS_AT_ONCE)
    stopped = await desk.ana.call(control.cancel, "POST", path={"runId": run_id})
    assert stopped.status == 202 or stopped.code == "RUN_ENDED", stopped.body
    await desk.ended(run_id)
    await assert_stopped(desk, run_id)
    asked = [each for each in await desk.events(run_id) if each["type"] == "question"]
    assert len(asked) <= STEPS_AT_ONCE + 1
