"""Waves of tools, approvals, queues, stops and limits: what the orchestrator schedules when."""

from datetime import timedelta

import pytest

from orchestrators.ending import REMEMBER_AFTER
from shared.contracts.activities import PlannedCall, RunLimits
from shared.contracts.approvals import ApprovalState
from shared.contracts.problems import STOPPED
from tests.replay.answers import (
    a_task,
    asked,
    awaited,
    failed,
    finished,
    planned,
    recorded,
    responded,
    settled,
)
from tests.replay.recorded import (
    START,
    AnyOf,
    Json,
    Recording,
    Scheduled,
    by_name,
    record,
    start_request,
)

TASK = PlannedCall(tool="createTask")
APPROVED = PlannedCall(tool="createUser", approval=True)


def approved_turn(*calls: PlannedCall, state: ApprovalState = "used") -> dict[str, Json]:
    return a_task() | {
        "plan": planned(*(calls or (APPROVED,))),
        "ask_approval": asked(),
        "settle_approval": settled(state),
        "remember": recorded(),
    }


def tool_waves(recording: Recording) -> list[list[int]]:
    """Which calls of the plan ran side by side."""
    return [
        [call.payload["step"] for call in wave]
        for wave in recording.waves
        if wave[0].name == "run_tool"
    ]


# --- waves ----------------------------------------------------------------------------------------


def test_a_call_runs_behind_those_it_needs() -> None:
    calls = (
        PlannedCall(tool="createProject"),
        PlannedCall(tool="createTask", needs=(0,)),
        PlannedCall(tool="createTask", needs=(0,)),
        PlannedCall(tool="createTask", needs=(0, 2)),
    )
    recording = record(by_name(a_task() | {"plan": planned(*calls)}))
    assert tool_waves(recording) == [[0], [1, 2], [3]]
    assert recording.states.count("EXECUTING_TOOLS") == 1


# --- approvals ------------------------------------------------------------------------------------


def test_a_call_that_must_be_approved_waits_for_its_event() -> None:
    recording = record(by_name(approved_turn()), wakes=lambda _: "approval-0")
    assert recording.names[3:7] == [
        ["ask_approval"],
        ["settle_approval"],
        ["run_tool"],
        ["respond", "record"],
    ]
    (wait,) = recording.waits
    assert wait.names == ("approval-0", "stop")
    assert wait.until == START + timedelta(hours=24)
    assert recording.states[4:7] == ["WAITING_APPROVAL", "EXECUTING_TOOLS", "STREAMING_RESPONSE"]
    assert "refused" not in recording.call("run_tool").payload


@pytest.mark.parametrize(
    ("state", "refused"), [("rejected", "approval_rejected"), ("expired", "approval_expired")]
)
def test_a_call_that_nobody_approved_is_told_and_not_made(
    state: ApprovalState, refused: str
) -> None:
    recording = record(by_name(approved_turn(state=state)), wakes=lambda _: None)
    assert recording.call("run_tool").payload["refused"] == refused
    assert recording.states[-1] == "DONE"


def test_whoever_decided_before_the_wait_is_not_waited_for() -> None:
    answers = approved_turn() | {"ask_approval": asked(decided=True)}
    assert record(by_name(answers)).waits == ()


def test_what_needs_no_approval_is_done_before_anybody_is_waited_for() -> None:
    recording = record(by_name(approved_turn(APPROVED, TASK)), wakes=lambda _: "approval-0")
    assert tool_waves(recording) == [[1], [0]]
    assert [names[0] for names in recording.names[3:6]] == [
        "run_tool",
        "ask_approval",
        "settle_approval",
    ]


def test_waiting_for_a_person_is_not_working_time() -> None:
    request = start_request() | {"limits": {"seconds": 60, "modelCalls": 9, "tokens": 9999}}
    recording = record(by_name(approved_turn()), request, wakes=lambda _: "approval-0")
    assert recording.states[-1] == "DONE", "the ten minutes until the decision do not count"


# --- stopping -------------------------------------------------------------------------------------


def test_a_run_that_is_stopped_while_it_waits_ends_without_the_call() -> None:
    recording = record(by_name(approved_turn()), wakes=lambda _: "stop")
    assert recording.call("settle_approval").payload["stopped"] is True
    assert recording.names[-2:] == [["record"], ["finish"]]
    finish = recording.call("finish").payload
    assert finish["failure"]["code"] == "CANCELLED"
    assert (finish["finishReason"], finish["announce"][-1]) == ("cancelled", "CANCELLED")


