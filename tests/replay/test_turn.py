"""The schedule of a turn, for each way that it can take."""

import re

import pytest

from shared.contracts.activities import RunLimits, TurnRequest
from shared.contracts.plan import Route
from shared.contracts.problems import Failure
from shared.contracts.runs import AnswerBasis
from shared.contracts.wording import WORDING
from tests.replay.answers import (
    a_task,
    failed,
    planned,
    prepared,
    responded,
    retrieved,
    tool_run,
)
from tests.replay.recorded import (
    RUN,
    CrashedError,
    Json,
    Recording,
    Scheduled,
    by_name,
    record,
    start_request,
)

ERP_DOWN = Failure(code="ERP_UNAVAILABLE", message="erp_unavailable", retryable=True)
STATES_OF_A_TASK = [
    "RECEIVED",
    "TRIAGED",
    "RETRIEVED_CONTEXT",
    "PLANNED",
    "EXECUTING_TOOLS",
    "STREAMING_RESPONSE",
    "PERSISTED_EVENT",
    "DONE",
]


def announced(recording: Recording) -> list[str]:
    return [state for call in recording.calls for state in call.payload["announce"]]


def hops_before_text(recording: Recording) -> int:
    """Activities that run one after another up to and with the one that writes the text."""
    return [("respond" in wave) for wave in recording.names].index(True) + 1


@pytest.mark.parametrize("route", ["SMALL_TALK", "NEED_MORE_CONTEXT", "UNKNOWN"])
def test_what_is_no_flow_is_answered_at_once(route: Route) -> None:
    recording = record(by_name(a_task() | {"prepare": prepared(route)}))
    assert recording.names == [["prepare"], ["respond"], ["finish"]]
    assert recording.states == ["RECEIVED", "TRIAGED", "STREAMING_RESPONSE", "DONE"]
    respond = recording.call("respond").payload
    assert respond["route"] == route
    assert respond["planned"] is False
    assert (respond["steps"], respond["indexes"]) == (0, [])


def test_by_setting_documents_are_looked_up_when_the_planner_has_no_tool() -> None:
    later = {"prepare": prepared("FLOW_EXECUTION", looks_later=True)}
    recording = record(by_name(a_task() | later | {"plan": planned(flow_type="Other")}))
    assert recording.names == [["prepare"], ["plan"], ["retrieve"], ["respond"], ["finish"]]
    assert recording.call("plan").payload["indexes"] == []
    assert recording.call("respond").payload["indexes"] == ["cerebro"]


def test_by_setting_no_documents_are_looked_up_for_a_task() -> None:
    later = {"prepare": prepared("FLOW_EXECUTION", looks_later=True)}
    for answers in (a_task() | later, a_task() | later | {"plan": planned(missing=1)}):
        recording = record(by_name(answers))
        assert ["retrieve"] not in recording.names
        assert recording.call("respond").payload["indexes"] == []


def test_by_setting_documents_are_never_looked_up() -> None:
    never = {"prepare": prepared("FLOW_EXECUTION", indexes=())}
    recording = record(by_name(a_task() | never | {"plan": planned(flow_type="Other")}))
    assert recording.names == [["prepare"], ["plan"], ["respond"], ["finish"]]
    assert "RETRIEVED_CONTEXT" not in recording.states


def test_a_question_for_more_context_ends_the_run_as_a_question() -> None:
    answers = a_task() | {
        "prepare": prepared("NEED_MORE_CONTEXT"),
        "respond": responded("question"),
    }
    finish = record(by_name(answers)).call("finish").payload
    assert finish["finishReason"] == "question"
    assert finish["memory"] == "none"
    assert "failure" not in finish


