"""Flows for replays: what starts them, and what their steps answer."""

from collections.abc import Callable, Sequence

from shared.contracts.activities import RunLimits, StepResult
from shared.contracts.agent_activities import ChatRequest, ChatShape
from shared.contracts.flows.runs import (
    ActionKind,
    Advanced,
    FlowRequest,
    PlannedAction,
    input_event,
)
from shared.contracts.problems import Failure
from shared.contracts.runs import Part
from tests.replay.answers import recorded, result, settled
from tests.replay.calls import Script
from tests.replay.recorded import RUN, CrashedError, Json, Scheduled

LIMITS = RunLimits(seconds=3_600.0, tokens=1_000_000)
FAILED = Failure(code="FLOW_FAILED", message="flow_failed")

type Step = Advanced | Failure


def flow_request() -> Json:
    return FlowRequest(run=RUN, after=1, limits=LIMITS).wire()


def goes(*actions: PlannedAction) -> Advanced:
    return Advanced(after=2, actions=actions)


def done() -> Advanced:
    return Advanced(after=3, status="done")


def fails() -> Advanced:
    return Advanced(after=3, status="failed", failure=FAILED)


def action(number: int, kind: ActionKind = "rest_call", **more: object) -> PlannedAction:
    return PlannedAction.model_validate({"number": number, "kind": kind, **more})


def write(number: int, *, approval: bool = False) -> PlannedAction:
    return action(number, effect=True, place=number - 1, approval=approval)


def agent(number: int) -> PlannedAction:
    child = f"{RUN.run_id}-{number}"
    run = RUN.model_copy(update={"run_id": child, "part": Part(run_id=RUN.run_id, number=number)})
    shape = ChatShape(speakers=("Coordinator",))
    chat = ChatRequest(run=run, after=2, limits=RunLimits(), shape=shape)
    return action(number, "agent_call", instance=child, chat=chat)


def one_after_the_other(count: int, kind: ActionKind = "rest_call") -> Sequence[Step]:
    """So many actions, each of which begins the next."""
    return (*(goes(action(number, kind)) for number in range(1, count + 1)), done())


def inputs(count: int) -> str:
    """The events that tell of the answers to so many questions."""
    return " ".join(input_event(number) for number in range(1, count + 1))


def stepping(
    steps: Sequence[Step], approval: Json, crashing: str | None = None
) -> Callable[[Scheduled], Json | CrashedError]:
    """What activities answer; each step of the flow by its number, and `crashing` never."""
    agents = Script().answers()

    def answer(call: Scheduled) -> Json | CrashedError:
        if call.name == crashing:
            return CrashedError("worker gone")
        match call.name:
            case "advance_flow":
                step = steps[int(call.payload["step"]) - 1]
                return {"failure": step.wire()} if isinstance(step, Failure) else result(step)
            case "ask_approval":
                return approval
            case "settle_approval":
                return settled()
            case "record":
                return recorded()
            case "use_tool" | "seal_value" | "close_flow":
                return result(StepResult(after=4))
            case _:
                return agents(call)

    return answer
