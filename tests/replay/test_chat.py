"""The schedule of an agent call, for each mode and each way that it can take."""

import pytest

from shared.contracts.activities import RunLimits
from shared.contracts.agent_activities import ChatShape, DecidedCall
from shared.contracts.problems import Failure
from tests.replay.answers import failed, recorded, responded, settled
from tests.replay.calls import (
    APPROVED,
    EFFECT,
    READ,
    SEARCH,
    TEAM,
    Script,
    called,
    model_steps,
    said,
    speeches,
)
from tests.replay.recorded import RUN, CrashedError

ALONE = ChatShape(speakers=("Coordinator",))
BLOCKED = failed(Failure(code="CONTENT_BLOCKED", message="content_blocked"))
DOWN = failed(Failure(code="MODEL_UNAVAILABLE", message="model_unavailable", retryable=True))


# --- one agent -----------------------------------------------------------------------------------


def test_one_agent_without_tools_answers_and_is_stored_and_recorded_together() -> None:
    recording = called(ALONE)
    assert recording.names == [["open_call"], ["speak"], ["close_call", "record"], ["finish"]]
    speak = recording.call("speak").payload
    assert (speak["number"], speak["answers"], speak["final"]) == (1, True, False)
    assert recording.call("close_call").payload["number"] == 1
    assert recording.states == ["RECEIVED", "STREAMING_RESPONSE", "PERSISTED_EVENT", "DONE"]


def test_a_run_that_has_its_end_is_left_alone() -> None:
    script = Script(others={"open_call": {"result": {"ended": True}}})
    assert called(ALONE, script).names == [["open_call"]]


def test_evidence_is_looked_up_in_every_index_before_anybody_speaks() -> None:
    shape = ChatShape(speakers=("Coordinator",), indexes=("a", "b"), retrieves="always")
    recording = called(shape)
    assert recording.names[1] == ["retrieve", "retrieve"]
    assert recording.call("speak").payload["indexes"] == ["a", "b"]
    assert recording.call("close_call").payload["indexes"] == ["a", "b"]
    assert "RETRIEVED_CONTEXT" in recording.states


def test_what_an_agent_looks_up_itself_is_not_looked_up_before() -> None:
    shape = ChatShape(speakers=("Coordinator",), indexes=("a",), retrieves="conditional")
    assert ["retrieve"] not in called(shape).names


def test_where_the_evidence_is_the_answer_no_model_is_asked() -> None:
    shape = ChatShape(
        speakers=("RetrievalAgent",), indexes=("a",), retrieves="always", evidence_only=True
    )
    recording = called(shape)
    assert recording.names == [
        ["open_call"], ["retrieve"], ["close_call", "record"], ["finish"],
    ]  # fmt: skip
    assert "number" not in recording.call("close_call").payload


def test_tool_calls_are_made_and_told_to_the_next_step() -> None:
    script = Script({"Coordinator": [said(SEARCH, READ), said(READ)]})
    recording = called(ALONE, script)
    assert recording.names == [
        ["open_call"],
        ["speak"],
        ["use_tool", "use_tool"],
        ["speak"],
        ["use_tool"],
        ["speak"],
        ["close_call", "record"],
        ["finish"],
    ]
    own = [call.payload["own"] for call in model_steps(recording)]
    assert own == [[], [1], [1, 2]]
    assert [call.payload["used"] for call in model_steps(recording)] == [0, 2, 3]
    assert recording.call("close_call").payload["used"] == 3
    assert recording.call("record").payload["used"] == 3
    assert recording.call("close_call").payload["number"] == 3
    assert recording.states[1:6] == [
        "STREAMING_RESPONSE", "EXECUTING_TOOLS", "STREAMING_RESPONSE", "EXECUTING_TOOLS",
        "STREAMING_RESPONSE",
    ]  # fmt: skip


