"""The activities of an inline agent call, and what starts its orchestration."""

from typing import Literal

from pydantic import Field

from shared.contracts.activities import (
    ActivitySpec,
    Responded,
    RunLimits,
    RunRef,
    StepRequest,
    StepResult,
)
from shared.contracts.agents import TeamMode
from shared.contracts.base import Contract
from shared.contracts.identity import Language


class ChatShape(Contract):
    """All that the orchestrator decides by; what is said stays in the run's record.

    `speakers` are the participants without the coordinator, in order (with one agent, that one);
    `critics` by speaker. `retrieves` says when evidence is looked up: `always` before anybody
    speaks, `conditional` only when an agent asks by its tool, `never`. `evidence_only`: the answer
    is the evidence, no model is asked.
    """

    mode: TeamMode | None = None
    speakers: tuple[str, ...]
    coordinator: str | None = None
    critics: dict[str, str] = Field(default={})
    indexes: tuple[str, ...] = ()
    retrieves: Literal["always", "conditional", "never"] = "never"
    evidence_only: bool = False
    max_turns: int = 6
    max_steps: int = 8
    retries: int = 1


class ChatRequest(Contract):
    """What starts the orchestration of an agent call."""

    run: RunRef
    after: int
    limits: RunLimits = RunLimits()
    shape: ChatShape


class OpenCallRequest(StepRequest):
    """Intake: the words are moderated, the language is told, what was asked first is announced."""


class CallOpened(StepResult):
    """`ended`: the run has an outcome already, nothing is left to do."""

    ended: bool = False
    language: Language = "es"


class SpeakRequest(StepRequest):
    """One model step. `number` is its place in the run, `turn` in the discussion; `hears` are the
    numbers of the steps that the speaker is told of. `answers`: its text is streamed to the person.
    `final`: no tools are offered any more. `reviews`: the speaker is a critic of the last step."""

    number: int
    turn: int
    speaker: str
    language: Language
    indexes: tuple[str, ...] = ()
    hears: tuple[int, ...] = ()
    answers: bool = False
    final: bool = False
    reviews: bool = False


class DecidedCall(Contract):
    """A tool call that a model step decided on, without its arguments."""

    tool: str
    approval: bool = False


class Spoke(StepResult):
    """`calls` are made next; without any the step has said its text. `content`: a critic is."""

    calls: tuple[DecidedCall, ...] = ()
    content: bool = True


class UseToolRequest(StepRequest):
    """Makes call `call` of step `number`."""

    number: int
    call: int
    language: Language
    refused: Literal["approval_rejected", "approval_expired", "too_many_steps"] | None = None


class ChooseRequest(StepRequest):
    """The coordinator says who speaks next, or that enough was said."""

    number: int
    turn: int
    language: Language
    hears: tuple[int, ...] = ()
    silent: tuple[str, ...] = ()
    """Who may not be chosen now: nobody speaks twice in a row, or says the same again."""


class Chosen(StepResult):
    speaker: str | None = None


class CloseCallRequest(StepRequest):
    """Checks and stores the answer: the text of step `number`, or the evidence when it is None."""

    number: int | None
    language: Language
    indexes: tuple[str, ...] = ()
    hears: tuple[int, ...] = ()


OPEN_CALL = ActivitySpec("open_call", OpenCallRequest, CallOpened)
SPEAK = ActivitySpec("speak", SpeakRequest, Spoke)
USE_TOOL = ActivitySpec("use_tool", UseToolRequest, StepResult, attempts=5, insists=True)
CHOOSE = ActivitySpec("choose", ChooseRequest, Chosen)
CLOSE_CALL = ActivitySpec("close_call", CloseCallRequest, Responded)
