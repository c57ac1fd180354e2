"""The routes of flows that run."""

from typing import Any

from api.openapi.examples import ANSWER, RUN_ID, STARTED, THREAD_ID, WAITING
from api.openapi.flow_examples import FLOW_ID, GREETING
from api.openapi.operations import OF_A_RUN, Operation, Reply
from api.openapi.parameters import COUNTED, KEY, OF_THIS_RUN, PREFER, RUN, WHERE
from shared.contracts.flows.runs import FlowRunView, InputTaken, PostFlowRun, PostInput
from shared.contracts.runs import RunAnswer, RunAsking, RunStarted, RunWaiting

ASKING: dict[str, Any] = {
    "runId": RUN_ID,
    "threadId": THREAD_ID,
    "state": "WAITING_INPUT",
    "question": {"text": "¿Qué trámite?", "key": "which"},
}
BEGUN: tuple[tuple[str, dict[str, Any]], ...] = (
    ("by value", {"flow": GREETING, "inputs": {"message": "Hola"}}),
    ("a flow that is kept", {"flowId": FLOW_ID, "version": 1, "message": "Hola"}),
)
SEEN: dict[str, Any] = {
    "runId": RUN_ID,
    "flow": GREETING,
    "status": "running",
    "steps": 1,
    "variables": {"message": "Hola"},
}

FLOW_RUN_ROUTES = (
    Operation(
        "post",
        "/flows/runs",
        "runFlow",
        "Run a flow",
        (
            Reply(
                "200",
                "What it has said; live as events for who accepts `text/event-stream`.",
                (RunAnswer,),
                "RunEvent",
                (OF_THIS_RUN, *COUNTED),
                (("answer", ANSWER),),
            ),
            Reply(
                "202",
                "Started, or waiting for a person: look at `Location`.",
                (RunAsking, RunWaiting, RunStarted),
                headers=(OF_THIS_RUN, WHERE, *COUNTED),
                examples=(("asking", ASKING), ("waiting", WAITING), ("started", STARTED)),
            ),
        ),
        (KEY, PREFER),
        PostFlowRun,
        examples=BEGUN,
        errors=OF_A_RUN,
    ),
    Operation(
        "get",
        "/runs/{runId}/flow",
        "readRunFlow",
        "The flow of a run of mine, and its variables",
        (
            Reply(
                "200",
                "As they are now.",
                (FlowRunView,),
                headers=(OF_THIS_RUN,),
                examples=(("under way", SEEN),),
            ),
        ),
        (RUN,),
        errors=("409",),
    ),
    Operation(
        "post",
        "/runs/{runId}/input",
        "answerFlow",
        "Answer what a flow asks",
        (
            Reply(
                "202",
                "Taken: the run goes on.",
                (InputTaken,),
                headers=(OF_THIS_RUN, WHERE),
                examples=(("taken", {"runId": RUN_ID, "key": "which"}),),
            ),
        ),
        (RUN, KEY),
        PostInput,
        examples=(("an answer", {"message": "La licencia de conducir"}),),
        errors=("409",),
    ),
)