def test_reads_run_side_by_side_and_effects_behind_them_one_after_the_other() -> None:
    script = Script({"Coordinator": [said(EFFECT, READ, EFFECT, READ)]})
    recording = called(ALONE, script)
    assert recording.names[2:5] == [["use_tool", "use_tool"], ["use_tool"], ["use_tool"]]
    uses = [call.payload for call in recording.calls if call.name == "use_tool"]
    assert [(use["call"], use.get("place")) for use in uses] == [
        (1, None), (3, None), (0, 0), (2, 1),
    ]  # fmt: skip
    assert recording.statuses[-1]["tools"] == ["createTask", "createTask"]


def test_each_search_has_its_own_numbers_to_cite_by() -> None:
    shape = ChatShape(speakers=("Coordinator",), indexes=("a",), retrieves="always")
    script = Script({"Coordinator": [said(SEARCH, READ, SEARCH), said(SEARCH)]})
    uses = [c.payload.get("marks") for c in called(shape, script).calls if c.name == "use_tool"]
    assert uses == [11, None, 21, 31], "the first ten are the evidence's"


def test_the_last_step_that_is_allowed_has_no_tools() -> None:
    shape = ChatShape(speakers=("Coordinator",), max_steps=3)
    # A model that asks for tools it was not offered is not listened to: that is `speak`'s.
    script = Script({"Coordinator": [said(READ), said(READ), said()]})
    recording = called(shape, script)
    assert [call.payload["final"] for call in model_steps(recording)] == [False, False, True]


def test_no_more_effects_than_a_stop_can_forbid() -> None:
    script = Script({"Coordinator": [said(*[EFFECT] * 6), said(*[EFFECT] * 4)]})
    uses = [c.payload for c in called(ALONE, script).calls if c.name == "use_tool"]
    assert [use.get("place") for use in uses] == [*range(8), None, None]
    assert [use.get("refused") for use in uses[-3:]] == [None, *["too_many_effects"] * 2]


def test_what_has_to_be_approved_waits_behind_everything_else() -> None:
    script = Script({"Coordinator": [said(APPROVED, EFFECT, READ)]})
    recording = called(ALONE, script, wakes=lambda wait: wait.names[0])
    assert recording.names[2:7] == [
        ["use_tool"], ["use_tool"], ["ask_approval"], ["settle_approval"], ["use_tool"],
    ]  # fmt: skip
    asked = recording.call("ask_approval").payload
    assert asked["agentCall"] == {"number": 1, "call": 0}
    last = [call for call in recording.calls if call.name == "use_tool"][-1].payload
    assert (last["call"], last["place"], last.get("refused")) == (0, asked["step"], None)


def test_what_was_rejected_is_told_and_not_made() -> None:
    script = Script(
        {"Coordinator": [said(APPROVED)]}, others={"settle_approval": settled("rejected")}
    )
    recording = called(ALONE, script, wakes=lambda wait: wait.names[0])
    assert recording.call("use_tool").payload["refused"] == "approval_rejected"
    assert len(model_steps(recording)) == 2, "the agent says what became of it"


def test_waiting_for_people_is_no_work() -> None:
    limits = RunLimits(seconds=30)
    script = Script({"Coordinator": [said(APPROVED)]})
    recording = called(ALONE, script, limits=limits, wakes=lambda wait: wait.names[0])
    assert recording.states[-1] == "DONE"
    first, last = (call.payload["until"] for call in model_steps(recording))
    assert first < last


# --- several -------------------------------------------------------------------------------------


def test_in_sequence_each_hears_who_spoke_before_and_the_last_one_answers() -> None:
    recording = called(ChatShape(mode="sequential", speakers=TEAM))
    assert speeches(recording) == list(TEAM)
    steps = [call.payload for call in model_steps(recording)]
    assert [step["hears"] for step in steps] == [[], [1], [1, 2]]
    assert [step["answers"] for step in steps] == [False, False, True]
    assert recording.call("close_call").payload["number"] == 3


