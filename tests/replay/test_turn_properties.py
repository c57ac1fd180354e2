"""What holds for any mix of results."""

from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.plan import Route
from shared.contracts.problems import Failure
from shared.contracts.runs import FinishReason, Memory
from tests.replay import answers as made
from tests.replay.recorded import Answers, CrashedError, Json, Scheduled, record

ROUTES: tuple[Route, ...] = ("SMALL_TALK", "NEED_MORE_CONTEXT", "FLOW_EXECUTION", "UNKNOWN")
REASONS: tuple[FinishReason, ...] = ("stop", "question", "length")
MEMORIES: tuple[Memory, ...] = ("stored", "pending", "none")
TOOLS = st.lists(st.sampled_from(["createTask", "createUser", "findTasks"]), max_size=4)
INDEXES = st.lists(st.sampled_from(["cerebro", "normativa"]), unique=True).map(tuple)
FAILURE = made.failed(Failure(code="STORE_UNAVAILABLE", message="store_unavailable"))


def answer(call: Scheduled, data: st.DataObject) -> Json:
    match call.name:
        case "prepare":
            route = data.draw(st.sampled_from(ROUTES))
            return made.prepared(route, indexes=data.draw(INDEXES))
        case "retrieve":
            return made.retrieved(data.draw(st.sampled_from([None, "embedding_failed"])))
        case "plan":
            tools = data.draw(TOOLS)
            return made.planned(*tools, missing=data.draw(st.integers(0, 2)))
        case "run_tool":
            return made.tool_run(data.draw(st.booleans()), data.draw(st.integers(0, 50)))
        case "respond":
            return made.responded(
                data.draw(st.sampled_from(REASONS)), data.draw(st.integers(0, 99))
            )
        case "record":
            return made.recorded(data.draw(st.sampled_from(MEMORIES)))
        case _:
            return made.finished()


def any_answers(data: st.DataObject) -> Answers:
    """One call in eight crashes, one fails by value, the rest answer anything there is."""

    def choose(call: Scheduled) -> Json | CrashedError:
        luck = 7 if call.name == "finish" else data.draw(st.integers(0, 7))
        if luck == 0:
            return CrashedError("gone")
        return FAILURE if luck == 1 else answer(call, data)

    return choose


@given(st.data())
def test_whatever_comes_back_the_end_is_scheduled_once_and_last(data: st.DataObject) -> None:
    recording = record(any_answers(data))
    names = [call.name for call in recording.calls]
    assert names[0] == "prepare"
    assert names.count("finish") == 1
    assert names[-1] == "finish"
    finish = recording.calls[-1].payload
    assert recording.states[-1] == ("FAILED" if "failure" in finish else "DONE")
    assert ("failure" in finish) == (finish["finishReason"] == "error")


@given(st.data())
def test_whatever_comes_back_no_state_is_announced_twice(data: st.DataObject) -> None:
    recording = record(any_answers(data))
    announced = [state for call in recording.calls for state in call.payload["announce"]]
    assert len(announced) == len(set(announced))
    assert ["RECEIVED", *announced] == recording.states
    assert announced == [each["state"] for each in recording.calls[-1].payload["states"]][1:]


@given(st.data())
def test_whatever_comes_back_the_same_history_gives_the_same_schedule(data: st.DataObject) -> None:
    given_answers: list[Json | CrashedError] = []
    choose = any_answers(data)

    def remember(call: Scheduled) -> Json | CrashedError:
        given_answers.append(choose(call))
        return given_answers[-1]

    first = record(remember)
    again = iter(given_answers)
    assert record(lambda _: next(again)) == first


@given(st.data())
def test_whatever_comes_back_the_hint_of_the_logs_length_never_shrinks(data: st.DataObject) -> None:
    told = [call.payload["after"] for call in record(any_answers(data)).calls]
    assert told == sorted(told)