def test_a_knowledge_question_is_retrieved_planned_and_answered_without_tools() -> None:
    recording = record(by_name(a_task() | {"plan": planned(flow_type="Other")}))
    assert recording.names == [["prepare"], ["retrieve"], ["plan"], ["respond"], ["finish"]]
    respond = recording.call("respond").payload
    assert respond["indexes"] == ["cerebro"], "the answer may cite what was found"
    assert respond["planned"] is True
    assert recording.states == [
        "RECEIVED",
        "TRIAGED",
        "RETRIEVED_CONTEXT",
        "PLANNED",
        "STREAMING_RESPONSE",
        "DONE",
    ]


def test_a_task_is_planned_done_and_answered_while_it_is_recorded() -> None:
    recording = record(by_name(a_task()))
    assert recording.names == [
        ["prepare"],
        ["retrieve"],
        ["plan"],
        ["run_tool"],
        ["respond", "record"],
        ["finish"],
    ]
    assert recording.states == STATES_OF_A_TASK
    assert recording.statuses[-1]["tools"] == ["createTask"]
    assert recording.statuses[-1]["flowType"] == "CreateTask"
    assert recording.call("respond").payload["indexes"] == [], "what was done is told, not cited"
    assert recording.call("record").payload["steps"] == 1


def test_every_state_is_announced_once_and_in_order() -> None:
    recording = record(by_name(a_task()))
    assert announced(recording) == STATES_OF_A_TASK[1:]
    assert recording.call("prepare").payload["announce"] == [], "it writes no entry"
    assert [each["state"] for each in recording.call("finish").payload["states"]] == (
        STATES_OF_A_TASK
    )


def test_tool_calls_that_do_not_need_each_other_run_side_by_side() -> None:
    tools = ("createProject", "createTask", "createUser")
    recording = record(by_name(a_task() | {"plan": planned(*tools)}))
    assert recording.names[3] == ["run_tool"] * 3
    assert [call.payload["step"] for call in recording.waves[3]] == [0, 1, 2]
    assert recording.call("respond").payload["steps"] == 3
    assert recording.statuses[-1]["tools"] == list(tools)


def test_a_tool_that_says_no_does_not_stop_the_turn() -> None:
    recording = record(by_name(a_task() | {"run_tool": tool_run(ok=False)}))
    assert recording.names[-2:] == [["respond", "record"], ["finish"]]
    assert recording.states[-1] == "DONE"


def test_missing_data_is_asked_for_and_no_tool_runs() -> None:
    answers = a_task() | {
        "plan": planned("createTask", missing=2),
        "respond": responded("question"),
    }
    recording = record(by_name(answers))
    assert recording.names == [["prepare"], ["retrieve"], ["plan"], ["respond"], ["finish"]]
    assert recording.call("respond").payload["steps"] == 0
    assert recording.call("finish").payload["finishReason"] == "question"
    assert "EXECUTING_TOOLS" not in recording.states


def test_the_answer_to_an_open_question_is_planned_as_its_continuation() -> None:
    recording = record(by_name(a_task() | {"prepare": prepared("FLOW_EXECUTION", continues=True)}))
    assert recording.call("plan").payload["continues"] is True


def test_several_indexes_are_asked_in_parallel() -> None:
    indexes = ("cerebro", "normativa", "tramites")
    recording = record(by_name(a_task() | {"prepare": prepared("FLOW_EXECUTION", indexes=indexes)}))
    assert recording.names[1] == ["retrieve"] * 3
    assert [call.payload["index"] for call in recording.waves[1]] == list(indexes)
    assert recording.call("plan").payload["indexes"] == list(indexes)


def test_no_more_indexes_are_asked_at_once_than_the_settings_allow() -> None:
    indexes = ("cerebro", "normativa", "tramites")
    answers = a_task() | {"prepare": prepared("FLOW_EXECUTION", indexes=indexes)}
    limits = {"limits": RunLimits(fan_out=2).wire()}
    recording = record(by_name(answers), start_request() | limits)
    assert recording.names[1:4] == [["retrieve"] * 2, ["retrieve"], ["plan"]]
    asked = [call.payload["index"] for wave in recording.waves[1:3] for call in wave]
    assert asked == list(indexes)


