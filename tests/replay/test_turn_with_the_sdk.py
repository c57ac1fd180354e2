"""The turn through the real SDK, episode by episode, over histories as the extension sends them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from azure.durable_functions import Orchestrator

from orchestrators.turn import turn
from tests.replay.answers import a_task, failed, prepared
from tests.replay.recorded import START, CrashedError, Json, by_name, record, start_request
from tests.replay.test_turn import ERP_DOWN, STATES_OF_A_TASK

ORCHESTRATOR_STARTED, EXECUTION_STARTED, ORCHESTRATOR_COMPLETED = 12, 0, 13
TASK_SCHEDULED, TASK_COMPLETED, TASK_FAILED, TIMER_CREATED, TIMER_FIRED = 4, 5, 6, 10, 11
WITH_RETRY, ALL = 1, 12
HANDLE = Orchestrator.create(turn)

pytestmark = pytest.mark.filterwarnings("ignore:azure.functions df_loads was called without")


@dataclass
class History:
    """Grows by what the extension would add; each event is a tenth of a second after the last."""

    events: list[Json] = field(default_factory=list)
    ids: int = 0

    def add(self, kind: int, **fields: object) -> None:
        at = START + timedelta(milliseconds=100 * len(self.events))
        event = {"EventType": kind, "EventId": -1, "IsPlayed": False}
        self.events.append(event | {"Timestamp": at.isoformat().replace("+00:00", "Z")} | fields)

    def next_id(self) -> int:
        self.ids += 1
        return self.ids - 1

    def body(self) -> str:
        return json.dumps(
            {
                "history": self.events,
                "input": json.dumps(start_request()),
                "instanceId": "01JD8R",
                "isReplaying": False,
                "parentInstanceId": None,
                "upperSchemaVersion": 1,
                "upperSchemaVersionNew": 2,
                "longRunningTimerIntervalDuration": "3.00:00:00",
                "maximumShortTimerDuration": "6.00:00:00",
            }
        )


def begun() -> History:
    history = History()
    history.add(ORCHESTRATOR_STARTED)
    instance = {"InstanceId": "01JD8R", "ExecutionId": "e1"}
    history.add(
        EXECUTION_STARTED,
        OrchestrationInstance=instance,
        Name="turn",
        Version=None,
        Input=json.dumps(start_request()),
    )
    return history


def episode(history: History) -> Json:
    answer: Json = json.loads(HANDLE(history.body()))
    return answer


def leaves(action: Json) -> Iterator[Json]:
    if action["actionType"] == ALL:
        for part in action["compoundActions"]:
            yield from leaves(part)
    else:
        yield action


def settle(history: History, call: Json, answer: Json | CrashedError) -> None:
    """Run one activity: every failed attempt is followed by a timer, the last one too."""
    for _ in range(int(call["retryOptions"]["maxNumberOfAttempts"])):
        task = history.next_id()
        history.add(TASK_SCHEDULED, Name=call["functionName"], Version="", Input=None, EventId=task)
        history.add(ORCHESTRATOR_COMPLETED)
        history.add(ORCHESTRATOR_STARTED)
        if not isinstance(answer, CrashedError):
            history.add(TASK_COMPLETED, TaskScheduledId=task, Result=json.dumps(answer))
            return
        history.add(TASK_FAILED, TaskScheduledId=task, Reason=str(answer), Details="")
        timer = history.next_id()
        history.add(TIMER_CREATED, FireAt=START.isoformat(), EventId=timer)
        history.add(ORCHESTRATOR_COMPLETED)
        history.add(ORCHESTRATOR_STARTED)
        history.add(TIMER_FIRED, TimerId=timer, FireAt=START.isoformat())


def run_together(history: History, calls: list[Json], answers: dict[str, Any]) -> None:
    """Several activities in one wave, answered in the reverse of their order."""
    tasks = [(history.next_id(), call["functionName"]) for call in calls]
    for task, name in tasks:
        history.add(TASK_SCHEDULED, Name=name, Version="", Input=None, EventId=task)
    for task, name in reversed(tasks):
        history.add(ORCHESTRATOR_COMPLETED)
        history.add(ORCHESTRATOR_STARTED)
        history.add(TASK_COMPLETED, TaskScheduledId=task, Result=json.dumps(answers[name]))


def run(answers: dict[str, Any]) -> tuple[list[Json], Json]:
    """Episodes until the orchestrator is done: the activities scheduled, and its last answer."""
    history, calls = begun(), list[Json]()
    while not (state := episode(history))["isDone"]:
        # The SDK repeats all actions of the run in every answer; the new ones are at the end.
        every = [leaf for action in state["actions"][0] for leaf in leaves(action)]
        fresh, calls = every[len(calls) :], every
        assert fresh, "an episode that schedules nothing would never be woken"
        if len(fresh) > 1:
            run_together(history, fresh, answers)
        else:
            settle(history, fresh[0], answers[fresh[0]["functionName"]])
    return calls, state


def test_the_first_episode_schedules_the_first_step_with_its_retries() -> None:
    state = episode(begun())
    (call,) = leaves(state["actions"][0][0])
    assert call["actionType"] == WITH_RETRY
    assert call["functionName"] == "prepare"
    assert call["retryOptions"]["maxNumberOfAttempts"] == 3
    assert call["retryOptions"]["firstRetryIntervalInMilliseconds"] == 500
    assert json.loads(call["input"]) == {"run": start_request()["run"], "announce": [], "after": 1}
    assert state["isDone"] is False
    assert state["customStatus"]["state"] == "RECEIVED"


def test_a_task_runs_through_the_sdk_as_the_recorded_context_says() -> None:
    calls, state = run(a_task())
    recording = record(by_name(a_task()))
    assert [call["functionName"] for call in calls] == [call.name for call in recording.calls]
    assert state["customStatus"]["state"] == "DONE"
    assert [each["state"] for each in state["customStatus"]["states"]] == STATES_OF_A_TASK
    for call, recorded in zip(calls, recording.calls, strict=True):
        sent = json.loads(call["input"])
        for timed in ("states", "endedAt"):
            assert sent.pop(timed, None) is not None or timed not in recorded.payload
            recorded.payload.pop(timed, None)
        assert sent == recorded.payload


def test_a_greeting_and_a_run_that_has_ended_come_to_their_end_through_the_sdk() -> None:
    calls, state = run(a_task() | {"prepare": prepared("SMALL_TALK")})
    assert [call["functionName"] for call in calls] == ["prepare", "respond", "finish"]
    assert state["customStatus"]["state"] == "DONE"
    calls, state = run({"prepare": prepared("SMALL_TALK", ended=True)})
    assert [call["functionName"] for call in calls] == ["prepare"]
    assert "error" not in state


def test_without_any_index_the_turn_still_comes_to_its_end() -> None:
    calls, _ = run(a_task() | {"prepare": prepared("FLOW_EXECUTION", indexes=())})
    assert [call["functionName"] for call in calls][:2] == ["prepare", "plan"]


def test_a_failure_by_value_ends_the_run_through_the_sdk() -> None:
    calls, state = run(a_task() | {"run_tool": failed(ERP_DOWN)})
    assert calls[-1]["functionName"] == "finish"
    assert json.loads(calls[-1]["input"])["failure"]["code"] == "ERP_UNAVAILABLE"
    assert state["customStatus"]["state"] == "FAILED"


def test_a_step_that_crashes_at_every_attempt_ends_the_run_through_the_sdk() -> None:
    calls, state = run(a_task() | {"plan": CrashedError("worker gone")})
    assert [call["functionName"] for call in calls] == ["prepare", "retrieve", "plan", "finish"]
    assert json.loads(calls[-1]["input"])["failure"]["code"] == "INTERNAL"
    assert state["customStatus"]["state"] == "FAILED"


def test_when_the_end_itself_crashes_the_orchestration_fails_and_the_sweeper_takes_over() -> None:
    answers = a_task() | {"prepare": prepared("SMALL_TALK")}
    with pytest.raises(Exception, match=r"OutOfProcData"):
        run(answers | {"finish": CrashedError("no store")})


def test_replaying_the_whole_history_schedules_the_same_actions() -> None:
    first, _ = run(a_task())
    second, _ = run(a_task())
    assert first == second
