"""Records how runs of the present version go, for `tests/replay/histories/<version>/`.

    .venv/bin/python -m tests.replay.recording VERSION

Once, before a version is released; what is recorded of one is never recorded anew, only what it has
not: the ways of an orchestrator that it did not have.
Each run goes through the real SDK and the local Durable extension; its activities are scripted. A
file holds what the extension told the orchestrator when it woke it last, what that scheduled, and
what it asked of each activity.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from azure.durable_functions import Orchestrator as SdkOrchestrator

from emulator.tests.host.durable_worker import Hub, SdkWorker
from orchestrators.versions import CHAT, FLOW, TURN, Orchestrator, versioned
from shared.contracts.activities import ApprovalAsked, PlannedCall, RunLimits
from shared.contracts.agent_activities import ChatRequest, ChatShape
from shared.contracts.problems import STOPPED, Failure
from shared.contracts.runs import AnswerBasis
from tests.replay.answers import (
    a_task,
    awaited,
    failed,
    finished,
    planned,
    prepared,
    recorded,
    responded,
    result,
    settled,
)
from tests.replay.calls import APPROVED, EFFECT, READ, SEARCH, TEAM, Script, said
from tests.replay.flows import (
    Step,
    action,
    agent,
    done,
    fails,
    flow_request,
    goes,
    inputs,
    one_after_the_other,
    stepping,
    write,
)
from tests.replay.recorded import RUN, CrashedError, Json, Scheduled, start_request

HISTORIES = Path(__file__).parent / "histories"
ROOT = Path(__file__).parents[2]
ORCHESTRATORS: Mapping[str, Mapping[str, Orchestrator]] = {
    "turn": TURN,
    "chat": CHAT,
    "flow": FLOW,
}
DOWN = failed(Failure(code="ERP_UNAVAILABLE", message="erp_unavailable", retryable=True))
TO_APPROVE = PlannedCall(tool="createUser", approval=True)
BEHIND = PlannedCall(tool="createTask", needs=(0,))

type Answers = Callable[[Scheduled], Json | CrashedError]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One run: what starts it, what its activities answer, and the events (between blanks) that are
    raised behind the first execution of an activity. `waits`: it is recorded as it waits for a
    timer."""

    orchestrator: str
    request: Json
    answers: Answers
    raises: Mapping[str, str] = field(default_factory=dict)
    waits: bool = False


def _asked() -> Json:
    """An approval that does not expire while it is recorded."""
    until = datetime.now(UTC) + timedelta(hours=24)
    return result(ApprovalAsked(after=6, approval_id="a0", expires_at=until))


def _turn(
    raises: Mapping[str, str] | None = None,
    *,
    waits: bool = False,
    queued: bool = False,
    again: AnswerBasis | None = None,
    **own: Any,
) -> Scenario:
    answers = {
        **a_task(),
        "ask_approval": _asked(),
        "settle_approval": settled(),
        "await_turn": awaited(),
        "fold": finished(),
        **own,
    }
    request = start_request() | ({"waitsFor": ["01EARLIER"]} if queued else {})
    request |= {"again": again.wire()} if again else {}
    return Scenario("turn", request, lambda call: answers[call.name], raises or {}, waits)


def _chat(
    shape: ChatShape, script: Script | None = None, raises: Mapping[str, str] | None = None
) -> Scenario:
    request = ChatRequest(run=RUN, after=1, limits=RunLimits(), shape=shape)
    answers = (script or Script()).answers()
    return Scenario(
        "chat",
        request.wire(),
        lambda call: _asked() if call.name == "ask_approval" else answers(call),
        raises or {},
    )


def _flow(
    *steps: Step,
    raises: Mapping[str, str] | None = None,
    waits: bool = False,
    crashing: str | None = None,
) -> Scenario:
    answers = stepping(steps, _asked(), crashing)
    return Scenario("flow", flow_request(), answers, raises or {}, waits)


def _team(mode: str) -> ChatShape:
    return ChatShape.model_validate(
        {"mode": mode, "speakers": TEAM, "coordinator": "Coordinator", "maxSteps": 13}
    )


