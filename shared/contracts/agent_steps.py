"""What was said and decided on the way of an inline agent call."""

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import Field

from shared.contracts.base import Contract
from shared.contracts.runs import ToolOutcome, Usage


class StepToolCall(Contract):
    """A tool call that a model step decided on; `call_id` is unique within the log that tells it.

    `provider_id`, `name` and `written` are what the model called it, its tool and its arguments;
    `tool` and `args` what that comes to. `problem` says why the call is not made: a key of the
    wording, and behind a colon where to look.
    """

    call_id: str
    provider_id: str
    name: str
    written: str = ""
    tool: str
    args: dict[str, Any] = Field(default={})
    problem: str | None = None


class MadeWith(Contract):
    """Of a flow's call: credentials by profile and by handle, how long it may take, and whether
    what it answers is told as it comes."""

    profile: str
    credentials: dict[str, str] = Field(default={}, repr=False)
    timeout_ms: int | None = None
    stream: bool = False


class AgentStep(Contract):
    """One model step as it is stored, once: a second execution of the step answers the stored one.

    `number` counts from 1 in the order in which the orchestrator asked; steps of a fan-out run at
    the same time. `answers`: its text is (a draft of) the answer to the person, `shown` that the
    person has read it as it was written. A step that
    `reviews` says in `content` whether the one before it will do, one that `chooses` in `chosen`
    who speaks next (nobody: enough was said), and whether it `hands_off` the answer. `repeats`: it
    says what was said before.
    `unjudged`: it should have been moderated, and the service was away.
    """

    run_id: str
    tenant_id: str
    number: int
    kind: Literal["says", "reviews", "chooses"] = "says"
    speaker: str
    text: str = ""
    calls: tuple[StepToolCall, ...] = ()
    answers: bool = False
    shown: bool = False
    content: bool = True
    chosen: str | None = None
    hands_off: bool = False
    repeats: bool = False
    unjudged: bool = False
    finish_reason: Literal["stop", "length", "tool_calls"] = "stop"
    usage: Usage = Usage()
    model: str = ""
    made_with: MadeWith | None = None
    """Of a flow's `rest_call`, which no model has decided on."""


class AgentResult(Contract):
    """What came of call `call` of step `number`, stored once. `place` is that of an effect in the
    run's ledger. What a search found is numbered, from `marks` on: `n` of each citation is the mark
    to cite it by. Without `marks` nothing in it is a document, whatever it looks like."""

    run_id: str
    tenant_id: str
    number: int
    call: int
    speaker: str
    outcome: ToolOutcome
    place: int | None = None
    marks: int | None = None


class TraceStep(Contract):
    """One entry of `steps` in an answer with `return_trace`."""

    speaker: str
    text: str
    tool: str | None = None


class Handoff(Contract):
    """One entry of `handoffTrace`."""

    from_: str = Field(alias="from")
    to: str


def trace_of(steps: Iterable[AgentStep]) -> tuple[tuple[TraceStep, ...], tuple[Handoff, ...]]:
    """Who said what and called which tools, and who passed on to whom, in the order of the steps.

    A step with tool calls is an entry for each of them, with what was said along with it.
    """
    told: list[TraceStep] = []
    handoffs: list[Handoff] = []
    for step in sorted(steps, key=lambda each: each.number):
        if step.kind == "chooses":
            if step.chosen is not None:
                handoffs.append(Handoff.model_validate({"from": step.speaker, "to": step.chosen}))
            continue
        tools: list[str | None] = [call.tool for call in step.calls]
        told += (
            TraceStep(speaker=step.speaker, text=step.text, tool=tool) for tool in tools or [None]
        )
    return tuple(told), tuple(handoffs)