def test_in_sequence_everybody_gets_to_speak_however_few_the_steps() -> None:
    shape = ChatShape(mode="sequential", speakers=TEAM, max_steps=5)
    recording = called(shape, Script({TEAM[0]: [said(READ), said(READ), said()]}))
    assert speeches(recording) == [TEAM[0]] * 3 + list(TEAM[1:])
    assert [call.payload["final"] for call in model_steps(recording)] == [
        False, False, True, True, True,
    ]  # fmt: skip


def test_a_fan_out_asks_all_at_once_and_the_coordinator_merges() -> None:
    shape = ChatShape(mode="fanout", speakers=TEAM, coordinator="Coordinator")
    recording = called(shape)
    assert speeches(recording) == [*TEAM, "Coordinator"]
    steps = [call.payload for call in model_steps(recording)]
    assert [step["hears"] for step in steps] == [[], [], [], [1, 2, 3]]
    assert [step["answers"] for step in steps] == [False, False, False, True]
    assert steps[-1]["final"]


def test_in_a_fan_out_each_goes_on_at_its_own_pace() -> None:
    shape = ChatShape(mode="fanout", speakers=TEAM[:2], coordinator="Coordinator", max_steps=9)
    script = Script({TEAM[0]: [said(READ), said(READ)]})
    recording = called(shape, script, ends=lambda calls: len(calls) - 1)
    order = [call.payload.get("speaker", call.name) for call in recording.calls][1:8]
    assert order == [TEAM[1], TEAM[0], "use_tool", TEAM[0], "use_tool", TEAM[0], "Coordinator"]
    merged = model_steps(recording)[-1].payload
    assert merged["hears"] == [5 - 1, 2], "what each said last, in the order of the participants"


def test_in_a_fan_out_people_are_asked_when_nothing_else_is_at_work() -> None:
    shape = ChatShape(mode="fanout", speakers=TEAM[:2], coordinator="Coordinator", max_steps=9)
    script = Script({TEAM[0]: [said(APPROVED)], TEAM[1]: [said(READ), said(READ)]})
    recording = called(shape, script, wakes=lambda wait: wait.names[0])
    names = [call.name for call in recording.calls]
    assert names.index("ask_approval") == 7
    assert names[names.index("ask_approval") + 1 :][:3] == ["settle_approval", "use_tool", "speak"]


def test_in_a_discussion_the_coordinator_says_who_speaks_and_then_answers() -> None:
    shape = ChatShape(mode="group_chat", speakers=TEAM, coordinator="Coordinator", max_steps=12)
    script = Script(choices=["DomainExpert", "RetrievalAgent", None])
    recording = called(shape, script)
    assert speeches(recording) == [
        "Coordinator", "DomainExpert", "Coordinator", "RetrievalAgent", "Coordinator",
        "Coordinator",
    ]  # fmt: skip
    last = model_steps(recording)[-1].payload
    assert (last["hears"], last["answers"], last["final"]) == ([2, 4], True, True)
    among = [call.payload["among"] for call in recording.calls if call.name == "choose"]
    assert among == [list(TEAM), [TEAM[0], TEAM[2]], [TEAM[1], TEAM[2]]], "nobody twice in a row"


def test_a_discussion_that_is_handed_off_ends_with_the_word_of_whom_it_is_handed_to() -> None:
    shape = ChatShape(mode="group_chat", speakers=TEAM, coordinator="C", max_steps=12)
    script = Script({TEAM[1]: [said(READ)]}, choices=[TEAM[0], f"{TEAM[1]}!"])
    recording = called(shape, script)
    assert speeches(recording) == ["C", TEAM[0], "C", TEAM[1], TEAM[1]]
    last = model_steps(recording)[-1].payload
    assert (last["hears"], last["answers"]) == ([2], True)
    assert recording.call("close_call").payload["number"] == last["number"]