BASIS = AnswerBasis(
    run_id="01EARLIER", route="FLOW_EXECUTION", language="es", steps=1, planned=True
)
ALONE = ChatShape(speakers=("Coordinator",))
APPROVAL = {"ask_approval": "approval-0"}
SCENARIOS: Mapping[str, Callable[[], Scenario]] = {
    "turn-small-talk": lambda: _turn(prepare=prepared("SMALL_TALK")),
    "turn-that-has-its-end": lambda: _turn(prepare=prepared("SMALL_TALK", ended=True)),
    "turn-task": _turn,
    "turn-two-waves": lambda: _turn(plan=planned("createProject", "createTask", BEHIND)),
    "turn-question": lambda: _turn(plan=planned("createTask", missing=1)),
    "turn-several-indexes": lambda: _turn(prepare=prepared("FLOW_EXECUTION", indexes=("a", "b"))),
    "turn-documents-later": lambda: _turn(
        prepare=prepared("FLOW_EXECUTION", looks_later=True), plan=planned(flow_type="Other")
    ),
    "turn-approved": lambda: _turn(APPROVAL, plan=planned(TO_APPROVE)),
    "turn-waits-for-approval": lambda: _turn(plan=planned(TO_APPROVE), waits=True),
    "turn-stopped": lambda: _turn({"ask_approval": "stop"}, plan=planned(TO_APPROVE)),
    "turn-queued": lambda: _turn(queued=True),
    "turn-answers-again": lambda: _turn(again=BASIS),
    "turn-tool-fails": lambda: _turn(run_tool=DOWN),
    "turn-step-crashes": lambda: _turn(plan=CrashedError("worker gone")),
    "turn-long-conversation": lambda: _turn(respond=responded(folds=True)),
    "turn-remembers-later": lambda: _turn(record=recorded("pending"), waits=True),
    "chat-alone": lambda: _chat(ALONE),
    "chat-evidence": lambda: _chat(
        ChatShape(speakers=("Coordinator",), indexes=("a", "b"), retrieves="always")
    ),
    "chat-tools": lambda: _chat(
        ALONE, Script({"Coordinator": [said(SEARCH, READ), said(EFFECT)]})
    ),
    "chat-approved": lambda: _chat(ALONE, Script({"Coordinator": [said(APPROVED)]}), APPROVAL),
    "chat-sequential": lambda: _chat(_team("sequential"), Script({TEAM[0]: [said(READ)]})),
    "chat-fanout": lambda: _chat(_team("fanout"), Script({TEAM[0]: [said(READ)]})),
    "chat-discussion": lambda: _chat(_team("group_chat"), Script(choices=(TEAM[1], TEAM[0]))),
    "flow-without-calls": lambda: _flow(done()),
    "flow-that-has-its-end": lambda: _flow(done().model_copy(update={"ended": True})),
    "flow-calls": lambda: _flow(
        goes(action(1)), goes(write(2)), goes(action(3, "secure_value")), done()
    ),
    "flow-agents-side-by-side": lambda: _flow(goes(agent(1), agent(2)), goes(), done()),
    "flow-refused": lambda: _flow(goes(action(1, "refused")), fails()),
    "flow-approved": lambda: _flow(goes(write(1, approval=True)), done(), raises=APPROVAL),
    "flow-asks": lambda: _flow(
        goes(action(1, "ask")), done(), raises={"advance_flow": "input-1"}
    ),
    "flow-waits": lambda: _flow(goes(action(1, "ask")), done(), waits=True),
    "flow-stopped-while-it-asks": lambda: _flow(
        goes(action(1, "ask")), done(), raises={"advance_flow": "stop"}
    ),
    "flow-stopped": lambda: _flow(goes(action(1)), STOPPED),
    "flow-call-crashes": lambda: _flow(goes(action(1)), done(), crashing="use_tool"),
    "flow-begun-anew": lambda: _flow(*one_after_the_other(45)),
    "flow-of-questions-begun-anew": lambda: _flow(
        *one_after_the_other(45, "ask"), raises={"advance_flow": inputs(45)}
    ),
    "chat-speaker-crashes": lambda: _chat(
        _team("fanout"), Script({TEAM[1]: [CrashedError("worker gone")] * 3})
    ),
}  # fmt: skip


class Stage(SdkWorker):
    """Plays a scenario."""

    def __init__(self, scenario: Scenario) -> None:
        super().__init__()
        name = scenario.orchestrator
        self.orchestrator(versioned(name, ORCHESTRATORS[name]))
        if name == "flow":
            # Its agents are orchestrations of their own.
            self.orchestrator(versioned("chat", ORCHESTRATORS["chat"]))
        self.played: list[str] = []
        for each in ACTIVITIES:
            self.activities[each] = self._playing(each, scenario.answers)

    def last(self, name: str) -> str:
        """What the extension told the orchestrator when it woke it last."""
        return next(text for woken, text in reversed(self.contexts) if woken == name)

    def _playing(self, name: str, answers: Answers) -> Callable[[Any], Any]:
        def play(value: Any) -> Any:
            self.played.append(name)
            answer = answers(Scheduled(name, value, 1))
            if isinstance(answer, CrashedError):
                raise answer
            return answer

        return play


