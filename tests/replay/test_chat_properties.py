"""What holds of agent calls for any mix of results."""

from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.activities import RunLimits
from shared.contracts.agent_activities import ChatShape
from shared.contracts.approvals import ApprovalState
from shared.contracts.problems import Failure
from tests.replay import answers as made
from tests.replay.calls import (
    APPROVED,
    EFFECT,
    READ,
    SEARCH,
    TEAM,
    called,
    chosen,
    model_steps,
    quiet,
    said,
)
from tests.replay.recorded import Answers, CrashedError, Json, Recording, Scheduled

DECIDED = st.lists(st.sampled_from([SEARCH, READ, EFFECT, APPROVED]), max_size=4)
SETTLED: tuple[ApprovalState, ...] = ("used", "rejected", "expired")
FAILURE = made.failed(Failure(code="STORE_UNAVAILABLE", message="store_unavailable"))


@st.composite
def shapes(draw: st.DrawFn) -> ChatShape:
    mode = draw(st.sampled_from([None, "sequential", "fanout", "group_chat"]))
    speakers = draw(st.lists(st.sampled_from(TEAM), min_size=1, unique=True))
    critics = dict.fromkeys(draw(st.sets(st.sampled_from(speakers))), "Critic")
    return ChatShape.model_validate(
        {
            "mode": mode,
            "speakers": speakers if mode else speakers[:1],
            "coordinator": "Coordinator" if mode in ("fanout", "group_chat") else None,
            "critics": critics,
            "indexes": draw(st.sampled_from([(), ("a",), ("a", "b")])),
            "retrieves": draw(st.sampled_from(["always", "conditional", "never"])),
            "maxTurns": draw(st.integers(1, 12)),
            "maxSteps": draw(st.integers(1, 16)),
        }
    )


def answer(call: Scheduled, data: st.DataObject) -> Json:
    match call.name:
        case "speak":
            # A step without tools decides on none: `speak` sees to that.
            calls = () if call.payload["final"] else data.draw(DECIDED)
            return said(*calls, content=data.draw(st.booleans()), repeats=data.draw(st.booleans()))
        case "choose":
            return chosen(data.draw(st.sampled_from([None, *call.payload["among"]])))
        case "ask_approval":
            return made.asked(call.payload["step"], decided=data.draw(st.booleans()))
        case "settle_approval":
            return made.settled(data.draw(st.sampled_from(SETTLED)))
        case _:
            return quiet(call)


def going_well(data: st.DataObject) -> Answers:
    return lambda call: answer(call, data)


def anything(data: st.DataObject) -> Answers:
    """One call in ten crashes, one fails by value."""

    def choose(call: Scheduled) -> Json | CrashedError:
        luck = 9 if call.name == "finish" else data.draw(st.integers(0, 9))
        if luck == 0:
            return CrashedError("gone")
        return FAILURE if luck == 1 else answer(call, data)

    return choose


def drive(shape: ChatShape, answers: Answers, data: st.DataObject) -> Recording:
    return called(
        shape,
        answers=answers,
        limits=RunLimits(model_calls=99),
        wakes=lambda wait: data.draw(st.sampled_from([None, *wait.names])),
        ends=lambda calls: data.draw(st.integers(0, len(calls) - 1)),
    )


@given(st.data(), shapes())
def test_whatever_comes_back_a_call_ends_once_and_last(
    data: st.DataObject, shape: ChatShape
) -> None:
    recording = drive(shape, anything(data), data)
    names = [call.name for call in recording.calls]
    assert names[0] == "open_call"
    assert names.count("finish") == 1
    assert names[-1] == "finish"
    assert recording.states[-1] in ("DONE", "FAILED", "CANCELLED")


@given(st.data(), shapes())
def test_whatever_comes_back_no_step_no_call_and_no_place_is_used_twice(
    data: st.DataObject, shape: ChatShape
) -> None:
    recording = drive(shape, anything(data), data)
    numbers = [call.payload["number"] for call in recording.calls if call.name == "speak"]
    numbers += [call.payload["number"] for call in recording.calls if call.name == "choose"]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    uses = [call.payload for call in recording.calls if call.name == "use_tool"]
    made_calls = [(use["number"], use["call"]) for use in uses]
    assert len(made_calls) == len(set(made_calls))
    places = [use["place"] for use in uses if "place" in use]
    assert len(places) == len(set(places))
    assert all(0 <= place < 8 for place in places)


@given(st.data(), shapes())
def test_whatever_comes_back_nobody_takes_more_steps_than_there_are(
    data: st.DataObject, shape: ChatShape
) -> None:
    steps = model_steps(drive(shape, going_well(data), data))
    everybody = len(shape.speakers) + (shape.mode == "fanout")
    assert len(steps) <= max(shape.max_steps, everybody)
    speaking = [call.payload for call in steps if call.name == "speak"]
    if shape.mode == "group_chat":
        turns = [call.payload for call in steps if call.name == "choose"]
        assert len(turns) <= shape.max_turns
        assert all(set(turn["among"]) <= set(shape.speakers) for turn in turns)
    assert all(speech["until"] for speech in speaking)


@given(st.data(), shapes())
def test_what_goes_well_has_one_answer_which_is_said_last(
    data: st.DataObject, shape: ChatShape
) -> None:
    recording = drive(shape, going_well(data), data)
    closes = [call.payload for call in recording.calls if call.name == "close_call"]
    if not closes:
        # Stopped, or nobody decided in time.
        assert recording.states[-1] != "DONE"
        return
    (close,) = closes
    (step,) = (c for c in model_steps(recording) if c.payload["number"] == close["number"])
    assert step.payload["answers"] or step.payload["drafts"]


@given(st.data(), shapes())
def test_the_same_history_gives_the_same_schedule(data: st.DataObject, shape: ChatShape) -> None:
    remembered: list[object] = []
    choose = anything(data)

    def keep[T](value: T) -> T:
        remembered.append(value)
        return value

    first = called(
        shape,
        answers=lambda call: keep(choose(call)),
        wakes=lambda wait: keep(data.draw(st.sampled_from([None, *wait.names]))),
        ends=lambda calls: keep(data.draw(st.integers(0, len(calls) - 1))),
    )
    again = iter(remembered)
    second = called(
        shape,
        answers=lambda _: next(again),  # type: ignore[arg-type, return-value]
        wakes=lambda _: next(again),  # type: ignore[arg-type, return-value]
        ends=lambda _: next(again),  # type: ignore[arg-type, return-value]
    )
    assert (second.waves, second.statuses) == (first.waves, first.statuses)


@given(st.data(), shapes())
def test_every_state_is_announced_once(data: st.DataObject, shape: ChatShape) -> None:
    recording = drive(shape, anything(data), data)
    announced = [state for call in recording.calls for state in call.payload["announce"]]
    assert sorted(["RECEIVED", *announced]) == sorted(recording.states)