def test_without_any_index_the_plan_follows_triage() -> None:
    recording = record(by_name(a_task() | {"prepare": prepared("FLOW_EXECUTION", indexes=())}))
    assert recording.names[:2] == [["prepare"], ["plan"]]


def test_an_index_that_failed_makes_the_answer_worse_but_not_impossible() -> None:
    recording = record(by_name(a_task() | {"retrieve": retrieved("search_failed:cerebro")}))
    assert recording.states[-1] == "DONE"


def test_a_run_that_has_ended_is_left_alone() -> None:
    recording = record(by_name({"prepare": prepared("SMALL_TALK", ended=True)}))
    assert recording.names == [["prepare"]]


@pytest.mark.parametrize(
    ("step", "before"),
    [
        ("prepare", ["prepare"]),
        ("retrieve", ["prepare", "retrieve"]),
        ("plan", ["prepare", "retrieve", "plan"]),
        ("run_tool", ["prepare", "retrieve", "plan", "run_tool", "record"]),
        ("respond", ["prepare", "retrieve", "plan", "run_tool", "respond", "record"]),
        ("record", ["prepare", "retrieve", "plan", "run_tool", "respond", "record"]),
    ],
)
@pytest.mark.parametrize("crash", [False, True], ids=["by value", "by exception"])
def test_a_step_that_fails_leads_straight_to_the_end(
    step: str, before: list[str], crash: bool
) -> None:
    answers: dict[str, Json | CrashedError] = {**a_task()}
    answers[step] = CrashedError("worker gone") if crash else failed(ERP_DOWN)
    recording = record(by_name(answers))
    assert [call.name for call in recording.calls] == [*before, "finish"]
    assert recording.states[-1] == "FAILED"
    finish = recording.call("finish").payload
    assert finish["failure"]["code"] == ("INTERNAL" if crash else "ERP_UNAVAILABLE")
    assert finish["finishReason"] == "error"
    assert finish["states"][-1]["state"] == finish["announce"][-1] == "FAILED"


def test_a_failure_that_says_when_to_come_back_keeps_its_word() -> None:
    limited = Failure(code="MODEL_RATE_LIMIT", message="x", retryable=True, retry_after=7.5)
    recording = record(by_name(a_task() | {"plan": failed(limited)}))
    assert recording.call("finish").payload["failure"]["retryAfter"] == 7.5


def test_the_end_is_not_announced_before_the_step_that_makes_it_true() -> None:
    last_seen: list[str] = []

    def answers(call: Scheduled) -> Json:
        last_seen.extend(call.payload["announce"] if call.name != "finish" else [])
        return a_task()[call.name]

    record(answers)
    assert "DONE" not in last_seen


def test_all_nine_states_are_reached() -> None:
    failing = record(by_name(a_task() | {"run_tool": failed(ERP_DOWN)}))
    assert {*record(by_name(a_task())).states, *failing.states} == {*STATES_OF_A_TASK, "FAILED"}


def test_the_status_lists_every_state_with_its_time() -> None:
    recording = record(by_name(a_task()))
    last = recording.statuses[-1]
    assert [each["state"] for each in last["states"]] == STATES_OF_A_TASK
    times = [each["since"] for each in last["states"]]
    assert times == sorted(times)
    assert last["conversationId"] == "c1"