def test_a_discussion_ends_at_its_last_turn() -> None:
    shape = ChatShape(mode="group_chat", speakers=TEAM, coordinator="C", max_turns=2, max_steps=16)
    script = Script(choices=[TEAM[0], TEAM[1], TEAM[2]])
    assert speeches(called(shape, script)) == ["C", TEAM[0], "C", TEAM[1], "C"]


def test_a_discussion_ends_when_somebody_says_again_what_was_said() -> None:
    shape = ChatShape(mode="group_chat", speakers=TEAM, coordinator="C", max_steps=16)
    script = Script({TEAM[1]: [said(repeats=True)]}, choices=[TEAM[0], TEAM[1], TEAM[2]])
    assert speeches(called(shape, script)) == ["C", TEAM[0], "C", TEAM[1], "C"]


@pytest.mark.parametrize("steps", [1, 2, 3, 4, 5, 6])
def test_a_discussion_leaves_a_step_for_the_answer(steps: int) -> None:
    shape = ChatShape(mode="group_chat", speakers=TEAM, coordinator="C", max_steps=steps)
    recording = called(shape, Script(choices=[TEAM[0], TEAM[1], TEAM[2], TEAM[0]]))
    taken = model_steps(recording)
    assert len(taken) <= steps
    assert taken[-1].payload["answers"]


# --- critics -------------------------------------------------------------------------------------


def test_a_critic_that_is_content_leaves_the_draft_as_the_answer() -> None:
    shape = ChatShape(speakers=("DomainExpert",), critics={"DomainExpert": "Critic"})
    recording = called(shape)
    assert speeches(recording) == ["DomainExpert", "Critic"]
    draft, review = (call.payload for call in model_steps(recording))
    assert (draft["answers"], draft["drafts"]) == (False, True)
    assert (review["reviews"], review["hears"]) == (True, [1])
    assert recording.call("close_call").payload["number"] == 1


def test_with_a_critic_that_is_not_content_the_participant_speaks_once_more() -> None:
    shape = ChatShape(speakers=("DomainExpert",), critics={"DomainExpert": "Critic"})
    recording = called(shape, Script({"Critic": [said(content=False)]}))
    assert speeches(recording) == ["DomainExpert", "Critic", "DomainExpert"]
    again = model_steps(recording)[-1].payload
    assert (again["hears"], again["answers"], again["final"]) == ([1, 2], True, True)
    assert recording.call("close_call").payload["number"] == 3


def test_where_the_steps_do_not_reach_for_a_critic_there_is_none() -> None:
    shape = ChatShape(speakers=("DomainExpert",), critics={"DomainExpert": "Critic"}, max_steps=2)
    assert speeches(called(shape)) == ["DomainExpert"]


# --- failures, limits, stops ---------------------------------------------------------------------


def test_a_failure_ends_the_run_and_the_call_is_still_recorded() -> None:
    recording = called(ALONE, Script({"Coordinator": [DOWN]}))
    finish = recording.call("finish").payload
    assert finish["failure"]["code"] == "MODEL_UNAVAILABLE"
    assert finish["failure"]["retryable"] is True
    assert recording.names[-2:] == [["record"], ["finish"]]
    assert recording.call("record").payload["brokenOff"] is True


def test_behind_an_effect_nobody_is_invited_to_ask_again() -> None:
    recording = called(ALONE, Script({"Coordinator": [said(EFFECT), DOWN]}))
    assert recording.call("finish").payload["failure"]["retryable"] is False


def test_a_crash_for_good_fails_the_run() -> None:
    recording = called(ALONE, Script({"Coordinator": [CrashedError("gone")]}))
    assert recording.call("finish").payload["failure"]["code"] == "INTERNAL"