@pytest.mark.parametrize("step", ["plan", "run_tool", "respond"])
def test_a_step_that_gave_up_ends_the_run_as_stopped(step: str) -> None:
    recording = record(by_name(a_task() | {step: failed(STOPPED)}))
    failure = recording.call("finish").payload["failure"]
    behind_tools = step != "plan"
    assert failure["message"] == ("cancelled_behind_tools" if behind_tools else "cancelled")
    assert recording.states[-1] == "CANCELLED"


# --- queues ---------------------------------------------------------------------------------------


def queued() -> Json:
    return start_request() | {"waitsFor": ["01EARLIER", "01LATER"]}


def test_a_message_that_queues_looks_ever_less_often_whether_its_turn_has_come() -> None:
    looks: list[Scheduled] = []

    def answers(call: Scheduled) -> Json:
        if call.name != "await_turn":
            return a_task()[call.name]
        looks.append(call)
        return awaited(free=len(looks) == 7)

    recording = record(answers, queued())
    assert recording.states[-1] == "DONE"
    assert all(look.payload["earlier"] == ["01EARLIER", "01LATER"] for look in looks)
    assert len(recording.waits) == 6
    assert all(wait.names == ("stop",) for wait in recording.waits)


def test_a_queue_that_does_not_move_is_given_up() -> None:
    recording = record(by_name(a_task() | {"await_turn": awaited(free=False)}), queued())
    assert recording.call("finish").payload["failure"]["code"] == "CONVERSATION_BUSY"


def test_a_message_that_queues_can_be_stopped() -> None:
    answers = a_task() | {"await_turn": awaited(free=False)}
    recording = record(by_name(answers), queued(), wakes=lambda _: "stop")
    assert recording.names == [["await_turn"], ["finish"]]
    assert recording.states[-1] == "CANCELLED"


# --- limits ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (RunLimits(seconds=0.5), "TIMEOUT"),
        (RunLimits(tokens=5), "QUOTA_EXCEEDED"),
        (RunLimits(model_calls=1), "QUOTA_EXCEEDED"),
    ],
)
def test_a_run_over_its_limits_fails_before_its_next_step(limits: RunLimits, code: str) -> None:
    answers = a_task() | {"plan": planned("createTask", model_calls=3)}
    recording = record(by_name(answers), start_request() | {"limits": limits.wire()})
    assert "run_tool" not in [call.name for call in recording.calls]
    assert recording.call("finish").payload["failure"]["code"] == code
    assert recording.states[-1] == "FAILED"


# --- memory ---------------------------------------------------------------------------------------


def test_what_cerebro_could_not_take_is_tried_again_behind_the_end() -> None:
    tries: list[Scheduled] = []

    def answers(call: Scheduled) -> Json:
        if call.name == "record":
            return recorded("pending")
        if call.name == "remember":
            tries.append(call)
            return recorded("pending" if len(tries) < 3 else "stored")
        return a_task()[call.name]

    recording = record(answers)
    names = [name for wave in recording.names for name in wave]
    assert names[-4:] == ["finish", "remember", "remember", "remember"]
    assert recording.call("finish").payload["memory"] == "pending"


@pytest.mark.parametrize("outcome", [finished(), failed(STOPPED)])
def test_a_long_conversation_is_folded_behind_the_end(outcome: Json) -> None:
    answers = a_task() | {"respond": responded(folds=True), "fold": outcome}
    recording = record(by_name(answers))
    assert [call.name for call in recording.calls][-2:] == ["finish", "fold"]
    assert recording.states[-1] == "DONE"


def test_a_short_conversation_is_not_folded() -> None:
    assert "fold" not in [call.name for call in record(by_name(a_task())).calls]


@pytest.mark.parametrize(("spent", "may"), [(1, True), (10, True), (11, False)])
def test_an_answer_may_be_repeated_if_the_budget_allows_it(spent: int, may: bool) -> None:
    answers = a_task() | {"plan": planned("createTask", model_calls=spent)}
    assert record(by_name(answers)).call("respond").payload["mayRepeat"] is may


def test_a_cerebro_that_stays_away_is_given_up() -> None:
    answers = a_task() | {"record": recorded("pending"), "remember": failed(STOPPED)}
    recording = record(by_name(answers))
    assert [call.name for call in recording.calls].count("remember") == len(REMEMBER_AFTER)


def test_a_wait_hears_only_what_it_names() -> None:
    waits: list[AnyOf] = []

    def wakes(wait: AnyOf) -> str:
        waits.append(wait)
        return wait.names[0]

    record(by_name(approved_turn(APPROVED, APPROVED)), wakes=wakes)
    assert [wait.names for wait in waits] == [("approval-0", "stop"), ("approval-1", "stop")]