def test_no_text_and_no_name_travels_through_durable() -> None:
    """Requests carry references and decisions only: their fields are exactly these."""
    known = {"announce", "after", "index", "indexes", "language", "continues", "opened", "drops"}
    known |= {
        "step",
        "steps",
        "used",
        "route",
        "planned",
        "flowType",
        "states",
        "usage",
        "memory",
        "finishReason",
    }
    known |= {
        "endedAt",
        "run",
        "failure",
        "brokenOff",
        "mayRepeat",
        "mentioned",
        "warnings",
        "recorded",
        "basis",
        "retrieval",
    }
    lacking = responded(warnings=("search_partial",))
    recording = record(by_name(a_task() | {"respond": lacking}))
    assert recording.calls[-1].payload["warnings"] == ["search_partial"]
    assert set(recording.calls[-1].payload["basis"]) == {
        "runId", "route", "language", "indexes", "steps", "planned"
    }  # fmt: skip
    for call in recording.calls:
        assert set(call.payload) <= known
        # Records of the ERP are named by type and id, nothing else.
        mentioned = call.payload.get("mentioned", [])
        assert all(re.fullmatch(r"[a-z]+:[\w-]+", each) for each in mentioned)
        # What an answer was made without is named by its key in the wording.
        warnings = call.payload.get("warnings", [])
        assert all(f"warning_{each}" in WORDING for each in warnings)
        assert call.payload["run"] == RUN.wire()
    for status in recording.statuses:
        assert set(status) <= {
            "state", "since", "conversationId", "route", "flowType", "tools", "states"
        }  # fmt: skip
    assert set(start_request()) == {"run", "after", "limits", "waitsFor"}


def test_a_greeting_takes_at_most_three_hops_to_its_first_token() -> None:
    assert hops_before_text(record(by_name(a_task() | {"prepare": prepared("SMALL_TALK")}))) <= 3


def test_a_task_takes_at_most_five_hops_to_its_first_token() -> None:
    assert hops_before_text(record(by_name(a_task()))) <= 5


def test_each_step_is_told_how_long_the_log_is_at_least() -> None:
    recording = record(by_name(a_task()))
    told = {call.name: call.payload["after"] for call in recording.calls}
    assert told == {
        "prepare": 1, "retrieve": 1, "plan": 1, "run_tool": 4, "respond": 7, "record": 7,
        "finish": 11,
    }  # fmt: skip


def test_the_end_is_told_what_every_step_used() -> None:
    usage = record(by_name(a_task())).call("finish").payload["usage"]
    assert usage == {"promptTokens": 21, "completionTokens": 6, "totalTokens": 27}


def test_what_has_effects_or_says_the_end_is_tried_more_often_than_the_rest() -> None:
    attempts = {call.name: call.attempts for call in record(by_name(a_task())).calls}
    insisting = {name for name, tries in attempts.items() if tries == 5}
    assert insisting == {"run_tool", "record", "finish"}
    assert {attempts[name] for name in attempts.keys() - insisting} == {3}


def test_a_failure_behind_a_tool_does_not_invite_to_repeat_the_message() -> None:
    away = Failure(code="MODEL_UNAVAILABLE", message="model_unavailable", retryable=True)
    before = record(by_name(a_task() | {"plan": failed(away)})).call("finish").payload
    behind = record(by_name(a_task() | {"respond": failed(away)})).call("finish").payload
    assert before["failure"]["retryable"] is True
    assert behind["failure"]["retryable"] is False


def test_a_replay_schedules_the_same() -> None:
    assert record(by_name(a_task())) == record(by_name(a_task()))


def test_fields_that_a_later_release_adds_to_the_request_are_ignored() -> None:
    request = start_request() | {"priority": "high"}
    assert record(by_name(a_task()), request).states[-1] == "DONE"


def test_a_run_that_answers_again_passes_through_no_other_state() -> None:
    basis = AnswerBasis(
        run_id="01JD7ZZZZZZZZZZZZZZZZZZZZZ", route="FLOW_EXECUTION", language="en", steps=2,
        planned=True,
    )  # fmt: skip
    request = TurnRequest(run=RUN, after=1, again=basis).model_dump(mode="json", by_alias=True)
    recording = record(by_name(a_task()), request)
    assert recording.names == [["respond"], ["finish"]]
    assert recording.states == ["RECEIVED", "STREAMING_RESPONSE", "DONE"]
    respond = recording.call("respond").payload
    assert (respond["again"], respond["steps"]) == (basis.run_id, 2)
    assert (respond["route"], respond["language"]) == ("FLOW_EXECUTION", "en")
    assert recording.call("finish").payload["recorded"] is False
