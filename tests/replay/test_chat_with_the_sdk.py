"""Agents side by side through the real SDK: each goes on at its own pace, in any order."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from azure.durable_functions import Orchestrator

from orchestrators.chat import chat
from shared.contracts.activities import RunLimits
from shared.contracts.agent_activities import ChatRequest, ChatShape
from tests.replay.calls import READ, TEAM, Script, called, said
from tests.replay.recorded import RUN, CrashedError, Json, Scheduled
from tests.replay.test_turn_with_the_sdk import (
    EXECUTION_STARTED,
    ORCHESTRATOR_COMPLETED,
    ORCHESTRATOR_STARTED,
    TASK_COMPLETED,
    TASK_FAILED,
    TASK_SCHEDULED,
    TIMER_CREATED,
    TIMER_FIRED,
    History,
)

HANDLE = Orchestrator.create(chat)
SHAPE = ChatShape(mode="fanout", speakers=TEAM, coordinator="Coordinator", max_steps=13)
START = "2026-11-22T10:00:00Z"

type Order = Callable[[Sequence[object]], int]

pytestmark = pytest.mark.filterwarnings("ignore:azure.functions df_loads was called without")


def body(history: History) -> str:
    told = json.loads(history.body())
    request = ChatRequest(run=RUN, after=1, limits=RunLimits(), shape=SHAPE)
    return json.dumps(told | {"input": json.dumps(request.wire())})


def leaves(action: Json) -> Iterator[Json]:
    if "compoundActions" in action:
        for part in action["compoundActions"]:
            yield from leaves(part)
    else:
        yield action


def run(script: Script, order: Order) -> tuple[list[str], Json]:
    """Episodes until the end, one completion each; who spoke or what was called, in the order in
    which it was scheduled, and the last answer."""
    answers, history = script.answers(), History()
    history.add(ORCHESTRATOR_STARTED)
    history.add(EXECUTION_STARTED, Name="chat", Version=None, Input="{}",
                OrchestrationInstance={"InstanceId": "01JD8R", "ExecutionId": "e1"})  # fmt: skip
    scheduled: list[str] = []
    at_work: list[tuple[int, Json | CrashedError, int]] = []
    while not (state := json.loads(HANDLE(body(history))))["isDone"]:
        every = [leaf for action in state["actions"][0] for leaf in leaves(action)]
        for call in every[len(scheduled) :]:
            payload = json.loads(call["input"])
            scheduled.append(str(payload.get("speaker", call["functionName"])))
            answer = answers(Scheduled(call["functionName"], payload, 3))
            attempts = int(call["retryOptions"]["maxNumberOfAttempts"])
            at_work.append((_schedule(history, call["functionName"]), answer, attempts))
        _end(history, at_work.pop(order(at_work)))
    return scheduled, state


def _schedule(history: History, name: str) -> int:
    task = history.next_id()
    history.add(TASK_SCHEDULED, Name=name, Version="", Input=None, EventId=task)
    return task


def _end(history: History, work: tuple[int, Json | CrashedError, int]) -> None:
    """A call that crashes does so at every attempt; each is followed by a timer."""
    task, answer, attempts = work
    for left in reversed(range(attempts)):
        history.add(ORCHESTRATOR_COMPLETED)
        history.add(ORCHESTRATOR_STARTED)
        if not isinstance(answer, CrashedError):
            history.add(TASK_COMPLETED, TaskScheduledId=task, Result=json.dumps(answer))
            return
        history.add(TASK_FAILED, TaskScheduledId=task, Reason=str(answer), Details="")
        timer = history.next_id()
        history.add(TIMER_CREATED, FireAt=START, EventId=timer)
        history.add(ORCHESTRATOR_COMPLETED)
        history.add(ORCHESTRATOR_STARTED)
        history.add(TIMER_FIRED, TimerId=timer, FireAt=START)
        if left:
            task = _schedule(history, "speak")


def the_oldest(_: Sequence[object]) -> int:
    return 0


def the_newest(work: Sequence[object]) -> int:
    return len(work) - 1


def a_script() -> Script:
    return Script({TEAM[0]: [said(READ), said(READ)], TEAM[2]: [said(READ, READ)]})


@pytest.mark.parametrize("order", [the_oldest, the_newest])
def test_side_by_side_the_sdk_schedules_what_the_recorded_context_says(order: Any) -> None:
    scheduled, state = run(a_script(), order)
    recording = called(SHAPE, a_script(), ends=order)
    said_by = [str(call.payload.get("speaker", call.name)) for call in recording.calls]
    assert sorted(scheduled) == sorted(said_by)
    assert scheduled[-4:] == ["Coordinator", "close_call", "record", "finish"]
    assert state["customStatus"]["state"] == "DONE"


@pytest.mark.parametrize("order", [the_oldest, the_newest])
def test_one_that_crashes_for_good_ends_the_call_when_the_others_are_over(order: Any) -> None:
    script = Script({TEAM[1]: [CrashedError("worker gone")]})
    scheduled, state = run(script, order)
    assert scheduled == ["open_call", *TEAM, "record", "finish"]
    assert state["customStatus"]["state"] == "FAILED"