ACTIVITIES = (
    "await_turn", "prepare", "retrieve", "plan", "ask_approval", "settle_approval", "run_tool",
    "respond", "record", "remember", "fold", "finish",
    "open_call", "speak", "use_tool", "choose", "close_call",
    "advance_flow", "seal_value", "close_flow",
)  # fmt: skip


def scheduled(orchestrator: Orchestrator, body: str) -> list[str]:
    """What the orchestrator schedules over a history, in order; its end is the last. Raises what it
    raises."""
    state = _woken(orchestrator, body)
    told = [_name(leaf) for leaf in _leaves(state["actions"])]
    return [*told, "end"] if state["isDone"] else told


def asked_of_activities(orchestrator: Orchestrator, body: str) -> list[Json]:
    """What it asks of each activity."""
    leaves = _leaves(_woken(orchestrator, body)["actions"])
    return [
        {"activity": leaf["functionName"], "request": json.loads(leaf["input"])}
        for leaf in leaves
        if leaf.get("functionName") in ACTIVITIES
    ]


def _woken(orchestrator: Orchestrator, body: str) -> Json:
    state: Json = json.loads(SdkOrchestrator.create(orchestrator)(body))
    return state


def _leaves(actions: Any) -> Iterator[Json]:
    match actions:
        case list():
            for each in actions:
                yield from _leaves(each)
        case {"compoundActions": inner}:
            yield from _leaves(inner)
        case _:
            yield actions


def _name(action: Json) -> str:
    """An activity by its name, an event by its own, a timer as one."""
    return str(action.get("functionName") or action.get("externalEventName") or "timer")


async def record(scenario: Scenario, version: str, folder: Path) -> Json:
    """Play it to its end, or until it waits."""
    stage = Stage(scenario)
    hub = Hub(folder, stage)
    await hub.extension.start()
    try:
        text = json.dumps(json.dumps(scenario.request))
        run = await hub.management.start(scenario.orchestrator, RUN.run_id, text, version)
        for behind, event in scenario.raises.items():
            await hub.until(lambda name=behind: name in stage.played)  # type: ignore[misc]
            for each in event.split():
                await hub.management.raise_event(run, each, "{}")
        if scenario.waits:
            await hub.until(lambda: _rests(scenario, stage))
        else:
            await hub.ended(run)
    finally:
        await hub.extension.stop()
    body = stage.last(scenario.orchestrator)
    orchestrator = versioned(scenario.orchestrator, ORCHESTRATORS[scenario.orchestrator])
    return {
        "orchestrator": scenario.orchestrator,
        "scheduled": scheduled(orchestrator, body),
        "asked": asked_of_activities(orchestrator, body),
        "body": json.loads(body),
    }


def _rests(scenario: Scenario, stage: Stage) -> bool:
    """Its last episode has scheduled a timer."""
    if not stage.contexts:
        return False
    orchestrator = versioned(scenario.orchestrator, ORCHESTRATORS[scenario.orchestrator])
    return scheduled(orchestrator, stage.last(scenario.orchestrator))[-1] == "timer"


async def main(version: str) -> None:
    folder = HISTORIES / version
    folder.mkdir(parents=True, exist_ok=True)
    new = {n: each for n, each in SCENARIOS.items() if not (folder / f"{n}.json").exists()}
    if not new:
        sys.exit(f"{folder} has all: what has been recorded of a version stays as it is")
    for name, scenario in new.items():
        with tempfile.TemporaryDirectory() as place:
            told = await record(scenario(), version, Path(place))
        text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        # The traces of what failed name files; where they lie is this machine's affair.
        text = text.replace(f"{ROOT}/", "")
        (folder / f"{name}.json").write_text(text + "\n", "utf-8")
        sys.stdout.write(f"{name}: {' '.join(told['scheduled'])}\n")


if __name__ == "__main__":
    if len(sys.argv) != len(("program", "version")):
        sys.exit("which version? .venv/bin/python -m tests.replay.recording VERSION")
    asyncio.run(main(sys.argv[1]))
