"""What was understood: the route, the plan, and where every argument came from."""

from typing import Any, Literal

from pydantic import Field

from shared.contracts.base import Contract

type Route = Literal["SMALL_TALK", "NEED_MORE_CONTEXT", "FLOW_EXECUTION", "UNKNOWN"]
type ArgumentSource = Literal["user", "session", "erp", "cerebro", "default"]


class Triage(Contract):
    """The model's routing decision; snake_case, as the schema sent to the model has it."""

    route: Route
    reason: str
    confidence: float
    continues_open_question: bool = False


class Provenance(Contract):
    """Where an argument's value was read; `quote` is the literal span."""

    source: ArgumentSource
    quote: str | None = None


class ToolCall(Contract):
    """One call that is complete: every value has a source that was checked in code."""

    tool: str
    args: dict[str, Any]
    provenance: dict[str, Provenance] = Field(default={})


class Choice(Contract):
    value: str
    label: str


class MissingField(Contract):
    """A field to ask for, and why."""

    tool: str
    field: str
    reason: str
    choices: tuple[Choice, ...] = ()


class Plan(Contract):
    """What is going to be done. `question` is set when `missing` is not empty."""

    flow_type: str
    calls: tuple[ToolCall, ...] = ()
    missing: tuple[MissingField, ...] = ()
    question: str | None = None


class OpenPlan(Contract):
    """A plan that waits for the person's answer; kept with the conversation."""

    run_id: str
    plan: Plan
