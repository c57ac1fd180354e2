"""What was understood: the route, the plan, and where every argument came from."""

import re
from typing import Any, Literal

from pydantic import Field

from shared.contracts.base import Contract

type Route = Literal["SMALL_TALK", "NEED_MORE_CONTEXT", "FLOW_EXECUTION", "UNKNOWN"]
type ArgumentSource = Literal["user", "session", "erp", "cerebro", "default"]


class Triage(Contract):
    """The model's routing decision; snake_case, as the schema sent to the model has it.

    With an open question, the message may answer it, or give it up; a remark does neither.
    """

    route: Route
    reason: str
    confidence: float
    continues_open_question: bool = False
    drops_open_question: bool = False


type Normaliser = Literal["text", "date", "number", "boolean", "enum", "entity"]
"""How a value follows from the words it was read in; each is a function in `shared.tools`."""


class Provenance(Contract):
    """Where an argument's value was read, and how it follows from that.

    `quote` is the literal span of a text; `record` and `field` name an ERP record (or an earlier
    call, as `c0`) and its field; `document` is the id of a chunk in Cerebro.
    """

    source: ArgumentSource
    quote: str | None = None
    normaliser: Normaliser | None = None
    record: str | None = None
    field: str | None = None
    document: str | None = None


_REFERENCE = re.compile(r"\$(c\d+)\.([A-Za-z_][A-Za-z0-9_]*)")


class Reference(Contract):
    """An argument that is read from the result of an earlier call; written `$c0.id`."""

    call: int
    field: str

    @classmethod
    def read(cls, value: object) -> "Reference | None":
        found = _REFERENCE.fullmatch(value) if isinstance(value, str) else None
        return cls(call=int(found[1][1:]), field=found[2]) if found else None


class ToolCall(Contract):
    """One call that is complete: every value has a source that was checked in code.

    `needs` are the positions of the earlier calls that must have succeeded before this one, since
    it refers to their results. `confirmation` is the flow's sentence of what will be done.
    """

    tool: str
    args: dict[str, Any]
    provenance: dict[str, Provenance] = Field(default={})
    needs: tuple[int, ...] = ()
    confirmation: str | None = None


class Choice(Contract):
    value: str
    label: str


class MissingField(Contract):
    """A field to ask for, and why: `reason` is a key of the wording (or a flow's own sentence),
    about the words `said`. `label` is what people call the field, in the run's language; `call` is
    the position of its call in the plan. `kind` says what a value is like: a form asks accordingly,
    and `why` in words what was wrong with what was said."""

    tool: str
    field: str
    label: str | None = None
    reason: str
    kind: Normaliser | None = None
    why: str | None = None
    choices: tuple[Choice, ...] = ()
    said: str | None = None
    call: int = 0


MAX_CALLS = 8
"""Tool calls of one plan, at most."""


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
