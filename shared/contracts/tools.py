"""What a pack declares: tools the planner may call and the flows they belong to."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from shared.contracts.agents import ParticipantContract
from shared.contracts.base import Contract
from shared.contracts.identity import Language

type JsonSchema = dict[str, Any]
type Arguments = dict[str, Any]
RECORD_PATH = r"^/([A-Za-z0-9_.~#?=&-][A-Za-z0-9/_.~#?=&-]*)?\{id\}[A-Za-z0-9/_.~#?=&-]*$"
type ToolKind = Literal["rest", "cerebro", "http", "mcp"]


class RestCall(Contract):
    """`path` may hold `{argument}`; `query` names arguments, or maps parameters to templates."""

    method: Literal["GET", "POST", "PATCH", "PUT", "DELETE"]
    path: str
    query: tuple[str, ...] | dict[str, str] = ()


class RetryPolicy(Contract):
    """`attempts` includes the first; the wait doubles from `backoff_ms` on."""

    attempts: int = 3
    backoff_ms: int = 200


class ApprovalPolicy(Contract):
    """When a person has to approve the exact call first, and who may.

    `above` asks when the argument `field` is greater than `amount`; `roles` when the caller has one
    of `roles`. `right` is what the approver needs, who is somebody else if `by_others`; an approval
    is open for `hours`.
    """

    when: Literal["never", "always", "above", "roles"] = "never"
    field: str | None = None
    amount: float | None = None
    roles: tuple[str, ...] = ()
    right: str = "approvals:decide"
    by_others: bool = True
    hours: float = Field(default=24.0, gt=0, le=72)


def must_be_approved(policy: ApprovalPolicy, args: Arguments, roles: Sequence[str]) -> bool:
    """Whether this call has to wait for a person. An amount that is no number does."""
    match policy.when:
        case "never":
            return False
        case "always":
            return True
        case "roles":
            return not set(policy.roles).isdisjoint(roles)
        case "above":
            value = args.get(policy.field or "")
            known = isinstance(value, int | float) and policy.amount is not None
            return value is not None and not (known and value <= policy.amount)


class ToolContract(Contract):
    """One tool: what it takes, what it answers, and how carefully it has to be called.

    A `rest` tool is a `request`, one of `cerebro` an `operation`. `for_agents`: whoever asks for it
    by name has it; the planner of tasks, whose evidence is found for it, is not told of it.
    `label` is what people call it, `record_url` the path below the ERP's pages (Erp__WebUrl) where
    they see the record `{id}` that it answers. `effect`: it changes something. Of `http` and `mcp`
    that is said of the tool, since nothing is known of its calls; `shared.tools.as_called` tells
    what holds for one call.
    """

    name: str
    version: str
    kind: ToolKind
    effect: bool
    right: str
    description: dict[Language, str]
    label: dict[Language, str] = Field(default={})
    record_url: Annotated[str, Field(pattern=RECORD_PATH)] | None = None
    request: RestCall | None = None
    operation: Literal["search", "upsert"] | None = None
    for_agents: bool = False
    arguments: JsonSchema
    result: JsonSchema
    sensitive: tuple[str, ...] = ()
    approval: ApprovalPolicy = Field(default=ApprovalPolicy())
    timeout_ms: int = 10_000
    retry: RetryPolicy = Field(default=RetryPolicy())
    idempotency_key: bool = False
    reconcile: RestCall | None = None

    @property
    def entity_type(self) -> str:
        """What its calls are about: REST names it by the collection that begins the path."""
        if self.request is None:
            return "document"
        return self.request.path.strip("/").partition("/")[0].removesuffix("s")

    @property
    def rest(self) -> RestCall:
        """The request of a `rest` tool, which packs without one are refused for."""
        assert self.request is not None, f"{self.name} is no REST call"
        return self.request

    @property
    def reconciles(self) -> bool:
        """Whether it can be asked if an effect was made: Cerebro by the document's id."""
        return self.reconcile is not None or self.operation == "upsert"


class EntityRule(Contract):
    """An argument's `x-entity`: it means a record of the ERP, which a read tool finds.

    `tool` is asked with the person's words in its argument `query` and answers `items`. People call
    a record by its `id` or by one of its `names`; `value` is the field that becomes the argument.
    Records where a field has one of the values of `unless` do not come into question. `open`: what
    no record is called may be meant all the same, in the person's words. `offer`: with these
    arguments `tool` finds what a question offers, when nobody has said which record is meant.
    """

    tool: str
    query: str
    value: str
    names: tuple[str, ...]
    id: str = "id"
    unless: dict[str, tuple[str, ...]] = Field(default={})
    open: bool = False
    offer: dict[str, str | int] | None = None


class RightHeld(Contract):
    """The caller has a right; without it nothing is asked, and the tool is refused."""

    kind: Literal["right"]
    right: str
    text: dict[Language, str]


class InOrder(Contract):
    """Of two dates of one call, `later` is not before `earlier`."""

    kind: Literal["order"]
    tool: str
    earlier: str
    later: str
    text: dict[Language, str]


class Usable(Contract):
    """A record that is named exists and comes into question; its argument declares `x-entity`."""

    kind: Literal["usable"]
    tool: str
    field: str
    text: dict[Language, str]


class Unused(Contract):
    """No record has this value yet; `lookup` says where to look, by its fields `names`."""

    kind: Literal["unused"]
    tool: str
    field: str
    lookup: EntityRule
    text: dict[Language, str]


class Changing(Contract):
    """A change says what changes: at least one of `fields` has a value."""

    kind: Literal["changing"]
    tool: str
    fields: tuple[str, ...] = Field(min_length=1)
    text: dict[Language, str]


type Precondition = Annotated[
    RightHeld | InOrder | Usable | Unused | Changing, Field(discriminator="kind")
]
"""What has to hold before a flow's tools are called; `text` says it to people."""


class FlowContract(Contract):
    """A business flow: the tools it uses and the fields it cannot do without.

    `confirmation` says what will be done, with values as `{field}`; a part in square brackets is
    left out without them. `purpose` begins its questions ("to change the task"); without, they are
    asked to create the `object`.
    """

    flow_type: str
    intent: dict[Language, str]
    examples: dict[Language, tuple[str, ...]] = Field(default={})
    preconditions: tuple[Precondition, ...] = ()
    tools: tuple[str, ...]
    required: dict[str, tuple[str, ...]]
    confirmation: dict[Language, str]
    object: dict[Language, str]
    purpose: dict[Language, str] = Field(default={})


class Pack(Contract):
    """One version of everything the agents are told: prompts by language and name, tools, flows,
    and who may take part in an inline agent call, by name."""

    version: str
    prompts: dict[Language, dict[str, str]]
    tools: dict[str, ToolContract]
    flows: dict[str, FlowContract]
    participants: dict[str, ParticipantContract] = Field(default={})

    @property
    def planned(self) -> dict[str, ToolContract]:
        """The tools that the planner may call."""
        return {name: tool for name, tool in self.tools.items() if not tool.for_agents}
