"""What holds for any mix of results."""

from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.activities import PlannedCall, TurnRequest
from shared.contracts.approvals import ApprovalState
from shared.contracts.plan import Route
from shared.contracts.problems import Failure
from shared.contracts.runs import AnswerBasis, FinishReason, Memory
from tests.replay import answers as made
from tests.replay.recorded import RUN, Answers, CrashedError, Json, Scheduled, Wakes, record

ROUTES: tuple[Route, ...] = ("SMALL_TALK", "NEED_MORE_CONTEXT", "FLOW_EXECUTION", "UNKNOWN")
REASONS: tuple[FinishReason, ...] = ("stop", "question", "length")
SETTLED: tuple[ApprovalState, ...] = ("used", "rejected", "expired")
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
            calls = [_call(data, tool, n) for n, tool in enumerate(data.draw(TOOLS))]
            return made.planned(*calls, missing=data.draw(st.integers(0, 2)))
        case "ask_approval":
            return made.asked(call.payload["step"], decided=data.draw(st.booleans()))
        case "settle_approval":
            return made.settled(data.draw(st.sampled_from(SETTLED)))
        case "run_tool":
            return made.tool_run(data.draw(st.booleans()), data.draw(st.integers(0, 50)))
        case "respond":
            return made.responded(
                data.draw(st.sampled_from(REASONS)), data.draw(st.integers(0, 99))
            )
        case "record" | "remember":
            return made.recorded(data.draw(st.sampled_from(MEMORIES)))
        case _:
            return made.finished()


def _call(data: st.DataObject, tool: str, position: int) -> PlannedCall:
    earlier = st.sets(st.integers(0, position - 1), max_size=2) if position else st.just(set())
    needs = tuple(sorted(data.draw(earlier)))
    return PlannedCall(tool=tool, needs=needs, approval=data.draw(st.booleans()))


def any_wakes(data: st.DataObject) -> Wakes:
    return lambda wait: data.draw(st.sampled_from([None, *wait.names]))


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
    recording = record(any_answers(data), wakes=any_wakes(data))
    names = [call.name for call in recording.calls]
    assert names[0] == "prepare"
    assert names.count("finish") == 1
    assert [name for name in names if name != "remember"][-1] == "finish"
    finish = recording.call("finish").payload
    ends = {"error": "FAILED", "cancelled": "CANCELLED"}
    assert recording.states[-1] == ends.get(finish["finishReason"], "DONE")
    assert ("failure" in finish) == (finish["finishReason"] in ends)


@given(st.data())
def test_whatever_comes_back_every_call_is_run_once_and_behind_its_needs(
    data: st.DataObject,
) -> None:
    plans: list[Json] = []

    def answers(call: Scheduled) -> Json:
        if call.name == "plan":
            plans.append(answer(call, data))
            return plans[-1]
        return answer(call, data)

    recording = record(answers, wakes=any_wakes(data))
    ran = [call.payload["step"] for call in recording.calls if call.name == "run_tool"]
    assert len(ran) == len(set(ran))
    for plan in plans:
        for step in ran:
            needs = plan["result"]["calls"][step]["needs"]
            assert all(ran.index(need) < ran.index(step) for need in needs)


@given(st.data())
def test_whatever_comes_back_no_state_is_announced_twice(data: st.DataObject) -> None:
    recording = record(any_answers(data), wakes=any_wakes(data))
    announced = [state for call in recording.calls for state in call.payload["announce"]]
    assert ["RECEIVED", *announced] == recording.states
    assert announced == [each["state"] for each in recording.call("finish").payload["states"]][1:]
    again = ("WAITING_APPROVAL", "EXECUTING_TOOLS")
    once = [state for state in announced if state not in again]
    assert len(once) == len(set(once))


@given(st.data())
def test_whatever_comes_back_the_same_history_gives_the_same_schedule(data: st.DataObject) -> None:
    given_answers: list[Json | CrashedError] = []
    choose = any_answers(data)

    def remember(call: Scheduled) -> Json | CrashedError:
        given_answers.append(choose(call))
        return given_answers[-1]

    first = record(remember)
    again = iter(given_answers)
    second = record(lambda _: next(again))
    assert (second.waves, second.statuses) == (first.waves, first.statuses)


@given(st.data())
def test_whatever_comes_back_the_hint_of_the_logs_length_never_shrinks(data: st.DataObject) -> None:
    told = [call.payload["after"] for call in record(any_answers(data)).calls]
    assert told == sorted(told)


BASES = st.builds(
    AnswerBasis,
    run_id=st.just("01JD7ZZZZZZZZZZZZZZZZZZZZZ"),
    route=st.sampled_from(ROUTES),
    language=st.sampled_from(["es", "en"]),
    indexes=INDEXES,
    steps=st.integers(0, 8),
    planned=st.booleans(),
)


@given(BASES, st.data())
def test_whatever_comes_back_a_run_that_answers_again_only_answers(
    basis: AnswerBasis, data: st.DataObject
) -> None:
    request = TurnRequest(run=RUN, after=1, again=basis).model_dump(mode="json", by_alias=True)
    recording = record(any_answers(data), request, wakes=any_wakes(data))
    names = [call.name for call in recording.calls]
    assert set(names) <= {"respond", "finish", "fold"}
    assert names[:2] == ["respond", "finish"]
    assert recording.call("respond").payload["again"] == basis.run_id
    assert AnswerBasis.model_validate(recording.call("finish").payload["basis"]) == basis