def test_in_a_fan_out_a_failure_waits_for_what_is_at_work_and_begins_nothing_more() -> None:
    shape = ChatShape(mode="fanout", speakers=TEAM, coordinator="C", max_steps=16)
    script = Script({TEAM[0]: [BLOCKED], TEAM[1]: [said(EFFECT)], TEAM[2]: [CrashedError("gone")]})
    recording = called(shape, script)
    assert [call.name for call in recording.calls] == [
        "open_call", "speak", "speak", "speak", "record", "finish",
    ]  # fmt: skip
    assert recording.call("finish").payload["failure"]["code"] == "CONTENT_BLOCKED"


def test_who_cannot_speak_in_a_fan_out_is_missed_and_that_is_told_with_the_answer() -> None:
    shape = ChatShape(mode="fanout", speakers=TEAM, coordinator="C", max_steps=16)
    recording = called(shape, Script({TEAM[0]: [said(READ), DOWN]}))
    merged = model_steps(recording)[-1].payload
    assert (merged["speaker"], merged["hears"]) == ("C", [2, 3])
    assert recording.call("close_call").payload["missing"] is True
    assert "failure" not in recording.call("finish").payload
    assert called(shape).call("close_call").payload["missing"] is False


@pytest.mark.parametrize("mode", ["fanout", "group_chat"])
def test_when_nobody_can_speak_the_run_has_failed(mode: str) -> None:
    shape = ChatShape(mode=mode, speakers=TEAM, coordinator="C", max_steps=16, max_turns=3)
    script = Script({each: [DOWN] * 3 for each in TEAM}, choices=[*TEAM])
    recording = called(shape, script)
    assert recording.call("finish").payload["failure"]["code"] == "MODEL_UNAVAILABLE"
    assert "close_call" not in [call.name for call in recording.calls]


def test_who_has_changed_something_and_cannot_tell_of_it_is_not_missed() -> None:
    shape = ChatShape(mode="fanout", speakers=TEAM, coordinator="C", max_steps=16)
    recording = called(shape, Script({TEAM[0]: [said(EFFECT), DOWN]}))
    failure = recording.call("finish").payload["failure"]
    assert (failure["code"], failure["retryable"]) == ("MODEL_UNAVAILABLE", False)


def test_a_discussion_goes_on_without_who_cannot_speak() -> None:
    shape = ChatShape(mode="group_chat", speakers=TEAM, coordinator="C", max_steps=16)
    recording = called(shape, Script({TEAM[0]: [DOWN]}, choices=[TEAM[0], TEAM[1], None]))
    assert speeches(recording) == ["C", TEAM[0], "C", TEAM[1], "C", "C"]
    assert model_steps(recording)[-1].payload["hears"] == [4]
    assert recording.call("close_call").payload["missing"] is True


def test_a_draft_whose_critic_cannot_speak_is_the_answer() -> None:
    shape = ChatShape(speakers=("DomainExpert",), critics={"DomainExpert": "Critic"})
    recording = called(shape, Script({"Critic": [DOWN]}))
    close = recording.call("close_call").payload
    assert (close["number"], close["missing"]) == (1, True)


def test_no_effect_is_begun_once_the_time_is_over() -> None:
    script = Script({"Coordinator": [said(*[EFFECT] * 6)]})
    recording = called(ALONE, script, limits=RunLimits(seconds=4))
    assert 0 < sum(call.name == "use_tool" for call in recording.calls) < 6
    assert recording.call("finish").payload["failure"]["message"] == "deadline_exceeded"


def test_a_run_out_of_time_ends_as_timed_out() -> None:
    script = Script({"Coordinator": [said(READ)] * 9})
    recording = called(ALONE, script, limits=RunLimits(seconds=4))
    failure = recording.call("finish").payload["failure"]
    assert (failure["code"], failure["message"]) == ("TIMEOUT", "deadline_exceeded")


def test_evidence_that_came_too_late_is_not_the_answer() -> None:
    shape = ChatShape(
        speakers=("RetrievalAgent",), indexes=("a",), retrieves="always", evidence_only=True
    )
    recording = called(shape, limits=RunLimits(seconds=1))
    assert ["close_call", "record"] not in recording.names
    assert recording.call("finish").payload["failure"]["code"] == "TIMEOUT"


