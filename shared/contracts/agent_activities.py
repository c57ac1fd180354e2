"""The activities of an inline agent call, and what starts its orchestration."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from shared.contracts.activities import (
    ActivitySpec,
    Responded,
    RunRequest,
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


class ChatRequest(RunRequest):
    """What starts that of an agent call."""

    shape: ChatShape


class OpenCallRequest(StepRequest):
    """Intake: the words are moderated, and the language of the answer is told."""


class CallOpened(StepResult):
    """`ended`: the run has an outcome already, nothing is left to do."""

    ended: bool = False
    language: Language = "es"


class SpeakRequest(StepRequest):
    """One model step, `number` in the run.

    `hears` are the steps whose texts the speaker is told, `own` those of its present turn that
    called tools. `used` tool calls of the run have ended. `indexes` are where the evidence is from.
    `answers`: its text is streamed to the person, as attempt `attempt` or a later one; `drafts`: it
    may become the answer. `final`: no tools are offered any more. `reviews`: the speaker is a
    critic of the step heard last. What is not done at `until` has failed; a failure that may pass
    is tried again `retries` times.
    """

    number: int
    speaker: str
    language: Language
    indexes: tuple[str, ...] = ()
    hears: tuple[int, ...] = ()
    own: tuple[int, ...] = ()
    used: int = 0
    answers: bool = False
    drafts: bool = False
    attempt: int = 1
    final: bool = False
    reviews: bool = False
    until: datetime
    retries: int = 0


class DecidedCall(Contract):
    """A tool call that a model step decided on, without its arguments. `effect`: it changes
    something; `approval`: somebody has to approve it; `cites`: what it finds can be cited."""

    tool: str
    effect: bool = False
    approval: bool = False
    cites: bool = False


class Spoke(StepResult):
    """`calls` are made next; without any the step has said its text. `content`: a critic is.
    `repeats`: much the same was said before. `attempt` is that of a text that is shown next."""

    calls: tuple[DecidedCall, ...] = ()
    content: bool = True
    repeats: bool = False
    attempt: int = 1


class UseToolRequest(StepRequest):
    """Makes call `call` of step `number`. `place` is that of an effect in the run's ledger;
    `marks` the first number that what is found may be cited by. A call that changes nothing is
    given up at `until`."""

    number: int
    call: int
    language: Language
    until: datetime
    place: int | None = None
    marks: int | None = None
    refused: Literal["approval_rejected", "approval_expired", "too_many_effects"] | None = None


class ChooseRequest(StepRequest):
    """The coordinator says who of `among` speaks next, or that enough was said."""

    number: int
    speaker: str
    language: Language
    indexes: tuple[str, ...] = ()
    hears: tuple[int, ...] = ()
    among: tuple[str, ...]
    until: datetime
    retries: int = 0


class Chosen(StepResult):
    """`hands_off`: what this speaker says is the answer."""

    speaker: str | None = None
    hands_off: bool = False


class CloseCallRequest(StepRequest):
    """Checks and stores the answer: the text of step `number`, or the evidence when it is None.
    `used` tool calls of the run have ended. `attempt` is the one that the text, or what stands
    below it, is shown as. `unjudged`: not all that was said could be moderated; `missing`: somebody
    who was to speak could not. Both are told with the answer."""

    number: int | None = None
    language: Language
    indexes: tuple[str, ...] = ()
    used: int = 0
    attempt: int = 1
    unjudged: bool = False
    missing: bool = False


MARKS_A_CALL = 10
"""Numbers that one search may give to what it finds: as many as it finds at most. The evidence that
everybody is told has the first of them."""
MOST_MARKS = 99
"""A mark in a text has two digits."""

OPEN_CALL = ActivitySpec("open_call", OpenCallRequest, CallOpened)
SPEAK = ActivitySpec("speak", SpeakRequest, Spoke)
USE_TOOL = ActivitySpec("use_tool", UseToolRequest, StepResult, attempts=5, insists=True)
CHOOSE = ActivitySpec("choose", ChooseRequest, Chosen)
CLOSE_CALL = ActivitySpec("close_call", CloseCallRequest, Responded)
