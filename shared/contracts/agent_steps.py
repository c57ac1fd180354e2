"""What was said and decided on the way of an inline agent call."""

from typing import Any, Literal

from pydantic import Field

from shared.contracts.base import Contract
from shared.contracts.runs import Usage


class StepToolCall(Contract):
    """A tool call that a model step decided on; `call_id` is unique within the run, `provider_id`
    the model's own name of it. `problem`, by key of the wording, says why it is not made."""

    call_id: str
    provider_id: str
    tool: str
    args: dict[str, Any] = Field(default={})
    problem: str | None = None


class AgentStep(Contract):
    """One model step as it is stored, once: a second execution of the step answers the stored one.

    `number` counts from 1 in the order in which the orchestrator asked; steps of a fan-out run at
    the same time. `answers`: its text is (a draft of) the answer to the person.
    """

    run_id: str
    tenant_id: str
    number: int
    speaker: str
    text: str = ""
    calls: tuple[StepToolCall, ...] = ()
    answers: bool = False
    finish_reason: Literal["stop", "length", "tool_calls"] = "stop"
    usage: Usage = Usage()
    model: str = ""


class TraceStep(Contract):
    """One entry of `steps` in an answer with `return_trace`."""

    speaker: str
    text: str
    tool: str | None = None


class Handoff(Contract):
    """One entry of `handoffTrace`."""

    from_: str = Field(alias="from")
    to: str