def test_a_run_out_of_tokens_or_model_calls_ends_as_over_its_budget() -> None:
    script = Script({"Coordinator": [said(READ)] * 9})
    for limits in (RunLimits(tokens=20), RunLimits(model_calls=2)):
        recording = called(ALONE, script, limits=limits)
        assert recording.call("finish").payload["failure"]["code"] == "QUOTA_EXCEEDED"


def test_a_stop_while_people_are_asked_ends_the_run() -> None:
    script = Script({"Coordinator": [said(APPROVED)]})
    recording = called(ALONE, script, wakes=lambda _: "stop")
    assert recording.states[-1] == "CANCELLED"


OF_A_STEP = {"run", "announce", "after", "number", "language"}
OF_THE_MODEL = {"speaker", "indexes", "hears", "until", "retries"}
OF_AN_APPROVAL = {"run", "announce", "after", "step", "language", "agentCall"}
KNOWN: dict[str, set[str]] = {
    "open_call": {"run", "announce", "after"},
    "retrieve": {"run", "announce", "after", "index", "mentioned"},
    "speak": OF_A_STEP | OF_THE_MODEL
    | {"own", "used", "answers", "drafts", "attempt", "final", "reviews"},
    "choose": OF_A_STEP | OF_THE_MODEL | {"among"},
    "use_tool": OF_A_STEP | {"call", "place", "marks", "refused", "until"},
    "ask_approval": OF_AN_APPROVAL,
    "settle_approval": {"run", "announce", "after", "step", "stopped"},
    "close_call": OF_A_STEP | {"indexes", "used", "attempt", "unjudged", "missing"},
    "record": {"run", "announce", "after", "flowType", "steps", "used", "language", "usage",
               "brokenOff"},
    "finish": {"run", "announce", "after", "language", "states", "usage", "memory",
               "finishReason", "endedAt", "warnings", "recorded"},
}  # fmt: skip


def test_nothing_that_anybody_wrote_travels_through_durable() -> None:
    """Requests carry numbers, names of the pack and times only: their fields are exactly these."""
    shape = ChatShape(
        mode="group_chat", speakers=TEAM, coordinator="Coordinator", indexes=("a",),
        retrieves="always", critics={TEAM[0]: "Critic"}, max_steps=16,
    )  # fmt: skip
    script = Script({TEAM[0]: [said(SEARCH, EFFECT, APPROVED)]}, choices=[TEAM[0], None])
    recording = called(shape, script, wakes=lambda wait: wait.names[0])
    assert {call.name for call in recording.calls} == KNOWN.keys()
    for call in recording.calls:
        assert call.payload.keys() <= KNOWN[call.name], call.name
        assert call.payload.get("speaker", TEAM[0]) in {*TEAM, "Coordinator", "Critic"}
    assert recording.call("open_call").payload["run"] == RUN.wire()


def test_every_state_is_announced_by_somebody() -> None:
    script = Script({"Coordinator": [said(DecidedCall(tool="x"), EFFECT)]})
    recording = called(ALONE, script)
    announced = [state for call in recording.calls for state in call.payload["announce"]]
    assert ["RECEIVED", *announced] == recording.states


# --- behind the end ------------------------------------------------------------------------------


def test_a_thread_that_has_become_long_is_folded_behind_the_end() -> None:
    script = Script(others={"close_call": responded(folds=True)})
    assert called(ALONE, script).names[-2:] == [["finish"], ["fold"]]


def test_what_cerebro_could_not_take_is_tried_again_later() -> None:
    script = Script(
        {"Coordinator": [said(EFFECT)]},
        others={"record": recorded("pending"), "remember": recorded("stored")},
    )
    recording = called(ALONE, script)
    assert recording.call("finish").payload["memory"] == "pending"
    assert recording.names[-1] == ["remember"]
