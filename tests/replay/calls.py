"""Agent calls for replays: what starts them, and what their activities answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from orchestrators.chat import chat
from shared.contracts.activities import Recorded, Responded, RunLimits, StepResult
from shared.contracts.agent_activities import (
    CallOpened,
    ChatRequest,
    ChatShape,
    Chosen,
    DecidedCall,
    Spoke,
)
from shared.contracts.runs import Usage
from tests.replay.answers import asked, finished, result, retrieved, settled
from tests.replay.recorded import (
    RUN,
    CrashedError,
    Ends,
    Json,
    Recording,
    Scheduled,
    Wakes,
    nothing_happens,
    record,
    the_oldest,
)

USED = Usage(prompt_tokens=7, completion_tokens=2, total_tokens=9)
SEARCH = DecidedCall(tool="ai_search", cites=True)
READ = DecidedCall(tool="findTasks")
EFFECT = DecidedCall(tool="createTask", effect=True)
APPROVED = DecidedCall(tool="createUser", effect=True, approval=True)
TEAM = ("RetrievalAgent", "DomainExpert", "ToolingAgent")


def said(*calls: DecidedCall, **changes: Any) -> Json:
    return result(Spoke(after=2, usage=USED, model_calls=1, calls=calls, **changes))


def chosen(speaker: str | None) -> Json:
    """With `!` behind the name, what the speaker says is to be the answer."""
    hands_off, name = (speaker or "").endswith("!"), speaker and speaker.removesuffix("!")
    return result(Chosen(after=2, usage=USED, model_calls=1, speaker=name, hands_off=hands_off))


@dataclass
class Script:
    """What each speaker's steps decide, in turn, then words; `choices` of the coordinator; any
    activity's answer by name in `others`."""

    steps: Mapping[str, Sequence[Json | CrashedError]] = field(default_factory=dict)
    choices: Sequence[str | None] = ()
    others: Mapping[str, Json | CrashedError] = field(default_factory=dict)

    def answers(self) -> Callable[[Scheduled], Json | CrashedError]:
        steps = {speaker: list(each) for speaker, each in self.steps.items()}
        choices = list(self.choices)

        def answer(call: Scheduled) -> Json | CrashedError:
            if call.name in self.others:
                return self.others[call.name]
            match call.name:
                case "speak":
                    left = steps.get(call.payload["speaker"])
                    return left.pop(0) if left else said()
                case "choose":
                    return chosen(choices.pop(0) if choices else None)
                case _:
                    return quiet(call)

        return answer


def quiet(call: Scheduled) -> Json:
    """What activities answer that decide nothing."""
    match call.name:
        case "open_call":
            return result(CallOpened(after=1, language="es"))
        case "retrieve":
            return retrieved()
        case "use_tool":
            return result(StepResult(after=3))
        case "ask_approval":
            return asked(call.payload["step"])
        case "settle_approval":
            return settled("used")
        case "close_call":
            return result(Responded(after=5, finish_reason="stop"))
        case "record" | "remember":
            return result(Recorded(after=5, memory="none"))
        case _:
            return finished()


def called(
    shape: ChatShape,
    script: Script | None = None,
    *,
    limits: RunLimits | None = None,
    wakes: Wakes = nothing_happens,
    ends: Ends = the_oldest,
    answers: Callable[[Scheduled], Json | CrashedError] | None = None,
) -> Recording:
    request = ChatRequest(run=RUN, after=1, limits=limits or RunLimits(), shape=shape)
    return record(answers or (script or Script()).answers(), request.wire(), wakes, chat, ends)


def speeches(recording: Recording) -> list[str]:
    """Who spoke, in the order of the steps' numbers."""
    return [call.payload["speaker"] for call in model_steps(recording)]


def model_steps(recording: Recording) -> list[Scheduled]:
    steps = [call for call in recording.calls if call.name in ("speak", "choose")]
    return sorted(steps, key=lambda call: int(call.payload["number"]))
